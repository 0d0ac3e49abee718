//! The log in a data folder, verified from the first item to the signed head.

use std::{collections::HashSet, fs, sync::Mutex, sync::PoisonError};

use koektrommel_core::{
    hash::Hash,
    instant::Instant,
    merkle::{Frontier, NodeId, leaf_hash},
    note::{Checkpoint, VerifierKey},
    record::Record,
};

use super::{Place, Report, VerifyError, parallel};
use crate::{
    folder::Folder,
    keys,
    store::{Head, Item, Store},
};

/// How many items are read at a time.
const STRETCH: u64 = 8192;
/// Nodes of this level and above are held against those that the store keeps: one for every 256 items and up.
const LEVEL: u8 = 8;

/// Verifies the log of a data folder. The caller holds the folder's lock, so that nothing changes meanwhile.
///
/// # Errors
/// Names the first bad item.
pub fn data(folder: &Folder, store: &dyn Store) -> Result<Report, VerifyError> {
    let head = store.head()?;
    let size = head.frontier.size();
    if size == 0 && head.checkpoint.is_empty() {
        return Ok(Report { proved: vec!["The log is empty.".to_owned()], unproved: Vec::new() });
    }
    let key = read_key(folder)?;
    let signed = check_head(&head, &key)?;
    let notices = Notices::new(folder);
    let mut tree = Frontier::new();
    let (mut last, mut counts) = (None::<Instant>, Counts::default());
    let mut at = 0;
    while at < size {
        let items = store.items(at..size.min(at + STRETCH))?;
        if items.is_empty() {
            return Err(bad(at, "cannot be found"));
        }
        let checked = parallel::map(&items, |place, item| {
            let index = at + place as u64;
            check(index, item, &notices).map_err(|why| bad(index, why))
        })?;
        for (index, (leaf, what)) in (at..).zip(checked) {
            let mut completed = Vec::new();
            tree.push_with(leaf, &mut |id, hash| {
                if id.level >= LEVEL {
                    completed.push((id, hash));
                }
            });
            for (id, hash) in completed {
                if store.node(id)? != hash {
                    return Err(first_of(store, id, index));
                }
            }
            counts.add(&what);
            let Some(time) = what.time() else { continue };
            if last.is_some_and(|last| time < last) {
                return Err(bad(index, "its time is before that of an item above it"));
            }
            last = Some(time);
        }
        at += items.len() as u64;
    }
    if tree != head.frontier {
        return Err(VerifyError::bad(
            Place::Log,
            "the items do not lead to the tree that the checkpoint signs",
        ));
    }
    if head.time < last {
        return Err(VerifyError::bad(Place::Log, "its newest time is before that of its last record"));
    }
    Ok(report(&key, &signed, &counts))
}

fn bad(index: u64, why: impl Into<String>) -> VerifyError {
    VerifyError::bad(Place::Item(index), why)
}

fn read_key(folder: &Folder) -> Result<VerifierKey, VerifyError> {
    let path = folder.path("keys/log.vkey");
    let text = fs::read_to_string(&path).map_err(VerifyError::io(&path))?;
    let wrong = |error| VerifyError::Unreadable(format!("{}: {error}", path.display()));
    text.trim_end().parse().map_err(wrong)
}

fn check_head(head: &Head, key: &VerifierKey) -> Result<Checkpoint, VerifyError> {
    let wrong = |why: String| VerifyError::bad(Place::Log, why);
    let signed = Checkpoint::open(&head.checkpoint, std::slice::from_ref(key), &keys::log::verify)
        .map_err(|error| wrong(format!("its checkpoint does not verify with keys/log.vkey: {error}")))?;
    if signed.size != head.frontier.size() || signed.root != head.frontier.root() {
        return Err(wrong(format!(
            "its checkpoint is of {} items and its tree of {}, or of another root",
            signed.size,
            head.frontier.size()
        )));
    }
    Ok(signed)
}

/// What an item turned out to be.
enum What {
    Consent(Instant),
    Access(Instant),
    Erased,
}

