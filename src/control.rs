//! Commands of the operator on a log: run retention, erase, back up, export. They work while the server runs, through a
//! socket in its data folder, and without a server on the folder itself.
//!
//! The socket is a file, `control`, that only the owner of the data folder can open, and root. Whoever can open it can
//! read every file beside it, so it asks for no password and gives nothing that they could not take.
//!
//! * [`socket`]: how a command reaches the server, and its answer the command. [`work`]: what each command does.

mod socket;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Mutex;

use serde::{Deserialize, Serialize};

pub use self::socket::{AskError, Control, ask};
use crate::{
    clock::Clock,
    config::Retention,
    download::Downloads,
    folder::Folder,
    ledger::Ledger,
    retention::{EraseError, Eraser, Gone, Quiet, Work},
};

/// What an operator asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Erases what has reached the end of its term.
    Retain,
    /// Erases these records.
    Erase {
        /// Ids or references.
        records: Vec<String>,
    },
    /// Writes a backup.
    Backup {
        /// The secret keys too.
        secrets: bool,
    },
    /// Writes the log for somebody to read.
    Export {
        /// `ndjson`, `csv` or `csv-rfc4180`.
        format: String,
        /// One site; only for tables.
        site: Option<String>,
        /// The first local day; only for tables.
        from: Option<String>,
        /// The last local day; only for tables.
        to: Option<String>,
    },
}

/// What the commands work on.
pub struct Parts {
    /// The log.
    pub ledger: Ledger,
    /// The data folder.
    pub folder: Folder,
    /// What time it is.
    pub clock: Clock,
    /// The downloads that run.
    pub downloads: Downloads,
    /// What erases.
    pub forgets: Forgets,
}

/// Who erases: one thread in a server, or the command itself.
pub enum Forgets {
    /// The server's thread.
    Thread(Eraser),
    /// Nobody else has the folder.
    Here(Mutex<Work>, Box<Retention>),
}

impl Forgets {
    fn retain(&self) -> Result<Vec<Gone>, EraseError> {
        match self {
            Self::Thread(eraser) => eraser.retain_blocking(),
            Self::Here(work, terms) => lock(work).retain(terms),
        }
    }

    fn erase(&self, indexes: Vec<u64>) -> Result<Vec<Gone>, EraseError> {
        let cause = koektrommel_core::record::Cause::Request;
        match self {
            Self::Thread(eraser) => eraser.erase_blocking(indexes, cause),
            Self::Here(work, _) => lock(work).erase(&indexes, cause),
        }
    }

    /// While it is held, nothing is erased.
    fn quiet(&self) -> Quiet {
        match self {
            Self::Thread(eraser) => eraser.quiet(),
            Self::Here(work, _) => lock(work).quiet(),
        }
    }
}

fn lock(work: &Mutex<Work>) -> std::sync::MutexGuard<'_, Work> {
    work.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Does what was asked and writes the answer.
///
/// # Errors
/// A sentence for the operator.
pub fn run(command: &Command, parts: &Parts, out: &mut dyn std::io::Write) -> Result<(), String> {
    work::run(command, parts, out)
}
