//! Which records have reached the end of their term.
//!
//! The log is in the order of its days, so whatever is younger than the shortest term is not looked at; nor is what
//! lies before the first record that is still kept. In between every record says itself when its term ends.

use std::collections::BTreeMap;

use koektrommel_core::{
    instant::{Day, Instant},
    record::DataSet,
};

use crate::{
    config::Retention,
    download::row_of,
    ledger::Ledger,
    store::{Item, StoreError},
};

/// How many items are read at a time.
pub(super) const STRETCH: usize = 4096;
/// How many records are found before they are erased: their indexes are held in memory.
const MOST: usize = 1 << 18;

/// The records of each data set whose term has ended. `mark` is moved up to the first record that is still kept.
pub(super) fn find(
    ledger: &Ledger,
    terms: &Retention,
    now: Instant,
    mark: &mut u64,
) -> Result<BTreeMap<DataSet, Vec<u64>>, StoreError> {
    let end = ledger.first_on(first_kept(terms, now))?.min(ledger.head().frontier.size());
    let mut found = Found { ledger, terms, now, due: BTreeMap::new(), count: 0 };
    let mut kept = None;
    let mut at = *mark;
    while at < end && found.count < MOST {
        let items = ledger.items(at..end.min(at + STRETCH as u64))?;
        if items.is_empty() {
            break;
        }
        for item in &items {
            if !found.look(at, item)? && kept.is_none() {
                kept = Some(at);
            }
            at += 1;
        }
    }
    *mark = kept.unwrap_or(at);
    for indexes in found.due.values_mut() {
        indexes.sort_unstable();
        indexes.dedup();
    }
    Ok(found.due)
}

/// The first day of which no record can have reached the end of any term.
fn first_kept(terms: &Retention, now: Instant) -> Day {
    let months = DataSet::ALL.map(|set| terms.of(set).months).into_iter().min().unwrap_or(0);
    let today = now.day();
    // A month has 31 days at most: from there on, day by day.
    let mut day = Day::from_unix_days(today.unix_days().saturating_sub(u32::from(months) * 31));
    while day.plus_months(months) <= today {
        day = Day::from_unix_days(day.unix_days() + 1);
    }
    day
}

struct Found<'a> {
    ledger: &'a Ledger,
    terms: &'a Retention,
    now: Instant,
    due: BTreeMap<DataSet, Vec<u64>>,
    count: usize,
}

impl Found<'_> {
    /// Notes what is due, and says whether nothing is left to come back for.
    fn look(&mut self, index: u64, item: &Item) -> Result<bool, StoreError> {
        let Some(row) = row_of(index, item)? else { return Ok(true) };
        let (set, from) = match (row.kind, row.event) {
            ("consent", "refused") => (DataSet::Refusals, row.time),
            ("consent", "given") => (DataSet::Consents, row.until),
            ("consent", "withdrawn") => (DataSet::Withdrawn, row.time),
            ("access", _) => (DataSet::Access, row.time),
            // Statements stay.
            _ => return Ok(true),
        };
        let from: Instant = from.parse().map_err(StoreError::from)?;
        if from.plus_months(self.terms.of(set).months) > self.now {
            return Ok(false);
        }
        self.add(set, index);
        if set == DataSet::Withdrawn
            && let Some(subject) = row.subject
        {
            self.add_chain(subject, index, row.previous)?;
        }
        Ok(true)
    }

    /// The consents that a withdrawal ended go with it.
    fn add_chain(&mut self, subject: &str, from: u64, previous: Option<u64>) -> Result<(), StoreError> {
        let (mut before, mut next) = (from, previous);
        while let Some(index) = next.filter(|index| *index < before) {
            let Some(item) = self.ledger.items(index..index + 1)?.pop() else { break };
            let Some(row) = row_of(index, &item)?.filter(|row| row.subject == Some(subject)) else { break };
            self.add(DataSet::Withdrawn, index);
            (before, next) = (index, row.previous);
        }
        Ok(())
    }

    fn add(&mut self, set: DataSet, index: u64) {
        self.due.entry(set).or_default().push(index);
        self.count += 1;
    }
}
