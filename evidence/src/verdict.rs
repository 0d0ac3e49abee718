//! The outcome of a verification: what is proved and what is not, or the first thing that is wrong.

use std::{fmt, io, io::Cursor};

use koektrommel_core::{
    json::{self, Value, object},
    note::{VerifierKey, Verify},
};

use crate::{
    download::{self, Alone, Means},
    dutch, pack,
    receipt::{self, Proved},
};

/// What was found to be right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is proved, a sentence each.
    pub proved: Vec<String>,
    /// What is not, and what to compare to know it.
    pub unproved: Vec<String>,
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub why: String,
}

/// Where something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a download, from 1.
    Line(u64),
    /// The lines of a download taken together.
    Lines,
    /// An item of the log, by index.
    Item(u64),
    /// The log as a whole: its head, its checkpoint.
    Log,
    /// A receipt.
    Receipt,
    /// A file of a pack, by name.
    File(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Lines => f.write_str("the lines do not add up"),
            Self::Item(index) => write!(f, "item {index}"),
            Self::Log => f.write_str("the log"),
            Self::Receipt => f.write_str("the receipt"),
            Self::File(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// Why there is no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Something is wrong.
    #[error("{0}")]
    Bad(Finding),
    /// It could not be looked at.
    #[error("{0}")]
    Unreadable(String),
}

impl VerifyError {
    /// Something is wrong at a place.
    pub fn bad(place: Place, why: impl Into<String>) -> Self {
        Self::Bad(Finding { place, why: why.into() })
    }
}

impl From<io::Error> for VerifyError {
    fn from(error: io::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// What a file is, as far as it can be told from how it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A receipt.
    Receipt,
    /// A pack.
    Pack,
    /// A download, or something else that is read as one.
    Download,
}

impl Kind {
    /// What a file that begins so is.
    #[must_use]
    pub fn of(start: &[u8]) -> Self {
        if receipt::is_one(start) {
            Self::Receipt
        } else if pack::is_one(start) {
            Self::Pack
        } else {
            Self::Download
        }
    }

    /// The kind as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Pack => "pack",
            Self::Download => "download",
        }
    }
}

/// The verdict on a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What the file is.
    pub kind: Kind,
    /// What was found.
    pub outcome: Result<Report, VerifyError>,
    /// What a receipt says that is right.
    pub receipt: Option<Proved>,
}

/// The verdict on a file that is all in memory. Keys and checkpoint are those from elsewhere, as texts: a verifier key
/// on each line, of which one must have signed.
#[must_use]
pub fn of(file: &[u8], keys: Option<&str>, checkpoint: Option<&str>, verify: Verify<'_>) -> Verdict {
    let kind = Kind::of(file);
    let keys = keys.unwrap_or_default().lines().filter(|line| !line.trim().is_empty());
    let keys: Vec<VerifierKey> = match keys.map(|line| line.trim().parse()).collect::<Result<_, _>>() {
        Ok(keys) => keys,
        Err(error) => {
            let outcome = Err(VerifyError::Unreadable(format!("the key given: {error}")));
            return Verdict { kind, outcome, receipt: None };
        }
    };
    let verdict = |key| with_key(kind, file, &Means { key, checkpoint, verify });
    let Some((last, others)) = keys.split_last() else { return verdict(None) };
    let right = others.iter().map(|key| verdict(Some(key))).find(|verdict| verdict.outcome.is_ok());
    right.unwrap_or_else(|| verdict(Some(last)))
}

fn with_key(kind: Kind, file: &[u8], means: &Means<'_>) -> Verdict {
    let (outcome, receipt) = match kind {
        Kind::Receipt => {
            let proved = receipt::in_bytes(file, means.key, means.verify);
            (proved.as_ref().map(Proved::report).map_err(Clone::clone), proved.ok())
        }
        Kind::Pack => (pack::verify(Cursor::new(file), file, means, &Alone), None),
        Kind::Download => (download::verify(Cursor::new(file), means, &Alone), None),
    };
    Verdict { kind, outcome, receipt }
}

impl Verdict {
    /// As canonical JSON: `outcome` is `right`, `wrong` or `unreadable`; `why` says why it is not right, `proved` and
    /// `unproved` what follows if it is, in English. `nl` has the same members in Dutch.
    #[must_use]
    pub fn to_json(&self) -> String {
        let texts = |texts: &[String]| Value::Array(texts.iter().map(|text| text.as_str().into()).collect());
        let mut members = vec![("kind", self.kind.as_str().into())];
        match &self.outcome {
            Ok(report) => members.extend([
                ("outcome", "right".into()),
                ("proved", texts(&report.proved)),
                ("unproved", texts(&report.unproved)),
            ]),
            Err(error) => {
                let outcome = if matches!(error, VerifyError::Bad(_)) { "wrong" } else { "unreadable" };
                members.extend([("outcome", outcome.into()), ("why", Value::String(error.to_string()))]);
            }
        }
        members.extend(dutch::outcome(&self.outcome).map(|said| ("nl", said)));
        if let Some(receipt) = &self.receipt {
            members.extend(json::parse(&receipt.record.to_json()).ok().map(|record| ("record", record)));
            members.extend(
                receipt.reference.as_ref().map(|code| ("reference", Value::String(code.to_string()))),
            );
        }
        object(members).to_canonical()
    }
}
