//! A small file that may change while the program runs: read again when it did.

use std::{
    fs::{self, Metadata},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use koektrommel_core::hash::Hash;
use serde::Serialize;

/// The parsed content of a file, kept until the file changes.
///
/// Files are replaced as a whole (see [`crate::folder::replace`]), so their inode, length and time of change tell.
#[derive(Debug)]
pub struct Watched<T> {
    path: PathBuf,
    parse: fn(&[u8]) -> Result<T, String>,
    last: Mutex<Option<(Stamp, Arc<T>)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    length: u64,
    modified: Option<SystemTime>,
}

/// Why the file could not be read; the sentence names the file.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct WatchedError {
    path: PathBuf,
    why: String,
}

impl<T: Default> Watched<T> {
    /// Watches a file; a file that is not there reads as the default.
    #[must_use]
    pub const fn new(path: PathBuf, parse: fn(&[u8]) -> Result<T, String>) -> Self {
        Self { path, parse, last: Mutex::new(None) }
    }

    /// The content as it is on disk now.
    pub fn get(&self) -> Result<Arc<T>, WatchedError> {
        let stamp = match fs::metadata(&self.path) {
            Ok(metadata) => Stamp::of(&metadata),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Arc::default()),
            Err(error) => return Err(self.error(&error)),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen, value)) = &*last
            && *seen == stamp
        {
            return Ok(Arc::clone(value));
        }
        let content = fs::read(&self.path).map_err(|error| self.error(&error))?;
        let value = Arc::new((self.parse)(&content).map_err(|why| self.error(&why))?);
        *last = Some((stamp, Arc::clone(&value)));
        Ok(value)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn error(&self, why: &impl ToString) -> WatchedError {
        WatchedError { path: self.path.clone(), why: why.to_string() }
    }
}

/// The SHA-256 that a file states of everything else in it, so that a byte that changes in a random secret is found
/// too: `file` is all of it, with an empty sum.
pub fn sum(file: &impl Serialize) -> String {
    // Texts, numbers and lists only: there is nothing that JSON cannot hold.
    Hash::of(&[&serde_json::to_vec(file).unwrap_or_default()]).to_string()
}

/// Why a file whose sum is another is refused.
pub const WRONG_SUM: &str = "is not what was written, its `sum` says: put back the last good copy";

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self { inode: metadata.ino(), length: metadata.len(), modified: metadata.modified().ok() }
    }
}
