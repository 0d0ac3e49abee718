//! Reading an archive: everything is checked before anything is made of it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use koektrommel_core::{
    hash::Hash,
    instant::Instant,
    merkle::{Frontier, leaf_hash},
    note::{self, Checkpoint, VerifierKey},
};
use ring::digest::{Context, SHA256};

use super::{
    ArchiveError, Contents, is_kept,
    line::{self, FAMILY, FORMAT, Format, Header, Line},
};
use crate::{
    keys,
    store::{Batch, Head, Item, Store, StoreError},
};

/// The longest line that is read, in bytes: a file of some megabytes.
const LONGEST_LINE: u64 = 64 << 20;
/// Where a file says what it is, in bytes: the checkpoint before it is far shorter.
const BEGINNING: u64 = 4096;
/// How many items are put into a store at a time.
const STRETCH: usize = 1024;

/// An archive of which every line was found right.
#[derive(Clone, Debug)]
pub struct Checked {
    /// What it holds.
    pub contents: Contents,
    /// The log's public keys as the file says, the one in use first.
    pub keys: Vec<VerifierKey>,
    /// The end of its log, signed; empty for a log without items.
    pub head: Head,
    /// How many of its items were erased.
    pub erased: u64,
}

/// Whether a file says that it is an archive, of whatever version. What it says stands at the beginning.
///
/// # Errors
/// It cannot be read.
pub fn is_one(path: &Path) -> io::Result<bool> {
    let mut start = Vec::new();
    File::open(path)?.take(BEGINNING).read_to_end(&mut start)?;
    Ok(start.windows(FAMILY.len()).any(|part| part == FAMILY.as_bytes()))
}

/// What somebody kept elsewhere, which an archive must agree with.
#[derive(Clone, Copy, Debug, Default)]
pub struct Elsewhere<'a> {
    /// The public keys of the log; with none, those that the file names are taken on trust.
    pub keys: &'a [VerifierKey],
    /// A signed checkpoint of the log.
    pub checkpoint: Option<&'a str>,
}

/// Reads a whole archive and checks every line, the tree, the signatures and the sum.
///
/// # Errors
/// Names the first wrong line, or another program's or version's file.
pub fn check(path: &Path) -> Result<Checked, ArchiveError> {
    check_against(path, Elsewhere::default()).map(|(checked, _)| checked)
}

/// As [`check`], held against what was kept elsewhere. Returns the checkpoint as it was read. It may be newer than the
/// archive; one that is not signs the same tree.
///
/// # Errors
/// Those of [`check`], and what does not agree.
pub fn check_against(
    path: &Path,
    elsewhere: Elsewhere<'_>,
) -> Result<(Checked, Option<Checkpoint>), ArchiveError> {
    let mut lines = Lines::open(path)?;
    let header = read_header(&mut lines)?;
    let wrong = |why: String| ArchiveError::Wrong { line: 1, why };
    let keys = header.keys.iter().map(|key| key.parse::<VerifierKey>()).collect::<Result<Vec<_>, _>>();
    let mut keys = keys.map_err(|error| wrong(error.to_string()))?;
    // Where keys are known from elsewhere, no other counts: a forger may name the true one beside his own.
    keys.retain(|key| elsewhere.keys.is_empty() || elsewhere.keys.contains(key));
    let Some(key) = keys.first() else {
        let why = "its key is not the one given: it is another log";
        return Err(ArchiveError::Contradicted(why.to_owned()));
    };
    let origin = key.name().to_owned();
    let kept = elsewhere.checkpoint.map(|note| Checkpoint::open(note, &keys, &keys::log::verify));
    let kept = kept.transpose().map_err(|error| {
        ArchiveError::Contradicted(format!(
            "the checkpoint given does not verify with the log's key: {error}"
        ))
    })?;
    let mut frontier = Frontier::new();
    let mut erased = 0;
    walk(&mut lines, header.size, &mut |number, sum, line| {
        match line {
            Line::Item { item, .. } => {
                frontier.push(leaf_hash(&item.entry.encode()));
                erased += u64::from(item.opening.is_none());
                if kept
                    .as_ref()
                    .is_some_and(|kept| kept.size == frontier.size() && kept.root != frontier.root())
                {
                    let why = "up to here it is not what the checkpoint given signed: there are two logs";
                    return Err(ArchiveError::Wrong { line: number, why: why.to_owned() });
                }
            }
            Line::Last { note, .. } => {
                let signed = note::open(&note, &keys, &keys::log::verify).ok();
                if signed != Some(&line::summed_up(&origin, sum)) {
                    let why = "the sum must be signed with the log's key".to_owned();
                    return Err(ArchiveError::Wrong { line: number, why });
                }
            }
            Line::File { .. } => {}
        }
        Ok(())
    })?;
    if frontier.size() > 0 {
        let signed = Checkpoint::open(&header.checkpoint, &keys, &keys::log::verify)
            .map_err(|error| wrong(format!("the checkpoint does not verify: {error}")))?;
        if signed.size != frontier.size() || signed.root != frontier.root() {
            return Err(wrong(
                "the items below do not lead to the tree that the checkpoint signs".to_owned(),
            ));
        }
    }
    let time = header.time.as_deref().map(str::parse::<Instant>).transpose();
    let time = time.map_err(|error| wrong(error.to_string()))?;
    let contents = Contents::parse(&header.contents);
    let contents = contents
        .ok_or_else(|| wrong("`contents` must be `backup`, `backup-without-keys` or `export`".to_owned()))?;
    let head = Head { frontier, checkpoint: header.checkpoint, time };
    Ok((Checked { contents, keys, head, erased }, kept))
}

