//! A download in NDJSON, verified on its own: no server, no network. Its lines are described in [`line`](crate::line).

use std::io::{BufRead, Read};

use koektrommel_core::{
    hash::Hash,
    merkle::{Frontier, leaf_hash, outside},
    note::{Checkpoint, VerifierKey, Verify},
};
use sha2::{Digest, Sha256};

use crate::{
    filter::{Filter, Format, Wanted},
    line::{Body, FORMAT, Header, Line, Trailer},
    row::Row,
    verdict::{Place, Report, VerifyError},
};

/// The longest line that is read, in bytes; real ones are far shorter.
const LONGEST_LINE: u64 = 64 * 1024;
/// What another of our files says in its first line.
const ARCHIVE: &[u8] = b"\"koektrommel archive ";
/// How the lines of a download begin: the first, an item, the last.
const STARTS: [&[u8]; 3] = [b"{\"checkpoint\":", b"{\"index\":", Trailer::START];
/// How many lines are checked at a time.
const STRETCH: usize = 8192;

/// What the verification is done with.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// The log's public key from elsewhere, without which the key that the file names is taken on trust.
    pub key: Option<&'a VerifierKey>,
    /// A signed checkpoint from elsewhere, which the download must agree with.
    pub checkpoint: Option<&'a str>,
    /// Checks Ed25519 signatures.
    pub verify: Verify<'a>,
}

/// Whoever applies a check to a stretch of lines, all at once or one by one.
pub trait Workers {
    /// Applies `work` to every item; the results are in the order of the items, up to the first error.
    ///
    /// # Errors
    /// The first error in the order of the items.
    fn map<'a, T: Sync, R: Send, E: Send>(
        &self,
        items: &'a [T],
        work: impl Fn(usize, &'a T) -> Result<R, E> + Sync,
    ) -> Result<Vec<R>, E>;
}

/// One by one, where there are no threads.
#[derive(Clone, Copy, Debug)]
pub struct Alone;

impl Workers for Alone {
    fn map<'a, T: Sync, R: Send, E: Send>(
        &self,
        items: &'a [T],
        work: impl Fn(usize, &'a T) -> Result<R, E> + Sync,
    ) -> Result<Vec<R>, E> {
        items.iter().enumerate().map(|(n, item)| work(n, item)).collect()
    }
}

/// Verifies a download.
///
/// # Errors
/// Names the first bad line; or says that the lines do not add up, where only their sum tells.
pub fn verify(
    reader: impl BufRead,
    means: &Means<'_>,
    workers: &impl Workers,
) -> Result<Report, VerifyError> {
    let mut lines = Lines::new(reader);
    if first_line(lines.reader.fill_buf()?).windows(ARCHIVE.len()).any(|part| part == ARCHIVE) {
        let why = "this is a backup or an export of the whole log: `koektrommel verify FILE` verifies it";
        return Err(VerifyError::Unreadable(why.to_owned()));
    }
    if !is_ours(lines.reader.fill_buf()?) {
        let sum = lines.digest_of_all()?;
        return Err(VerifyError::Unreadable(format!(
            "this is not a file that proves itself: a receipt, an evidence pack or an NDJSON download, just as it was \
             handed out; the SHA-256 of this one is {sum}: that of a table stands in the manifest of its download"
        )));
    }
    let first = lines.next()?.ok_or_else(|| bad(1, "the file is empty"))?;
    let header = read_header(&first)?;
    let signed = check_header(&header, means)?;
    if let Some(other) = means.checkpoint {
        check_against(&signed, other, means.key.unwrap_or(&header.key), means.verify)?;
    }
    let (left, right) = outside(header.first..header.end, signed.size);
    if header.left.len() != left.len() || header.right.len() != right.len() {
        return Err(bad(1, "`left` and `right` must hold the subtrees beside the range"));
    }
    let wrong = |error| bad(1, format!("{error}"));
    let mut tree = Frontier::from_parts(header.first, header.left.clone()).map_err(wrong)?;
    let filter = Filter::from_map(&header.filter).map_err(wrong)?;
    if !matches!(filter.format, Format::Ndjson | Format::Pack) {
        return Err(bad(1, "`filter` must be that of an NDJSON download"));
    }
    let count = check_items(&mut lines, &header, &Wanted::new(&filter), &mut tree, workers)?;
    let before_last = lines.digest();
    let last = lines
        .next()?
        .ok_or_else(|| bad(lines.read + 1, "the file ends before its last line: it is incomplete"))?;
    let expected = Trailer { count, lines: lines.read, sha256: before_last };
    for (node, hash) in right.iter().zip(&header.right) {
        tree.push_subtree(node.level, *hash).map_err(wrong)?;
    }
    if tree.root() != signed.root {
        let why = "each line agrees with itself, and together they do not lead to the root that the checkpoint signs";
        return Err(VerifyError::bad(
            Place::Lines,
            format!("{why}: a sealed line was changed, or `left` or `right` in line 1"),
        ));
    }
    check_last(&last, &expected)?;
    if lines.next()?.is_some() {
        return Err(bad(lines.read, "there must be nothing after the last line"));
    }
    Ok(report(&header, &signed, &expected, means))
}

