//! Forgetting: what is kept no longer than its term, and what somebody asks to erase.
//!
//! Salt and record are destroyed in every byte of the store; day and commitment stay in the tree, which still adds up,
//! and a statement in the log says which went and why (`core/src/record/deletion.rs`). Order, so that a crash leaves
//! neither a record that went without a word nor a statement that is not true:
//!
//! 1. what is about to go is noted in `erasing.json`;
//! 2. the statements are recorded;
//! 3. the openings are destroyed, and the manifests of downloads whose record is among them;
//! 4. the note is removed. A start that finds one goes on where it was left.
//!
//! * [`due`]: which records have reached the end of their term. [`note`]: `erasing.json`.
//! * [`tally`]: what went so far, for the officer.
//! * [`thread`]: the one thread of a server that does this, so that two never erase at once.

mod due;
mod note;
mod tally;
#[cfg(test)]
mod tests;
mod thread;

use std::{
    collections::BTreeMap,
    fmt, fs, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use koektrommel_core::{
    indexes::Indexes,
    instant::Day,
    record::{Action, Cause, Consent, DataSet, Deletion, Event, Record},
};

pub use self::{
    tally::{Removed, Tally},
    thread::{Eraser, Ran, Stopped},
};
use crate::{
    clock::Clock,
    config::Retention,
    folder::{Folder, FolderError},
    ledger::{Fact, Ledger, SubmitError},
    store::StoreError,
};

/// Records that went together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Of what kind.
    pub set: DataSet,
    /// Why.
    pub cause: Cause,
    /// Which.
    pub items: Indexes,
}

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} erased ({}): {}", self.items.count(), self.set, self.cause, self.items)
    }
}

