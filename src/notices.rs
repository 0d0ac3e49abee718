//! Every notice ever served, by hash, on disk before it is served for the first time.

use std::{
    collections::{HashMap, hash_map::Entry},
    fs,
    sync::Arc,
};

use koektrommel_core::{
    decision::Choices,
    hash::Hash,
    identifier::{Language, PurposeId, SiteId},
    mark::Mark,
    notice::{Notice, Parts},
};

use crate::{
    config::Site,
    folder::{Folder, FolderError, replace},
};

/// The notices of all sites, now and before.
#[derive(Debug)]
pub struct Notices {
    current: HashMap<(SiteId, Language), Arc<Notice>>,
    all: HashMap<Hash, Arc<Notice>>,
}

/// Why the notices cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum NoticesError {
    /// The folder refused.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A kept notice is not what was written.
    #[error("{0} is not the notice that its name says: put it back from a backup, records point at it")]
    Damaged(std::path::PathBuf),
}

impl Notices {
    /// Puts together the notices of these sites, keeps them, and reads those that were kept before.
    pub fn open(folder: &Folder, sites: &[Site]) -> Result<Self, NoticesError> {
        let mut all = read_kept(folder)?;
        let mut current = HashMap::new();
        for site in sites {
            for language in &site.languages {
                let notice = Arc::new(notice_of(site, language));
                if let Entry::Vacant(vacant) = all.entry(notice.id()) {
                    replace(&folder.path(&file_name(notice.id())), notice.json().as_bytes())?;
                    vacant.insert(Arc::clone(&notice));
                }
                current.insert((site.id.clone(), language.clone()), notice);
            }
        }
        Ok(Self { current, all })
    }

    /// The notice that is served now.
    #[must_use]
    pub fn current(&self, site: &SiteId, language: &Language) -> Option<&Arc<Notice>> {
        self.current.get(&(site.clone(), language.clone()))
    }

    /// Any notice that was ever served.
    #[must_use]
    pub fn get(&self, id: Hash) -> Option<&Arc<Notice>> {
        self.all.get(&id)
    }

    /// Every notice that was ever served, in no order.
    pub fn all(&self) -> impl Iterator<Item = &Notice> {
        self.all.values().map(Arc::as_ref)
    }

    /// The notice of this id, if it was ever served to this site in this language.
    #[must_use]
    pub fn served(&self, id: Hash, site: &SiteId, language: &Language) -> Option<&Arc<Notice>> {
        self.get(id).filter(|notice| notice.site() == site && notice.language() == language)
    }

    /// Whether these answers to a notice still count; see [`Notice::counts_under`]. So a corrected typing error
    /// costs nobody the click on a page that was open already, and nothing takes a no away.
    #[must_use]
    pub fn counts(&self, notice: &Notice, choices: &Choices) -> bool {
        let current = self.current(notice.site(), notice.language());
        current.is_some_and(|current| notice.counts_under(current, choices))
    }

    /// What a yes to a purpose of this site is a yes to now; the same in every language.
    #[must_use]
    pub fn mark(&self, site: &Site, purpose: &PurposeId) -> Option<Mark> {
        self.current(&site.id, site.languages.first()?)?.mark(purpose)
    }

    /// Every choice purpose that any notice ever asked about, in the order of the names.
    #[must_use]
    pub fn all_choice_purposes(&self) -> Vec<PurposeId> {
        let mut purposes: Vec<_> =
            self.all.values().flat_map(|notice| notice.choice_purposes()).cloned().collect();
        purposes.sort();
        purposes.dedup();
        purposes
    }
}

/// Every choice purpose that any notice kept in a folder ever asked about, in the order of the names.
///
/// # Errors
/// A kept notice cannot be read.
pub fn all_kept_purposes(folder: &Folder) -> Result<Vec<PurposeId>, NoticesError> {
    Ok(Notices { current: HashMap::new(), all: read_kept(folder)? }.all_choice_purposes())
}

