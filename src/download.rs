//! The log for the privacy officer: rows of a period, with what is needed to know whether they are all there.
//!
//! A download is itself recorded, before its first byte and after its last, and leaves a manifest behind (see
//! [`manifest`]). It is made by a thread of its own that reads a stretch of the log at a time, waits while the
//! reader is slow, and stops when the reader goes away: memory stays the same whatever the length.

mod csv;
pub mod manifest;
mod ndjson;
mod pack;
mod sink;
mod stream;

use std::{
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use koektrommel_core::{
    hash::Hash,
    identifier::{OfficerName, PurposeId},
    instant::{Day, Instant},
    record::{Access, Action, Record},
};

pub use koektrommel_evidence::filter::{Filter, Format, Sealed};
use koektrommel_evidence::{filter::Wanted, row::Row};

use self::sink::Sink;
pub use self::{
    manifest::{LeftOut, Manifest},
    pack::Contents,
    stream::Chunks,
};
use crate::{
    folder::Folder,
    ledger::{Fact, Ledger, SubmitError},
    store::{Head, Item, StoreError},
};

/// How many items are read at a time.
const STRETCH: u64 = 2048;

/// How many downloads run at a time. Each is a thread and a few megabytes.
const AT_ONCE: usize = 8;

/// A download that has been recorded as begun, and of which no byte has gone out.
pub struct Download {
    ledger: Ledger,
    folder: Folder,
    officer: OfficerName,
    filter: Filter,
    purposes: Vec<PurposeId>,
    contents: Contents,
    begun: u64,
    head: Arc<Head>,
    file_name: String,
    _slot: Slot,
}

/// Where a download is taken from, and where its manifest goes.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The log.
    pub ledger: &'a Ledger,
    /// The data folder.
    pub folder: &'a Folder,
    /// The downloads that run.
    pub downloads: &'a Downloads,
}

/// Who asks for what.
#[derive(Clone, Debug)]
pub struct Order {
    /// The officer.
    pub officer: OfficerName,
    /// What is asked for.
    pub filter: Filter,
    /// Every choice purpose of every notice that was ever served, sorted; each is a column of the CSV.
    pub purposes: Vec<PurposeId>,
    /// What goes into a pack besides the records.
    pub contents: Contents,
    /// Takes it at an earlier size of the log, to have the same file once more.
    pub at: Option<u64>,
}

/// Why a download did not begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DownloadError {
    /// Too many run already: come back in a moment.
    #[error("too many downloads are running")]
    Busy,
    /// It could not be recorded, so it is not given.
    #[error("the download could not be recorded: {0}")]
    NotRecorded(#[from] SubmitError),
    /// The system gave no thread.
    #[error("the system gave no thread")]
    Thread,
    /// The log could not be read.
    #[error("the log could not be read")]
    Unreadable,
}

impl From<StoreError> for DownloadError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a download did not begin");
        Self::Unreadable
    }
}

/// Why a download stopped half-way.
#[derive(Debug, thiserror::Error)]
pub enum BrokenOff {
    /// The log could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Whoever reads it went away, or the file could not be written.
    #[error("the download was broken off: {0}")]
    Write(#[from] io::Error),
    /// Its thread ended without a word.
    #[error("the download was broken off")]
    Lost,
}

/// What went out.
struct Written {
    count: u64,
    lines: u64,
    left_out: LeftOut,
}

impl Download {
    /// Records that this officer begins a download, and takes it at the head of the log right after that.
    ///
    /// `now` names the file of a period without an end; the log has a time of its own.
    pub async fn begin(place: Place<'_>, order: Order, now: Instant) -> Result<Self, DownloadError> {
        let Place { ledger, folder, downloads } = place;
        let Order { officer, filter, purposes, contents, at } = order;
        let slot = downloads.take().ok_or(DownloadError::Busy)?;
        let access = Access {
            action: Action::DownloadBegun,
            time: now,
            officer: officer.clone(),
            filter: filter.to_map(),
            size: ledger.head().frontier.size(),
            begun: None,
            count: None,
            sha256: None,
        };
        let begun = ledger.record_access(access).await?;
        Ok(Self {
            ledger: ledger.clone(),
            folder: folder.clone(),
            officer,
            file_name: filter.file_name(now),
            filter,
            purposes,
            contents,
            begun,
            head: at.map_or(Ok(ledger.head()), |size| ledger.head_at(size))?,
            _slot: slot,
        })
    }

    /// The index of the record of its beginning, which names it and its manifest.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.begun
    }

    /// The size of the log that it is taken at.
    #[must_use]
    pub fn checkpoint_size(&self) -> u64 {
        self.head.frontier.size()
    }

