//! The log in a folder: volumes of 65,536 items, the newest in sled, the full ones in files that never change.
//!
//! `docs/decisions/0002-store-layout.md` has the measurements behind this. In short: one sled tree that only grows
//! becomes slow, large and hungry, and never lets go of what was removed; a small one that is thrown away when it
//! is full does none of that.
//!
//! * [`layout`]: the bytes. [`durable`]: the only place that syncs, renames and removes.
//! * [`live`]: a volume in sled. [`sealed`] with [`summary`]: a volume in a file.
//! * [`volumes`]: the row of them in memory. [`folder`]: the row of them on disk, and what a crash leaves there.
//! * [`rewrite`]: sealing, erasing, and starting again after an error, which are the same thing.
//!
//! Locks are taken in this order: `rewriting` (one volume at a time is replaced), `writer` (one batch at a time is
//! appended), `volumes` (what readers see; never held while a disk is waited for, except to open a file).

mod durable;
mod folder;
mod layout;
mod live;
mod rewrite;
mod sealed;
mod summary;
#[cfg(test)]
mod tests;
mod volumes;

use std::{
    ops::Range,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Sender},
    },
    thread::{self, JoinHandle},
};

use koektrommel_core::{
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId, leaf_hash},
    record::Tag,
};

use super::{Batch, Head, Item, Store, StoreError};
use folder::Folder;
use sealed::Sealed;
use volumes::{Answer, Form, Volume, Volumes};

/// The level of the nodes that are kept for every stretch of the log; below it they are computed.
const TILE_LEVEL: u8 = 8;
/// The number of leaves under such a node.
const TILE: usize = 1 << TILE_LEVEL;

/// How many items there are in a volume: a power of two, from 256 up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeSize(u8);

impl VolumeSize {
    /// 65,536 items, some 33 MB: the measured middle between a quick start and erasure, and few files.
    pub const DEFAULT: Self = Self(16);

    /// So many items; `None` unless it is a power of two from 256 to 1,048,576.
    #[must_use]
    pub fn of(items: u64) -> Option<Self> {
        let level = u8::try_from(items.checked_ilog2()?).ok()?;
        (items.is_power_of_two() && (TILE_LEVEL..=20).contains(&level)).then_some(Self(level))
    }

    /// The number of items.
    #[must_use]
    pub fn items(self) -> u64 {
        1 << self.0
    }

    fn level(self) -> u8 {
        self.0
    }

    fn number_of(self, index: u64) -> u64 {
        index >> self.0
    }

    fn first(self, number: u64) -> u64 {
        number.saturating_mul(self.items())
    }

    fn range(self, number: u64) -> Range<u64> {
        self.first(number)..self.first(number).saturating_add(self.items())
    }
}

/// A log in a folder on disk, for one program at a time.
pub struct SledStore {
    shared: Arc<Shared>,
    /// Wakes the thread that seals; dropped to end it.
    wake: Option<Sender<()>>,
    sealer: Option<JoinHandle<()>>,
}

struct Shared {
    folder: Folder,
    rewriting: Mutex<()>,
    writer: Mutex<()>,
    /// A write failed, and what is on disk has not been read since.
    doubt: AtomicBool,
    /// `None` while nobody knows what is on disk.
    volumes: RwLock<Option<Volumes>>,
}

impl SledStore {
    /// Opens the store in this folder, or makes it.
    ///
    /// [`StoreError::Unavailable`] if another program has it open or the system refuses, [`StoreError::Corrupt`]
    /// if it is of a version that this program does not know or does not check; the sentence says what to do.
    pub fn open(folder: &Path) -> Result<Self, StoreError> {
        Self::open_with(folder, VolumeSize::DEFAULT)
    }

