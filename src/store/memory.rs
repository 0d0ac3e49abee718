//! A store that forgets when the program ends: for tests, and for the faults that a disk does not have on demand.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

use koektrommel_core::{
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId},
    record::Tag,
};

use super::{Batch, Head, Item, Store, StoreError};

/// What goes wrong, for the crash table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next append fails, and nothing of it is kept.
    AppendLost,
    /// The next append fails, and yet all of it is kept: the answer was lost, not the batch.
    AppendKept,
    /// Everything fails, and nothing changes, until [`MemoryStore::repair`].
    Unavailable,
}

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<State>);

#[derive(Debug)]
struct State {
    head: Head,
    items: Vec<Item>,
    nodes: BTreeMap<NodeId, Hash>,
    tags: BTreeMap<Tag, BTreeSet<u64>>,
    fault: Option<Fault>,
    /// An append has failed and nobody has asked for the head since.
    doubt: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            head: Head { frontier: Frontier::new(), checkpoint: String::new(), time: None },
            items: Vec::new(),
            nodes: BTreeMap::new(),
            tags: BTreeMap::new(),
            fault: None,
            doubt: false,
        }
    }
}

impl MemoryStore {
    /// An empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next operation that the fault is about go wrong.
    pub fn fail(&self, fault: Fault) {
        self.lock().fault = Some(fault);
    }

    /// Takes away whatever [`fail`](Self::fail) brought.
    pub fn repair(&self) {
        self.lock().fault = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No operation here stops half-way, so a panic elsewhere leaves nothing broken behind.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn available(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.lock();
        if state.fault == Some(Fault::Unavailable) { Err(unavailable()) } else { Ok(state) }
    }
}

impl State {
    fn append(&mut self, batch: &Batch, nodes: Vec<(NodeId, Hash)>) {
        for (item, index) in batch.items.iter().zip(batch.before.size()..) {
            if let Some(tag) = item.opening.as_ref().and_then(|opening| opening.tag) {
                self.tags.entry(tag).or_default().insert(index);
            }
            self.items.push(item.clone());
        }
        self.nodes.extend(nodes);
        self.head = batch.after.clone();
    }

    fn erase(&mut self, index: u64) -> bool {
        let Some(item) = usize::try_from(index).ok().and_then(|index| self.items.get_mut(index)) else {
            return false;
        };
        let Some(opening) = item.opening.take() else { return false };
        if let Some(others) = opening.tag.and_then(|tag| self.tags.get_mut(&tag)) {
            others.remove(&index);
        }
        true
    }
}

impl Store for MemoryStore {
    fn head(&self) -> Result<Head, StoreError> {
        let mut state = self.available()?;
        state.doubt = false;
        Ok(state.head.clone())
    }

    fn append(&self, batch: &Batch) -> Result<(), StoreError> {
        let mut state = self.available()?;
        if state.doubt {
            return Err(unavailable());
        }
        if state.head.frontier != batch.before {
            return Err(StoreError::Conflict);
        }
        let nodes = batch.nodes()?;
        let fault = state.fault.take();
        if fault != Some(Fault::AppendLost) {
            state.append(batch, nodes);
        }
        state.doubt = fault.is_some();
        if fault.is_some() { Err(unavailable()) } else { Ok(()) }
    }

    fn items(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        let state = self.available()?;
        let end = usize::try_from(range.end).map_or(state.items.len(), |end| end.min(state.items.len()));
        let start = usize::try_from(range.start).map_or(end, |start| start.min(end));
        Ok(state.items.get(start..end).unwrap_or_default().to_vec())
    }

    fn find(&self, tag: Tag) -> Result<Option<u64>, StoreError> {
        Ok(self.available()?.tags.get(&tag).and_then(|indexes| indexes.last()).copied())
    }

    fn node(&self, id: NodeId) -> Result<Hash, StoreError> {
        let hash = self.available()?.nodes.get(&id).copied();
        hash.ok_or_else(|| StoreError::Corrupt(format!("{id:?} is not complete in this tree")))
    }

    fn first_on(&self, day: Day) -> Result<u64, StoreError> {
        Ok(self.available()?.items.partition_point(|item| item.entry.day < day) as u64)
    }

    fn erase(&self, indexes: &[u64]) -> Result<u64, StoreError> {
        let mut state = self.available()?;
        Ok(indexes.iter().filter(|index| state.erase(**index)).count() as u64)
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("a fault was asked for".to_owned())
}

#[cfg(test)]
mod tests {
    use std::{collections::HashMap, sync::Arc, sync::Mutex};

    use super::{Fault, MemoryStore};
    use crate::store::{Batch, Store, StoreError, contract};

    #[test]
    fn keeps_the_contract() {
        let stores = Mutex::new(HashMap::<String, Arc<MemoryStore>>::new());
        contract::all(&|name| {
            Box::new(Arc::clone(stores.lock().unwrap().entry(name.to_owned()).or_default()))
        });
    }

    #[test]
    fn every_fault_leaves_all_or_nothing_and_the_head_tells() {
        for (fault, kept) in [(Fault::AppendLost, 0), (Fault::AppendKept, 3)] {
            let store = MemoryStore::new();
            let head = store.head().unwrap();
            let batch: Batch = contract::batch(&head, 3);
            store.fail(fault);
            assert!(matches!(store.append(&batch), Err(StoreError::Unavailable(_))), "{fault:?}");
            assert!(
                matches!(store.append(&batch), Err(StoreError::Unavailable(_))),
                "not before it is known"
            );
            let head = store.head().unwrap();
            assert_eq!(head.frontier.size(), kept, "{fault:?}");
            store.append(&contract::batch(&head, 2)).unwrap();
            assert_eq!(store.items(0..9).unwrap().len() as u64, kept + 2);
        }
    }

    #[test]
    fn an_unavailable_store_answers_nothing_and_loses_nothing() {
        let store = MemoryStore::new();
        store.append(&contract::batch(&store.head().unwrap(), 3)).unwrap();
        store.fail(Fault::Unavailable);
        assert!(matches!(store.head(), Err(StoreError::Unavailable(_))));
        assert!(matches!(store.items(0..1), Err(StoreError::Unavailable(_))));
        assert!(matches!(store.erase(&[0]), Err(StoreError::Unavailable(_))));
        store.repair();
        assert_eq!(store.erase(&[0, 0]).unwrap(), 1);
    }
}