/// Keeps a file of an archive: its path in the data folder, and its content.
pub type Keep<'a> = &'a mut dyn FnMut(&str, &[u8]) -> Result<(), ArchiveError>;

/// Puts the items of a checked archive into an empty store, and hands out its files. The store's head is then the
/// archive's: the same root, the same checkpoint.
///
/// # Errors
/// The store or `file` refused, or the archive is no longer what was checked.
pub fn fill(path: &Path, checked: &Checked, store: &dyn Store, file: Keep<'_>) -> Result<(), ArchiveError> {
    let mut lines = Lines::open(path)?;
    let header = read_header(&mut lines)?;
    let mut batch = Vec::with_capacity(STRETCH);
    walk(&mut lines, header.size, &mut |_, _, line| match line {
        Line::Item { item, .. } => {
            batch.push(*item);
            if batch.len() == STRETCH { append(store, std::mem::take(&mut batch), checked) } else { Ok(()) }
        }
        Line::File { path, content } => file(&path, &content),
        Line::Last { .. } => append(store, std::mem::take(&mut batch), checked),
    })?;
    if store.head()? == checked.head {
        Ok(())
    } else {
        Err(StoreError::Corrupt(
            "the store does not have the archive's root: the file changed meanwhile".to_owned(),
        )
        .into())
    }
}

/// Appends items; the last of them come with the signed head. Until then there is no checkpoint, and no server opens
/// a log without one.
fn append(store: &dyn Store, items: Vec<Item>, checked: &Checked) -> Result<(), ArchiveError> {
    let before = store.head()?;
    let mut frontier = before.frontier.clone();
    let mut time = before.time;
    for item in &items {
        frontier.push(leaf_hash(&item.entry.encode()));
        time = time.max(Some(item.entry.day.start()));
    }
    let after = if frontier == checked.head.frontier {
        checked.head.clone()
    } else {
        Head { frontier, checkpoint: String::new(), time }
    };
    if after == before {
        return Ok(());
    }
    Ok(store.append(&Batch { before: before.frontier, items, after })?)
}

fn read_header(lines: &mut Lines) -> Result<Header, ArchiveError> {
    let first = lines.next()?.unwrap_or_default();
    let format = serde_json::from_str::<Format>(&first).map(|found| found.format).unwrap_or_default();
    if format.starts_with(FAMILY) && format != FORMAT {
        let why = "use the Koektrommel that wrote it";
        return Err(ArchiveError::OtherVersion(format!(
            "the file is in the format `{format}`, and this program reads `{FORMAT}`: {why}"
        )));
    }
    if format != FORMAT {
        let why = "the file is not a backup or an export of Koektrommel";
        return Err(ArchiveError::Refused(why.to_owned()));
    }
    serde_json::from_str(&first)
        .map_err(|_| ArchiveError::Wrong { line: 1, why: format!("must be the first line of a `{FORMAT}`") })
}

/// Reads every line after the first, in order, and checks what can be checked of each. `take` gets each with its number
/// and the sum of the lines before it.
fn walk(
    lines: &mut Lines,
    size: u64,
    take: &mut dyn FnMut(u64, Hash, Line) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let (mut next, mut files, mut is_over) = (0, 0, false);
    let mut before = String::new();
    loop {
        let sum = lines.sum();
        let Some(text) = lines.next()? else { break };
        let number = lines.read;
        let wrong = |why: &str| Err(ArchiveError::Wrong { line: number, why: why.to_owned() });
        if is_over {
            return wrong("there must be nothing after the last line");
        }
        let Some(line) = line::parse(&text) else { return wrong("must be an item, a file or the last line") };
        match &line {
            Line::Item { index, item } => {
                if *index != next || files > 0 {
                    return wrong("must be the next item: the file is incomplete, or in another order");
                }
                let opening = item.opening.as_ref();
                if opening
                    .is_some_and(|opening| opening.salt.commit(&opening.record) != item.entry.commitment)
                {
                    return wrong("the record is not the one that the entry commits to");
                }
                next += 1;
            }
            Line::File { path, .. } => {
                if next != size || !is_kept(path) || *path <= before {
                    return wrong(
                        "must be a file of a data folder, after the last item and in the order of names",
                    );
                }
                before.clone_from(path);
                files += 1;
            }
            Line::Last { files: said, items, sha256, .. } => {
                if *said != files || *items != next || next != size || *sha256 != sum.to_string() {
                    return wrong(
                        "must count the lines before it and have their sum: something was changed or left out",
                    );
                }
                is_over = true;
            }
        }
        take(number, sum, line)?;
    }
    if is_over {
        return Ok(());
    }
    Err(ArchiveError::Wrong {
        line: lines.read + 1,
        why: "the file ends before its last line: it is incomplete".to_owned(),
    })
}

/// The lines of a file, hashed as they go by.
struct Lines {
    reader: BufReader<File>,
    digest: Context,
    read: u64,
}

impl Lines {
    fn open(path: &Path) -> Result<Self, ArchiveError> {
        let reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        Ok(Self { reader, digest: Context::new(&SHA256), read: 0 })
    }

    fn next(&mut self) -> Result<Option<String>, ArchiveError> {
        let mut line = Vec::new();
        self.reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        self.read += 1;
        self.digest.update(&line);
        let wrong = |why: &str| ArchiveError::Wrong { line: self.read, why: why.to_owned() };
        if line.pop() != Some(b'\n') {
            return Err(wrong("must end with a newline: the file is cut off"));
        }
        String::from_utf8(line).map(Some).map_err(|_| wrong("must be UTF-8"))
    }

    fn sum(&self) -> Hash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.digest.clone().finish().as_ref());
        Hash::from_bytes(bytes)
    }
}
