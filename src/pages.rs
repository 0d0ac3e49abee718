//! The pages that are the same for everybody, made once at the start.

use std::collections::HashMap;

use koektrommel_core::identifier::{Language, SiteId};
use maud::Markup;

use crate::{
    asset::Asset,
    config::{Config, Site},
    view::{self, Words, layout::Frame},
};

/// The statement and the cookie table of every site in every language.
#[derive(Debug)]
pub struct Pages {
    statements: HashMap<(SiteId, Language), Asset>,
    cookies: HashMap<(SiteId, Language), Asset>,
}

impl Pages {
    /// Makes the pages.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut pages = Self { statements: HashMap::new(), cookies: HashMap::new() };
        for site in &config.sites {
            for language in &site.languages {
                pages.add(config, site, language);
            }
        }
        pages
    }

    fn add(&mut self, config: &Config, site: &Site, language: &Language) {
        let words = Words::new(&site.texts, language);
        let mount = &config.mount;
        let page = |path: &str, title: &str, content: &Markup| {
            let frame = Frame {
                words,
                mount,
                controller: &site.controller,
                path,
                is_there: true,
                languages: &site.languages,
            };
            let html = view::layout::page(&frame, title, content).into_string();
            Asset::new("text/html; charset=utf-8", html)
        };
        let key = (site.id.clone(), language.clone());
        if let Some(statement) = site.statements.get(language) {
            let content = view::statement::content(statement, words, mount);
            self.statements.insert(key.clone(), page("", &statement.title, &content));
        }
        let content = view::cookies::content(&site.catalogue, words, mount);
        self.cookies.insert(key, page("/cookies", words.get("page.cookies.title"), &content));
    }

    /// The privacy statement.
    #[must_use]
    pub fn statement(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.statements.get(&(site.clone(), language.clone()))
    }

    /// The cookie table.
    #[must_use]
    pub fn cookies(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.cookies.get(&(site.clone(), language.clone()))
    }
}
