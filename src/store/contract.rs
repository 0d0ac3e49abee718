//! The acceptance suite of a store: what every backend must do, in small clauses with a name.
//!
//! A backend's own tests call [`all`]. Nothing here knows which backend it is. Sizes are chosen so that a backend
//! that divides the log into stretches of 256 items crosses several of them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests, outside a test module so that tests/ reaches them"
)]

use std::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use koektrommel_core::{
    entry::{Entry, Salt},
    hash::Hash,
    instant::Day,
    merkle::{self, Frontier, NodeId, leaf_hash, node_hash},
    record::Tag,
};

use super::{Batch, Head, Item, MAX_CHECKPOINT, MAX_RECORD, Opening, Store, StoreError};

/// Opens the store of this name: an empty one the first time, the same one again after it was dropped.
pub type Open<'a> = &'a dyn Fn(&str) -> Box<dyn Store>;

/// Holds a backend to every clause, each on a store of its own that is named after it.
pub fn all(open: Open<'_>) {
    for (name, clause) in CLAUSES {
        clause(&mut Log::open(name, open));
    }
}

/// One thing that a store must do.
type Clause = fn(&mut Log<'_>);

/// Every clause by its name.
const CLAUSES: &[(&str, Clause)] = &[
    ("an empty store has an empty head", |log| {
        let empty = Head { frontier: Frontier::new(), checkpoint: String::new(), time: None };
        assert_eq!(log.store().head().unwrap(), empty);
        log.agrees();
    }),
    ("what was appended is read back, whatever the batches", |log| {
        for count in [1, 1, 6, 248, 1, 255, 256, 257, 3] {
            log.append(count);
            log.agrees();
        }
    }),
    ("a batch may be wider than several stretches", |log| {
        log.append(100);
        log.append(1_000);
        log.agrees();
        log.append(1);
        log.agrees();
    }),
    ("all of it is there after a reopen", |log| {
        for count in [0, 255, 1, 1, 300] {
            if count > 0 {
                log.append(count);
            }
            log.reopen();
            log.agrees();
        }
    }),
    ("a batch on another tree is a conflict and changes nothing", |log| {
        let stale = batch(&log.head, 2);
        log.append(5);
        assert!(matches!(log.store().append(&stale), Err(StoreError::Conflict)), "stale");
        let mut twin = batch(&log.head, 2);
        twin.before = tree((0..5).map(|n| Hash::of(&[b"other", &[n]])));
        assert!(matches!(log.store().append(&twin), Err(StoreError::Conflict)), "same size, other leaves");
        let ahead = batch(&batch(&log.head, 2).after, 2);
        assert!(matches!(log.store().append(&ahead), Err(StoreError::Conflict)), "ahead");
        log.agrees();
        log.reopen();
        log.agrees();
        log.append(1);
        log.agrees();
    }),
    ("a batch that does not add up is refused whole", |log| {
        log.append(3);
        let good = batch(&log.head, 3);
        let mut less = good.clone();
        less.items.pop();
        let mut changed = good.clone();
        changed.items[1].entry.day = Day::from_unix_days(1);
        let mut long = good.clone();
        long.items[1].opening.as_mut().unwrap().record = vec![b' '; MAX_RECORD + 1].into();
        let mut wordy = good;
        wordy.after.checkpoint = "x".repeat(MAX_CHECKPOINT + 1);
        for wrong in [less, changed, long, wordy] {
            assert!(matches!(log.store().append(&wrong), Err(StoreError::Corrupt(_))));
        }
        log.agrees();
        log.append(1);
        log.agrees();
    }),
    ("the longest record and checkpoint fit", |log| {
        for _ in 0..3 {
            let mut batch = batch(&log.head, 3);
            for item in &mut batch.items {
                item.opening.as_mut().unwrap().record = vec![b'r'; MAX_RECORD].into();
            }
            batch.after.checkpoint = "c".repeat(MAX_CHECKPOINT);
            log.add(batch);
        }
        log.agrees();
        log.reopen();
        log.agrees();
    }),
    ("a batch without items puts another checkpoint on the same tree", |log| {
        for count in [3, 253] {
            log.append(count);
            let mut batch = batch(&log.head, 0);
            batch.after.checkpoint = "signed by a witness too".to_owned();
            log.add(batch);
            log.agrees();
            log.reopen();
            log.agrees();
        }
        log.append(2);
        log.reopen();
        log.agrees();
    }),
    ("a range is cut off where the log ends", |log| {
        log.append(300);
        for range in [290..310, 300..301, 400..500, u64::MAX - 1..u64::MAX, 5..5, 255..257] {
            log.same_items(range);
        }
        #[expect(clippy::reversed_empty_ranges, reason = "a caller may get it wrong")]
        log.same_items(9..3);
    }),
    ("a tag finds the newest item that still has it", |log| {
        let tag = Tag(u64::MAX);
        for count in [10, 500, 500] {
            let mut batch = batch(&log.head, count);
            batch.items[3].opening.as_mut().unwrap().tag = Some(tag);
            batch.items[5].opening.as_mut().unwrap().tag = Some(tag);
            log.add(batch);
            log.agrees();
        }
        let mut found = Vec::new();
        while let Some(index) = log.store().find(tag).unwrap() {
            found.push(index);
            log.erase(&[index], 1);
            if found.len() == 3 {
                log.reopen();
            }
        }
        assert_eq!(found, [515, 513, 15, 13, 5, 3]);
        assert_eq!(log.store().find(Tag(0)).unwrap(), None);
    }),
    ("an item without an opening has no tag and is kept", |log| {
        let mut batch = batch(&log.head, 4);
        batch.items[1].opening = None;
        batch.items[2].opening.as_mut().unwrap().tag = None;
        log.add(batch);
        log.agrees();
        log.reopen();
        log.agrees();
    }),
    ("the nodes are those of RFC 6962, at every level", |log| {
        for count in [1, 254, 1, 1, 300, 300] {
            log.append(count);
            log.same_nodes();
        }
        log.reopen();
        log.same_nodes();
    }),
    ("a node that is not complete is refused", |log| {
        log.append(300);
        for (level, index) in
            [(0, 300), (8, 1), (9, 0), (63, 0), (64, 0), (255, 0), (0, u64::MAX), (8, u64::MAX)]
        {
            let answer = log.store().node(NodeId { level, index });
            assert!(matches!(answer, Err(StoreError::Corrupt(_))), "{level} {index}");
        }
    }),
    ("the first entry of a day", |log| {
        log.append(700);
        log.same_days();
        log.reopen();
        log.same_days();
    }),
    ("what is erased is gone, and nothing else", |log| {
        log.append(300);
        log.erase(&[0, 7, 7, 299, 300, u64::MAX], 3);
        log.agrees();
        log.erase(&[7], 0);
        log.erase(&[], 0);
        log.append(3);
        log.reopen();
        log.agrees();
        log.same_nodes();
    }),
    ("erasing works across stretches and before a reopen", |log| {
        log.append(900);
        let every: Vec<u64> = (0..900).step_by(100).collect();
        log.erase(&every, 9);
        log.agrees();
        let all: Vec<u64> = (0..256).collect();
        log.erase(&all, 253);
        log.reopen();
        log.agrees();
        log.append(200);
        log.erase(&[899, 900, 1_099], 3);
        log.reopen();
        log.append(1);
        log.agrees();
    }),
    ("readers see whole batches while others are appended and erased", |log| {
        let done = AtomicBool::new(false);
        let (store, mut head) = (log.store.take().unwrap(), log.head.clone());
        thread::scope(|scope| {
            let (shared, done) = (&store, &done);
            for _ in 0..3 {
                scope.spawn(move || {
                    while !done.load(Ordering::Relaxed) {
                        reads_whole_batches(&**shared);
                    }
                });
            }
            for round in 0..60 {
                let batch = batch(&head, 17);
                shared.append(&batch).unwrap();
                head = batch.after;
                if round % 20 == 19 {
                    shared.erase(&[head.frontier.size() - 1, 3]).unwrap();
                }
            }
            done.store(true, Ordering::Relaxed);
        });
        reads_whole_batches(&*store);
    }),
];

/// The next so many items on this head, every one different and on the day that its index says.
#[must_use]
pub fn batch(head: &Head, count: u64) -> Batch {
    let first = head.frontier.size();
    let items: Vec<Item> = (first..first + count).map(item).collect();
    let mut frontier = head.frontier.clone();
    for item in &items {
        frontier.push(leaf_hash(&item.entry.encode()));
    }
    let checkpoint = format!("example.org/log\n{}\n{}\n", frontier.size(), frontier.root());
    let time = items.last().map(|item| item.entry.day.start()).or(head.time);
    Batch { before: head.frontier.clone(), items, after: Head { frontier, checkpoint, time } }
}

/// The item that [`batch`] makes for an index.
#[must_use]
pub fn item(index: u64) -> Item {
    let bytes = *Hash::of(&[b"salt", &index.to_be_bytes()]).as_bytes();
    let record = format!("{{\"index\":{index},\"padding\":\"{}\"}}", "p".repeat(usize::from(bytes[0]) * 3));
    let salt = Salt::from_bytes(bytes);
    // Days with many entries, with one, and without any.
    let day = Day::from_unix_days(u32::try_from(20_000 + index / 90 * 3 + index % 90 / 89).unwrap());
    let entry = Entry::new(day, &salt, record.as_bytes());
    let tag = Some(Tag(u64::from_be_bytes(bytes[..8].try_into().unwrap()) >> 1));
    Item { entry, opening: Some(Opening { tag, salt, record: record.into_bytes().into() }) }
}

/// A store, and what must be in it.
struct Log<'a> {
    name: &'static str,
    open: Open<'a>,
    store: Option<Box<dyn Store>>,
    head: Head,
    items: Vec<Item>,
}

