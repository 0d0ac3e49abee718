//! WSN's four uses of cookies: what was filled in, what goes to the next page, preferences, and the display.
//!
//! Preferences and display settings come from closed lists and are signed: the page may read them. What was filled
//! in and what is handed on may say anything about a person, so those cookies are sealed and nobody but this server
//! reads them; nothing of it is kept here.

pub mod kept;
mod list;
pub mod numbers;
pub mod slots;
pub mod spent;

use std::collections::HashMap;

use koektrommel_core::identifier::{Language, SiteId};

use self::spent::Spent;
use crate::{asset::Asset, config::Config};

/// What the uses need besides the cookies themselves.
#[derive(Debug)]
pub struct Uses {
    lists: HashMap<(SiteId, Language), Asset>,
    /// The hand-offs that were taken.
    pub spent: Spent,
}

impl Uses {
    /// Puts together the closed lists of every site in every language.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut lists = HashMap::new();
        for site in &config.sites {
            for language in &site.languages {
                let json = Asset::new("application/json", list::of(site, language));
                lists.insert((site.id.clone(), language.clone()), json);
            }
        }
        Self { lists, spent: Spent::default() }
    }

    /// The closed lists of a site with their labels, as JSON: the same for everybody.
    #[must_use]
    pub fn list(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.lists.get(&(site.clone(), language.clone()))
    }
}