    /// What the file should be called.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.file_name
    }

    /// What it asks for.
    #[must_use]
    pub const fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Makes it on a thread of its own, as a stream.
    pub fn start(self) -> Result<Chunks, DownloadError> {
        stream::start(self)
    }

    /// Makes it here, on this thread, and then records that it ended and writes the manifest. `handed_over` is
    /// asked after the last byte whether all of them arrived as far as can be known.
    pub fn write_to<W: io::Write>(
        self,
        out: W,
        handed_over: impl FnOnce(&mut W) -> io::Result<()>,
    ) -> Result<Manifest, BrokenOff> {
        let mut sink = Sink::new(out);
        let mut range = 0..0;
        let mut written = self.write_rows(&mut sink, &mut range);
        if written.is_ok() {
            written = sink.finish(handed_over).map_err(BrokenOff::Write).and(written);
        }
        let sha256 = if written.is_ok() { Some(sink.digest()) } else { None };
        let manifest = self.end(range, written.as_ref().ok(), sha256, sink.bytes());
        written.map(|_| manifest)
    }

    fn write_rows<W: io::Write>(
        &self,
        sink: &mut Sink<W>,
        range: &mut Range<u64>,
    ) -> Result<Written, BrokenOff> {
        *range = self.range()?;
        match self.filter.format {
            Format::Ndjson => ndjson::write(self, range.clone(), sink, &mut |_| ()),
            Format::Pack => pack::write(self, range.clone(), sink),
            Format::Csv => csv::write(self, range.clone(), &csv::EXCEL_NL, sink),
            Format::CsvRfc4180 => csv::write(self, range.clone(), &csv::RFC_4180, sink),
        }
    }

    /// The stretch of the log that holds the period: whole UTC days, so a little more than it.
    fn range(&self) -> Result<Range<u64>, StoreError> {
        let size = self.checkpoint_size();
        let seconds = self.filter.period.seconds();
        let first = seconds.start.map_or(Ok(0), |start| self.ledger.first_on(start.day()))?;
        let end = match seconds.end.map(|end| end.unix() - 1).and_then(|last| Instant::from_unix(last).ok()) {
            Some(last) => self.ledger.first_on(Day::from_unix_days(last.day().unix_days() + 1))?.min(size),
            None => size,
        };
        Ok(first.min(end)..end)
    }

    /// Gives every item of a range to a function, with its index.
    fn each_item(
        &self,
        range: Range<u64>,
        mut take: impl FnMut(u64, &Item) -> Result<(), BrokenOff>,
    ) -> Result<(), BrokenOff> {
        let mut at = range.start;
        while at < range.end {
            let end = range.end.min(at + STRETCH);
            let items = self.ledger.items(at..end)?;
            if items.len() as u64 != end - at {
                return Err(StoreError::Corrupt(format!("items {at} to {end} are not all there")).into());
            }
            for item in &items {
                take(at, item)?;
                at += 1;
            }
        }
        Ok(())
    }

    fn wanted(&self) -> Wanted {
        Wanted::new(&self.filter)
    }

    /// What is wanted of it as a table, whose rows are decisions.
    fn wanted_rows(&self) -> Wanted {
        Wanted::new(&Filter { format: Format::Csv, ..self.filter.clone() })
    }

    /// Records the end and leaves the manifest. What fails here is logged: the bytes have gone out.
    fn end(
        &self,
        range: Range<u64>,
        written: Option<&Written>,
        sha256: Option<Hash>,
        bytes: u64,
    ) -> Manifest {
        let ended = self.ledger.record_blocking(Fact::Access(Access {
            action: Action::DownloadEnded,
            time: Day::from_unix_days(0).start(),
            officer: self.officer.clone(),
            filter: self.filter.to_map(),
            size: self.checkpoint_size(),
            begun: Some(self.begun),
            count: written.map(|written| written.count),
            sha256,
        }));
        if let Err(error) = ended {
            tracing::error!(%error, download = self.begun, "the end of a download was not recorded");
        }
        let manifest = Manifest {
            index: self.begun,
            ended: ended.ok(),
            officer: self.officer.clone(),
            begun_at: self.time_of(self.begun),
            ended_at: ended.ok().and_then(|index| self.time_of(index)),
            filter: self.filter.to_map(),
            file: self.file_name.clone(),
            first: range.start,
            end: range.end,
            size: self.checkpoint_size(),
            count: written.map(|written| written.count),
            lines: written.map(|written| written.lines),
            left_out: written.map(|written| written.left_out),
            bytes,
            sha256,
            key: self.ledger.verifier().to_string(),
            checkpoint: self.head.checkpoint.clone(),
        };
        if let Err(error) = manifest.write(&self.folder) {
            tracing::error!(%error, download = self.begun, "the manifest of a download was not written");
        }
        manifest
    }

    /// The time on an access record: the writer of the log sets it.
    fn time_of(&self, index: u64) -> Option<Instant> {
        let item = self.ledger.items(index..index + 1).ok()?.pop()?;
        Record::from_json(&item.opening?.record).ok().map(|record| record.time())
    }
}

/// The record of an item, held against its commitment; none if it was erased.
pub(crate) fn row_of(index: u64, item: &Item) -> Result<Option<Row<'_>>, StoreError> {
    let Some(opening) = &item.opening else { return Ok(None) };
    let row = Row::read(&opening.record);
    if opening.salt.commit(&opening.record) != item.entry.commitment || row.is_none() {
        return Err(StoreError::Corrupt(format!("record {index} is not what was written")));
    }
    Ok(row)
}

/// The downloads that run.
#[derive(Clone, Debug, Default)]
pub struct Downloads(Arc<AtomicUsize>);

/// One of the places for running downloads.
struct Slot(Downloads);

impl Downloads {
    /// None runs.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn take(&self) -> Option<Slot> {
        let count = self.0.fetch_add(1, Ordering::SeqCst);
        // Made before it is looked at: dropping it takes the count back.
        let slot = Slot(self.clone());
        if count < AT_ONCE { Some(slot) } else { None }
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
