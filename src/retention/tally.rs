//! What went so far, by the statements in the log: what an officer is shown is what the log says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use koektrommel_core::{
    instant::Instant,
    record::{DataSet, Record},
};

use super::due::STRETCH;
use crate::{
    download::row_of,
    ledger::Ledger,
    store::{Item, StoreError},
};

/// What went of one data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// How many records, for whatever cause.
    pub count: u64,
    /// When a statement last said so.
    pub last: Option<Instant>,
}

/// Counts what went. The first count reads the whole log, later ones what came since; clones share it.
#[derive(Clone)]
pub struct Tally {
    ledger: Ledger,
    counted: Arc<Mutex<Counted>>,
}

#[derive(Default)]
struct Counted {
    next: u64,
    sets: BTreeMap<DataSet, Removed>,
}

impl Tally {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new(ledger: Ledger) -> Self {
        Self { ledger, counted: Arc::default() }
    }

    /// What went up to now; a data set of which nothing went is not in it. Blocks on the disk.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn removed(&self) -> Result<BTreeMap<DataSet, Removed>, StoreError> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let end = self.ledger.head().frontier.size();
        while counted.next < end {
            let items = self.ledger.items(counted.next..end.min(counted.next + STRETCH as u64))?;
            if items.is_empty() {
                return Err(StoreError::Corrupt(format!("item {} cannot be found", counted.next)));
            }
            for item in &items {
                counted.add(item)?;
                counted.next += 1;
            }
        }
        Ok(counted.sets.clone())
    }
}

/// How the records of decisions and of readings begin, which are nearly all there are and no statements. A record that
/// begins in any other way is held against its commitment and read.
const OTHERS: [&[u8]; 2] = [b"{\"actor\":", b"{\"action\":"];

impl Counted {
    fn add(&mut self, item: &Item) -> Result<(), StoreError> {
        let is_other = |start: &&[u8]| item.opening.as_ref().is_some_and(|o| o.record.starts_with(start));
        if OTHERS.iter().any(is_other) {
            return Ok(());
        }
        let is_statement = row_of(self.next, item)?.is_some_and(|row| row.kind == "deletion");
        let Some(opening) = item.opening.as_ref().filter(|_| is_statement) else { return Ok(()) };
        if let Record::Deletion(deletion) = Record::from_json(&opening.record)? {
            let removed = self.sets.entry(deletion.set).or_default();
            removed.count += deletion.items.count();
            removed.last = removed.last.max(Some(deletion.time));
        }
        Ok(())
    }
}
