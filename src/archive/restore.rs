//! A data folder from an archive.
//!
//! What was recorded after the backup is lost, and checkpoints of it may have gone out: to visitors with their receipts,
//! to officers with their downloads, to whoever watches the log. A server that simply went on would sign another history
//! under the same name. So a restored folder is not served until somebody has shown that nothing is lost, by a checkpoint
//! from elsewhere that is not newer, or has accepted that something is; and then the log itself says so, in a record.

use std::{fs, io, path::PathBuf};

use koektrommel_core::{
    json::{Value, object, parse_canonical},
    note::Checkpoint,
};

use super::{ArchiveError, Checked, Contents, Elsewhere, check_against, fill};
use crate::{
    folder::{Folder, FolderError, replace},
    store::Store,
};

const FILE: &str = "restored.json";

/// What to restore, where, and what is known of what came after it.
#[derive(Clone, Debug)]
pub struct Order {
    /// The archive.
    pub file: PathBuf,
    /// The data folder: empty, or not there yet.
    pub data: PathBuf,
    /// It must be a backup, or an export.
    pub is_backup: bool,
    /// The newest signed checkpoint of this log that anybody has.
    pub newest: Option<PathBuf>,
    /// Go on even if something was recorded after the archive was made.
    pub accepts_loss: bool,
}

/// Opens the store of a data folder; the sentence says why it cannot.
pub type OpenStore<'a> = &'a dyn Fn(&Folder) -> Result<Box<dyn Store>, String>;

/// How far a restored folder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Not everything is there.
    Unfinished,
    /// Nobody has said what happened after the backup.
    Unconfirmed,
    /// Something may be lost, and the log is to say so.
    Accepted,
}

impl State {
    const ALL: [Self; 3] = [Self::Unfinished, Self::Unconfirmed, Self::Accepted];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Unconfirmed => "unconfirmed",
            Self::Accepted => "accepted",
        }
    }
}

/// Makes the folder. The archive is checked as a whole first; nothing is made of one that is not right.
///
/// # Errors
/// The archive is wrong, the folder is not empty, or a newer checkpoint shows that something is lost.
pub fn restore(order: &Order, open: OpenStore<'_>) -> Result<Checked, ArchiveError> {
    let newest = order.newest.as_ref().map(fs::read_to_string).transpose()?;
    let elsewhere = Elsewhere { keys: &[], checkpoint: newest.as_deref() };
    let (checked, newest) = check_against(&order.file, elsewhere)?;
    let is_backup = matches!(checked.contents, Contents::Backup { .. });
    if is_backup != order.is_backup {
        let (command, kind) = if is_backup { ("restore", "a backup") } else { ("import", "an export") };
        return Err(ArchiveError::Refused(format!("the file is {kind}: use `koektrommel {command}`")));
    }
    let is_whole = match is_newest(newest.as_ref(), &checked) {
        Err(_) if order.accepts_loss => false,
        found => found?,
    };
    let is_empty = fs::read_dir(&order.data).map(|mut entries| entries.next().is_none());
    if !is_empty
        .or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(true) } else { Err(error) })?
    {
        let path = order.data.display();
        return Err(ArchiveError::Refused(format!("{path} is not empty: restore into an empty folder")));
    }
    let size = checked.head.frontier.size();
    let folder = Folder::open_or_create(&order.data)?;
    let _lock = folder.lock()?;
    mark(&folder, State::Unfinished, size)?;
    let store = open(&folder).map_err(ArchiveError::Refused)?;
    fill(&order.file, &checked, &*store, &mut |path, content| {
        let path = folder.path(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        Ok(replace(&path, content)?)
    })?;
    match (is_whole, order.accepts_loss) {
        (true, _) => unmark(&folder)?,
        (false, true) => mark(&folder, State::Accepted, size)?,
        (false, false) => mark(&folder, State::Unconfirmed, size)?,
    }
    Ok(checked)
}

/// Accepts, for a folder that was restored, that what came after the backup is lost.
///
/// # Errors
/// The folder was not restored, or not to its end.
pub fn accept(folder: &Folder) -> Result<(), ArchiveError> {
    match read(folder)? {
        Some((State::Unconfirmed | State::Accepted, size)) => Ok(mark(folder, State::Accepted, size)?),
        Some((State::Unfinished, _)) => Err(ArchiveError::Refused(UNFINISHED.to_owned())),
        None => {
            Err(ArchiveError::Refused("this folder was not restored, or that was settled before".to_owned()))
        }
    }
}

const UNFINISHED: &str =
    "this folder was restored from a backup only in part: empty it and restore once more";

/// Whether this folder may be signed in. `Some` is the size of the backup it goes on from, which is to be recorded and
/// then [`settled`].
///
/// # Errors
/// It was restored, and nobody has said what happened after the backup; the sentence says what to do.
pub fn may_go_on(folder: &Folder) -> Result<Option<u64>, ArchiveError> {
    match read(folder)? {
        None => Ok(None),
        Some((State::Accepted, size)) => Ok(Some(size)),
        Some((State::Unfinished, _)) => Err(ArchiveError::Refused(UNFINISHED.to_owned())),
        Some((State::Unconfirmed, size)) => Err(ArchiveError::Refused(format!(
            "this folder was restored from a backup of {size} items. If the log went on after that backup, checkpoints \
             of more items have gone out, and to go on from here contradicts them. Restore with `--newest FILE`, the \
             newest checkpoint that anybody kept, to show that nothing is lost; or accept it with `koektrommel restore \
             --accept-loss --data DIR`: the log then says so itself"
        ))),
    }
}

/// What was to be recorded is in the log.
///
/// # Errors
/// The mark could not be removed.
pub fn settled(folder: &Folder) -> Result<(), ArchiveError> {
    unmark(folder)
}

/// Whether it is known that nothing was recorded after the archive: no checkpoint says nothing.
///
/// # Errors
/// The checkpoint is newer.
pub fn is_newest(newest: Option<&Checkpoint>, checked: &Checked) -> Result<bool, ArchiveError> {
    let size = checked.head.frontier.size();
    match newest {
        Some(newest) if newest.size > size => Err(ArchiveError::Contradicted(format!(
            "the checkpoint is of {} items and the backup of {size}: {} are lost; look for a newer backup, or accept it \
             with --accept-loss",
            newest.size,
            newest.size - size
        ))),
        newest => Ok(newest.is_some()),
    }
}

fn mark(folder: &Folder, state: State, size: u64) -> Result<(), FolderError> {
    let json =
        object([("size", Value::Number(size)), ("state", state.as_str().into()), ("v", Value::Number(1))]);
    replace(&folder.path(FILE), json.to_canonical().as_bytes())
}

fn unmark(folder: &Folder) -> Result<(), ArchiveError> {
    Ok(fs::remove_file(folder.path(FILE))?)
}

fn read(folder: &Folder) -> Result<Option<(State, u64)>, ArchiveError> {
    let text = match fs::read_to_string(folder.path(FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => text?,
    };
    let read = || {
        let Ok(Value::Object(members)) = parse_canonical(&text) else { return None };
        match (members.get("state"), members.get("size"), members.get("v")) {
            (Some(Value::String(state)), Some(Value::Number(size)), Some(Value::Number(1))) => {
                Some((State::ALL.into_iter().find(|known| known.as_str() == state)?, *size))
            }
            _ => None,
        }
    };
    let why = "restored.json is not what was written: empty the folder and restore once more";
    read().map(Some).ok_or_else(|| ArchiveError::Refused(why.to_owned()))
}
