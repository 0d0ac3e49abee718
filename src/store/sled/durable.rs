//! Where "on disk" is made true. Nothing else in the store syncs, renames or removes.
//!
//! sled 0.34's `flush` writes but does not fsync: on Linux it calls `sync_file_range`, which leaves the size of
//! the file and the disk's own cache out. So every commit ends with our own call on a second handle of the same
//! file; fsync acts on the file, not on the handle. What a commit of one batch looks like from outside:
//!
//! ```text
//! pwrite64(<volume>/db, …)            sled appends to its log
//! sync_file_range(<volume>/db, …)     sled's flush
//! fdatasync(<volume>/db)              ours; it writes the file's new length too. Only now is it recorded
//! ```
//!
//! And what it looks like when a file or folder is put in its place:
//!
//! ```text
//! fsync(<new>.tmp) and everything in it
//! rename(<new>.tmp, <new>)
//! fsync(<store>)                      only now is it the one that counts
//! unlink(<old>), fsync(<store>)       a folder is renamed to <old>.tmp first
//! ```
//!
//! Known hole: where a disk lies about fsync, so do we.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{super::StoreError, layout::MAX_VALUE};

/// Memory for sled's tree nodes: half of a full volume, since only its newest packs are read often.
const CACHE: u64 = 16 << 20;

/// How long a file lock may linger after its holder was dropped: sled lets go of its files in the background.
const LINGER: Duration = Duration::from_secs(5);

/// One sled database, of which a commit is on disk when it returns.
pub(super) struct Db {
    tree: sled::Db,
    /// The second handle, for the real fsync.
    file: File,
    path: PathBuf,
    #[cfg(test)]
    pub(super) fault: std::sync::atomic::AtomicU8,
}

/// Removes what a start left that was cut off, or for which the disk was full, while sled wrote its snapshot: sled 0.34
/// would take it for the newest one and call the database damaged. A snapshot says nothing that the database does not.
fn remove_unfinished(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|end| end == "generating") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// What is to be committed together.
#[derive(Default)]
pub(super) struct Write {
    batch: sled::Batch,
    too_long: Option<usize>,
}

impl Write {
    pub(super) fn put(&mut self, key: &[u8], value: Vec<u8>) {
        if value.len() > MAX_VALUE {
            self.too_long = Some(value.len());
        }
        self.batch.insert(key, value);
    }
}

impl Db {
    /// Makes an empty database in a folder that does not exist yet; [`publish`] makes the folder durable.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        let db = Self::open(path)?;
        db.commit(Write::default())?;
        Ok(db)
    }

    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        remove_unfinished(path).map_err(|error| refused(path, &error))?;
        let config = sled::Config::new().path(path).cache_capacity(CACHE).flush_every_ms(None);
        let mut waited = Duration::ZERO;
        let tree = loop {
            match config.open() {
                Err(sled::Error::Io(error))
                    if waited < LINGER && error.to_string().contains("acquire lock") =>
                {
                    waited += Duration::from_millis(10);
                    thread::sleep(Duration::from_millis(10));
                }
                answer => break answer.map_err(|error| failed(path, error))?,
            }
        };
        let file =
            OpenOptions::new().write(true).open(path.join("db")).map_err(|error| refused(path, &error))?;
        Ok(Self {
            tree,
            file,
            path: path.to_owned(),
            #[cfg(test)]
            fault: std::sync::atomic::AtomicU8::new(0),
        })
    }

    /// The folder it was opened in; the one for messages, since a folder may have been renamed since.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells the database that its folder has been renamed. It needs no more than that: while it is open, sled
    /// 0.34 reaches for nothing by name but values too long for us, and snapshots, which it writes when opened.
    pub(super) fn renamed(&mut self, path: PathBuf) {
        self.path = path;
    }

    /// All or nothing, and on disk when it returns. After an error nobody knows: open it again to learn it.
    pub(super) fn commit(&self, write: Write) -> Result<(), StoreError> {
        if let Some(length) = write.too_long {
            return Err(StoreError::Corrupt(format!("a value of {length} bytes was to be written")));
        }
        #[cfg(test)]
        self.fail(1)?;
        self.tree.apply_batch(write.batch).map_err(|error| failed(&self.path, error))?;
        #[expect(clippy::disallowed_methods, reason = "the fsync follows")]
        self.tree.flush().map_err(|error| failed(&self.path, error))?;
        #[cfg(test)]
        self.fail(2)?;
        self.file.sync_data().map_err(|error| refused(&self.path, &error))
    }

    /// The test's hand on the disk: the step before which it breaks.
    #[cfg(test)]
    fn fail(&self, step: u8) -> Result<(), StoreError> {
        let fault = self.fault.load(std::sync::atomic::Ordering::Relaxed);
        if fault == step { Err(refused(&self.path, &ErrorKind::StorageFull.into())) } else { Ok(()) }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, StoreError> {
        self.tree.get(key).map_err(|error| failed(&self.path, error))
    }

    /// The last key and value before this key.
    pub(super) fn before(&self, key: &[u8]) -> Result<Option<(sled::IVec, sled::IVec)>, StoreError> {
        self.tree.get_lt(key).map_err(|error| failed(&self.path, error))
    }

    /// Keys and values from one key up to another.
    pub(super) fn range<'a>(
        &'a self,
        from: &[u8],
        to: &[u8],
    ) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), StoreError>> + use<'a> {
        self.tree.range(from..to).map(|pair| pair.map_err(|error| failed(&self.path, error)))
    }
}

