//! The files beside the log: each is what its name or its own sum says. What is secret and random in them
//! cannot be told from other random bytes; it is only seen to be readable.

use std::{fs, io, path::Path};

use koektrommel_core::hash::Hash;

use super::{Place, VerifyError, named};
use crate::{
    accounts::Accounts,
    folder::Folder,
    history,
    keys::{KeyRing, LogKey},
};

/// How many hexadecimal digits of its hash a file's name has at least; scripts have the fewest.
const DIGITS: usize = 16;

/// Checks every file that is there.
///
/// # Errors
/// Names the first wrong one.
pub(super) fn check(folder: &Folder) -> Result<(), VerifyError> {
    for part in ["notices", "scripts", "configurations"] {
        each(&folder.path(part), &mut |path, name| by_name(path, name))?;
    }
    let wrong = |error: String| VerifyError::bad(Place::Log, error);
    for began in history::list(folder).map_err(|error| wrong(error.to_string()))? {
        history::read(folder, began.id).map_err(|error| wrong(error.to_string()))?;
    }
    if folder.path("keys/log.pk8").exists() {
        LogKey::open(folder).map_err(|error| wrong(error.to_string()))?;
    }
    if folder.path("keys/cookies.json").exists() {
        KeyRing::open_or_create(folder).map_err(|error| wrong(error.to_string()))?;
    }
    Accounts::new(folder).is_empty().map_err(|error| wrong(error.to_string()))?;
    Ok(())
}

/// A file whose name is the hash of what is in it, or the first digits of that.
fn by_name(path: &Path, name: &str) -> Result<(), VerifyError> {
    let stem = name.split('.').next().unwrap_or_default();
    let is_hash = stem.len() >= DIGITS && stem.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hash || name.ends_with(".new") {
        return Ok(());
    }
    let content = fs::read(path).map_err(|error| named(path, &error))?;
    if Hash::of(&[&content]).to_string().trim_start_matches("sha256:").starts_with(stem) {
        return Ok(());
    }
    let why = format!("{} is not what its name says: put it back from a backup", path.display());
    Err(VerifyError::bad(Place::Log, why))
}

/// Every file in a folder, with its name; none if there is no such folder.
pub(super) fn each(
    folder: &Path,
    check: &mut dyn FnMut(&Path, &str) -> Result<(), VerifyError>,
) -> Result<(), VerifyError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| named(folder, &error))?,
    };
    for entry in entries {
        let path = entry.map_err(|error| named(folder, &error))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_file() && !name.ends_with(".new") {
            check(&path, &name)?;
        }
    }
    Ok(())
}