impl<'a> Log<'a> {
    fn open(name: &'static str, open: Open<'a>) -> Self {
        let store = open(name);
        let head = Head { frontier: Frontier::new(), checkpoint: String::new(), time: None };
        Self { name, open, store: Some(store), head, items: Vec::new() }
    }

    fn reopen(&mut self) {
        self.store = None;
        self.store = Some((self.open)(self.name));
    }

    fn store(&self) -> &dyn Store {
        &**self.store.as_ref().unwrap()
    }

    fn append(&mut self, count: u64) {
        self.add(batch(&self.head, count));
    }

    /// Appends a batch of which a test has changed the openings: the entries follow them.
    fn add(&mut self, mut batch: Batch) {
        let mut frontier = batch.before.clone();
        for item in &mut batch.items {
            if let Some(opening) = &item.opening {
                item.entry = Entry::new(item.entry.day, &opening.salt, &opening.record);
            }
            frontier.push(leaf_hash(&item.entry.encode()));
        }
        batch.after.frontier = frontier;
        self.store().append(&batch).unwrap_or_else(|error| panic!("{}: {error}", self.name));
        self.head = batch.after;
        self.items.extend(batch.items);
    }

    fn erase(&mut self, indexes: &[u64], count: u64) {
        assert_eq!(self.store().erase(indexes).unwrap(), count, "{}: {indexes:?}", self.name);
        for index in indexes {
            if let Some(item) = usize::try_from(*index).ok().and_then(|index| self.items.get_mut(index)) {
                item.opening = None;
            }
        }
    }