/// Gives a finished file or folder its name. Everything in it is on disk before, the name is on disk after.
pub(super) fn publish(from: &Path, to: &Path) -> Result<(), StoreError> {
    sync_all(from)?;
    fs::rename(from, to).map_err(|error| refused(to, &error))?;
    sync_parent(to)
}

/// Sees to it that what can be read is on disk, its name included.
pub(super) fn settle(path: &Path) -> Result<(), StoreError> {
    sync_all(path)?;
    sync_parent(path)
}

/// Removes a file, or a folder with everything in it, if it is there. A folder loses its name first, so that half
/// of one is never taken for a volume.
pub(super) fn remove(path: &Path) -> Result<(), StoreError> {
    let gone = path.with_extension("tmp");
    let removed = if !path.is_dir() {
        fs::remove_file(path)
    } else if gone == path {
        fs::remove_dir_all(path)
    } else {
        remove(&gone)?;
        fs::rename(path, &gone).and_then(|()| fs::remove_dir_all(&gone))
    };
    match removed {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(refused(path, &error)),
        Ok(()) => sync_parent(path),
    }
}

/// Copies a folder of files, under a name that is there only once the copy is whole and on disk.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let scratch = to.with_extension("tmp");
    remove(&scratch)?;
    let copied = copy_all(from, &scratch).map_err(|error| refused(&scratch, &error));
    let published = copied.and_then(|()| publish(&scratch, to));
    if published.is_err() {
        remove(&scratch)?;
    }
    published
}

fn copy_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_all(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// Puts a copy in the place of what it was made of.
pub(super) fn put_back(copy: &Path, place: &Path) -> Result<(), StoreError> {
    remove(place)?;
    publish(copy, place)
}

/// Writes a small file at once: under its name it is whole or absent.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let new = path.with_extension("tmp");
    fs::write(&new, bytes).map_err(|error| refused(&new, &error))?;
    publish(&new, path)
}

fn sync_all(path: &Path) -> Result<(), StoreError> {
    let sync = |path: &Path| File::open(path).and_then(|file| file.sync_all());
    if path.is_dir() {
        for entry in fs::read_dir(path).map_err(|error| refused(path, &error))? {
            sync_all(&entry.map_err(|error| refused(path, &error))?.path())?;
        }
    }
    sync(path).map_err(|error| refused(path, &error))
}

fn sync_parent(path: &Path) -> Result<(), StoreError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent).and_then(|folder| folder.sync_all()).map_err(|error| refused(parent, &error))
}

/// The system refused something that it may do later. A file that ends too early is another matter.
pub(super) fn refused(path: &Path, error: &io::Error) -> StoreError {
    match error.kind() {
        ErrorKind::UnexpectedEof => damaged(path, "it ends too early"),
        _ => StoreError::Unavailable(format!("{}: {error}", path.display())),
    }
}

/// The bytes of a file are not those that were written.
pub(super) fn damaged(path: &Path, what: &str) -> StoreError {
    StoreError::Corrupt(format!("{}: {what}; restore this data folder from a backup", path.display()))
}

fn failed(path: &Path, error: sled::Error) -> StoreError {
    match error {
        sled::Error::Corruption { .. } => damaged(path, "its database does not check"),
        other => StoreError::Unavailable(format!("{}: {other}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::{Db, Write};
    use crate::store::{StoreError, sled::layout::MAX_VALUE};

    #[test]
    fn a_value_that_is_too_long_is_refused_and_no_blobs_appear() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("db");
        let db = Db::create(&path).unwrap();
        for index in 0_u32..2_000 {
            let mut write = Write::default();
            write.put(&index.to_be_bytes(), vec![7; MAX_VALUE]);
            db.commit(write).unwrap();
        }
        assert_eq!(std::fs::read_dir(path.join("blobs")).unwrap().count(), 0);
        let mut write = Write::default();
        write.put(b"long", vec![7; MAX_VALUE + 1]);
        assert!(matches!(db.commit(write), Err(StoreError::Corrupt(_))));
        assert!(db.get(b"long").unwrap().is_none());
    }
}
