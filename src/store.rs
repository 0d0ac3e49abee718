//! The port to durable storage: what the ledger needs, in the domain's words.
//!
//! A store keeps the log (entries, the nodes of the tree, the signed head) for ever and the openings (record and
//! salt) until they are erased. The trait is object-safe and synchronous: one writer thread appends, any number
//! of threads read.

use std::{fmt, ops::Range, sync::Arc};

use koektrommel_core::{
    entry::{Entry, Salt},
    error::Malformed,
    hash::Hash,
    instant::{Day, Instant},
    merkle::{Frontier, NodeId, leaf_hash},
    record::Tag,
};

#[doc(hidden)]
pub mod contract;
pub mod memory;
pub mod sled;

/// The longest record a store takes, in bytes. No value of the engine below may exceed 4 KiB; a record has a few
/// hundred bytes, so one that is longer is a fault of the caller and answered with [`StoreError::Corrupt`].
pub const MAX_RECORD: usize = 3_500;

/// The longest checkpoint a store takes, in bytes: room for our own signature and a dozen of witnesses.
pub const MAX_CHECKPOINT: usize = 2_000;

/// The committed end of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The right edge of the tree; its size is the number of entries.
    pub frontier: Frontier,
    /// The signed checkpoint of exactly this tree, as C2SP text. Empty for a store without entries.
    pub checkpoint: String,
    /// The time on the newest record; records are in the order of their times.
    pub time: Option<Instant>,
}

/// What opens an entry's commitment. Gone after erasure.
#[derive(Clone, PartialEq, Eq)]
pub struct Opening {
    /// Finds a repeated click; `None` for records that no visitor made.
    pub tag: Option<Tag>,
    /// The salt of the commitment.
    pub salt: Salt,
    /// The record's canonical bytes, exactly as they were hashed.
    pub record: Box<[u8]>,
}

impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opening(…)")
    }
}

/// One item of the log as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// The public leaf.
    pub entry: Entry,
    /// Record and salt, or `None` once erased.
    pub opening: Option<Opening>,
}

/// Items that become durable together.
#[derive(Clone, Debug)]
pub struct Batch {
    /// The tree this batch was built on. The store refuses the batch if its own tree is another.
    pub before: Frontier,
    /// The new items, at the indexes `before.size()..`.
    pub items: Vec<Item>,
    /// The head once the items are in the tree.
    pub after: Head,
}

impl Batch {
    /// Checks that the items lead from the one tree to the other, and returns every node that they complete, in
    /// the order in which they do. A batch without items is right too: it puts a new checkpoint on the same tree.
    ///
    /// A batch that does not add up is [`StoreError::Corrupt`]: a store that took it would hold a signed
    /// checkpoint of a tree that it does not have.
    pub fn nodes(&self) -> Result<Vec<(NodeId, Hash)>, StoreError> {
        let wrong = |what: &str| Err(StoreError::Corrupt(format!("a batch was refused: {what}")));
        if self.after.checkpoint.len() > MAX_CHECKPOINT {
            return wrong("its checkpoint is too long");
        }
        let mut tree = self.before.clone();
        let mut nodes = Vec::with_capacity(self.items.len() * 2);
        for item in &self.items {
            if item.opening.as_ref().is_some_and(|opening| opening.record.len() > MAX_RECORD) {
                return wrong("a record is too long");
            }
            tree.push_with(leaf_hash(&item.entry.encode()), &mut |id, hash| nodes.push((id, hash)));
        }
        if tree != self.after.frontier {
            return wrong("its items do not lead to its tree");
        }
        Ok(nodes)
    }
}

/// Why a store did not do what was asked; one variant for each thing that the caller does next.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The head is not the one that the batch was built on: read the head and build again.
    #[error("the log has moved on")]
    Conflict,
    /// The outcome is not known (disk full, I/O error): read the head to learn it, ask again later.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// What was read is not what was written: stop, and let a person look.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
}

impl From<Malformed> for StoreError {
    fn from(error: Malformed) -> Self {
        Self::Corrupt(error.to_string())
    }
}

/// Everything the ledger needs from the place where the log lives.
///
/// Every backend passes the acceptance suite in [`contract`](self::contract).
pub trait Store: Send + Sync {
    /// The committed head.
    fn head(&self) -> Result<Head, StoreError>;

    /// Appends the batch if, and only if, the head's tree is still `batch.before`. A batch without items puts
    /// another checkpoint on the same tree.
    ///
    /// All or nothing. Once it returns `Ok`, the batch survives the loss of power. After `Conflict` nothing was
    /// written. After `Unavailable` either all or nothing was: [`head`](Self::head) tells, and until it has been
    /// asked every further append is refused with `Unavailable`.
    fn append(&self, batch: &Batch) -> Result<(), StoreError>;

    /// The items of a range of indexes, in order; fewer than asked for where the log ends. The answer is held in
    /// memory: ask for a few thousand at a time.
    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError>;

    /// The index of the item with this tag whose opening has not been erased; the newest where there are several.
    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError>;

    /// The hash of a perfect subtree, complete in the committed tree. Asking for one that is not complete is
    /// answered with `Corrupt`.
    fn node(&self, id: NodeId) -> Result<Hash, StoreError>;

    /// The index of the first entry made on this UTC day or later; the size of the log if there is none. The log
    /// is in the order of its days.
    fn first_on(&self, day: Day) -> Result<u64, StoreError>;

    /// Destroys the openings of these indexes and returns how many there still were. Indexes outside the log, or
    /// given twice, count for nothing.
    ///
    /// Once it returns `Ok`, they cannot be read from any byte the store keeps. Entries, nodes and head stay. After
    /// an error some may be gone and some not: call it again. It may take a second for each stretch of the log that
    /// it touches, so gather indexes; appends wait meanwhile only if the newest stretch is among them.
    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError>;
}

impl<S: Store + ?Sized> Store for Arc<S> {
    fn head(&self) -> Result<Head, StoreError> {
        (**self).head()
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        (**self).append(batch)
    }

    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        (**self).items(range)
    }

    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError> {
        (**self).find(tag)
    }

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        (**self).node(id)
    }

    fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        (**self).first_on(day)
    }

    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        (**self).erase(indexes)
    }
}