/// Why nothing went, or not all of it yet.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// Too many are waiting: come back in a moment.
    #[error("too many erasures are waiting")]
    Busy,
    /// The log or the disk does not take it now. What was stated already is finished later.
    #[error("nothing could be erased now; what was begun is finished by itself: {0}")]
    Unavailable(String),
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<SubmitError> for EraseError {
    fn from(error: SubmitError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<FolderError> for EraseError {
    fn from(error: FolderError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// Does the work, for one caller at a time: the server's thread, or a command on a folder without a server.
pub struct Work {
    ledger: Ledger,
    folder: Folder,
    clock: Clock,
    /// Below this index nothing is left that a term could end for.
    mark: u64,
    /// `erasing.json` has been looked at since the last failure.
    is_clear: bool,
    quiet: Quiet,
}

/// What keeps a log from being erased in while it is copied, so that what its statements say is true of the copy.
#[derive(Clone, Default)]
pub struct Quiet(Arc<Mutex<()>>);

impl Quiet {
    /// Until it is dropped, nothing is erased.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Work {
    /// On this log, in this folder.
    #[must_use]
    pub fn new(ledger: Ledger, folder: Folder, clock: Clock) -> Self {
        Self { ledger, folder, clock, mark: 0, is_clear: false, quiet: Quiet::default() }
    }

    /// What holds every erasure up.
    #[must_use]
    pub fn quiet(&self) -> Quiet {
        self.quiet.clone()
    }

    /// Erases everything that has reached the end of its term, and says what went.
    ///
    /// # Errors
    /// What could not be done; the next run goes on with it.
    pub fn retain(&mut self, terms: &Retention) -> Result<Vec<Gone>, EraseError> {
        let mut gone = self.finish()?;
        loop {
            let due = due::find(&self.ledger, terms, self.clock.now(), &mut self.mark)?;
            if due.is_empty() {
                return Ok(gone);
            }
            let due = due.into_iter().map(|(set, indexes)| {
                let reason = Some(terms.of(set).reason.clone());
                (set, reason, Indexes::of(indexes))
            });
            gone.extend(self.state_and_erase(Cause::Retention, &due.collect::<Vec<_>>())?);
        }
    }

    /// Erases these records, if they are there and decisions or readings; others are passed over. Says what went.
    ///
    /// # Errors
    /// What could not be done; the next run goes on with it.
    pub fn erase(&mut self, indexes: &[u64], cause: Cause) -> Result<Vec<Gone>, EraseError> {
        let mut gone = self.finish()?;
        let mut sets: BTreeMap<DataSet, Vec<u64>> = BTreeMap::new();
        for index in indexes {
            if let Some(set) = self.read(*index)?.and_then(|record| set_of(&record)) {
                sets.entry(set).or_default().push(*index);
            }
        }
        let sets: Vec<_> = sets.into_iter().map(|(set, indexes)| (set, None, Indexes::of(indexes))).collect();
        gone.extend(self.state_and_erase(cause, &sets)?);
        Ok(gone)
    }

    /// Goes on with what a crash or an error interrupted.
    ///
    /// # Errors
    /// It still cannot be done.
    pub fn finish(&mut self) -> Result<Vec<Gone>, EraseError> {
        if self.is_clear {
            return Ok(Vec::new());
        }
        let quiet = self.quiet();
        let _not_while_it_is_copied = quiet.hold();
        let mut gone = Vec::new();
        if let Some(note) = note::read(&self.folder)? {
            let stated = self.stated_since(note.size)?;
            let unstated =
                note.deletions.iter().filter(|deletion| !stated.iter().any(|s| is_same(s, deletion)));
            for deletion in unstated {
                self.ledger.record_blocking(Fact::Deletion(deletion.clone()))?;
            }
            gone = self.destroy(&note.deletions)?;
            note::remove(&self.folder)?;
        }
        self.is_clear = true;
        Ok(gone)
    }

    fn state_and_erase(
        &mut self,
        cause: Cause,
        sets: &[(DataSet, Option<String>, Indexes)],
    ) -> Result<Vec<Gone>, EraseError> {
        let deletions: Vec<Deletion> = sets
            .iter()
            .flat_map(|(set, reason, items)| {
                items.split(Deletion::LONGEST_ITEMS).into_iter().map(|items| Deletion {
                    time: Day::from_unix_days(0).start(),
                    set: *set,
                    cause,
                    reason: reason.clone(),
                    items,
                })
            })
            .collect();
        if deletions.is_empty() {
            return Ok(Vec::new());
        }
        let quiet = self.quiet();
        let _not_while_it_is_copied = quiet.hold();
        self.is_clear = false;
        note::write(&self.folder, self.ledger.head().frontier.size(), &deletions)?;
        for deletion in &deletions {
            self.ledger.record_blocking(Fact::Deletion(deletion.clone()))?;
        }
        let gone = self.destroy(&deletions)?;
        note::remove(&self.folder)?;
        self.is_clear = true;
        Ok(gone)
    }

    /// Destroys what these statements name.
    fn destroy(&self, deletions: &[Deletion]) -> Result<Vec<Gone>, EraseError> {
        for deletion in deletions.iter().filter(|deletion| deletion.set == DataSet::Access) {
            for index in deletion.items.iter() {
                self.remove_manifest(index)?;
            }
        }
        let indexes: Vec<u64> = deletions.iter().flat_map(|deletion| deletion.items.iter()).collect();
        self.ledger.erase(&indexes)?;
        let mut gone: Vec<(DataSet, Cause, Vec<u64>)> = Vec::new();
        for Deletion { set, cause, items, .. } in deletions {
            match gone.last_mut().filter(|last| last.0 == *set) {
                Some(last) => last.2.extend(items.iter()),
                None => gone.push((*set, *cause, items.iter().collect())),
            }
        }
        let gone = gone.into_iter().map(|(set, cause, items)| Gone { set, cause, items: Indexes::of(items) });
        Ok(gone.collect())
    }

    /// A manifest names the officer, and goes with either of the two records of its download.
    fn remove_manifest(&self, index: u64) -> Result<(), EraseError> {
        let Some(Record::Access(access)) = self.read(index)? else { return Ok(()) };
        let begun = match access.action {
            Action::DownloadBegun => index,
            Action::DownloadEnded => access.begun.unwrap_or(index),
            Action::LookedUp => return Ok(()),
        };
        let path = self.folder.path(&format!("downloads/{begun}.json"));
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(FolderError::Io { path, source }.into())
            }
            _ => Ok(()),
        }
    }

    /// The record at an index, unless there is none or it was erased.
    fn read(&self, index: u64) -> Result<Option<Record>, EraseError> {
        let item = self.ledger.items(index..index.saturating_add(1))?.pop();
        let Some(opening) = item.and_then(|item| item.opening) else { return Ok(None) };
        Ok(Some(Record::from_json(&opening.record).map_err(StoreError::from)?))
    }

    /// The statements in the log from this index on.
    fn stated_since(&self, first: u64) -> Result<Vec<Deletion>, EraseError> {
        let mut found = Vec::new();
        let end = self.ledger.head().frontier.size();
        for at in (first..end).step_by(due::STRETCH) {
            for item in self.ledger.items(at..end.min(at + due::STRETCH as u64))? {
                let record = item.opening.and_then(|opening| Record::from_json(&opening.record).ok());
                if let Some(Record::Deletion(deletion)) = record {
                    found.push(deletion);
                }
            }
        }
        Ok(found)
    }
}

/// Of which data set a record is; statements are of none, and stay.
fn set_of(record: &Record) -> Option<DataSet> {
    match record {
        Record::Consent(Consent { event: Event::Refused, .. }) => Some(DataSet::Refusals),
        Record::Consent(Consent { event: Event::Given, .. }) => Some(DataSet::Consents),
        Record::Consent(Consent { event: Event::Withdrawn, .. }) => Some(DataSet::Withdrawn),
        Record::Access(_) => Some(DataSet::Access),
        Record::Deletion(_) | Record::Restoration(_) => None,
    }
}

/// Whether two statements are of the same erasure.
fn is_same(one: &Deletion, other: &Deletion) -> bool {
    (one.set, one.cause, &one.items) == (other.set, other.cause, &other.items)
}