impl What {
    const fn time(&self) -> Option<Instant> {
        match self {
            Self::Consent(time) | Self::Access(time) => Some(*time),
            Self::Erased => None,
        }
    }
}

#[derive(Default)]
struct Counts {
    consents: u64,
    accesses: u64,
    erased: u64,
}

impl Counts {
    const fn add(&mut self, what: &What) {
        match what {
            What::Consent(_) => self.consents += 1,
            What::Access(_) => self.accesses += 1,
            What::Erased => self.erased += 1,
        }
    }
}

/// Checks one item on its own.
fn check(index: u64, item: &Item, notices: &Notices<'_>) -> Result<(Hash, What), String> {
    let leaf = leaf_hash(&item.entry.encode());
    let Some(opening) = &item.opening else { return Ok((leaf, What::Erased)) };
    if opening.salt.commit(&opening.record) != item.entry.commitment {
        return Err("its record is not the one that its entry commits to".to_owned());
    }
    let record = Record::from_json(&opening.record).map_err(|error| error.to_string())?;
    if record.time().day() != item.entry.day {
        return Err("its record is of another day than its entry".to_owned());
    }
    let earlier = |other: Option<u64>| other.is_none_or(|other| other < index);
    match record {
        Record::Consent(consent) => {
            if consent.id.index() != index {
                return Err("its record names another place in the log".to_owned());
            }
            if !earlier(consent.previous) {
                return Err("its record names a decision before it that is not before it".to_owned());
            }
            notices.check(consent.notice)?;
            Ok((leaf, What::Consent(consent.time)))
        }
        Record::Access(access) if earlier(access.begun) => Ok((leaf, What::Access(access.time))),
        Record::Access(_) => Err("it ends a download that had not begun".to_owned()),
    }
}

/// The notices that were found to be there and right; each is read once.
struct Notices<'a> {
    folder: &'a Folder,
    right: Mutex<HashSet<Hash>>,
}

impl<'a> Notices<'a> {
    fn new(folder: &'a Folder) -> Self {
        Self { folder, right: Mutex::default() }
    }

    fn check(&self, id: Hash) -> Result<(), String> {
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.contains(&id) {
            return Ok(());
        }
        let name = format!("notices/{}.json", id.to_string().trim_start_matches("sha256:"));
        let content = fs::read(self.folder.path(&name))
            .map_err(|error| format!("the notice that was shown is not there: {name}: {error}"))?;
        if Hash::of(&[&content]) != id {
            return Err(format!("the notice that was shown has been changed: {name}"));
        }
        right.insert(id);
        Ok(())
    }
}

/// The first item below a node that differs, as far as the stored leaves tell.
fn first_of(store: &dyn Store, node: NodeId, index: u64) -> VerifyError {
    let leaves = node.leaves().unwrap_or(index..index + 1);
    for leaf in leaves.clone() {
        let Ok(items) = store.items(leaf..leaf + 1) else { break };
        let Some(item) = items.first() else { break };
        if store.node(NodeId::leaf(leaf)).is_ok_and(|stored| stored != leaf_hash(&item.entry.encode())) {
            return bad(leaf, "its entry is not the one in the tree");
        }
    }
    let why = format!("an entry from here up to {} is not the one in the tree", leaves.end);
    bad(leaves.start, why)
}

fn report(key: &VerifierKey, signed: &Checkpoint, counts: &Counts) -> Report {
    let Counts { consents, accesses, erased } = counts;
    Report {
        proved: vec![
            format!("The log {} holds {} items with root {}.", signed.origin, signed.size, signed.root),
            format!("{consents} decisions and {accesses} readings by officers are, byte for byte, what was committed to."),
            format!("{erased} records were erased; their entries are in the tree."),
            "Every notice that a decision names is there and unchanged.".to_owned(),
            format!("The checkpoint is signed with the key {key}."),
        ],
        unproved: vec![
            "That the log was not begun anew or cut back: compare the checkpoint with one that was kept elsewhere."
                .to_owned(),
        ],
    }
}
