//! The start: head, tree and checkpoint are compared. They agree, or the log is not opened and a sentence says
//! what to do; recovery is never a guess.

use koektrommel_core::{
    error::Malformed,
    merkle::{Frontier, cover, leaf_hash},
    note::{Checkpoint, VerifierKey},
};

use crate::{
    keys::{self, LogKey},
    store::{Batch, Head, Store, StoreError},
};

/// How many entries at the end are hashed again; the nodes above them are compared as they are stored.
const REHASHED: u64 = 4096;

/// Why the log was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The checkpoint is not signed by this folder's key, or is not a checkpoint.
    #[error(
        "the log's checkpoint does not verify with keys/log.vkey ({0}): put back the key that belongs to this log, \
         or restore the folder from a backup"
    )]
    Checkpoint(Malformed),
    /// The checkpoint is of another tree.
    #[error(
        "the log's checkpoint and its tree differ (checkpoint: {signed} entries, tree: {found}): the folder was \
         changed or is damaged; run `koektrommel verify` to find where, and restore it from a backup"
    )]
    Differs {
        /// What the checkpoint says.
        signed: u64,
        /// What is stored.
        found: u64,
    },
    /// The system gave no thread.
    #[error("the writer could not be started: {0}")]
    Thread(std::io::Error),
}

/// Reads the head and proves that it belongs to the stored tree and to one of the log's keys.
pub(super) fn check(store: &dyn Store, keys: &[VerifierKey]) -> Result<Head, OpenError> {
    let head = store.head()?;
    let size = head.frontier.size();
    if size == 0 && head.checkpoint.is_empty() {
        return Ok(head);
    }
    let checkpoint =
        Checkpoint::open(&head.checkpoint, keys, &keys::log::verify).map_err(OpenError::Checkpoint)?;
    let differs = OpenError::Differs { signed: checkpoint.size, found: size };
    if checkpoint.size != size || checkpoint.root != head.frontier.root() {
        return Err(differs);
    }
    // The tree once more: large subtrees as they are stored, the newest entries hashed again.
    let rehashed_from = size.saturating_sub(REHASHED) / REHASHED * REHASHED;
    let edge = cover(0..rehashed_from).map(|id| store.node(id)).collect::<Result<_, _>>()?;
    let mut tree = Frontier::from_parts(rehashed_from, edge).map_err(OpenError::Checkpoint)?;
    for item in store.items(rehashed_from..size)? {
        tree.push(leaf_hash(&item.entry.encode()));
    }
    if tree == head.frontier { Ok(head) } else { Err(differs) }
}

/// The head under the key in use: signed anew, and on disk, where the key was replaced since it was signed.
pub(super) fn signed_by(store: &dyn Store, key: &LogKey, head: Head) -> Result<Head, OpenError> {
    let is_signed =
        Checkpoint::open(&head.checkpoint, std::slice::from_ref(key.verifier()), &keys::log::verify).is_ok();
    if is_signed || head.checkpoint.is_empty() {
        return Ok(head);
    }
    let checkpoint = key.checkpoint(head.frontier.size(), head.frontier.root());
    let after = Head { checkpoint: checkpoint.map_err(OpenError::Checkpoint)?, ..head.clone() };
    store.append(&Batch { before: head.frontier, items: Vec::new(), after: after.clone() })?;
    Ok(after)
}
