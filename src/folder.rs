//! The data folder: where everything that outlives the program is kept.
//!
//! ```text
//! format          the version of this layout
//! lock            held by the one program that serves from this folder
//! keys/           log.pk8 (signs checkpoints), log.vkey (its public half), log.retired (public halves of those
//!                 before it), cookies.json (secrets, by generation)
//! accounts.lock   held while the next is replaced
//! accounts.json   officers: password hashes, token hashes, roles
//! undeclared.json names that pages reported and no catalogue has
//! notices/        every notice ever served, by hash
//! scripts/        every script ever served, by hash
//! downloads/      the manifest of every download
//! configurations/ every configuration that was in force, by hash, and since when
//! erasing.json    what is being erased; there is none most of the time
//! store/          the log
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, fchown},
    path::{Path, PathBuf},
};

/// The version of the layout that this program reads and writes.
const FORMAT: &str = "koektrommel-data 1\n";

/// The folders in it.
const PARTS: [&str; 6] = ["keys", "notices", "scripts", "downloads", "configurations", "store"];

/// Those of them that a log, once begun, cannot do without: missing means lost, not new.
const NEVER_REPLACED: [&str; 2] = ["notices", "store"];

/// What a start that was cut off may have left before there was a `format`.
const BEFORE_FORMAT: [&str; 2] = ["lock", "format.new"];

/// An existing data folder of a version that this program understands.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

/// Why a data folder cannot be used, in a sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The file system refused.
    #[error("{path}: {source}; check that the folder exists and that this user may write in it")]
    Io {
        /// What was being read or written.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A layout of another version.
    #[error(
        "{path} was written by another version of Koektrommel ({found}); this one reads `koektrommel-data 1`: \
         use the program that wrote it, or restore a backup into an empty folder"
    )]
    Format {
        /// The file that says so.
        path: PathBuf,
        /// What it says.
        found: String,
    },
    /// Not a data folder at all.
    #[error("{0} holds other files and no `format` file: choose an empty folder, or the one used before")]
    Foreign(PathBuf),
    /// Another program has it.
    #[error(
        "{0} is in use by another running Koektrommel: stop that one first, or give this one its own --data"
    )]
    Locked(PathBuf),
}

/// Holds the folder for one program; let go when dropped, or by the system when the program dies.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

impl Folder {
    /// Opens the folder, or lays it out if it is empty or not there yet. A start that was cut off is gone on with:
    /// `format` comes first, and what is missing beside it is made; once the log has begun, not what it needs.
    ///
    /// # Errors
    /// A folder of another version or of something else, or what the file system refused.
    pub fn open_or_create(path: &Path) -> Result<Self, FolderError> {
        let folder = Self(path.to_owned());
        let format = folder.path("format");
        if !format.exists() {
            create_private_dir(path)?;
            let mut entries = fs::read_dir(path).map_err(at(path))?;
            if entries.any(|entry| {
                entry.is_ok_and(|entry| !BEFORE_FORMAT.iter().any(|name| entry.file_name() == *name))
            }) {
                return Err(FolderError::Foreign(path.to_owned()));
            }
            replace(&format, FORMAT.as_bytes())?;
        }
        Self::open(path)?;
        let has_begun = folder.path("keys/log.pk8").exists();
        for part in PARTS.iter().filter(|part| !(has_begun && NEVER_REPLACED.contains(part))) {
            create_part(&folder.path(part))?;
        }
        Ok(folder)
    }

    /// Opens a folder that must exist.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let folder = Self(path.to_owned());
        let format = folder.path("format");
        let mut found = String::new();
        let file = File::open(&format).map_err(at(&format))?;
        file.take(64).read_to_string(&mut found).map_err(at(&format))?;
        if found == FORMAT {
            Ok(folder)
        } else {
            Err(FolderError::Format { path: format, found: first_line(&found) })
        }
    }

    /// Takes the folder for this program alone.
    pub fn lock(&self) -> Result<Lock, FolderError> {
        let path = self.path("lock");
        let file = private().create(true).truncate(false).open(&path).map_err(at(&path))?;
        give_to_owner_of_folder(&file, &path).map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(file)),
            Err(fs::TryLockError::WouldBlock) => Err(FolderError::Locked(self.0.clone())),
            Err(fs::TryLockError::Error(source)) => Err(FolderError::Io { path, source }),
        }
    }

    /// A path inside the folder.
    #[must_use]
    pub fn path(&self, part: &str) -> PathBuf {
        self.0.join(part)
    }
}

