//! The inspection pack: one ZIP with the records of a period, their proof, and everything they point at.
//!
//! Its last file, `MANIFEST`, is a signed note (C2SP signed-note) by the log's key over the names and SHA-256 of all
//! others. The first line of its text is the log's name, the second is [`FORMAT`], then the filter as canonical JSON,
//! then for each file its hash in hexadecimal, two spaces and its name: what `sha256sum --check` reads.
//!
//! Every byte counts, those of the ZIP itself too: see [`container`].

pub mod container;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Read, Seek},
};

use data_encoding::HEXLOWER;
use koektrommel_core::{
    hash::Hash,
    note::{self, Checkpoint, VerifierKey},
};
use rawzip::ReaderAt;
use sha2::{Digest, Sha256};

use self::container::{Files, open};
use crate::{
    download::{self, Means, Workers},
    line::{Body, Line},
    row::Row,
    verdict::{Place, Report, VerifyError},
};

/// Names the format in the second line of the manifest.
pub const FORMAT: &str = "koektrommel evidence v1";
/// The signed list of all other files.
pub const MANIFEST: &str = "MANIFEST";
/// The records, as a download with every kind of record.
pub const RECORDS: &str = "records.ndjson";
/// The log's public key.
pub const KEY: &str = "key.txt";
/// The signed checkpoint that the records prove themselves against.
pub const CHECKPOINT: &str = "checkpoint.txt";
/// Where texts stand that are named by their hash: the notices as they were shown, the statements, the
/// configurations.
pub const NAMED: [&str; 3] = ["notices/", "statements/", "configurations/"];

/// The longest manifest that is read, in bytes.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// How a finding names the pack as a whole, in place of one of its files.
pub const WHOLE: &str = "the ZIP";

const AS_IT_WAS: &str = "verify it as it was handed out";

/// Whether a file begins as a ZIP does.
#[must_use]
pub fn is_one(start: &[u8]) -> bool {
    start.starts_with(b"PK\x03\x04")
}

/// The text of a manifest, ready to be signed.
#[must_use]
pub fn manifest<'a>(origin: &str, filter: &str, files: impl Iterator<Item = (&'a str, Hash)>) -> String {
    let mut text = format!("{origin}\n{FORMAT}\n{filter}\n");
    for (name, hash) in files {
        text.push_str(&format!("{}  {name}\n", HEXLOWER.encode(hash.as_bytes())));
    }
    text
}

/// Verifies a pack. `again` reads the same bytes once more, from the first to the last.
///
/// # Errors
/// Names the first file that is wrong, missing or too many.
pub fn verify(
    reader: impl Read + Seek,
    again: impl Read,
    means: &Means<'_>,
    workers: &impl Workers,
) -> Result<Report, VerifyError> {
    let files = open(reader).map_err(|error| bad(WHOLE, format!("cannot be read: {error}")))?;
    if !files.names().chain(files.compressed.iter().map(String::as_str)).any(|name| name == MANIFEST) {
        return Err(bad(MANIFEST, "must be there: without it this is no evidence pack"));
    }
    if let Some(name) = files.compressed.first() {
        return Err(bad(WHOLE, format!("was made anew, {name} is compressed: {AS_IT_WAS}")));
    }
    let key = key(&files, means)?;
    let listed = listed(&files, &key, means)?;
    check_names(&files, &listed)?;
    for (name, expected) in &listed {
        let hash = hash_of(&files, name)?;
        if hash != *expected {
            return Err(bad(name, "is not the file that was signed for"));
        }
        let stem = NAMED.iter().find_map(|folder| name.strip_prefix(folder)).and_then(|n| n.split_once('.'));
        // The page made of a text is named by the text, and is what it was signed as.
        if let Some((stem, extension)) = stem
            && extension != "html"
            && stem != HEXLOWER.encode(hash.as_bytes())
        {
            return Err(bad(name, "must be named by its own SHA-256"));
        }
    }
    let checkpoint = text(&files, CHECKPOINT)?;
    if let Some(other) = means.checkpoint {
        let signed = Checkpoint::open(&checkpoint, std::slice::from_ref(&key), means.verify)
            .map_err(|error| bad(CHECKPOINT, format!("does not verify: {error}")))?;
        download::check_against(&signed, other, &key, means.verify)?;
    }
    let inside = Means { key: Some(&key), checkpoint: Some(&checkpoint), verify: means.verify };
    let records = BufReader::new(entry(&files, RECORDS)?);
    let mut report = download::verify(records, &inside, workers).map_err(|error| match error {
        VerifyError::Bad(finding) => bad(RECORDS, finding.to_string()),
        other => other,
    })?;
    for notice in notices(&files)? {
        let name = format!("notices/{}.json", notice.trim_start_matches("sha256:"));
        if !listed.contains_key(&name) {
            return Err(bad(&name, "must be there: a record names this text"));
        }
    }
    let again = BufReader::with_capacity(1 << 16, again);
    files.are_all_of(again).map_err(|error| {
        bad(WHOLE, format!("holds what was signed for, and is not as a pack is made, {error}: {AS_IT_WAS}"))
    })?;
    report.proved.insert(0, format!("The pack is whole: {} files, each as it was signed for.", listed.len()));
    report.proved.push("Every text that a record names is there, byte for byte.".to_owned());
    report.unproved = unproved(means);
    Ok(report)
}

