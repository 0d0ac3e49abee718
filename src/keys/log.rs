//! The Ed25519 key that signs the log's checkpoints, and the public halves of those that did before.
//!
//! What a retired key has signed goes on to verify for as long as somebody keeps a receipt, so its public half stays
//! in `keys/log.retired`, a verifier key to a line, and is published.

use std::{fmt, fs, path::Path};

use koektrommel_core::{
    error::Malformed,
    hash::Hash,
    note::{self, Checkpoint, VerifierKey},
};
use ring::{
    rand::SystemRandom,
    signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey},
};

use super::KeyError;
use crate::folder::{Folder, replace};

/// Signs checkpoints under one name, the log's origin.
pub struct LogKey {
    pair: Ed25519KeyPair,
    /// The key in use, and after it those before it, newest first.
    verifiers: Vec<VerifierKey>,
}

impl LogKey {
    /// Reads the key of a data folder, or makes one under this origin if it has none.
    ///
    /// An origin that was given once stays: receipts name it for as long as they exist.
    pub fn open_or_create(folder: &Folder, origin: &str) -> Result<Self, KeyError> {
        let (secret, public) = (folder.path("keys/log.pk8"), folder.path("keys/log.vkey"));
        if !public.exists() {
            // The secret half first: a start that ends between the two finds the pair half made, and goes on.
            if !secret.exists() {
                let made =
                    Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Random)?;
                replace(&secret, made.as_ref())?;
            }
            let document = read(&secret)?;
            let key = Self::from_pkcs8(&document, origin).map_err(|why| wrong(&secret, why))?;
            replace(&public, format!("{}\n", key.verifier()).as_bytes())?;
        }
        let key = Self::open(folder)?;
        if key.verifier().name() != origin {
            let why = format!(
                "the log was begun under the origin `{}` and keeps it; set `origin` to that, or start an empty data folder",
                key.verifier().name()
            );
            return Err(KeyError::Content { path: folder.path("keys/log.vkey"), why });
        }
        Ok(key)
    }

    /// Reads the key of a data folder.
    pub fn open(folder: &Folder) -> Result<Self, KeyError> {
        let secret = folder.path("keys/log.pk8");
        let verifiers = verifiers(folder)?;
        let verifier = &verifiers[0];
        if !secret.exists() {
            return Err(wrong(&secret, "is missing: put back the one that belongs to log.vkey beside it"));
        }
        let document = read(&secret)?;
        let key = Self::from_pkcs8(&document, verifier.name()).map_err(|why| wrong(&secret, why))?;
        if key.verifier() != verifier {
            let why = "is not the secret half of log.vkey beside it: put back the pair that belongs together";
            return Err(wrong(&secret, why));
        }
        Ok(Self { verifiers, ..key })
    }

    /// Makes a new key under the same origin, and returns its public half; that of the key before it joins the
    /// retired ones, and its secret half is gone. The caller holds the folder's lock.
    ///
    /// Cut off at any place, it leaves a folder whose next start goes on with the key before or with the new one.
    pub fn rotate(folder: &Folder) -> Result<VerifierKey, KeyError> {
        let (secret, public) = (folder.path("keys/log.pk8"), folder.path("keys/log.vkey"));
        let before = Self::open(folder)?;
        let lines: String = before.verifiers.iter().map(|key| format!("{key}\n")).collect();
        replace(&folder.path("keys/log.retired"), lines.as_bytes())?;
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| KeyError::Random)?;
        let key =
            Self::from_pkcs8(made.as_ref(), before.verifier().name()).map_err(|why| wrong(&secret, why))?;
        // Without its public half a secret one is half made, and the next start makes the other: so this goes first.
        fs::remove_file(&public).map_err(|error| wrong(&public, format!("cannot be removed: {error}")))?;
        replace(&secret, made.as_ref())?;
        replace(&public, format!("{}\n", key.verifier()).as_bytes())?;
        Ok(key.verifier().clone())
    }

    fn from_pkcs8(document: &[u8], origin: &str) -> Result<Self, String> {
        let pair = Ed25519KeyPair::from_pkcs8(document)
            .map_err(|_| "must be an Ed25519 key as PKCS #8".to_owned())?;
        let public =
            pair.public_key().as_ref().try_into().map_err(|_| "must be an Ed25519 key".to_owned())?;
        let verifier = VerifierKey::new(origin, public).map_err(|error| error.to_string())?;
        Ok(Self { pair, verifiers: vec![verifier] })
    }

    /// The public half, under the log's origin.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifiers[0]
    }

    /// Every key that this log was ever signed with: the one in use, and after it those before it, newest first.
    #[must_use]
    pub fn verifiers(&self) -> &[VerifierKey] {
        &self.verifiers
    }

    /// Signs the checkpoint of this log at a size.
    ///
    /// # Errors
    /// Only for a root or size that no checkpoint can name; there is none.
    pub fn checkpoint(&self, size: u64, root: Hash) -> Result<String, Malformed> {
        let checkpoint = Checkpoint { origin: self.verifier().name().to_owned(), size, root };
        checkpoint.sign(self.verifier(), |text| self.sign(text))
    }

    /// Signs what sums up a file that leaves the house: the list of an inspection pack, the sum of an archive.
    ///
    /// # Errors
    /// Texts whose second line does not name their format: where a checkpoint has a number, so that this is never taken
    /// for one.
    pub fn manifest(&self, text: &str) -> Result<String, Malformed> {
        if !text.lines().nth(1).is_some_and(|format| format.starts_with("koektrommel ")) {
            return Err(Malformed::new("manifest", "must name its format in the second line"));
        }
        note::sign(text, self.verifier(), |text| self.sign(text))
    }

    fn sign(&self, text: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature.copy_from_slice(self.pair.sign(text).as_ref());
        signature
    }
}

/// The public halves that a data folder keeps: the key in use, and after it those before it, newest first.
///
/// # Errors
/// A file that cannot be read or holds something else than verifier keys of one log.
pub fn verifiers(folder: &Folder) -> Result<Vec<VerifierKey>, KeyError> {
    let (public, retired) = (folder.path("keys/log.vkey"), folder.path("keys/log.retired"));
    let parse = |path: &Path, bytes: Vec<u8>| -> Result<Vec<VerifierKey>, KeyError> {
        let text = String::from_utf8(bytes).map_err(|_| wrong(path, "must be text"))?;
        let keys = text.lines().map(|line| line.trim_end().parse());
        keys.collect::<Result<_, Malformed>>().map_err(|error| wrong(path, error.to_string()))
    };
    let mut keys = parse(&public, read(&public)?)?;
    if keys.len() != 1 {
        return Err(wrong(&public, "must hold one key"));
    }
    if retired.exists() {
        for key in parse(&retired, read(&retired)?)? {
            if key.name() != keys[0].name() {
                return Err(wrong(&retired, "must hold keys of the log that log.vkey beside it names"));
            }
            // A rotation that was cut off leaves the key in use among the retired ones too.
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
    }
    Ok(keys)
}

fn read(path: &Path) -> Result<Vec<u8>, KeyError> {
    fs::read(path).map_err(|error| wrong(path, format!("cannot be read: {error}")))
}

fn wrong(path: &Path, why: impl Into<String>) -> KeyError {
    KeyError::Content { path: path.to_owned(), why: why.into() }
}

/// Whether this is the key's Ed25519 signature (RFC 8032) over the message.
#[must_use]
pub fn verify(public: &[u8; 32], message: &[u8], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, public).verify(message, signature).is_ok()
}

impl fmt::Debug for LogKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LogKey({})", self.verifier())
    }
}