fn bad(line: u64, why: impl Into<String>) -> VerifyError {
    VerifyError::bad(Place::Line(line), why)
}

/// Whether a file is a download, or what is left of one. Another file is not called wrong.
fn is_ours(start: &[u8]) -> bool {
    start.is_empty()
        || STARTS.iter().any(|known| start.starts_with(known))
        || first_line(start).windows(FORMAT.len()).any(|part| part == FORMAT.as_bytes())
}

fn first_line(start: &[u8]) -> &[u8] {
    start.split(|byte| *byte == b'\n').next().unwrap_or_default()
}

fn read_header(line: &[u8]) -> Result<Header, VerifyError> {
    let text = str::from_utf8(line).map_err(|_| bad(1, "must be UTF-8"))?;
    Header::parse(text).map_err(|error| bad(1, error.to_string()))
}

/// The key and the signature.
fn check_header(header: &Header, means: &Means<'_>) -> Result<Checkpoint, VerifyError> {
    if means.key.is_some_and(|key| *key != header.key) {
        return Err(bad(1, format!("the file names the key {}, which is not the one given", header.key)));
    }
    let signed = Checkpoint::open(&header.checkpoint, std::slice::from_ref(&header.key), means.verify)
        .map_err(|error| bad(1, format!("the checkpoint does not verify: {error}")))?;
    if header.first > header.end || header.end > signed.size {
        return Err(bad(1, "the range must lie inside the log that the checkpoint signs"));
    }
    Ok(signed)
}

/// Whether a checkpoint from elsewhere signs the same tree; only one of the same size can tell.
pub(crate) fn check_against(
    signed: &Checkpoint,
    note: &str,
    key: &VerifierKey,
    verify: Verify<'_>,
) -> Result<(), VerifyError> {
    let unreadable = |why: String| VerifyError::Unreadable(format!("the checkpoint given {why}"));
    let other = Checkpoint::open(note, std::slice::from_ref(key), verify)
        .map_err(|error| unreadable(format!("does not verify: {error}")))?;
    if other.size != signed.size {
        let why = format!(
            "is of {} items and the file of {}: give the checkpoint of that size",
            other.size, signed.size
        );
        return Err(unreadable(why));
    }
    if other == *signed {
        Ok(())
    } else {
        Err(bad(1, "the checkpoint contradicts the one given: there are two logs"))
    }
}

/// Checks every line of the range, adds the leaves to the tree, and counts the records.
fn check_items<R: BufRead>(
    lines: &mut Lines<R>,
    header: &Header,
    wanted: &Wanted,
    tree: &mut Frontier,
    workers: &impl Workers,
) -> Result<u64, VerifyError> {
    let mut count = 0;
    let mut before = String::new();
    let mut at = header.first;
    while at < header.end {
        let (from, mut stretch) = (lines.read + 1, Vec::with_capacity(STRETCH));
        while stretch.len() < STRETCH && at + (stretch.len() as u64) < header.end {
            match lines.next()? {
                Some(line) if !line.starts_with(Trailer::START) => stretch.push(line),
                _ => break,
            }
        }
        if stretch.is_empty() {
            return Err(bad(
                lines.read.max(from),
                format!("there must be a line for item {at}: the file is incomplete"),
            ));
        }
        let checked = workers.map(&stretch, |place, line| {
            check_line(line, at + place as u64, wanted).map_err(|why| bad(from + place as u64, why))
        })?;
        for (place, (leaf, time)) in checked.into_iter().enumerate() {
            tree.push(leaf);
            if let Some(time) = time {
                if time < before.as_str() {
                    return Err(bad(from + place as u64, "its time is before that of a record above it"));
                }
                time.clone_into(&mut before);
                count += 1;
            }
        }
        at += stretch.len() as u64;
        if lines.is_past_items {
            return Err(bad(
                lines.read,
                format!("there must be a line for item {at}: the file is incomplete"),
            ));
        }
    }
    Ok(count)
}

