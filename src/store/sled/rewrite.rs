//! Replacing a volume by a new generation of itself: to seal it, to erase something, or to know what is on disk.
//!
//! The new generation is made beside the old one, published under its own name, and then the old one is removed.
//! A crash before the name leaves the old one, a crash after it leaves both, and [`Folder::load`] takes the newer.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, PoisonError, atomic::Ordering},
    thread,
    time::Duration,
};

use super::{
    super::StoreError,
    Shared,
    durable::{self, Db, damaged},
    live,
    sealed::{self, Sealed},
    volumes::{Form, Volume},
};

#[cfg(doc)]
use super::folder::Folder;

/// How long a volume that was replaced is kept for readers that are still in it.
const PATIENCE: Duration = Duration::from_secs(10);

impl Shared {
    /// Seals every volume that is full and not the last one.
    pub(super) fn seal(&self) -> Result<(), StoreError> {
        loop {
            // Between two volumes, whoever wants to erase gets a turn.
            let _one_at_a_time = self.rewriting.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(number) = self.view(|volumes| Ok(volumes.waiting()))? else { return Ok(()) };
            self.rewrite_full(number, &BTreeSet::new())?;
        }
    }

    /// Destroys openings, volume by volume.
    pub(super) fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        let end = self.view(|volumes| Ok(volumes.head.frontier.size()))?;
        let mut by_volume: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
        for index in indexes.iter().filter(|index| **index < end) {
            by_volume.entry(self.folder.size().number_of(*index)).or_default().insert(*index);
        }
        let mut count = 0;
        for (number, indexes) in by_volume {
            let _one_at_a_time = self.rewriting.lock().unwrap_or_else(PoisonError::into_inner);
            let reader = self.view(|volumes| volumes.reader(number))?;
            let mut there = false;
            for index in &indexes {
                there |= reader.read(*index..*index + 1)?.iter().any(|item| item.opening.is_some());
                if there {
                    break;
                }
            }
            drop(reader);
            if there {
                count += self.erase_in(number, &indexes)?;
            }
        }
        Ok(count)
    }

    fn erase_in(&self, number: u64, erased: &BTreeSet<u64>) -> Result<u64, StoreError> {
        // Held only while the newest volume is rewritten: meanwhile nothing can be appended to it.
        let writer = self.sure_writer()?;
        if self.view(|volumes| Ok(volumes.last()))? != number {
            drop(writer);
            return self.rewrite_full(number, erased);
        }
        // Once the new generation has its name it counts at the next start, so nothing may go into the old one.
        self.rewrite_last(number, erased).map_err(|error| self.doubtful(error))
    }

    /// Makes a full volume into a sealed file, without some of its openings.
    fn rewrite_full(&self, number: u64, erased: &BTreeSet<u64>) -> Result<u64, StoreError> {
        let size = self.folder.size();
        let scratch = self.folder.scratch(number)?;
        let (reader, generation, root) = self.view(|volumes| {
            let volume = volumes.get(number).ok_or_else(super::in_doubt)?;
            let root = match &volume.form {
                Form::Live(live) => live.index.root(),
                Form::Sealed(sealed) => sealed.root(),
            };
            Ok((volumes.reader(number)?, volume.generation.saturating_add(1), root))
        })?;
        let count = sealed::write(&scratch, size, number, erased, &|range| reader.read(range))?;
        drop(reader);
        let path = self.folder.sealed(number, generation);
        if root.is_none() || Sealed::open(&scratch, size, number)?.root() != root {
            return Err(damaged(&path, "the items of this volume are not those that were appended"));
        }
        durable::publish(&scratch, &path)?;
        let sealed = Arc::new(Sealed::open(&path, size, number)?);
        self.replace(number, Volume { generation, form: Form::Sealed(sealed) })?;
        Ok(count)
    }

    /// Makes the newest volume into a new database, without some of its openings. The writer waits.
    fn rewrite_last(&self, number: u64, erased: &BTreeSet<u64>) -> Result<u64, StoreError> {
        let scratch = self.folder.scratch(number)?;
        let (old, head, generation) = self.view(|volumes| match volumes.all.last() {
            Some(Volume { generation, form: Form::Live(live) }) => {
                Ok((Arc::clone(&live.db), volumes.head.clone(), generation.saturating_add(1)))
            }
            _ => Err(super::in_doubt()),
        })?;
        let (mut live, count) = live::copy(&old, &scratch, self.folder.size(), number, &head, erased)?;
        drop(old);
        let path = self.folder.live(number, generation);
        durable::publish(&scratch, &path)?;
        if let Some(db) = Arc::get_mut(&mut live.db) {
            db.renamed(path);
        }
        self.replace(number, Volume { generation, form: Form::Live(live) })?;
        Ok(count)
    }

    /// Shows readers the new generation, and removes the old one once nobody reads in it.
    fn replace(&self, number: u64, new: Volume) -> Result<(), StoreError> {
        let old = self.change(|volumes| {
            let slot = usize::try_from(number).ok().and_then(|number| volumes.all.get_mut(number));
            slot.map(|slot| std::mem::replace(slot, new))
        })?;
        match old.map(|volume| volume.form) {
            Some(Form::Live(live)) => {
                let path = live.db.path().to_owned();
                let_go(&live.db);
                drop(live);
                durable::remove(&path)
            }
            Some(Form::Sealed(sealed)) => durable::remove(sealed.path()),
            None => Ok(()),
        }
    }

    /// Reads again what is on disk, after a write of which the outcome is not known. Readers wait.
    pub(super) fn start_again(&self) -> Result<(), StoreError> {
        let _one_at_a_time = self.rewriting.lock().unwrap_or_else(PoisonError::into_inner);
        let _nor_appending = self.writer();
        if !self.doubt.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut volumes = self.volumes.write().unwrap_or_else(PoisonError::into_inner);
        for volume in volumes.take().into_iter().flat_map(|volumes| volumes.all) {
            if let Form::Live(live) = volume.form {
                let_go(&live.db);
            }
        }
        *volumes = Some(self.folder.load(true)?);
        self.doubt.store(false, Ordering::Release);
        Ok(())
    }
}

/// Waits until no reader is in a database any more, so that it is closed when it is dropped.
fn let_go(db: &Arc<Db>) {
    let mut waited = Duration::ZERO;
    while Arc::strong_count(db) > 1 {
        if waited > PATIENCE {
            return tracing::warn!(path = %db.path().display(), "a replaced volume is still being read");
        }
        waited += Duration::from_millis(1);
        thread::sleep(Duration::from_millis(1));
    }
}