fn unproved(means: &Means<'_>) -> Vec<String> {
    let mut unproved = Vec::new();
    if means.key.is_none() {
        unproved.push(
            "That this is the key of your log: compare it with the one published at /privacy/log/key, or give it \
             with --key."
                .to_owned(),
        );
    }
    if means.checkpoint.is_none() {
        unproved.push(
            "That others were shown the same log: compare checkpoint.txt with one that was kept elsewhere, or give \
             it with --checkpoint."
                .to_owned(),
        );
    }
    unproved.push(
        "What the server's operator did to the texts before they were first shown; and the moments, which are the \
         word of the log."
            .to_owned(),
    );
    unproved
}

fn bad(file: &str, why: impl Into<String>) -> VerifyError {
    VerifyError::bad(Place::File(file.to_owned()), why)
}

/// What the system says while a file is unpacked: a wrong checksum comes this way.
fn unpacked(file: &str) -> impl Fn(std::io::Error) -> VerifyError + '_ {
    move |error| bad(file, format!("cannot be unpacked: {error}"))
}

fn entry<'z, R: ReaderAt>(files: &'z Files<R>, name: &str) -> Result<impl Read + use<'z, R>, VerifyError> {
    files.content(name).map_err(unpacked(name))?.ok_or_else(|| bad(name, "must be there"))
}

fn text<R: ReaderAt>(files: &Files<R>, name: &str) -> Result<String, VerifyError> {
    let mut text = String::new();
    let read = entry(files, name)?.take(LONGEST_MANIFEST).read_to_string(&mut text);
    read.map_err(unpacked(name))?;
    Ok(text)
}

fn hash_of<R: ReaderAt>(files: &Files<R>, name: &str) -> Result<Hash, VerifyError> {
    let (mut file, mut digest, mut buffer) = (entry(files, name)?, Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut buffer).map_err(unpacked(name))? {
            0 => return Ok(Hash::from_bytes(digest.finalize().into())),
            length => digest.update(buffer.get(..length).unwrap_or_default()),
        }
    }
}

/// The key in the pack, which must be the one given, if one is.
fn key<R: ReaderAt>(files: &Files<R>, means: &Means<'_>) -> Result<VerifierKey, VerifyError> {
    let key: VerifierKey =
        text(files, KEY)?.trim_end().parse().map_err(|error| bad(KEY, format!("{error}")))?;
    match means.key {
        Some(given) if *given != key => {
            Err(bad(KEY, format!("holds the key {key}, which is not the one given")))
        }
        _ => Ok(key),
    }
}

/// What the manifest lists, its signature verified.
fn listed<R: ReaderAt>(
    files: &Files<R>,
    key: &VerifierKey,
    means: &Means<'_>,
) -> Result<BTreeMap<String, Hash>, VerifyError> {
    let wrong = |why: String| bad(MANIFEST, why);
    let note = text(files, MANIFEST)?;
    let text = note::open(&note, std::slice::from_ref(key), means.verify)
        .map_err(|error| wrong(format!("does not verify: {error}")))?;
    let mut lines = text.lines();
    if lines.next() != Some(key.name()) || lines.next() != Some(FORMAT) || lines.next().is_none() {
        return Err(wrong(format!("must be of this log and of the format `{FORMAT}`")));
    }
    let file = |line: &str| {
        let (hash, name) = line.split_once("  ")?;
        Some((name.to_owned(), format!("sha256:{hash}").parse().ok()?))
    };
    let files: Option<Vec<_>> = lines.map(file).collect();
    let files =
        files.ok_or_else(|| wrong("must list a hash, two spaces and a name on each line".to_owned()))?;
    let count = files.len();
    let listed: BTreeMap<_, _> = files.into_iter().collect();
    if listed.len() == count { Ok(listed) } else { Err(wrong("must name each file once".to_owned())) }
}

/// Every file is listed, once, by a plain name.
fn check_names<R: ReaderAt>(files: &Files<R>, listed: &BTreeMap<String, Hash>) -> Result<(), VerifyError> {
    let names: BTreeSet<_> = files.names().collect();
    for name in &names {
        let is_plain = !name.starts_with('/') && !name.contains("..") && !name.contains('\\');
        if !is_plain || *name != MANIFEST && !listed.contains_key(*name) {
            return Err(bad(name, "is not one of the files that were signed for"));
        }
    }
    // Two files of one name would hide each other.
    if names.len() == files.names().count() && names.len() == listed.len() + 1 {
        return Ok(());
    }
    let missing = listed.keys().find(|name| !names.contains(name.as_str()));
    Err(missing.map_or_else(|| bad(MANIFEST, "must list each file once"), |name| bad(name, "must be there")))
}

/// The notices that open records name. The records have been verified.
fn notices<R: ReaderAt>(files: &Files<R>) -> Result<BTreeSet<String>, VerifyError> {
    let mut notices = BTreeSet::new();
    for line in BufReader::new(entry(files, RECORDS)?).split(b'\n') {
        let line = line.map_err(unpacked(RECORDS))?;
        let Ok(Line { body: Body::Open { record, .. }, .. }) = Line::parse(&line) else { continue };
        let Some(row) = Row::read(record) else { continue };
        if !row.notice.is_empty() && !notices.contains(row.notice) {
            notices.insert(row.notice.to_owned());
        }
    }
    Ok(notices)
}
