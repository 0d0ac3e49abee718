//! Making an archive, while the server goes on.
//!
//! It is taken at one signed checkpoint: what is recorded meanwhile is not in it. The caller sees to it that nothing is
//! erased meanwhile, so that the statements in it are true. Files come last: a manifest that the log does not know yet is
//! left out.

use std::{
    fs,
    io::{self, Write},
    path::Path,
};

use koektrommel_core::hash::Hash;
use ring::digest::{Context, SHA256};

use super::{
    ArchiveError, Contents, Written, is_kept, is_public_key, is_secret,
    line::{self, FORMAT, Header},
};
use crate::{folder::Folder, ledger::Ledger, store::StoreError};

/// How many items are read at a time.
const STRETCH: u64 = 2048;

/// Writes the log, as it is now, and the files that go with it.
///
/// # Errors
/// What could not be read or written; a file without its last line is refused by whoever reads it.
pub fn write(
    ledger: &Ledger,
    folder: &Folder,
    contents: Contents,
    out: &mut dyn Write,
) -> Result<Written, ArchiveError> {
    let head = ledger.head();
    let size = head.frontier.size();
    let mut out = Sink { out, digest: Context::new(&SHA256) };
    let header = Header {
        checkpoint: head.checkpoint.clone(),
        contents: contents.as_str().to_owned(),
        format: FORMAT.to_owned(),
        keys: ledger.verifiers().iter().map(ToString::to_string).collect(),
        size,
        time: head.time.map(|time| time.to_string()),
    };
    out.line(&serde_json::to_string(&header).map_err(io::Error::from)?)?;
    let mut index = 0;
    while index < size {
        let items = ledger.items(index..size.min(index + STRETCH))?;
        if items.is_empty() {
            return Err(StoreError::Corrupt(format!("item {index} cannot be found")).into());
        }
        for item in &items {
            let wrong = || StoreError::Corrupt(format!("record {index} is not what was written"));
            out.line(&line::of_item(index, item).ok_or_else(wrong)?)?;
            index += 1;
        }
    }
    let mut files = 0;
    for path in paths(folder)? {
        let is_wanted = match contents {
            Contents::Backup { has_secrets } => has_secrets || !is_secret(&path),
            Contents::Export => {
                ["notices/", "configurations/"].iter().any(|part| path.starts_with(part))
                    || path == "erasing.json"
                    || is_public_key(&path)
            }
        };
        if !is_wanted || is_ahead(&path, size) {
            continue;
        }
        match fs::read(folder.path(&path)) {
            Ok(content) => {
                out.line(&line::of_file(&path, &content).unwrap_or_default())?;
                files += 1;
            }
            // Removed since: an account, a manifest.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    let sha256 = out.sum();
    let note = ledger.sign_manifest(&line::summed_up(ledger.verifier().name(), sha256));
    let note = note.map_err(|error| io::Error::other(error.to_string()))?;
    out.line(&line::of_end(files, size, sha256, note).unwrap_or_default())?;
    out.out.flush()?;
    Ok(Written { items: size, files, root: head.frontier.root(), sha256 })
}

/// The files of the folder that an archive may hold, sorted.
fn paths(folder: &Folder) -> io::Result<Vec<String>> {
    let root = folder.path("");
    let mut found = Vec::new();
    collect(&root, &root, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let name = path.strip_prefix(root).ok().and_then(|path| path.to_str()).map(str::to_owned);
        if kind.is_dir() && name.as_deref() != Some("store") {
            collect(root, &path, found)?;
        } else if kind.is_file() {
            found.extend(name.filter(|name| is_kept(name)));
        }
    }
    Ok(())
}

/// A manifest of a download that began after this size of the log.
fn is_ahead(path: &str, size: u64) -> bool {
    let index = path.strip_prefix("downloads/").and_then(|name| name.strip_suffix(".json"));
    index.and_then(|index| index.parse::<u64>().ok()).is_some_and(|index| index >= size)
}

struct Sink<'a> {
    out: &'a mut dyn Write,
    digest: Context,
}

impl Sink<'_> {
    fn line(&mut self, line: &str) -> io::Result<()> {
        self.digest.update(line.as_bytes());
        self.digest.update(b"\n");
        self.out.write_all(line.as_bytes())?;
        self.out.write_all(b"\n")
    }

    fn sum(&self) -> Hash {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.digest.clone().finish().as_ref());
        Hash::from_bytes(bytes)
    }
}
