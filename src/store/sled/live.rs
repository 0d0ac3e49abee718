//! A volume that is still a sled database: the newest one, and those that wait to be sealed.
//!
//! sled holds the items in packs, and the head. What is asked often is kept in memory and read back from the items
//! when the volume is opened: the nodes of the tree, the days, and the tags. That is some 10 MB for a full volume.

use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
    path::Path,
    sync::Arc,
};

use koektrommel_core::{
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId, leaf_hash},
    record::Tag,
};

use super::{
    super::{Head, Item, StoreError},
    VolumeSize,
    durable::{Db, Write, damaged},
    layout::{self, HEAD, first_of, pack_key, packs, unpack},
};

/// A volume in sled, and its index.
pub(super) struct Live {
    pub(super) db: Arc<Db>,
    pub(super) index: Index,
}

/// What is known of the items of one volume.
pub(super) struct Index {
    size: VolumeSize,
    first: u64,
    /// The complete nodes of each level inside the volume, from the leaves up to the volume's own root.
    nodes: Vec<Vec<Hash>>,
    days: Vec<Day>,
    /// The newest item with each tag.
    tags: HashMap<Tag, u64>,
}

impl Index {
    pub(super) fn new(size: VolumeSize, number: u64) -> Self {
        // What a full volume needs, at once: the system gives memory when it is used, and growing would need it twice.
        let nodes = (0..=size.level()).rev().map(|level| Vec::with_capacity(1 << level)).collect();
        let items = 1 << size.level();
        let (days, tags) = (Vec::with_capacity(items), HashMap::with_capacity(items));
        Self { size, first: size.first(number), nodes, days, tags }
    }

    /// The indexes of the items in it.
    pub(super) fn range(&self) -> Range<u64> {
        self.first..self.first + self.days.len() as u64
    }

    /// Adds the next item; its nodes follow by [`add_node`](Self::add_node).
    pub(super) fn add(&mut self, item: &Item) {
        if let Some(tag) = item.opening.as_ref().and_then(|opening| opening.tag) {
            self.tags.insert(tag, self.first + self.days.len() as u64);
        }
        self.days.push(item.entry.day);
    }

    /// Adds a node that became complete. Those above the volume's root are not its own.
    pub(super) fn add_node(&mut self, id: NodeId, hash: Hash) {
        if let Some(level) = self.nodes.get_mut(usize::from(id.level)) {
            level.push(hash);
        }
    }

    pub(super) fn node(&self, id: NodeId) -> Option<Hash> {
        let before = self.first.checked_shr(id.level.into())?;
        let index = usize::try_from(id.index.checked_sub(before)?).ok()?;
        self.nodes.get(usize::from(id.level))?.get(index).copied()
    }

    /// The root of the volume, once it is full.
    pub(super) fn root(&self) -> Option<Hash> {
        self.nodes.last().and_then(|level| level.first()).copied()
    }

    pub(super) fn find(&self, tag: Tag) -> Option<u64> {
        self.tags.get(&tag).copied()
    }

    pub(super) fn last_day(&self) -> Option<Day> {
        self.days.last().copied()
    }

    /// The index of its first item on this day or later; where it ends if there is none.
    pub(super) fn first_on(&self, day: Day) -> u64 {
        self.first + self.days.partition_point(|other| *other < day) as u64
    }

    pub(super) fn is_full(&self) -> bool {
        self.days.len() as u64 == self.size.items()
    }

    /// Adds items in order with all their nodes.
    fn extend(&mut self, tree: &mut Frontier, items: &[Item]) {
        for item in items {
            self.add(item);
            tree.push_with(leaf_hash(&item.entry.encode()), &mut |id, hash| self.add_node(id, hash));
        }
    }
}

/// What [`open`] found.
pub(super) struct Opened {
    pub(super) live: Live,
    /// The head that was committed in this volume, if there is one.
    pub(super) head: Option<Head>,
    /// There is more in the database than the head knows: a batch into the next volume was not finished.
    pub(super) more: bool,
}

/// Opens the newest volume and reads everything in it, up to the head if it holds one.
pub(super) fn open(path: &Path, size: VolumeSize, number: u64) -> Result<Opened, StoreError> {
    read_all(path, size, number, true)
}

