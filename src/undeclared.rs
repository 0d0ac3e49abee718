//! Names of cookies and storage that pages reported and that the notice does not account for: counted per site and
//! name, for the officer. Names only, no values; days, no time of day; nothing about who reported.

mod name;

use std::{
    collections::BTreeMap,
    fs, io,
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use koektrommel_core::{identifier::SiteId, instant::Instant};
use serde::{Deserialize, Serialize};

pub use self::name::Name;
use crate::folder::{Folder, FolderError, replace};

/// The most names that are kept of one site. One more takes the place of the one that was reported least.
pub const MOST: usize = 200;
/// For how many seconds reports are kept in memory before they are written: what a crash may lose.
const SAVED_EVERY: i64 = 10;
/// On how many days, and how often, a name must have been reported before it counts as the site's own. A browser
/// extension of one visitor leaves names too.
const DAYS: u32 = 2;
const REPORTS: u64 = 3;

/// One name that was reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sighting {
    /// The UTC day of the first report.
    pub first: String,
    /// The UTC day of the last one.
    pub last: String,
    /// On how many days it was reported.
    pub days: u32,
    /// How often it was reported.
    pub reports: u64,
}

impl Sighting {
    /// Whether it was seen often enough not to be one visitor's browser extension.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.days >= DAYS && self.reports >= REPORTS
    }
}

type Sites = BTreeMap<String, BTreeMap<String, Sighting>>;

/// The layout of `undeclared.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    v: u8,
    sites: Sites,
}

/// Everything that was reported.
#[derive(Debug)]
pub struct Undeclared {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    sites: Sites,
    /// Seconds since 1970 at the last writing; none before the first.
    saved: Option<i64>,
    is_changed: bool,
}

impl Undeclared {
    /// Reads what was kept. A file that cannot be read is no reason not to start: it is told, and begun anew.
    pub fn open(folder: &Folder) -> Result<Self, FolderError> {
        let path = folder.path("undeclared.json");
        let sites = match fs::read(&path) {
            Ok(content) => match serde_json::from_slice::<File>(&content) {
                Ok(File { v: 1, sites }) => sites,
                _ => {
                    tracing::warn!(path = %path.display(), "is not a list of undeclared names of version 1: begun anew");
                    Sites::new()
                }
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Sites::new(),
            Err(source) => return Err(FolderError::Io { path, source }),
        };
        Ok(Self { path, state: Mutex::new(State { sites, ..State::default() }) })
    }

    /// Counts one report. Whether it is time to [`save`](Self::save), which blocks on the disk.
    pub fn report(&self, site: &SiteId, names: &[Name], now: Instant) -> bool {
        let today = now.day().to_string();
        let mut state = self.lock();
        let of_site = state.sites.entry(site.to_string()).or_default();
        for name in names {
            if !of_site.contains_key(name.as_str()) && of_site.len() >= MOST {
                let least = of_site.iter().min_by_key(|(_, seen)| (seen.reports, seen.last.clone()));
                if let Some(least) = least.map(|(name, _)| name.clone()) {
                    of_site.remove(&least);
                }
            }
            let seen = of_site.entry(name.as_str().to_owned()).or_insert_with(|| Sighting {
                first: today.clone(),
                last: String::new(),
                days: 0,
                reports: 0,
            });
            seen.reports = seen.reports.saturating_add(1);
            if seen.last != today {
                seen.last.clone_from(&today);
                seen.days = seen.days.saturating_add(1);
            }
        }
        state.is_changed |= !names.is_empty();
        let due = state.saved.is_none_or(|saved| now.unix() >= saved + SAVED_EVERY);
        if due && state.is_changed {
            state.saved = Some(now.unix());
        }
        due && state.is_changed
    }

    /// What was reported of a site, by name.
    #[must_use]
    pub fn of(&self, site: &SiteId) -> BTreeMap<String, Sighting> {
        self.lock().sites.get(site.as_str()).cloned().unwrap_or_default()
    }

    /// Forgets a name; false where it is not known. Blocks on the disk.
    pub fn forget(&self, site: &SiteId, name: &str) -> Result<bool, FolderError> {
        let mut state = self.lock();
        let known = state.sites.get_mut(site.as_str()).and_then(|names| names.remove(name)).is_some();
        state.is_changed |= known;
        drop(state);
        self.save().map(|()| known)
    }

    /// Writes what has changed. Blocks on the disk.
    pub fn save(&self) -> Result<(), FolderError> {
        let mut state = self.lock();
        if !state.is_changed {
            return Ok(());
        }
        let file = File { v: 1, sites: state.sites.clone() };
        replace(&self.path, &serde_json::to_vec(&file).unwrap_or_default())?;
        state.is_changed = false;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is not yet written is written when the program ends in order.
impl Drop for Undeclared {
    fn drop(&mut self) {
        if let Err(error) = self.save() {
            tracing::error!(%error, "the undeclared names could not be written");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST, Name, Undeclared};
    use crate::folder::Folder;

    #[test]
    fn counts_by_day_forgets_and_stays_small() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let site = "wsn".parse().unwrap();
        let names = |names: &[&str]| names.iter().map(|name| Name::parse(name).unwrap()).collect::<Vec<_>>();
        let undeclared = Undeclared::open(&folder).unwrap();
        let (one, two) = ("2026-11-22T10:15:00Z".parse().unwrap(), "2026-11-23T10:15:00Z".parse().unwrap());
        assert!(undeclared.report(&site, &names(&["_ga"]), one));
        undeclared.save().unwrap();
        assert!(!undeclared.report(&site, &names(&["_ga"]), one), "not every report is written at once");
        assert!(!undeclared.of(&site)["_ga"].counts());
        undeclared.report(&site, &names(&["_ga", "other"]), two);
        drop(undeclared);
        let undeclared = Undeclared::open(&folder).unwrap();
        let seen = undeclared.of(&site);
        assert!(seen["_ga"].counts() && !seen["other"].counts());
        assert_eq!((seen["_ga"].days, seen["_ga"].reports, seen["_ga"].first.as_str()), (2, 3, "2026-11-22"));
        for i in 0..2 * MOST {
            let letters = i.to_string().bytes().map(|b| char::from(b - b'0' + b'g')).collect::<String>();
            undeclared.report(&site, &names(&[&letters]), two);
        }
        assert_eq!(undeclared.of(&site).len(), MOST);
        assert!(undeclared.of(&site).contains_key("_ga"), "what was seen most stays");
        assert!(undeclared.forget(&site, "_ga").unwrap());
        assert!(!undeclared.forget(&site, "_ga").unwrap());
    }

    #[test]
    fn a_damaged_file_is_begun_anew() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        std::fs::write(folder.path("undeclared.json"), "{").unwrap();
        assert!(Undeclared::open(&folder).unwrap().of(&"wsn".parse().unwrap()).is_empty());
    }
}
