//! The port to durable storage: what the ledger needs, in the domain's words.
//!
//! A store keeps the log (entries, the nodes of the tree, the signed head) for ever and the openings (record and
//! salt) until they are erased. The trait is object-safe and synchronous: one writer thread appends, any number
//! of threads read.

use std::ops::Range;

use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    instant::{Day, Instant},
    merkle::{Frontier, NodeId},
    record::Tag,
};

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

/// Everything the ledger needs from the place where the log lives.
///
/// Every backend passes the acceptance suite in [`contract`](self::contract).
pub trait Store: Send + Sync {
    /// The committed head.
    fn head(&self) -> Result<Head, StoreError>;

    /// Appends the batch if, and only if, the head's tree is still `batch.before`.
    ///
    /// All or nothing. Once it returns `Ok`, the batch survives the loss of power. After `Conflict` nothing was
    /// written. After `Unavailable` either all or nothing was: [`head`](Self::head) tells.
    fn append(&self, batch: &Batch) -> Result<(), StoreError>;

    /// The items of a range of indexes, in order; fewer than asked for where the log ends.
    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError>;

    /// The index of the item with this tag whose opening has not been erased.
    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError>;

    /// The hash of a perfect subtree, complete in the committed tree. Asking for one that is not complete is
    /// answered with `Corrupt`.
    fn node(&self, id: NodeId) -> Result<Hash, StoreError>;

    /// The index of the first entry made on this UTC day or later; the size of the log if there is none.
    fn first_on(&self, day: Day) -> Result<u64, StoreError>;

    /// Destroys the openings of these indexes and returns how many there still were.
    ///
    /// Once it returns `Ok`, they cannot be read from any byte the store keeps. Entries, nodes and head stay.
    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError>;
}
