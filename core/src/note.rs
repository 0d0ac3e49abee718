//! Signed text: C2SP signed-note, and the one text that the log signs, C2SP tlog-checkpoint.
//!
//! Only Ed25519, signature type 1. The signing and the checking are the caller's: a server and a browser do not
//! use the same library for it. Section names are those of the specifications, <https://c2sp.org/signed-note>
//! and <https://c2sp.org/tlog-checkpoint>.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, str::FromStr};

use data_encoding::{BASE64, HEXLOWER};

use crate::{error::Malformed, hash::Hash};

/// Checks an Ed25519 signature (RFC 8032): public key, message, signature. The signature may have any length.
pub type Verify<'a> = &'a dyn Fn(&[u8; 32], &[u8], &[u8]) -> bool;

/// Signatures that a note may carry. The specification asks for at least 16; more than this is an attack.
pub const MAX_SIGNATURES: usize = 64;

/// The type identifier of Ed25519 (section "Signature types").
const ED25519: u8 = 1;
const SIGNATURE_LINE: &str = "— ";

/// A public key with a name (section "Verifier keys"). Written as name, key id and key, with `+` between:
/// `example.com/foo+530d903a+Aekye…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: [u8; 4],
    public: [u8; 32],
}

impl VerifierKey {
    /// Names an Ed25519 public key. The name must not be empty nor contain spaces, `+` or control characters; an
    /// address without scheme is customary.
    pub fn new(name: &str, public: [u8; 32]) -> Result<Self, Malformed> {
        let wrong = |c: char| c.is_whitespace() || c.is_control() || c == '+';
        if name.is_empty() || name.contains(wrong) {
            return Err(Malformed::new("key name", "must not be empty nor contain spaces or `+`"));
        }
        // Section "Ed25519 signatures".
        let hash = Hash::of(&[name.as_bytes(), b"\n", &[ED25519], &public]);
        let [a, b, c, d, ..] = *hash.as_bytes();
        Ok(Self { name: name.to_string(), id: [a, b, c, d], public })
    }

    /// The name, which stands in every signature line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id, big-endian: the first bytes of a SHA-256 over name, type and key.
    #[must_use]
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The Ed25519 public key.
    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = [ED25519; 33];
        key[1..].copy_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, HEXLOWER.encode_display(&self.id), BASE64.encode_display(&key))
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("key", "must be a name, a key id and an Ed25519 key, with `+` between");
        // Base64 has a `+` of its own; names and ids have none.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong);
        };
        let bytes = BASE64.decode(key.as_bytes()).map_err(|_| wrong)?;
        let Some((&ED25519, public)) = bytes.split_first() else { return Err(wrong) };
        let key = Self::new(name, public.try_into().map_err(|_| wrong)?)?;
        if HEXLOWER.encode(&key.id) != id {
            return Err(Malformed::new("key id", "must be that of the name and the key"));
        }
        Ok(key)
    }
}