/// The texts that a notice holds: all that is shown where a visitor decides. What a visitor can set (`uses.`) is no
/// part of it.
fn notice_of(site: &Site, language: &Language) -> Notice {
    let is_shown = |key: &str| {
        !(key.starts_with("page.") || key.starts_with("uses.")) || key.starts_with("page.settings.")
    };
    // Who cannot be reached is not offered for questions.
    let fill = |key: &String, text: &String| match (key.as_str(), &site.contact.contact) {
        ("settings.help", contact) => {
            contact.as_ref().map(|contact| (key.clone(), text.replace("{contact}", contact)))
        }
        _ => Some((key.clone(), text.clone())),
    };
    let texts = site.texts.get(language).into_iter().flatten();
    Notice::new(&Parts {
        site: &site.id,
        controller: &site.controller,
        language,
        catalogue: &site.catalogue,
        texts: &texts.filter(|(key, _)| is_shown(key)).filter_map(|(key, text)| fill(key, text)).collect(),
        validity_months: site.validity_months,
    })
}

fn file_name(id: Hash) -> String {
    format!("notices/{}.json", id.to_string().trim_start_matches("sha256:"))
}

fn read_kept(folder: &Folder) -> Result<HashMap<Hash, Arc<Notice>>, NoticesError> {
    let root = folder.path("notices");
    let io = |source| FolderError::Io { path: root.clone(), source };
    let mut kept = HashMap::new();
    for entry in fs::read_dir(&root).map_err(io)? {
        let path = entry.map_err(io)?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let json = fs::read(&path).map_err(|source| FolderError::Io { path: path.clone(), source })?;
        let notice = std::str::from_utf8(&json).ok().and_then(|json| Notice::from_json(json).ok());
        match notice.filter(|notice| path.ends_with(file_name(notice.id()))) {
            Some(notice) => kept.insert(notice.id(), Arc::new(notice)),
            None => return Err(NoticesError::Damaged(path)),
        };
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use koektrommel_core::{decision::Choices, hash::Hash};

    use super::{Notices, NoticesError};
    use crate::{config, folder::Folder};

    #[test]
    fn old_notices_are_kept_and_wording_does_not_cost_a_click() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let mut sites = config::load(None).unwrap().sites;
        let (site, nl) = (sites[0].id.clone(), sites[0].languages[0].clone());
        let first = Notices::open(&folder, &sites).unwrap().current(&site, &nl).unwrap().clone();

        sites[0].texts.get_mut(&nl).unwrap().insert("banner.title".to_owned(), "Koekjes".to_owned());
        let reworded = Notices::open(&folder, &sites).unwrap();
        assert_ne!(reworded.current(&site, &nl).unwrap().id(), first.id());
        assert_eq!(reworded.served(first.id(), &site, &nl), Some(&first));
        assert_eq!(reworded.served(Hash::of(&[]), &site, &nl), None);
        let (yes, no) = [true, false].map(|answer| Choices::all(first.choice_purposes(), answer)).into();
        assert!(reworded.counts(&first, &yes) && reworded.counts(&first, &no));

        sites[0].controller = "Another".to_owned();
        let other = Notices::open(&folder, &sites).unwrap();
        assert!(!other.counts(&first, &yes), "a yes to another");
        assert!(other.counts(&first, &no), "a no is never dropped");
        assert_eq!(other.get(first.id()), Some(&first));
    }

    #[test]
    fn a_changed_notice_is_named() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let sites = config::load(None).unwrap().sites;
        Notices::open(&folder, &sites).unwrap();
        let path = std::fs::read_dir(folder.path("notices")).unwrap().next().unwrap().unwrap().path();
        let changed = std::fs::read_to_string(&path).unwrap().replacen("WSN", "WSM", 1);
        std::fs::write(&path, changed).unwrap();
        assert!(matches!(Notices::open(&folder, &sites), Err(NoticesError::Damaged(named)) if named == path));
    }
}
