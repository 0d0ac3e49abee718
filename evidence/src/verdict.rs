//! The outcome of a verification: what is proved and what is not, or the first thing that is wrong.

use std::{fmt, io};

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
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Lines => f.write_str("the lines do not add up"),
            Self::Item(index) => write!(f, "item {index}"),
            Self::Log => f.write_str("the log"),
            Self::Receipt => f.write_str("the receipt"),
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
