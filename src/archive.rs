//! The whole log in one file: a backup, from which a server goes on, or an export, from which any backend is rebuilt.
//!
//! Lines of JSON, read and written in one direction:
//!
//! ```text
//! {"checkpoint":"…","contents":"backup","format":"koektrommel archive 1","keys":["…"],"size":2,"time":"…"}
//! {"index":0,"entry":"<base64>","tag":"<16 digits>","salt":"<base64>","record":{…}}     one for each item
//! {"index":1,"entry":"<base64>"}                                                        an erased one
//! {"file":"notices/….json","content":"<base64>"}                                        one for each file
//! {"files":1,"items":2,"sha256":"sha256:…","note":"…"}                                  of every byte before this line
//! ```
//!
//! `note` is a signed note (C2SP) by the log's key over the log's name, the format and the sum. So whoever was given the
//! key finds every change, also one by somebody who can count.
//!
//! * [`line`]: the lines. [`write`]: making a file. [`read`]: checking one, and filling a store from it.
//! * [`restore`]: a data folder from a file, and what it must not do before somebody has looked.

mod line;
mod read;
pub mod restore;
#[cfg(test)]
mod tests;
mod write;

use std::{io, path::Path};

use koektrommel_core::hash::Hash;

pub use self::{
    read::{Checked, Elsewhere, Keep, check, check_against, fill, is_one},
    write::write,
};
use crate::{folder::FolderError, store::StoreError};

/// What a file holds besides the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// Every file of the data folder; the secret keys too, or not.
    Backup {
        /// With them a server goes on from it; and whoever has the file can sign in the log's name.
        has_secrets: bool,
    },
    /// What is needed to read and verify the log: notices, configurations and public keys.
    Export,
}

impl Contents {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Backup { has_secrets: true } => "backup",
            Self::Backup { has_secrets: false } => "backup-without-keys",
            Self::Export => "export",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let all = [Self::Backup { has_secrets: true }, Self::Backup { has_secrets: false }, Self::Export];
        all.into_iter().find(|contents| contents.as_str() == text)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// How many items, erased ones among them.
    pub items: u64,
    /// How many files.
    pub files: u64,
    /// The root of their tree.
    pub root: Hash,
    /// The SHA-256 of every byte before the last line.
    pub sha256: Hash,
}

/// Why an archive was not written or read, in a sentence.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file is not right; where, and what would be.
    #[error("line {line}: {why}")]
    Wrong {
        /// The line, from 1.
        line: u64,
        /// What is wrong there.
        why: String,
    },
    /// Another version's file.
    #[error("{0}")]
    OtherVersion(String),
    /// Another program's file, or a folder that is not empty.
    #[error("{0}")]
    Refused(String),
    /// It does not agree with the key or the checkpoint given.
    #[error("{0}")]
    Contradicted(String),
    /// The log.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The file could not be read or written.
    #[error("the file could not be read or written: {0}")]
    Io(#[from] io::Error),
}

/// Whether this path is that of a file that an archive may hold, seen from the data folder: not the log itself, and
/// nothing outside.
fn is_kept(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    let is_plain = |part: &&str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let is_made_anew = matches!(path, "format" | "lock" | "accounts.lock" | "control")
        || path.starts_with("restored.json")
        || parts[0] == "store"
        || Path::new(path).extension().is_some_and(|end| end == "new" || end == "lock");
    parts.len() <= 3 && parts.iter().all(is_plain) && !is_made_anew
}

/// Whether a file is secret: it lets whoever has it act in the server's name.
fn is_secret(path: &str) -> bool {
    path.starts_with("keys/") && !is_public_key(path)
}

/// The public halves of the log's keys, the one in use and those before it.
fn is_public_key(path: &str) -> bool {
    matches!(path, "keys/log.vkey" | "keys/log.retired")
}
