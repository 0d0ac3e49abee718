//! Is the log what it says it is? For a data folder, and for a download on its own, without the server.
//!
//! Everything is hashed again. The answer is a report that says what is proved and what is not, or a finding that
//! names the first bad item or line.

pub mod cli;
mod data;
mod file;
mod parallel;

use std::{fmt, io, path::Path};

pub use self::{
    data::{Elsewhere, data},
    file::file,
};
use crate::store::StoreError;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a download, from 1.
    Line(u64),
    /// The lines of a download taken together.
    Lines,
    /// An item of the log, by index.
    Item(u64),
    /// The log as a whole: its head, its checkpoint.
    Log,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Lines => f.write_str("the lines do not add up"),
            Self::Item(index) => write!(f, "item {index}"),
            Self::Log => f.write_str("the log"),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// Something is wrong.
    #[error("{0}")]
    Bad(Finding),
    /// It could not be looked at.
    #[error("{0}")]
    Unreadable(String),
}

impl VerifyError {
    fn bad(place: Place, why: impl Into<String>) -> Self {
        Self::Bad(Finding { place, why: why.into() })
    }

    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::Unreadable(format!("{path}: {error}"))
    }
}

impl From<StoreError> for VerifyError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(why) => Self::bad(Place::Log, why),
            other => Self::Unreadable(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests;