    /// Opens the store, or makes one with volumes of this size. One that exists keeps its own size.
    pub fn open_with(folder: &Path, size: VolumeSize) -> Result<Self, StoreError> {
        let folder = Folder::open(folder, size)?;
        let volumes = folder.load(false)?;
        let shared = Arc::new(Shared {
            folder,
            rewriting: Mutex::default(),
            writer: Mutex::default(),
            doubt: AtomicBool::new(false),
            volumes: RwLock::new(Some(volumes)),
        });
        let (wake, woken) = mpsc::channel();
        let sealing = Arc::clone(&shared);
        let sealer = thread::Builder::new().name("seal".to_owned()).spawn(move || {
            while woken.recv().is_ok() {
                if let Err(error) = sealing.seal() {
                    tracing::warn!(%error, "a full volume could not be sealed; it stays as it is until the next one is full");
                }
            }
        });
        let sealer = sealer.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let store = Self { shared, wake: Some(wake), sealer: Some(sealer) };
        store.wake();
        Ok(store)
    }

    /// Seals every full volume now. This happens by itself in the background; a test or a backup may want to be
    /// sure.
    pub fn seal(&self) -> Result<(), StoreError> {
        self.shared.seal()
    }

    /// The test's hand on the disk of the newest volume: the step of a commit before which it breaks; 0 mends it.
    #[cfg(test)]
    pub(crate) fn break_at(&self, step: u8) {
        let volumes = self.shared.volumes.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(Form::Live(live)) =
            volumes.as_ref().and_then(|volumes| volumes.all.last()).map(|last| &last.form)
        {
            live.db.fault.store(step, Ordering::Relaxed);
        }
    }

    fn wake(&self) {
        // It fails only if the thread has gone; the volumes are then sealed after the next start.
        let _ = self.wake.as_ref().map(|wake| wake.send(()));
    }
}

impl Drop for SledStore {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(sealer) = self.sealer.take() {
            // A panic there was printed there, and a volume that was not sealed is harmless.
            let _ = sealer.join();
        }
    }
}

impl Store for SledStore {
    fn head(&self) -> Result<Head, StoreError> {
        if self.shared.doubt.load(Ordering::Acquire) {
            self.shared.start_again()?;
        }
        self.shared.view(|volumes| Ok(volumes.head.clone()))
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        if self.shared.append(batch)? {
            self.wake();
        }
        Ok(())
    }

    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        let size = self.shared.folder.size();
        let end = self.shared.view(|volumes| Ok(volumes.head.frontier.size().min(range.end)))?;
        let mut found = Vec::new();
        let mut next = range.start;
        while next < end {
            let number = size.number_of(next);
            let until = size.range(number).end.min(end);
            let items = self.shared.view(|volumes| volumes.reader(number))?.read(next..until)?;
            if found.is_empty() {
                found = items;
            } else {
                found.extend(items);
            }
            next = until;
        }
        Ok(found)
    }

    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError> {
        let (known, maybe) = self.shared.view(|volumes| {
            let (known, maybe) = volumes.find(tag);
            let open = |volume: Arc<Sealed>| volume.file().map(|file| (file, volume));
            Ok((known, maybe.into_iter().map(open).collect::<Result<Vec<_>, _>>()?))
        })?;
        for (file, volume) in maybe {
            if let Some(index) = volume.find(&file, tag)? {
                return Ok(Some(index));
            }
        }
        Ok(known)
    }

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        match self.shared.view(|volumes| volumes.node(id))? {
            Answer::Known(hash) => Ok(hash),
            Answer::Among(leaves) => {
                let mut tree = Frontier::new();
                for item in self.items(leaves)? {
                    tree.push(leaf_hash(&item.entry.encode()));
                }
                Ok(tree.root())
            }
        }
    }

    fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        match self.shared.view(|volumes| Ok(volumes.first_on(day)))? {
            Answer::Known(index) => Ok(index),
            Answer::Among(range) => {
                let items = self.items(range.clone())?;
                Ok(range.start + items.partition_point(|item| item.entry.day < day) as u64)
            }
        }
    }

    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        self.shared.erase(indexes)
    }
}

