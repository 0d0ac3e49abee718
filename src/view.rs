//! Values in, markup out. Nothing here knows HTTP or the store.

pub mod cookies;
pub mod erase;
pub mod error;
pub mod help;
pub mod layout;
pub mod officer;
pub mod pack;
pub mod receipt;
pub mod settings;
pub mod statement;
pub mod uses;
pub mod verify;

use std::collections::BTreeMap;

use koektrommel_core::{
    identifier::{Language, SiteId},
    instant::{Day, Instant},
};

use crate::{calendar::local_date, statement::date_in_words};

/// The texts of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    texts: Option<&'a BTreeMap<String, String>>,
    /// The language they are in.
    pub language: &'a Language,
}

impl<'a> Words<'a> {
    /// The texts of a site in one of its languages.
    #[must_use]
    pub fn new(texts: &'a BTreeMap<Language, BTreeMap<String, String>>, language: &'a Language) -> Self {
        Self { texts: texts.get(language), language }
    }

    /// The text of a key. The configuration has made sure that there is one.
    #[must_use]
    pub fn get(&self, key: &str) -> &'a str {
        self.texts.and_then(|texts| texts.get(key)).map_or("", String::as_str)
    }

    /// The text of a key with one `{name}` filled in.
    #[must_use]
    pub fn fill(&self, key: &str, name: &str, value: &str) -> String {
        self.get(key).replace(&format!("{{{name}}}"), value)
    }
}

/// The day of a moment on the visitor's calendar.
fn local_day(at: Instant) -> Day {
    Day::from_date(local_date(at)).unwrap_or_else(|_| at.day())
}

/// That day in words.
fn day_in_words(at: Instant, language: &Language) -> String {
    date_in_words(local_day(at), language.as_str())
}

/// Where the public pages are, and what an address must say to stay on the same site in the same language.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The path under which everything public lives.
    pub mount: &'a str,
    /// The site, where there are several: an address that names none leads to the first.
    pub site: Option<&'a SiteId>,
    /// The language.
    pub language: &'a Language,
}

impl Links<'_> {
    /// The address of a page, by its path below the mount: empty, `/cookies`, `/settings`.
    #[must_use]
    pub fn to(&self, path: &str) -> String {
        self.to_language(path, self.language)
    }

    /// The address of what stands below the mount, perhaps with a place in the page. A query of its own is kept as
    /// it is: it may already name a language.
    #[must_use]
    pub fn follow(&self, rest: &str) -> String {
        if rest.contains('?') {
            return format!("{}{rest}", self.mount);
        }
        let (path, place) = rest.split_at(rest.find('#').unwrap_or(rest.len()));
        self.to(path) + place
    }

    /// The address of a page in another language.
    #[must_use]
    pub fn to_language(&self, path: &str, language: &Language) -> String {
        let mut address = format!("{}{path}?lang={language}", self.mount);
        if let Some(site) = self.site {
            address.push_str("&site=");
            address.push_str(site.as_str());
        }
        address
    }
}

#[cfg(test)]
mod tests {
    use super::Links;

    #[test]
    fn addresses_name_the_site_only_where_there_are_several() {
        let (language, other, site) =
            ("nl".parse().unwrap(), "en".parse().unwrap(), "second".parse().unwrap());
        let one = Links { mount: "/privacy", site: None, language: &language };
        assert_eq!(one.to(""), "/privacy?lang=nl");
        assert_eq!(one.to_language("/cookies", &other), "/privacy/cookies?lang=en");
        let several = Links { site: Some(&site), ..one };
        assert_eq!(several.to("/settings"), "/privacy/settings?lang=nl&site=second");
        assert_eq!(several.follow("/cookies#display"), "/privacy/cookies?lang=nl&site=second#display");
        assert_eq!(several.follow("/cookies?lang=en"), "/privacy/cookies?lang=en");
    }
}
