//! The log in a data folder, verified from the first item to the signed head.

use std::{collections::HashSet, fs, sync::Mutex, sync::PoisonError};

use koektrommel_core::{
    hash::Hash,
    indexes::Indexes,
    merkle::{Frontier, NodeId, leaf_hash},
    note::{Checkpoint, VerifierKey},
    record::Record,
};
use koektrommel_evidence::row::Row;

use super::{Place, Report, VerifyError, deletions::Deletions, files, manifests, parallel};
use crate::{
    folder::Folder,
    keys::log::{verifiers, verify},
    store::{Head, Item, Store},
};

/// How many items are read at a time.
const STRETCH: u64 = 8192;
/// Nodes of this level and above are held against those that the store keeps: one for every 256 items and up.
const LEVEL: u8 = 8;

/// What somebody kept elsewhere, which the log must agree with.
#[derive(Clone, Debug, Default)]
pub struct Elsewhere {
    /// A checkpoint of this log, as C2SP text, of its present size or an earlier one.
    pub checkpoint: Option<String>,
    /// The public keys of this log; none are compared with none.
    pub keys: Vec<VerifierKey>,
}

/// Verifies the log of a data folder. The caller holds the folder's lock, so that nothing changes meanwhile.
///
/// # Errors
/// Names the first bad item, or what was kept elsewhere and does not agree.
pub fn data(folder: &Folder, store: &dyn Store, elsewhere: &Elsewhere) -> Result<Report, VerifyError> {
    let head = store.head()?;
    let size = head.frontier.size();
    let all_keys = read_keys(folder)?;
    let mut keys = all_keys.clone();
    // Where keys are known from elsewhere, no other counts: the folder may name any as one that was used before.
    keys.retain(|key| elsewhere.keys.is_empty() || elsewhere.keys.contains(key));
    if keys.is_empty() {
        return Err(VerifyError::bad(Place::Log, "its key is not the one given: it is another log"));
    }
    let kept = elsewhere.checkpoint.as_deref().map(|note| read_kept(note, &keys, size)).transpose()?;
    if size == 0 && head.checkpoint.is_empty() {
        files::check(folder)?;
        manifests::check(folder, store, &all_keys, None)?;
        return Ok(Report { proved: vec!["The log is empty.".to_owned()], unproved: Vec::new() });
    }
    let (signed, key) = check_head(&head, &keys)?;
    let notices = Notices::new(folder);
    let mut tree = Frontier::new();
    let (mut last, mut counts) = (String::new(), Counts::default());
    let mut deletions = Deletions::default();
    let (mut restored, mut at) = (None, 0);
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
            if kept.as_ref().is_some_and(|kept| kept.size == tree.size() && kept.root != tree.root()) {
                let why = "up to here it is not what the checkpoint given signed: there are two logs";
                return Err(bad(index, why));
            }
            counts.add(&what);
            match &what {
                What::Erased => deletions.erased(index),
                What::Deletion(_, items) => deletions.stated(index, items),
                What::Restoration(_, size) => restored = Some(restored.unwrap_or(*size).min(*size)),
                _ => {}
            }
            let Some(time) = what.time() else { continue };
            if time < last.as_str() {
                return Err(bad(index, "its time is before that of an item above it"));
            }
            time.clone_into(&mut last);
        }
        at += items.len() as u64;
    }
    if tree != head.frontier {
        return Err(VerifyError::bad(
            Place::Log,
            "the items do not lead to the tree that the checkpoint signs",
        ));
    }
    if head.time.is_none_or(|time| time.to_string() < last) {
        return Err(VerifyError::bad(Place::Log, "its newest time is before that of its last record"));
    }
    files::check(folder)?;
    manifests::check(folder, store, &all_keys, restored)?;
    let unfinished = deletions.check(folder.path("erasing.json").exists())?;
    let mut report = report(key, &signed, &counts, kept.as_ref());
    report.unproved.extend(unfinished);
    Ok(report)
}

/// Reads a checkpoint that was kept elsewhere; a log that was cut back since is shorter than it.
fn read_kept(note: &str, keys: &[VerifierKey], size: u64) -> Result<Checkpoint, VerifyError> {
    let kept = Checkpoint::open(note, keys, &verify).map_err(|error| {
        VerifyError::bad(Place::Log, format!("the checkpoint given does not verify with its key: {error}"))
    })?;
    if kept.size <= size {
        return Ok(kept);
    }
    let why =
        format!("the checkpoint given is of {} items and there are {size}: the log was cut back", kept.size);
    Err(VerifyError::bad(Place::Log, why))
}

pub(super) fn bad(index: u64, why: impl Into<String>) -> VerifyError {
    VerifyError::bad(Place::Item(index), why)
}

/// The key in use, and after it those before it.
fn read_keys(folder: &Folder) -> Result<Vec<VerifierKey>, VerifyError> {
    verifiers(folder).map_err(|error| VerifyError::Unreadable(error.to_string()))
}

