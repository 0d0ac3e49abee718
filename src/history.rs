//! Every configuration that was in force, by hash, and since when: so that it can be shown later under which purposes,
//! texts and terms a decision was made.
//!
//! ```text
//! configurations/<SHA-256>.json   the files as they were: {"files":[{"name":"…","text":"…"},…],"v":1}, canonical
//! configurations/in-force         a line for each change: 2026-11-22T10:15:00Z sha256:…, and a last one with the sum
//! ```

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use koektrommel_core::{
    hash::Hash,
    instant::Instant,
    json::{Value, object, parse_canonical},
};

use crate::{
    config::Config,
    folder::{Folder, FolderError, replace},
};

/// Where the changes are listed.
const LIST: &str = "configurations/in-force";
/// How its last line begins: with the SHA-256 of those before it.
const SUM: &str = "sum ";

/// From when on which configuration was in force: until the next one in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The start of the server with which it began.
    pub since: Instant,
    /// The SHA-256 of its file in `configurations/`.
    pub id: Hash,
}

/// The files of a configuration as they were, by name.
pub type Sources = Vec<(String, String)>;

/// Why the history cannot be read or gone on with.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder refused.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A file is not what was written.
    #[error("{0} is not what was written: put it back from a backup")]
    Damaged(PathBuf),
}

/// Keeps this configuration, and notes that it is in force from now on, unless it was already.
///
/// # Errors
/// What was kept before is damaged, or the disk refused.
pub fn keep(folder: &Folder, config: &Config, now: Instant) -> Result<(), HistoryError> {
    let json = of(config);
    let id = Hash::of(&[json.as_bytes()]);
    let mut all = list(folder)?;
    if all.last().is_some_and(|last| last.id == id) {
        read(folder, id)?;
        return Ok(());
    }
    replace(&folder.path(&file_name(id)), json.as_bytes())?;
    all.push(InForce { since: now, id });
    let text: String = all.iter().map(|line| format!("{} {}\n", line.since, line.id)).collect();
    let sum = Hash::of(&[text.as_bytes()]);
    Ok(replace(&folder.path(LIST), format!("{text}{SUM}{sum}\n").as_bytes())?)
}

/// Whether this configuration is the one that was in force last.
///
/// # Errors
/// The list is damaged or cannot be read.
pub fn is_in_force(folder: &Folder, config: &Config) -> Result<bool, HistoryError> {
    let id = Hash::of(&[of(config).as_bytes()]);
    Ok(list(folder)?.last().is_some_and(|last| last.id == id))
}

fn of(config: &Config) -> String {
    to_json(config.sources.iter().map(|(name, text)| (name.as_str(), text.as_str())))
}

/// Every configuration that was in force, oldest first; one that came back stands twice.
///
/// # Errors
/// The list is damaged or cannot be read.
pub fn list(folder: &Folder) -> Result<Vec<InForce>, HistoryError> {
    let path = folder.path(LIST);
    let text = match fs::read_to_string(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) if source.kind() != io::ErrorKind::InvalidData => {
            return Err(FolderError::Io { path, source }.into());
        }
        text => text.unwrap_or_else(|_| "?".to_owned()),
    };
    let line = |line: &str| {
        let (since, id) = line.split_once(' ')?;
        Some(InForce { since: since.parse().ok()?, id: id.parse().ok()? })
    };
    let lines = || -> Option<Vec<_>> {
        let at = text.strip_suffix('\n')?.rfind('\n')? + 1;
        let (lines, last) = text.split_at(at);
        let sum = Hash::of(&[lines.as_bytes()]);
        if last != format!("{SUM}{sum}\n") {
            return None;
        }
        lines.lines().map(line).collect()
    };
    lines().ok_or(HistoryError::Damaged(path))
}