/// Signs a text (section "Format"): the text, an empty line, one signature line.
///
/// The text must end in a newline and have no other control characters. `sign` is given its bytes and answers
/// with the Ed25519 signature made by the private half of `key`.
pub fn sign(
    text: &str,
    key: &VerifierKey,
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<String, Malformed> {
    check_characters(text)?;
    if !text.ends_with('\n') {
        return Err(Malformed::new("text", "must end in a newline"));
    }
    let mut bytes = [0; 68];
    bytes[..4].copy_from_slice(&key.id);
    bytes[4..].copy_from_slice(&sign(text.as_bytes()));
    Ok(format!("{text}\n{SIGNATURE_LINE}{} {}\n", key.name, BASE64.encode_display(&bytes)))
}

/// Returns the text of a note that at least one of the keys has signed (section "Signatures").
///
/// Signatures by other keys are passed over, as long as their lines are well formed; a wrong signature by a known
/// key refuses the whole note, whoever else signed it.
pub fn open<'a>(note: &'a str, keys: &[VerifierKey], verify: Verify<'_>) -> Result<&'a str, Malformed> {
    open_by(note, keys, verify).map(|(text, _)| text)
}

/// As [`open`], with the keys that signed.
fn open_by<'a, 'k>(
    note: &'a str,
    keys: &'k [VerifierKey],
    verify: Verify<'_>,
) -> Result<(&'a str, Vec<&'k VerifierKey>), Malformed> {
    let (text, signatures) = split(note)?;
    let mut signers = Vec::new();
    for (nth, line) in signatures.split_terminator('\n').enumerate() {
        if nth >= MAX_SIGNATURES {
            return Err(Malformed::new("note", "must not have more than 64 signatures"));
        }
        let (name, id, signature) = signature_line(line)?;
        let Some(key) = keys.iter().find(|key| key.name == name && key.id == id) else { continue };
        if !verify(&key.public, text.as_bytes(), &signature) {
            return Err(Malformed::new("signature", "must be that of the named key over exactly this text"));
        }
        signers.push(key);
    }
    if signers.is_empty() {
        return Err(Malformed::new("note", "must be signed by a known key"));
    }
    Ok((text, signers))
}

/// Section "Format": the text with its last newline, and the signature lines. The last empty line parts them.
fn split(note: &str) -> Result<(&str, &str), Malformed> {
    let wrong = Malformed::new("note", "must be a text, an empty line, and signature lines");
    check_characters(note)?;
    let at = note.rfind("\n\n").ok_or(wrong)?;
    let (text, rest) = note.split_at_checked(at + 1).ok_or(wrong)?;
    let signatures = rest.strip_prefix('\n').ok_or(wrong)?;
    if signatures.ends_with('\n') { Ok((text, signatures)) } else { Err(wrong) }
}

/// Section "Format": a dash, the name of the key, and base64 over the key id and the signature.
fn signature_line(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), Malformed> {
    let wrong = Malformed::new("signature", "must be a dash, a key name, and base64 of key id and signature");
    let (name, code) =
        line.strip_prefix(SIGNATURE_LINE).and_then(|rest| rest.split_once(' ')).ok_or(wrong)?;
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') {
        return Err(wrong);
    }
    let bytes = BASE64.decode(code.as_bytes()).map_err(|_| wrong)?;
    match bytes.split_first_chunk::<4>() {
        Some((id, signature)) if !signature.is_empty() => Ok((name, *id, signature.to_vec())),
        _ => Err(wrong),
    }
}

/// Section "Format": no ASCII control characters but the newline.
fn check_characters(text: &str) -> Result<(), Malformed> {
    if text.bytes().any(|byte| byte < b' ' && byte != b'\n') {
        return Err(Malformed::new("note", "must not contain control characters"));
    }
    Ok(())
}

/// What the log signs: its name, its size and the root of its tree (tlog-checkpoint, section "Note text").
///
/// Written as three lines. On reading, further lines are passed over, as the specification wants of a reader: it
/// allows them though it advises against them. We never write any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's name: an address without scheme.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root of the RFC 6962 tree of this size.
    pub root: Hash,
}

impl Checkpoint {
    /// Signs it as a note. The key must have the log's name (section "Signatures").
    ///
    /// Whoever signs sees to it that no two checkpoints signed under one name contradict each other.
    pub fn sign(
        &self,
        key: &VerifierKey,
        sign_text: impl FnOnce(&[u8]) -> [u8; 64],
    ) -> Result<String, Malformed> {
        if self.origin != key.name {
            return Err(Malformed::new("origin", "must be the name of the key"));
        }
        sign(&self.to_string(), key, sign_text)
    }

    /// Reads a signed checkpoint. One of the keys must have signed it and have the log's name: the key of another
    /// log does not speak for this one.
    pub fn open(note: &str, keys: &[VerifierKey], verify: Verify<'_>) -> Result<Self, Malformed> {
        let (text, signers) = open_by(note, keys, verify)?;
        let checkpoint: Self = text.parse()?;
        if signers.iter().all(|key| key.name != checkpoint.origin) {
            return Err(Malformed::new("origin", "must be the name of a key that signed"));
        }
        Ok(checkpoint)
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, BASE64.encode_display(self.root.as_bytes()))
    }
}

impl FromStr for Checkpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("checkpoint", "must be an origin, a size, a root hash, a line each");
        let mut lines = text.strip_suffix('\n').ok_or(wrong)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(wrong);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(Malformed::new("checkpoint", "must not have empty lines"));
        }
        let size = decimal(size).ok_or(Malformed::new("size", "must be a number without leading zeroes"))?;
        let root = base64_hash(root).ok_or(Malformed::new("root", "must be base64 of 32 bytes"))?;
        Ok(Self { origin: origin.to_string(), size, root })
    }
}

/// Reads a number in its only spelling: digits, without sign or leading zeroes.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// Reads base64 of a hash (RFC 4648 section 4), padded and canonical.
pub(crate) fn base64_hash(text: &str) -> Option<Hash> {
    let bytes = BASE64.decode(text.as_bytes()).ok()?;
    bytes.try_into().ok().map(Hash::from_bytes)
}