/// What the head's checkpoint says, and which key signed it.
fn check_head<'a>(
    head: &Head,
    keys: &'a [VerifierKey],
) -> Result<(Checkpoint, &'a VerifierKey), VerifyError> {
    let wrong = |why: String| VerifyError::bad(Place::Log, why);
    let signed = Checkpoint::open(&head.checkpoint, keys, &verify).map_err(|error| {
        wrong(format!("its checkpoint does not verify with the keys of the folder: {error}"))
    })?;
    let by =
        |key: &&VerifierKey| Checkpoint::open(&head.checkpoint, std::slice::from_ref(*key), &verify).is_ok();
    let key = keys.iter().find(by).unwrap_or(&keys[0]);
    if signed.size != head.frontier.size() || signed.root != head.frontier.root() {
        return Err(wrong(format!(
            "its checkpoint is of {} items and its tree of {}, or of another root",
            signed.size,
            head.frontier.size()
        )));
    }
    Ok((signed, key))
}

/// What an item turned out to be.
enum What<'a> {
    /// With its time, as it is written: such times sort as text.
    Consent(&'a str),
    Access(&'a str),
    /// With what it says was erased.
    Deletion(&'a str, Indexes),
    /// With the size that it was put back to.
    Restoration(&'a str, u64),
    Erased,
}

impl<'a> What<'a> {
    const fn time(&self) -> Option<&'a str> {
        match self {
            Self::Consent(time)
            | Self::Access(time)
            | Self::Deletion(time, _)
            | Self::Restoration(time, _) => Some(*time),
            Self::Erased => None,
        }
    }
}

#[derive(Default)]
struct Counts {
    consents: u64,
    accesses: u64,
    statements: u64,
    erased: u64,
}

impl Counts {
    const fn add(&mut self, what: &What<'_>) {
        match what {
            What::Consent(_) => self.consents += 1,
            What::Access(_) => self.accesses += 1,
            What::Deletion(..) | What::Restoration(..) => self.statements += 1,
            What::Erased => self.erased += 1,
        }
    }
}

/// Checks one item on its own. The commitment proves every byte of the record; what is read after that is only
/// what must agree with other things.
fn check<'a>(index: u64, item: &'a Item, notices: &Notices<'_>) -> Result<(Hash, What<'a>), String> {
    let leaf = leaf_hash(&item.entry.encode());
    let Some(opening) = &item.opening else { return Ok((leaf, What::Erased)) };
    if opening.salt.commit(&opening.record) != item.entry.commitment {
        return Err("its record is not the one that its entry commits to".to_owned());
    }
    let row = Row::read(&opening.record).ok_or("its record cannot be read")?;
    if !row.is_of_day_of(&item.entry) {
        return Err("its record is of another day than its entry".to_owned());
    }
    if !row.is_at(index) {
        return Err("its record names another place in the log".to_owned());
    }
    if [row.previous, row.begun].into_iter().flatten().any(|other| other >= index) {
        return Err("its record names one before it that is not before it".to_owned());
    }
    match row.kind {
        "consent" => notices.check(row.notice).map(|()| (leaf, What::Consent(row.time))),
        "access" => Ok((leaf, What::Access(row.time))),
        "deletion" | "restoration" => match Record::from_json(&opening.record) {
            Ok(Record::Deletion(deletion)) if deletion.items.last().is_some_and(|last| last < index) => {
                Ok((leaf, What::Deletion(row.time, deletion.items)))
            }
            Ok(Record::Restoration(restoration)) if restoration.size <= index => {
                Ok((leaf, What::Restoration(row.time, restoration.size)))
            }
            _ => Err("its statement cannot be right: it names what is not before it".to_owned()),
        },
        _ => Err("its record is of no known kind".to_owned()),
    }
}

/// The notices that were found to be there and right; each is read once.
struct Notices<'a> {
    folder: &'a Folder,
    right: Mutex<HashSet<String>>,
}

impl<'a> Notices<'a> {
    fn new(folder: &'a Folder) -> Self {
        Self { folder, right: Mutex::default() }
    }

    fn check(&self, name: &str) -> Result<(), String> {
        let mut right = self.right.lock().unwrap_or_else(PoisonError::into_inner);
        if right.contains(name) {
            return Ok(());
        }
        let id: Hash = name.parse().map_err(|_| "its record names no notice")?;
        let file = format!("notices/{}.json", id.to_string().trim_start_matches("sha256:"));
        let content = fs::read(self.folder.path(&file))
            .map_err(|error| format!("the notice that was shown is not there: {file}: {error}"))?;
        if Hash::of(&[&content]) != id {
            return Err(format!("the notice that was shown has been changed: {file}"));
        }
        right.insert(name.to_owned());
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

fn report(key: &VerifierKey, signed: &Checkpoint, counts: &Counts, kept: Option<&Checkpoint>) -> Report {
    let Counts { consents, accesses, statements, erased } = counts;
    let mut report = Report {
        proved: vec![
            format!("The log {} holds {} items with root {}.", signed.origin, signed.size, signed.root),
            format!(
                "{consents} decisions, {accesses} readings by officers and {statements} statements are, byte for \
                 byte, what was committed to."
            ),
            format!(
                "{erased} records were erased; their entries are in the tree, and for each a statement in the log \
                 says why."
            ),
            "Every notice that a decision names is there and unchanged; so is every other file that its name or its \
             own sum tells of."
                .to_owned(),
            format!("The checkpoint is signed with the key {key}."),
        ],
        unproved: Vec::new(),
    };
    match kept {
        Some(kept) => report.proved.push(format!(
            "Its first {} items are those that the checkpoint given signed; nothing was cut back or begun anew since.",
            kept.size
        )),
        None => report.unproved.push(
            "That the log was not begun anew or cut back: give a checkpoint that was kept elsewhere with --checkpoint."
                .to_owned(),
        ),
    }
    report
}
