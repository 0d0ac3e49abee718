//! The lines of `koektrommel download v1`: how they are written, and the one spelling in which they are read.
//!
//! ```text
//! {"checkpoint":"…","end":6,"filter":{…},"first":2,"format":"koektrommel download v1","key":"…","left":[…],"right":[…]}
//! {"index":2,"leaf":"sha256:…","entry":"<base64>","salt":"<base64>","record":{…}}
//! {"index":3,"leaf":"sha256:…","entry":"<base64>","sealed":"other-site"}
//! {"count":3,"lines":6,"sha256":"sha256:…"}
//! ```
//!
//! First and last line are canonical JSON (RFC 8785). `left` and `right` are the perfect subtrees beside the
//! range, so that with one line for every index the range leads to the root that the checkpoint signs. `lines`
//! counts all lines of the file, `count` those with a record, and `sha256` is of every byte before the last line.

use std::collections::BTreeMap;

use data_encoding::{BASE64, HEXLOWER};
use koektrommel_core::{
    entry::{Entry, Salt},
    error::Malformed,
    hash::Hash,
    json::{Value, object, parse_canonical},
    note::VerifierKey,
};

use crate::filter::Sealed;

/// Names the format in the first line.
pub const FORMAT: &str = "koektrommel download v1";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// What was asked for.
    pub filter: BTreeMap<String, String>,
    /// The first index of the range.
    pub first: u64,
    /// The index after its last.
    pub end: u64,
    /// The hashes of the subtrees before it, widest first.
    pub left: Vec<Hash>,
    /// The hashes of the subtrees after it.
    pub right: Vec<Hash>,
    /// The log's public key, as the file says.
    pub key: VerifierKey,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Header {
    /// The line, without its newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        let hashes =
            |hashes: &[Hash]| Value::Array(hashes.iter().map(|h| Value::String(h.to_string())).collect());
        object([
            ("checkpoint", self.checkpoint.as_str().into()),
            ("end", Value::Number(self.end)),
            ("filter", filter_to_json(&self.filter)),
            ("first", Value::Number(self.first)),
            ("format", FORMAT.into()),
            ("key", Value::String(self.key.to_string())),
            ("left", hashes(&self.left)),
            ("right", hashes(&self.right)),
        ])
        .to_canonical()
    }

    /// Reads the line.
    pub fn parse(line: &str) -> Result<Self, Malformed> {
        const WRONG: Malformed =
            Malformed::new("header", "must be that of a Koektrommel download, version 1");
        let Value::Object(members) = parse_canonical(line)? else { return Err(WRONG) };
        let text = |name: &str| match members.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(WRONG),
        };
        let number = |name: &str| match members.get(name) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(WRONG),
        };
        let hashes = |name: &str| match members.get(name) {
            Some(Value::Array(hashes)) => hashes
                .iter()
                .map(|hash| if let Value::String(hash) = hash { hash.parse() } else { Err(WRONG) })
                .collect::<Result<Vec<Hash>, _>>(),
            _ => Err(WRONG),
        };
        let header = Self {
            filter: filter_from_json(members.get("filter")).ok_or(WRONG)?,
            first: number("first")?,
            end: number("end")?,
            left: hashes("left")?,
            right: hashes("right")?,
            key: text("key")?.parse()?,
            checkpoint: text("checkpoint")?,
        };
        // Another format, or a member too many: what is written again would differ.
        if header.to_json() == line { Ok(header) } else { Err(WRONG) }
    }
}

/// A filter as a JSON object.
#[must_use]
pub fn filter_to_json(filter: &BTreeMap<String, String>) -> Value {
    object(filter.iter().map(|(name, value)| (name.as_str(), value.as_str().into())))
}

/// A filter from a JSON object of texts.
#[must_use]
pub fn filter_from_json(value: Option<&Value>) -> Option<BTreeMap<String, String>> {
    let Some(Value::Object(members)) = value else { return None };
    let text = |(name, value): (&String, &Value)| match value {
        Value::String(value) => Some((name.clone(), value.clone())),
        _ => None,
    };
    members.iter().map(text).collect()
}

/// One item of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its index.
    pub index: u64,
    /// The hash of its entry in the tree.
    pub leaf: Hash,
    /// Its entry.
    pub entry: Entry,
    /// The record, or why it is not here.
    pub body: Body<'a>,
}

/// What an item's line says beyond its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body<'a> {
    /// The record and what opens its commitment.
    Open {
        /// The salt.
        salt: Salt,
        /// The record's bytes as they were committed to.
        record: &'a [u8],
    },
    /// No record.
    Sealed(Sealed),
}

