//! The lines of an archive.

use data_encoding::{BASE64, HEXLOWER};
use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    record::Tag,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::store::{Item, Opening};

/// How every format of this family begins.
pub(super) const FAMILY: &str = "koektrommel archive ";
/// The version that this program reads and writes.
pub(super) const FORMAT: &str = "koektrommel archive 1";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) checkpoint: String,
    pub(super) contents: String,
    pub(super) format: String,
    pub(super) keys: Vec<String>,
    pub(super) size: u64,
    pub(super) time: Option<String>,
}

/// What is read of a first line to know whose it is.
#[derive(Deserialize)]
pub(super) struct Format {
    pub(super) format: String,
}

/// Every other line, with the members of all three kinds.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Members<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", borrow)]
    record: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// What is signed at the end: the log's name, the format and the sum.
pub(super) fn summed_up(origin: &str, sum: Hash) -> String {
    format!("{origin}\n{FORMAT}\n{sum}\n")
}

/// A line after the first.
pub(super) enum Line {
    Item { index: u64, item: Box<Item> },
    File { path: String, content: Vec<u8> },
    Last { files: u64, items: u64, sha256: String, note: String },
}

pub(super) fn of_item(index: u64, item: &Item) -> Option<String> {
    let opening = item.opening.as_ref();
    let record = opening
        .map(|opening| str::from_utf8(&opening.record).ok().and_then(|r| serde_json::from_str(r).ok()));
    let record: Option<&RawValue> = match record {
        Some(None) => return None,
        Some(record) => record,
        None => None,
    };
    to_json(&Members {
        index: Some(index),
        entry: Some(BASE64.encode(&item.entry.encode())),
        tag: opening.and_then(|opening| opening.tag).map(|tag| HEXLOWER.encode(&tag.0.to_be_bytes())),
        salt: opening.map(|opening| BASE64.encode(opening.salt.as_bytes())),
        record,
        ..Members::default()
    })
}

pub(super) fn of_file(path: &str, content: &[u8]) -> Option<String> {
    let content = Some(BASE64.encode(content));
    to_json(&Members { file: Some(path.to_owned()), content, ..Members::default() })
}

pub(super) fn of_end(files: u64, items: u64, sha256: Hash, note: String) -> Option<String> {
    let (sha256, note) = (Some(sha256.to_string()), Some(note));
    to_json(&Members { files: Some(files), items: Some(items), sha256, note, ..Members::default() })
}

fn to_json(members: &Members<'_>) -> Option<String> {
    serde_json::to_string(members).ok()
}

/// Reads a line; none if it is none of the three.
pub(super) fn parse(line: &str) -> Option<Line> {
    let members: Members<'_> = serde_json::from_str(line).ok()?;
    match members {
        Members {
            index: Some(index),
            entry: Some(entry),
            tag,
            salt,
            record,
            file: None,
            content: None,
            ..
        } => {
            let entry = Entry::decode(&BASE64.decode(entry.as_bytes()).ok()?).ok()?;
            let opening = match (salt, record) {
                (None, None) if tag.is_none() => None,
                (Some(salt), Some(record)) => Some(Opening {
                    tag: tag
                        .map(|tag| bytes(HEXLOWER.decode(tag.as_bytes())).map(u64::from_be_bytes).map(Tag))
                        .map_or(Some(None), |tag| tag.map(Some))?,
                    salt: Salt::from_bytes(bytes(BASE64.decode(salt.as_bytes()))?),
                    record: record.get().as_bytes().into(),
                }),
                _ => return None,
            };
            Some(Line::Item { index, item: Box::new(Item { entry, opening }) })
        }
        Members { file: Some(path), content: Some(content), index: None, .. } => {
            Some(Line::File { path, content: BASE64.decode(content.as_bytes()).ok()? })
        }
        Members {
            files: Some(files), items: Some(items), sha256: Some(sha256), note: Some(note), ..
        } => Some(Line::Last { files, items, sha256, note }),
        _ => None,
    }
}

fn bytes<const N: usize>(decoded: Result<Vec<u8>, data_encoding::DecodeError>) -> Option<[u8; N]> {
    decoded.ok()?.try_into().ok()
}
