//! What stays of a download: a manifest in `downloads/`, named by the index of the record of its beginning.
//!
//! Number and hash of a stream are known after its last byte, too late for a header and out of place in a CSV.
//! The manifest has them, with the checkpoint at which the download was taken (decision 0003).

use std::{collections::BTreeMap, fs, io};

use koektrommel_core::{
    hash::Hash,
    identifier::OfficerName,
    instant::Instant,
    json::{Value, object, parse},
};

use koektrommel_evidence::line::{filter_from_json, filter_to_json};

use super::Sealed;
use crate::folder::{Folder, FolderError, replace};

/// How many items of the range are not rows, and why.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut([u64; Sealed::ALL.len()]);

impl LeftOut {
    pub(super) const fn count(&mut self, why: Sealed) {
        self.0[why as usize] += 1;
    }

    /// How many for this reason.
    #[must_use]
    pub const fn of(&self, why: Sealed) -> u64 {
        self.0[why as usize]
    }

    /// How many in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    fn to_json(self) -> Value {
        object(Sealed::ALL.map(|why| (why.as_str(), Value::Number(self.of(why)))))
    }
}

/// One download, as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The index of the record of its beginning.
    pub index: u64,
    /// The index of the record of its end; none if that could not be recorded.
    pub ended: Option<u64>,
    /// Who took it.
    pub officer: OfficerName,
    /// When it began.
    pub begun_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// What was asked for.
    pub filter: BTreeMap<String, String>,
    /// What the file was called.
    pub file: String,
    /// The first index that was looked at.
    pub first: u64,
    /// The index after the last.
    pub end: u64,
    /// The size of the log that it was taken at.
    pub size: u64,
    /// How many records went out; none if it was broken off, as for all below.
    pub count: Option<u64>,
    /// How many lines the file has.
    pub lines: Option<u64>,
    /// What was in the range and is not in the file.
    pub left_out: Option<LeftOut>,
    /// How many bytes went out, also if it was broken off.
    pub bytes: u64,
    /// The SHA-256 of the file. There is one if, and only if, the download is complete.
    pub sha256: Option<Hash>,
    /// The log's public key.
    pub key: String,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl Manifest {
    /// Whether the last byte was taken.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.sha256.is_some()
    }

    /// As canonical JSON, with the SHA-256 of itself without that: a manifest is read years later.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Value::Object(mut members) = self.members() else { return String::new() };
        let sum = Hash::of(&[Value::Object(members.clone()).to_canonical().as_bytes()]);
        members.insert("sum".to_owned(), Value::String(sum.to_string()));
        Value::Object(members).to_canonical()
    }

    fn members(&self) -> Value {
        let number = |number: Option<u64>| number.map_or(Value::Null, Value::Number);
        let text = |text: Option<String>| text.map_or(Value::Null, Value::String);
        object([
            ("begun_at", text(self.begun_at.map(|at| at.to_string()))),
            ("bytes", Value::Number(self.bytes)),
            ("checkpoint", self.checkpoint.as_str().into()),
            ("complete", Value::Bool(self.is_complete())),
            ("count", number(self.count)),
            ("end", Value::Number(self.end)),
            ("ended", number(self.ended)),
            ("ended_at", text(self.ended_at.map(|at| at.to_string()))),
            ("file", self.file.as_str().into()),
            ("filter", filter_to_json(&self.filter)),
            ("first", Value::Number(self.first)),
            ("index", Value::Number(self.index)),
            ("key", self.key.as_str().into()),
            ("left_out", self.left_out.map_or(Value::Null, LeftOut::to_json)),
            ("lines", number(self.lines)),
            ("officer", self.officer.as_str().into()),
            ("sha256", text(self.sha256.map(|hash| hash.to_string()))),
            ("size", Value::Number(self.size)),
            ("v", Value::Number(1)),
        ])
    }

    /// Reads a manifest; `None` for anything else.
    #[must_use]
    pub fn from_json(json: &str) -> Option<Self> {
        let Ok(Value::Object(mut members)) = parse(json.trim_end()) else { return None };
        // Manifests from before there were sums have none.
        if let Some(sum) = members.remove("sum") {
            let own = Hash::of(&[Value::Object(members.clone()).to_canonical().as_bytes()]);
            if sum != Value::String(own.to_string()) {
                return None;
            }
        }
        let number = |name: &str| match members.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        };
        let text = |name: &str| match members.get(name)? {
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        let left_out = |members: &Value| {
            let Value::Object(members) = members else { return None };
            let mut left_out = LeftOut::default();
            for why in Sealed::ALL {
                left_out.0[why as usize] = match members.get(why.as_str()) {
                    Some(Value::Number(count)) => *count,
                    // Manifests from before there were statements do not have it.
                    None if why == Sealed::Statement => 0,
                    _ => return None,
                };
            }
            Some(left_out)
        };
        let manifest = Self {
            index: number("index")?,
            ended: number("ended"),
            officer: text("officer")?.parse().ok()?,
            begun_at: text("begun_at").and_then(|at| at.parse().ok()),
            ended_at: text("ended_at").and_then(|at| at.parse().ok()),
            filter: filter_from_json(members.get("filter"))?,
            file: text("file")?,
            first: number("first")?,
            end: number("end")?,
            size: number("size")?,
            count: number("count"),
            lines: number("lines"),
            left_out: members.get("left_out").and_then(left_out),
            bytes: number("bytes")?,
            sha256: text("sha256").and_then(|hash| hash.parse().ok()),
            key: text("key")?,
            checkpoint: text("checkpoint")?,
        };
        (number("v") == Some(1)).then_some(manifest)
    }

    pub(super) fn write(&self, folder: &Folder) -> Result<(), FolderError> {
        replace(&folder.path(&path(self.index)), format!("{}\n", self.to_json()).as_bytes())
    }

    /// The manifest of a download as it is on disk; none while the download runs, or if there never was one.
    /// Blocks on the disk.
    pub fn read(folder: &Folder, index: u64) -> io::Result<Option<String>> {
        match fs::read_to_string(folder.path(&path(index))) {
            Ok(json) if Self::from_json(&json).is_some() => Ok(Some(json)),
            Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "not the manifest that was written")),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The newest manifests, newest first. One that was damaged is left out, and the operator is told: the others are
    /// none the worse for it. Blocks on the disk.
    pub fn newest(folder: &Folder, count: usize) -> io::Result<Vec<Self>> {
        let mut indexes = Vec::new();
        for entry in fs::read_dir(folder.path("downloads"))? {
            let name = entry?.file_name();
            let index = name.to_str().and_then(|name| name.strip_suffix(".json")).map(str::parse::<u64>);
            indexes.extend(index.and_then(Result::ok));
        }
        indexes.sort_unstable_by(|one, other| other.cmp(one));
        let mut newest = Vec::new();
        for index in indexes.into_iter().take(count) {
            match Self::read(folder, index) {
                Ok(json) => newest.extend(json.and_then(|json| Self::from_json(&json))),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                    tracing::error!(index, "the manifest of this download is not what was written");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(newest)
    }
}

fn path(index: u64) -> String {
    format!("downloads/{index}.json")
}