impl<'a> Line<'a> {
    /// Appends the line and its newline.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(INDEX);
        out.extend_from_slice(self.index.to_string().as_bytes());
        out.extend_from_slice(LEAF);
        append(out, &HEXLOWER, self.leaf.as_bytes());
        out.extend_from_slice(ENTRY);
        append(out, &BASE64, &self.entry.encode());
        match &self.body {
            Body::Open { salt, record } => {
                out.extend_from_slice(SALT);
                append(out, &BASE64, salt.as_bytes());
                out.extend_from_slice(RECORD);
                out.extend_from_slice(record);
                out.extend_from_slice(b"}\n");
            }
            Body::Sealed(why) => {
                out.extend_from_slice(SEALED);
                out.extend_from_slice(why.as_str().as_bytes());
                out.extend_from_slice(b"\"}\n");
            }
        }
    }

    /// Reads a line without its newline. Only the spelling that [`write`](Self::write) has is read: no space, no
    /// other order, no other base64 of the same bytes.
    pub fn parse(line: &'a [u8]) -> Result<Self, Malformed> {
        read(line).ok_or(Malformed::new("line", "must be an item of a Koektrommel download, version 1"))
    }
}

const INDEX: &[u8] = b"{\"index\":";
const LEAF: &[u8] = b",\"leaf\":\"sha256:";
const ENTRY: &[u8] = b"\",\"entry\":\"";
const SALT: &[u8] = b"\",\"salt\":\"";
const RECORD: &[u8] = b"\",\"record\":";
const SEALED: &[u8] = b"\",\"sealed\":\"";

fn append(out: &mut Vec<u8>, code: &data_encoding::Encoding, bytes: &[u8]) {
    let (start, length) = (out.len(), code.encode_len(bytes.len()));
    out.resize(start + length, 0);
    if let Some(place) = out.get_mut(start..) {
        code.encode_mut(bytes, place);
    }
}

fn read(line: &[u8]) -> Option<Line<'_>> {
    let rest = line.strip_prefix(INDEX)?;
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (number, rest) = rest.split_at(digits);
    if number.len() > 1 && number.starts_with(b"0") {
        return None;
    }
    let index = str::from_utf8(number).ok()?.parse().ok()?;
    let (leaf, rest) = coded::<64, 32>(rest.strip_prefix(LEAF)?, &HEXLOWER)?;
    let (entry, rest) = coded::<52, { Entry::LENGTH }>(rest.strip_prefix(ENTRY)?, &BASE64)?;
    let body = match rest.strip_prefix(SALT) {
        Some(rest) => {
            let (salt, rest) = coded::<44, 32>(rest, &BASE64)?;
            let record = rest.strip_prefix(RECORD)?.strip_suffix(b"}")?;
            Body::Open { salt: Salt::from_bytes(salt), record }
        }
        None => {
            let why = rest.strip_prefix(SEALED)?.strip_suffix(b"\"}")?;
            Body::Sealed(Sealed::ALL.into_iter().find(|known| known.as_str().as_bytes() == why)?)
        }
    };
    Some(Line { index, leaf: Hash::from_bytes(leaf), entry: Entry::decode(&entry).ok()?, body })
}

/// Decodes the first `CODE` characters into `N` bytes, and returns what follows.
fn coded<'a, const CODE: usize, const N: usize>(
    text: &'a [u8],
    code: &data_encoding::Encoding,
) -> Option<([u8; N], &'a [u8])> {
    let (text, rest) = text.split_at_checked(CODE)?;
    let mut room = [0; 64];
    let room = room.get_mut(..code.decode_len(CODE).ok()?)?;
    let length = code.decode_mut(text, room).ok()?;
    Some((room.get(..length)?.try_into().ok()?, rest))
}

/// The last line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// Lines with a record.
    pub count: u64,
    /// All lines of the file, first and last among them.
    pub lines: u64,
    /// SHA-256 of every byte before this line.
    pub sha256: Hash,
}

impl Trailer {
    /// How the line begins, which no other does.
    pub const START: &'static [u8] = b"{\"count\":";

    /// The line, without its newline.
    #[must_use]
    pub fn to_json(&self) -> String {
        object([
            ("count", Value::Number(self.count)),
            ("lines", Value::Number(self.lines)),
            ("sha256", Value::String(self.sha256.to_string())),
        ])
        .to_canonical()
    }
}