/// Opens a volume that has a newer one after it. The head that it may hold is an older one than that of the log: a
/// batch over two volumes leaves its head in the second.
pub(super) fn open_full(path: &Path, size: VolumeSize, number: u64) -> Result<Opened, StoreError> {
    read_all(path, size, number, false)
}

fn read_all(path: &Path, size: VolumeSize, number: u64, heeds_head: bool) -> Result<Opened, StoreError> {
    let db = Db::open(path)?;
    let head = match db.get(HEAD)? {
        None => None,
        Some(value) => {
            Some(layout::take_head(&value).ok_or_else(|| damaged(path, "the head does not check"))?)
        }
    };
    let mut index = Index::new(size, number);
    let mut tree = Frontier::new();
    let mut more = false;
    let range = size.range(number);
    let end =
        head.as_ref().filter(|_| heeds_head).map_or(range.end, |head| head.frontier.size().min(range.end));
    for pair in db.range(&pack_key(range.start), HEAD) {
        let (key, value) = pair?;
        let next = index.range().end;
        let first = first_of(&key).ok_or_else(|| damaged(path, "it holds a key of an unknown kind"))?;
        if next == end {
            more = true;
            break;
        }
        if first != next {
            return Err(damaged(path, &format!("item {next} is missing")));
        }
        let items =
            unpack(first, &value).ok_or_else(|| damaged(path, &format!("item {first} does not check")))?;
        if items.len() as u64 > end - next {
            return Err(damaged(path, &format!("the head lies inside the pack of item {first}")));
        }
        index.extend(&mut tree, &items);
    }
    if heeds_head && head.is_some() && index.range().end < end {
        return Err(damaged(path, &format!("item {} is missing", index.range().end)));
    }
    Ok(Opened { live: Live { db: Arc::new(db), index }, head, more })
}

/// The items of a range that lies in this volume.
pub(super) fn read(db: &Db, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
    let mut found = Vec::with_capacity(usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(0));
    let missing = |index: u64| damaged(db.path(), &format!("item {index} is missing"));
    let Some((key, _)) = db.before(&pack_key(range.start.saturating_add(1)))? else {
        return if range.is_empty() { Ok(found) } else { Err(missing(range.start)) };
    };
    let mut next = range.start;
    for pair in db.range(&key, &pack_key(range.end)) {
        let (key, value) = pair?;
        let first = first_of(&key).filter(|first| *first <= next).ok_or_else(|| missing(next))?;
        let items = unpack(first, &value)
            .ok_or_else(|| damaged(db.path(), &format!("item {first} does not check")))?;
        let end = first + items.len() as u64;
        found.extend((first..).zip(items).filter(|(index, _)| range.contains(index)).map(|(_, item)| item));
        next = end.max(next);
    }
    if next < range.end { Err(missing(next)) } else { Ok(found) }
}

/// Items, and the head if it is known with them, as one commit.
pub(super) fn write(first: u64, items: &[Item], head: Option<&Head>) -> Write {
    let mut write = Write::default();
    for pack in packs(first, items) {
        write.put(&pack_key(pack.first), pack.bytes);
    }
    if let Some(head) = head {
        write.put(HEAD, layout::put_head(head));
    }
    write
}

/// Copies the items that the head knows into a new database, without the openings of some of them. Returns how
/// many openings that were there are left out.
pub(super) fn copy(
    from: &Db,
    to: &Path,
    size: VolumeSize,
    number: u64,
    head: &Head,
    erased: &BTreeSet<u64>,
) -> Result<(Live, u64), StoreError> {
    let db = Db::create(to)?;
    let mut index = Index::new(size, number);
    let mut tree = Frontier::new();
    let mut count = 0;
    let mut next = size.first(number);
    let until = head.frontier.size().min(size.range(number).end);
    while next < until {
        let end = until.min(next + 1_024);
        let mut items = read(from, next..end)?;
        count += forget(&mut items, next, erased);
        index.extend(&mut tree, &items);
        db.commit(write(next, &items, None))?;
        next = end;
    }
    db.commit(write(next, &[], Some(head)))?;
    Ok((Live { db: Arc::new(db), index }, count))
}

/// Takes the openings of these indexes away and says how many there were.
pub(super) fn forget(items: &mut [Item], first: u64, erased: &BTreeSet<u64>) -> u64 {
    let openings = (first..).zip(items).filter(|(index, _)| erased.contains(index));
    openings.filter_map(|(_, item)| item.opening.take()).count() as u64
}
