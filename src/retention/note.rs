//! `erasing.json`: what is about to be erased, written before the log says so and removed when it is done.

use std::{fs, io};

use koektrommel_core::{
    json::{Value, object, parse_canonical},
    record::{Deletion, Record},
};

use super::EraseError;
use crate::folder::{Folder, FolderError, replace};

const FILE: &str = "erasing.json";

/// What was about to be erased.
pub(super) struct Note {
    /// The size of the log then: a statement of it stands at this index or later.
    pub(super) size: u64,
    pub(super) deletions: Vec<Deletion>,
}

pub(super) fn write(folder: &Folder, size: u64, deletions: &[Deletion]) -> Result<(), EraseError> {
    let deletions = deletions
        .iter()
        .map(|deletion| Value::String(Record::Deletion(deletion.clone()).to_json()))
        .collect();
    let json = object([
        ("deletions", Value::Array(deletions)),
        ("size", Value::Number(size)),
        ("v", Value::Number(1)),
    ]);
    Ok(replace(&folder.path(FILE), json.to_canonical().as_bytes())?)
}

/// The note, if there is one.
pub(super) fn read(folder: &Folder) -> Result<Option<Note>, EraseError> {
    let path = folder.path(FILE);
    match fs::read(&path) {
        Ok(json) => from_json(&json).map(Some).ok_or_else(|| {
            let why = "is not what was written; what it names cannot be known, so look at the newest deletion \
                       statements in the log, erase what they name, and remove it";
            EraseError::Unavailable(format!("{} {why}", path.display()))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(FolderError::Io { path, source }.into()),
    }
}

pub(super) fn remove(folder: &Folder) -> Result<(), EraseError> {
    let path = folder.path(FILE);
    fs::remove_file(&path).map_err(|source| FolderError::Io { path, source }.into())
}

fn from_json(json: &[u8]) -> Option<Note> {
    let Ok(Value::Object(members)) = parse_canonical(str::from_utf8(json).ok()?) else { return None };
    let (Some(Value::Array(deletions)), Some(Value::Number(size)), Some(Value::Number(1))) =
        (members.get("deletions"), members.get("size"), members.get("v"))
    else {
        return None;
    };
    let deletion = |value: &Value| match value {
        Value::String(json) => match Record::from_json(json.as_bytes()) {
            Ok(Record::Deletion(deletion)) => Some(deletion),
            _ => None,
        },
        _ => None,
    };
    Some(Note { size: *size, deletions: deletions.iter().map(deletion).collect::<Option<_>>()? })
}