/// Writes a file so that a crash leaves either the old content or the new, readable by its owner alone: the owner
/// of the folder that it is in.
///
/// # Errors
/// What the file system refused.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), FolderError> {
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(".new");
    let temporary = PathBuf::from(temporary);
    let write = || -> io::Result<()> {
        let mut file = private().create(true).truncate(true).open(&temporary)?;
        file.write_all(content)?;
        give_to_owner_of_folder(&file, &temporary)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        path.parent().map_or(Ok(()), |parent| File::open(parent)?.sync_all())
    };
    write().map_err(at(path))
}

/// An administrator may make an account or a key as root, while the server runs as somebody else and must read it.
///
/// # Errors
/// What the file system refused.
pub fn give_to_owner_of_folder(file: &File, path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    let folder = fs::metadata(folder)?;
    if folder.uid() == file.metadata()?.uid() {
        return Ok(());
    }
    fchown(file, Some(folder.uid()), Some(folder.gid()))
}

/// Makes a folder that only this user can enter, and the folders above it.
fn create_private_dir(path: &Path) -> Result<(), FolderError> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at(path))
}

/// Makes a part of the data folder if it is not there, for the owner of the data folder.
fn create_part(path: &Path) -> Result<(), FolderError> {
    if path.is_dir() {
        return Ok(());
    }
    create_private_dir(path)?;
    File::open(path).and_then(|folder| give_to_owner_of_folder(&folder, path)).map_err(at(path))
}

fn private() -> OpenOptions {
    let mut options = File::options();
    options.write(true).mode(0o600);
    options
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or("empty").chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect()
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        os::unix::fs::{MetadataExt, PermissionsExt, chown},
    };

    use super::{Folder, FolderError, replace};

    /// A server's user that is not root; nobody needs to have this number.
    const SERVER: u32 = 54_321;

    #[test]
    fn a_new_folder_is_private_and_opens_again() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("a/b");
        let folder = Folder::open_or_create(&path).unwrap();
        Folder::open_or_create(&path).unwrap();
        assert_eq!(fs::metadata(folder.path("keys")).unwrap().permissions().mode() & 0o777, 0o700);
        replace(&folder.path("keys/x"), b"secret").unwrap();
        assert_eq!(fs::metadata(folder.path("keys/x")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn what_root_writes_is_the_servers() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        if chown(folder.path("keys"), Some(SERVER), Some(SERVER)).is_err() {
            // Only root writes for somebody else.
            return;
        }
        for content in [b"one", b"two"] {
            replace(&folder.path("keys/x"), content).unwrap();
            let file = File::open(folder.path("keys/x")).unwrap().metadata().unwrap();
            assert_eq!((file.uid(), file.gid(), file.permissions().mode() & 0o777), (SERVER, SERVER, 0o600));
        }
    }

    #[test]
    fn a_first_start_that_was_cut_off_is_gone_on_with() {
        let temp = tempfile::tempdir().unwrap();
        // Killed before `format` had its name, and after.
        fs::write(temp.path().join("lock"), "").unwrap();
        fs::write(temp.path().join("format.new"), "koek").unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        for part in super::PARTS {
            fs::remove_dir(folder.path(part)).unwrap();
            Folder::open_or_create(temp.path()).unwrap();
            let mode = fs::metadata(folder.path(part)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o700, "{part}");
        }
        // Once the log has begun, what it needs is lost when it is not there.
        fs::write(folder.path("keys/log.pk8"), "key").unwrap();
        for (part, comes_back) in [("notices", false), ("store", false), ("scripts", true)] {
            fs::remove_dir(folder.path(part)).unwrap();
            Folder::open_or_create(temp.path()).unwrap();
            assert_eq!(folder.path(part).exists(), comes_back, "{part}");
        }
    }

    #[test]
    fn a_first_start_by_root_makes_the_servers_folders() {
        let temp = tempfile::tempdir().unwrap();
        if chown(temp.path(), Some(SERVER), Some(SERVER)).is_ok() {
            let folder = Folder::open_or_create(temp.path()).unwrap();
            drop(folder.lock().unwrap());
            for made in ["", "format", "lock", "keys", "store"] {
                assert_eq!(fs::metadata(folder.path(made)).unwrap().uid(), SERVER, "{made}");
            }
        }
    }

    #[test]
    fn another_format_a_foreign_folder_and_a_second_program_are_refused_with_a_remedy() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(&temp.path().join("data")).unwrap();
        let lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(FolderError::Locked(_))));
        drop(lock);
        folder.lock().unwrap();

        fs::write(folder.path("format"), "koektrommel-data 2\n").unwrap();
        let error = Folder::open_or_create(&temp.path().join("data")).unwrap_err();
        assert!(error.to_string().contains("koektrommel-data 2"), "{error}");

        fs::create_dir(temp.path().join("home")).unwrap();
        fs::write(temp.path().join("home/letter.txt"), "").unwrap();
        assert!(matches!(Folder::open_or_create(&temp.path().join("home")), Err(FolderError::Foreign(_))));
    }
}