/// Checks one line on its own: the leaf, and the time of its record if it has one.
fn check_line<'a>(line: &'a [u8], index: u64, wanted: &Wanted) -> Result<(Hash, Option<&'a str>), String> {
    let line = Line::parse(line).map_err(|error| error.to_string())?;
    if line.index != index {
        return Err(format!("must be item {index}"));
    }
    if line.leaf != leaf_hash(&line.entry.encode()) {
        return Err("`leaf` is not the hash of `entry`".to_owned());
    }
    let Body::Open { salt, record } = line.body else { return Ok((line.leaf, None)) };
    if salt.commit(record) != line.entry.commitment {
        return Err("the record is not the one that the entry commits to".to_owned());
    }
    let row = Row::read(record).ok_or("the record cannot be read")?;
    if wanted.seals(&row).is_some() {
        return Err(
            "the record is not what line 1 says was asked for: one of the two lines was changed".to_owned()
        );
    }
    if !row.is_of_day_of(&line.entry) {
        return Err("the record is of another day than the entry".to_owned());
    }
    if !row.is_at(index) {
        return Err("the record names another place in the log".to_owned());
    }
    Ok((line.leaf, Some(row.time)))
}

fn check_last(last: &[u8], expected: &Trailer) -> Result<(), VerifyError> {
    if last == expected.to_json().as_bytes() {
        return Ok(());
    }
    let line = expected.lines;
    let only_sum = |text: &str| {
        let (start, end) =
            (format!("{{\"count\":{},\"lines\":{},\"sha256\":\"", expected.count, line), "\"}");
        let sum = text.strip_prefix(&start)?.strip_suffix(end)?;
        sum.parse::<Hash>().ok()
    };
    if str::from_utf8(last).ok().and_then(only_sum).is_some() {
        let why = "the sum in the last line is not that of the lines before it, though every line agrees with itself: \
                   what was asked for (line 1), a reason for sealing, or the sum itself was changed";
        return Err(VerifyError::bad(Place::Lines, why));
    }
    Err(bad(
        line,
        format!("must say count {}, lines {line} and the sum of the lines before it", expected.count),
    ))
}

fn report(header: &Header, signed: &Checkpoint, last: &Trailer, means: &Means<'_>) -> Report {
    let items = header.end - header.first;
    let mut report = Report::default();
    report.proved.push(format!(
        "The file is whole: {} lines, {} records, {} sealed items.",
        last.lines,
        last.count,
        items - last.count
    ));
    report.proved.push(format!(
        "Items {} up to {} stand in the log {} exactly so, in a tree of {} items with root {}.",
        header.first, header.end, signed.origin, signed.size, signed.root
    ));
    report.proved.push(format!("The checkpoint of that tree is signed with the key {}.", header.key));
    report
        .proved
        .push("Every record is, byte for byte, the one that was committed to on its day.".to_owned());
    if means.key.is_none() {
        report.unproved.push(
            "That this is the key of your log: compare it with the one published at /privacy/log/key, or give it \
             with --key."
                .to_owned(),
        );
    }
    if means.checkpoint.is_none() {
        report.unproved.push(
            "That others were shown the same log: compare the checkpoint with one that was kept elsewhere, or give \
             it with --checkpoint."
                .to_owned(),
        );
    }
    if items > last.count {
        report.unproved.push(
            "Why an item is sealed, and what was asked for: the file says so, and the manifest of the download and \
             the log's own record of it say so too."
                .to_owned(),
        );
    }
    report
}

/// The lines of a file, hashed as they go by.
struct Lines<R> {
    reader: R,
    digest: Sha256,
    /// How many lines have been read.
    read: u64,
    /// The last line has been read.
    is_past_items: bool,
}

impl<R: BufRead> Lines<R> {
    fn new(reader: R) -> Self {
        Self { reader, digest: Sha256::new(), read: 0, is_past_items: false }
    }

    /// The next line without its newline; none at the end of the file.
    fn next(&mut self) -> Result<Option<Vec<u8>>, VerifyError> {
        let mut line = Vec::with_capacity(768);
        let mut room = self.reader.by_ref().take(LONGEST_LINE);
        room.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        self.read += 1;
        self.is_past_items = line.starts_with(Trailer::START);
        self.digest.update(&line);
        match line.pop() {
            Some(b'\n') => Ok(Some(line)),
            _ => Err(bad(self.read, "must end with a newline: the file is cut off, or the line is too long")),
        }
    }

    /// The SHA-256 of everything read.
    fn digest(&self) -> Hash {
        Hash::from_bytes(self.digest.clone().finalize().into())
    }

    /// The SHA-256 of the whole file, of which nothing can be read after this.
    fn digest_of_all(&mut self) -> Result<Hash, VerifyError> {
        let mut buffer = vec![0; 1 << 16];
        loop {
            match self.reader.read(&mut buffer)? {
                0 => return Ok(self.digest()),
                length => self.digest.update(buffer.get(..length).unwrap_or_default()),
            }
        }
    }
}
