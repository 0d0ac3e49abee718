//! The log as a row of volumes, as it is in memory: what can be answered from there, and where to look otherwise.

use std::{fs::File, ops::Range, sync::Arc};

use koektrommel_core::{
    hash::Hash,
    instant::Day,
    merkle::{Frontier, NodeId, node_hash},
    record::Tag,
};

use super::{
    super::{Head, Item, StoreError},
    VolumeSize,
    durable::Db,
    live::{self, Live},
    sealed::Sealed,
};

/// All of it, in order. The last volume is the one that is appended to, and is live.
pub(super) struct Volumes {
    pub(super) size: VolumeSize,
    pub(super) head: Head,
    pub(super) all: Vec<Volume>,
}

/// One stretch of the log.
pub(super) struct Volume {
    /// How often it was rewritten; part of its name.
    pub(super) generation: u32,
    pub(super) form: Form,
}

/// How a volume is kept.
pub(super) enum Form {
    /// In sled.
    Live(Live),
    /// In a file of its own.
    Sealed(Arc<Sealed>),
}

/// A handle to read items with. It holds what it reads from open, also when that has been replaced since.
pub(super) enum Reader {
    Live(Arc<Db>),
    Sealed(Arc<Sealed>, File),
}

/// The answer, or the items to get it from.
pub(super) enum Answer<T> {
    Known(T),
    Among(Range<u64>),
}

impl Reader {
    /// The items of a range that lies in this volume.
    pub(super) fn read(&self, range: Range<u64>) -> Result<Vec<Item>, StoreError> {
        match self {
            Self::Live(db) => live::read(db, range),
            Self::Sealed(volume, file) => volume.read(file, range),
        }
    }
}

impl Volumes {
    /// The number of the volume that is appended to.
    pub(super) fn last(&self) -> u64 {
        self.all.len().saturating_sub(1) as u64
    }

    pub(super) fn get(&self, number: u64) -> Option<&Volume> {
        usize::try_from(number).ok().and_then(|number| self.all.get(number))
    }

    /// The live volume of this number, if it is one.
    pub(super) fn live_mut(&mut self, number: u64) -> Option<&mut Live> {
        match &mut self.all.get_mut(usize::try_from(number).ok()?)?.form {
            Form::Live(live) => Some(live),
            Form::Sealed(_) => None,
        }
    }

    /// The first volume that waits to be sealed.
    pub(super) fn waiting(&self) -> Option<u64> {
        let before = self.all.split_last()?.1;
        before.iter().position(|volume| matches!(volume.form, Form::Live(_))).map(|number| number as u64)
    }

    /// Opens a volume for reading. A sealed one's file is there as long as the volume is in this row.
    pub(super) fn reader(&self, number: u64) -> Result<Reader, StoreError> {
        match self.get(number).map(|volume| &volume.form) {
            Some(Form::Live(live)) => Ok(Reader::Live(Arc::clone(&live.db))),
            Some(Form::Sealed(volume)) => Ok(Reader::Sealed(Arc::clone(volume), volume.file()?)),
            None => Err(StoreError::Corrupt(format!("volume {number} is missing"))),
        }
    }

    /// The hash of a node that is complete in the committed tree.
    pub(super) fn node(&self, id: NodeId) -> Result<Answer<Hash>, StoreError> {
        let missing = || StoreError::Corrupt(format!("{id:?} is not complete in this tree"));
        if !id.is_complete(self.head.frontier.size()) {
            return Err(missing());
        }
        match self.size.level().checked_sub(id.level) {
            None => {
                let [left, right] = id.children().ok_or_else(missing)?;
                match (self.node(left)?, self.node(right)?) {
                    (Answer::Known(left), Answer::Known(right)) => {
                        Ok(Answer::Known(node_hash(&left, &right)))
                    }
                    _ => Err(missing()),
                }
            }
            Some(below) => {
                let known = match self.get(id.index >> below).map(|volume| &volume.form) {
                    Some(Form::Live(live)) => live.index.node(id),
                    Some(Form::Sealed(volume)) => volume.node(id),
                    None => None,
                };
                match known {
                    Some(hash) => Ok(Answer::Known(hash)),
                    None => id.leaves().map(Answer::Among).ok_or_else(missing),
                }
            }
        }
    }

    /// The index of the first entry on this day or later.
    pub(super) fn first_on(&self, day: Day) -> Answer<u64> {
        let earlier = |volume: &Volume| match &volume.form {
            Form::Live(live) => live.index.last_day().is_some_and(|last| last < day),
            Form::Sealed(volume) => volume.last_day() < day,
        };
        match self.all.get(self.all.partition_point(earlier)).map(|volume| &volume.form) {
            None => Answer::Known(self.head.frontier.size()),
            Some(Form::Live(live)) => Answer::Known(live.index.first_on(day)),
            Some(Form::Sealed(volume)) => Answer::Among(volume.around(day)),
        }
    }

    /// The newest item with this tag, as far as live volumes know; and the sealed ones that may hold it, newest
    /// first, to be asked where they are newer than what is known.
    pub(super) fn find(&self, tag: Tag) -> (Option<u64>, Vec<Arc<Sealed>>) {
        let mut maybe = Vec::new();
        for volume in self.all.iter().rev() {
            match &volume.form {
                Form::Live(live) => {
                    if let Some(index) = live.index.find(tag) {
                        return (Some(index), maybe);
                    }
                }
                Form::Sealed(volume) if volume.may_hold(tag) => maybe.push(Arc::clone(volume)),
                Form::Sealed(_) => {}
            }
        }
        (None, maybe)
    }

    /// The tree that the volumes add up to, to be compared with the head's.
    pub(super) fn tree(&self) -> Option<Frontier> {
        let mut tree = Frontier::new();
        for volume in &self.all {
            match &volume.form {
                Form::Sealed(volume) => tree.push_subtree(self.size.level(), volume.root()?).ok()?,
                Form::Live(live) => {
                    for id in koektrommel_core::merkle::cover(live.index.range()) {
                        tree.push_subtree(id.level, live.index.node(id)?).ok()?;
                    }
                }
            }
        }
        Some(tree)
    }
}