    /// The head, every item, and every tag.
    fn agrees(&self) {
        assert_eq!(self.store().head().unwrap(), self.head, "{}", self.name);
        self.same_items(0..u64::MAX);
        let size = self.items.len() as u64;
        self.same_items(size / 3..size / 3 * 2 + 1);
        for (index, item) in self.items.iter().enumerate().step_by(7) {
            self.same_items(index as u64..index as u64 + 1);
            let tag = |item: &Item| item.opening.as_ref().and_then(|opening| opening.tag);
            if let Some(wanted) = tag(item) {
                let newest = self.items.iter().rposition(|item| tag(item) == Some(wanted));
                assert_eq!(self.store().find(wanted).unwrap(), newest.map(|at| at as u64), "{}", self.name);
            }
        }
    }

    fn same_items(&self, range: Range<u64>) {
        let end = usize::try_from(range.end).unwrap().min(self.items.len());
        let start = usize::try_from(range.start).unwrap().min(end);
        let found = self.store().items(range.clone()).unwrap();
        assert_eq!(found.len(), end - start, "{}: {range:?}", self.name);
        for (index, item) in (start..).zip(&found) {
            assert!(*item == self.items[index], "{}: item {index}", self.name);
        }
    }

    fn same_nodes(&self) {
        let mut level: Vec<Hash> = self.items.iter().map(|item| leaf_hash(&item.entry.encode())).collect();
        let mut id = NodeId::leaf(0);
        while !level.is_empty() {
            for (index, hash) in (0..).zip(&level) {
                let found = self.store().node(NodeId { index, ..id }).unwrap();
                assert_eq!(found, *hash, "{}: level {} index {index}", self.name, id.level);
            }
            level = level.chunks_exact(2).map(|pair| node_hash(&pair[0], &pair[1])).collect();
            id = id.parent();
        }
    }

    fn same_days(&self) {
        let last = self.items.last().unwrap().entry.day.unix_days();
        for day in (19_999..=last + 2).chain([0, u32::MAX]).map(Day::from_unix_days) {
            let first = self.items.partition_point(|item| item.entry.day < day);
            assert_eq!(self.store().first_on(day).unwrap(), first as u64, "{}: {day:?}", self.name);
        }
    }
}

/// Whatever head a reader gets, everything it names can be read and adds up to its tree.
fn reads_whole_batches(store: &dyn Store) {
    let head = store.head().unwrap();
    let size = head.frontier.size();
    assert_eq!(size % 17, 0, "half a batch");
    let items = store.items(0..size).unwrap();
    assert_eq!(tree(items.iter().map(|item| leaf_hash(&item.entry.encode()))), head.frontier);
    for node in merkle::cover(0..size) {
        store.node(node).unwrap();
    }
    if let Some(last) = items.last() {
        assert_eq!(head.time, Some(last.entry.day.start()));
        assert!(store.first_on(last.entry.day).unwrap() < size);
        if let Some(opening) = &items[items.len() / 2].opening {
            assert_eq!(store.find(opening.tag.unwrap()).unwrap(), Some(size / 2));
        }
    }
}

fn tree(leaves: impl Iterator<Item = Hash>) -> Frontier {
    let mut tree = Frontier::new();
    leaves.for_each(|leaf| tree.push(leaf));
    tree
}
