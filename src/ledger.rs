//! The log as the rest of the server sees it: hand in, look up, prove.
//!
//! [`Ledger::record`] answers once the record is on disk and in the tree, never before. Behind it stands a bounded
//! queue and one writer thread, so that what gathers while one batch is being synced becomes the next batch.

mod open;
#[cfg(test)]
mod tests;
mod writer;

use std::{
    ops::Range,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
};

use koektrommel_core::{
    decision::Decision,
    error::Malformed,
    hash::Hash,
    instant::{Day, Instant},
    merkle::{self, Frontier, NodeId, Nodes, leaf_hash},
    note::VerifierKey,
    receipt::Receipt,
    record::{Access, Consent, Deletion, Record, Restoration, Standing},
    tile::{self, Content, Tile},
};
use tokio::sync::{mpsc, oneshot};

pub use self::open::OpenError;
use crate::{
    clock::Clock,
    keys::LogKey,
    store::{Head, Item, Opening, Store, StoreError},
};

/// How many records may wait for the writer. At a thousand batches a second of some hundred records each, a full
/// queue means that the disk has not answered for a while.
const QUEUE: usize = 8192;

/// A handle on the log; clones share it.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<writer::Job>,
    shared: Arc<Shared>,
}

struct Shared {
    store: Arc<dyn Store>,
    head: RwLock<Arc<Head>>,
    key: LogKey,
    /// Whether what the store last did for the writer went well. While it is false, the writer asks for the head
    /// before anything else: until then a store may refuse everything.
    writable: AtomicBool,
}

/// A decision that is on disk and in the tree.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The record.
    pub consent: Consent,
    /// The hash of its entry in the tree.
    pub leaf: Hash,
    /// The same click was recorded before; this is that record.
    pub repeated: bool,
}

/// What is recorded besides decisions. Its time is filled in by the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// An officer read the log.
    Access(Access),
    /// Records were erased, or are about to be.
    Deletion(Deletion),
    /// The log goes on from a backup.
    Restoration(Restoration),
}

impl Fact {
    fn at(self, time: Instant) -> Record {
        match self {
            Self::Access(access) => Record::Access(Access { time, ..access }),
            Self::Deletion(deletion) => Record::Deletion(Deletion { time, ..deletion }),
            Self::Restoration(restoration) => Record::Restoration(Restoration { time, ..restoration }),
        }
    }
}

/// Why nothing was recorded; one variant for each thing that the caller does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Too many are waiting: come back in a moment.
    #[error("too many decisions are waiting to be written")]
    Busy,
    /// The disk does not take it: come back later.
    #[error("the log cannot be written at the moment")]
    Unavailable,
    /// This click was recorded before with another content.
    #[error("this id was used before for another decision")]
    Reused,
}

impl Ledger {
    /// Opens the log, or refuses with a sentence if its head, its tree and its checkpoint do not agree.
    ///
    /// The thread ends, and everything handed in has been answered, once the last clone of the handle is gone.
    pub fn open(
        store: Arc<dyn Store>,
        key: LogKey,
        clock: Clock,
    ) -> Result<(Self, JoinHandle<()>), OpenError> {
        let head = open::check(&*store, key.verifiers())?;
        let head = open::signed_by(&*store, &key, head)?;
        let shared = Arc::new(Shared {
            store,
            head: RwLock::new(Arc::new(head)),
            key,
            writable: AtomicBool::new(true),
        });
        let (queue, jobs) = mpsc::channel(QUEUE);
        let writer = writer::Writer::new(Arc::clone(&shared), clock);
        let thread = std::thread::Builder::new().name("ledger".to_owned()).spawn(move || writer.run(jobs));
        Ok((Self { queue, shared }, thread.map_err(OpenError::Thread)?))
    }

    /// Records a decision, once for each click.
    ///
    /// Cancel safety: once it has been polled to the queue, the record is made whether or not somebody waits.
    pub async fn record(
        &self,
        decision: Decision,
        standing: Option<Standing>,
    ) -> Result<Recorded, SubmitError> {
        let (answer, recorded) = oneshot::channel();
        self.submit(writer::Job::Decision { decision, standing, answer })?;
        recorded.await.unwrap_or(Err(SubmitError::Unavailable))
    }

    /// Records that an officer reads the log, and returns the index; time is filled in by the writer.
    pub async fn record_access(&self, access: Access) -> Result<u64, SubmitError> {
        let (answer, recorded) = oneshot::channel();
        self.submit(writer::Job::Fact { fact: Fact::Access(access), answer })?;
        recorded.await.unwrap_or(Err(SubmitError::Unavailable))
    }

    /// Records what no visitor did, for a thread of its own, which waits where the queue is full; panics on a
    /// thread that runs futures. Returns the index.
    pub fn record_blocking(&self, fact: Fact) -> Result<u64, SubmitError> {
        let (answer, recorded) = oneshot::channel();
        let handed_in = self.queue.blocking_send(writer::Job::Fact { fact, answer });
        handed_in.map_err(|_| SubmitError::Unavailable)?;
        recorded.blocking_recv().unwrap_or(Err(SubmitError::Unavailable))
    }

