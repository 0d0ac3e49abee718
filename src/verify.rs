//! Is the log what it says it is? For a data folder, and for a download on its own, without the server.
//!
//! Everything is hashed again. The answer is a report that says what is proved and what is not, or a finding that
//! names the first bad item or line.

pub mod cli;
mod data;
mod deletions;
mod file;
mod files;
mod manifests;
mod parallel;

use std::{io, path::Path};

pub use koektrommel_evidence::verdict::{Finding, Place, Report, VerifyError};

pub use self::{
    data::{Elsewhere, data},
    file::file,
};
use crate::store::StoreError;

/// What the system says about a file, with its name.
fn named(path: &Path, error: &io::Error) -> VerifyError {
    VerifyError::Unreadable(format!("{}: {error}", path.display()))
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