/// The files of a configuration that was in force.
///
/// # Errors
/// It is not there, or not what its name says.
pub fn read(folder: &Folder, id: Hash) -> Result<Sources, HistoryError> {
    let path = folder.path(&file_name(id));
    let json = fs::read(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
    let sources = str::from_utf8(&json).ok().filter(|_| Hash::of(&[&json]) == id).and_then(from_json);
    sources.ok_or(HistoryError::Damaged(path))
}

/// Every file of the history with its name below the data folder: the list, and each configuration once.
///
/// # Errors
/// A file is damaged or cannot be read.
pub fn files(folder: &Folder) -> Result<BTreeMap<String, Vec<u8>>, HistoryError> {
    let bytes = |name: &str| {
        let path = folder.path(name);
        fs::read(&path).map_err(|source| HistoryError::from(FolderError::Io { path, source }))
    };
    let mut files = BTreeMap::from([(LIST.to_owned(), bytes(LIST)?)]);
    for InForce { id, .. } in list(folder)? {
        read(folder, id)?;
        files.insert(file_name(id), bytes(&file_name(id))?);
    }
    Ok(files)
}

fn file_name(id: Hash) -> String {
    format!("configurations/{}.json", id.to_string().trim_start_matches("sha256:"))
}

fn to_json<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let files = files.map(|(name, text)| object([("name", name.into()), ("text", text.into())])).collect();
    object([("files", Value::Array(files)), ("v", Value::Number(1))]).to_canonical()
}

fn from_json(json: &str) -> Option<Sources> {
    let Ok(Value::Object(mut members)) = parse_canonical(json) else { return None };
    let (Some(Value::Array(files)), Some(Value::Number(1))) = (members.remove("files"), members.get("v"))
    else {
        return None;
    };
    let file = |file| {
        let Value::Object(mut file) = file else { return None };
        match (file.remove("name"), file.remove("text")) {
            (Some(Value::String(name)), Some(Value::String(text))) => Some((name, text)),
            _ => None,
        }
    };
    files.into_iter().map(file).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{HistoryError, InForce, keep, list, read};
    use crate::{config, folder::Folder};

    #[test]
    fn each_change_is_kept_with_its_first_day() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let first = config::load(None).unwrap();
        let mut second = first.clone();
        second.sources.insert("koektrommel.toml".to_owned(), "other = \"é\"\n".to_owned());
        let days =
            ["2026-11-22T10:15:00Z", "2026-11-23T10:15:00Z", "2026-11-24T10:15:00Z", "2026-11-25T10:15:00Z"]
                .map(|day| day.parse().unwrap());
        for (config, day) in [(&first, days[0]), (&first, days[1]), (&second, days[2]), (&first, days[3])] {
            keep(&folder, config, day).unwrap();
        }
        let all = list(&folder).unwrap();
        assert_eq!(all.iter().map(|line| line.since).collect::<Vec<_>>(), [days[0], days[2], days[3]]);
        assert!(all[0].id == all[2].id && all[0].id != all[1].id);
        let files = read(&folder, all[1].id).unwrap();
        assert_eq!(files.len(), 4);
        assert!(files.contains(&("koektrommel.toml".to_owned(), "other = \"é\"\n".to_owned())));
        let kept: Vec<_> = first.sources.into_iter().collect();
        assert_eq!(read(&folder, all[0].id).unwrap(), kept);
    }

    #[test]
    fn what_was_changed_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let config = config::load(None).unwrap();
        let now = "2026-11-22T10:15:00Z".parse().unwrap();
        keep(&folder, &config, now).unwrap();
        let InForce { id, .. } = list(&folder).unwrap()[0];
        let path = folder.path(&super::file_name(id));
        let changed = fs::read_to_string(&path).unwrap().replacen("WSN", "WSM", 1);
        fs::write(&path, changed).unwrap();
        assert!(matches!(keep(&folder, &config, now), Err(HistoryError::Damaged(named)) if named == path));
        let path = folder.path(super::LIST);
        let right = fs::read_to_string(&path).unwrap();
        for at in 0..right.len() {
            let mut changed = right.clone().into_bytes();
            changed[at] ^= 1;
            fs::write(&path, changed).unwrap();
            assert!(matches!(list(&folder), Err(HistoryError::Damaged(named)) if named == path), "byte {at}");
        }
        fs::write(&path, "").unwrap();
        assert!(matches!(list(&folder), Err(HistoryError::Damaged(_))));
    }
}