    fn submit(&self, job: writer::Job) -> Result<(), SubmitError> {
        self.queue.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SubmitError::Busy,
            mpsc::error::TrySendError::Closed(_) => SubmitError::Unavailable,
        })
    }

    /// The committed end of the log and its signed checkpoint.
    #[must_use]
    pub fn head(&self) -> Arc<Head> {
        self.shared.head()
    }

    /// Whether decisions can be recorded. After a batch that failed the disk is tried again, with a batch without
    /// items: who is not ready gets no decisions, and would never learn from one that the disk is well.
    pub async fn is_ready(&self) -> bool {
        if self.shared.writable.load(Ordering::Relaxed) {
            return !self.queue.is_closed();
        }
        let (answer, tried) = oneshot::channel();
        self.submit(writer::Job::Probe { answer }).is_ok() && matches!(tried.await, Ok(Ok(())))
    }

    /// The public key of the log.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        self.shared.key.verifier()
    }

    /// Every public key that the log was ever signed with, the one in use first.
    #[must_use]
    pub fn verifiers(&self) -> &[VerifierKey] {
        self.shared.key.verifiers()
    }

    /// Items by index; fewer than asked for where the log ends. Blocks on the disk.
    pub fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        self.shared.store.items(range)
    }

    /// The index of the first entry made on this UTC day or later. Blocks on the disk.
    pub fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        self.shared.store.first_on(day)
    }

    /// Destroys openings, and returns how many there still were; see [`Store::erase`]. Blocks on the disk, for a
    /// second for each stretch of the log that it touches. Whoever calls it states it in the log
    /// ([`Fact::Deletion`]).
    pub fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        self.shared.store.erase(indexes)
    }

    /// The hashes of perfect subtrees. Blocks on the disk.
    pub fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Hash>, StoreError> {
        ids.iter().map(|id| self.shared.store.node(*id)).collect()
    }

    /// The bytes of a file that the log is published as; `None` where the log has not come to it yet. At most
    /// 10 KB are made, from at most 256 items. Blocks on the disk.
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        if !tile.is_in(self.head().frontier.size()) {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        match tile.content() {
            Content::Entries => {
                for item in self.items(tile.entries())? {
                    tile::append(&mut bytes, &item.entry);
                }
            }
            // One reading of the entries, where each leaf by itself would be one.
            Content::Hashes(0) => {
                for item in self.items(tile.entries())? {
                    bytes.extend_from_slice(leaf_hash(&item.entry.encode()).as_bytes());
                }
            }
            Content::Hashes(_) => {
                for node in tile.nodes() {
                    bytes.extend_from_slice(self.shared.store.node(node)?.as_bytes());
                }
            }
        }
        Ok(Some(bytes))
    }

    /// The end of the log as it was at a smaller size, signed once more; the present one for any other size. Blocks
    /// on the disk.
    pub fn head_at(&self, size: u64) -> Result<Arc<Head>, StoreError> {
        let head = self.head();
        if size >= head.frontier.size() {
            return Ok(head);
        }
        let corrupt = |error: Malformed| StoreError::Corrupt(format!("the tree of {size} items: {error}"));
        let edge: Vec<_> = merkle::cover(0..size).collect();
        let frontier = Frontier::from_parts(size, self.nodes(&edge)?).map_err(corrupt)?;
        let checkpoint = self.shared.key.checkpoint(size, frontier.root()).map_err(corrupt)?;
        Ok(Arc::new(Head { frontier, checkpoint, time: head.time }))
    }

    /// Signs what sums up a file that leaves the house; see [`LogKey::manifest`].
    ///
    /// # Errors
    /// Texts that do not name their format in the second line.
    pub fn sign_manifest(&self, text: &str) -> Result<String, Malformed> {
        self.shared.key.manifest(text)
    }

    /// The receipt of one item: its proof under the newest checkpoint, with what opens its commitment if that has
    /// not been erased. `None` beyond the end. Blocks on the disk.
    pub fn receipt(&self, index: u64) -> Result<Option<Receipt>, StoreError> {
        let head = self.head();
        let size = head.frontier.size();
        if index >= size {
            return Ok(None);
        }
        let Some(item) = self.items(index..index + 1)?.pop() else { return Ok(None) };
        let proof = merkle::inclusion_proof(index, size, &StoreNodes(&*self.shared.store))?;
        let checkpoint = head.checkpoint.clone();
        Ok(Some(match item.opening {
            Some(Opening { salt, record, .. }) => {
                Receipt::new(index, &item.entry, &salt, &record, proof, checkpoint)
            }
            None => Receipt { extra: None, index, proof, checkpoint },
        }))
    }
}

impl Shared {
    fn head(&self) -> Arc<Head> {
        Arc::clone(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn set_head(&self, head: Head) {
        *self.head.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(head);
    }
}

/// A store as a source of nodes for proofs.
struct StoreNodes<'a>(&'a dyn Store);

impl Nodes for StoreNodes<'_> {
    type Error = StoreError;

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        self.0.node(id)
    }
}