impl Shared {
    /// The right to append. Whoever panicked with it left memory as it was, and the disk in doubt.
    fn writer(&self) -> MutexGuard<'_, ()> {
        self.writer.lock().unwrap_or_else(|poisoned| {
            self.doubt.store(true, Ordering::Release);
            self.writer.clear_poison();
            poisoned.into_inner()
        })
    }

    /// The right to append, if it is known to what.
    fn sure_writer(&self) -> Result<MutexGuard<'_, ()>, StoreError> {
        let writer = self.writer();
        if self.doubt.load(Ordering::Acquire) { Err(in_doubt()) } else { Ok(writer) }
    }

    /// After this error nobody knows what is on disk.
    fn doubtful(&self, error: StoreError) -> StoreError {
        self.doubt.store(true, Ordering::Release);
        error
    }

    /// Looks at the volumes as they are now.
    fn view<T>(&self, look: impl FnOnce(&Volumes) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let volumes = self.volumes.read().unwrap_or_else(PoisonError::into_inner);
        look(volumes.as_ref().ok_or_else(in_doubt)?)
    }

    /// Changes the volumes between one reader and the next.
    fn change<T>(&self, change: impl FnOnce(&mut Volumes) -> T) -> Result<T, StoreError> {
        let mut volumes = self.volumes.write().unwrap_or_else(PoisonError::into_inner);
        volumes.as_mut().map(change).ok_or_else(in_doubt)
    }

    /// Appends, and says whether a volume became ready to be sealed.
    fn append(&self, batch: &Batch) -> Result<bool, StoreError> {
        let _one_at_a_time = self.sure_writer()?;
        if self.view(|volumes| Ok(volumes.head.frontier != batch.before))? {
            return Err(StoreError::Conflict);
        }
        let nodes = batch.nodes()?;
        let added = self.write(batch).map_err(|error| self.doubtful(error))?;
        self.folder.note(batch.after.frontier.size());
        let sealable = !added.is_empty();
        self.change(|volumes| {
            volumes.all.extend(added);
            let size = volumes.size;
            for (item, index) in batch.items.iter().zip(batch.before.size()..) {
                if let Some(live) = volumes.live_mut(size.number_of(index)) {
                    live.index.add(item);
                }
            }
            for (id, hash) in nodes {
                let below = size.level().checked_sub(id.level);
                if let Some(live) = below.and_then(|below| volumes.live_mut(id.index >> below)) {
                    live.index.add_node(id, hash);
                }
            }
            volumes.head = batch.after.clone();
        })?;
        Ok(sealable)
    }

    /// Puts a batch on disk, in as many volumes as it needs. The head goes into the last one, last of all: until
    /// it is there, the batch does not count.
    fn write(&self, batch: &Batch) -> Result<Vec<Volume>, StoreError> {
        let size = self.folder.size();
        let (last, db) = self.view(|volumes| match volumes.all.last().map(|volume| &volume.form) {
            Some(Form::Live(live)) => Ok((volumes.last(), Arc::clone(&live.db))),
            _ => Err(in_doubt()),
        })?;
        let mut added = Vec::new();
        let (mut number, mut db) = (last, db);
        let (mut first, mut rest) = (batch.before.size(), batch.items.as_slice());
        loop {
            let room = usize::try_from(size.range(number).end - first).unwrap_or(usize::MAX);
            let (now, later) = rest.split_at(room.min(rest.len()));
            let head = later.is_empty().then_some(&batch.after);
            if !now.is_empty() || head.is_some() {
                db.commit(live::write(first, now, head))?;
            }
            if later.is_empty() {
                return Ok(added);
            }
            (first, rest, number) = (first + now.len() as u64, later, number + 1);
            let volume = self.folder.create(number)?;
            if let Form::Live(live) = &volume.form {
                db = Arc::clone(&live.db);
            }
            added.push(volume);
        }
    }
}

fn in_doubt() -> StoreError {
    StoreError::Unavailable(
        "an earlier write failed, and what is on disk has not been read again yet".to_owned(),
    )
}
