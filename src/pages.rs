//! The pages that are the same for everybody, made once at the start.

use std::collections::HashMap;

use koektrommel_core::identifier::{Language, SiteId};
use maud::Markup;

use crate::{
    asset::Asset,
    config::{Config, Site},
    view::{self, Links, Words, layout::Frame},
};

/// The statement, the cookie table and the verifier of every site in every language; and each site's own look of them.
#[derive(Debug)]
pub struct Pages {
    statements: HashMap<(SiteId, Language), Asset>,
    cookies: HashMap<(SiteId, Language), Asset>,
    verify: HashMap<(SiteId, Language), Asset>,
    themes: HashMap<SiteId, Asset>,
}

impl Pages {
    /// Makes the pages.
    #[must_use]
    pub fn new(config: &Config) -> Self {
        let mut pages = Self {
            statements: HashMap::new(),
            cookies: HashMap::new(),
            verify: HashMap::new(),
            themes: HashMap::new(),
        };
        for site in &config.sites {
            if !site.theme.is_plain() {
                let sheet = Asset::new("text/css; charset=utf-8", site.theme.pages_css());
                pages.themes.insert(site.id.clone(), sheet);
            }
            for language in &site.languages {
                pages.add(config, site, language);
            }
        }
        pages
    }

    fn add(&mut self, config: &Config, site: &Site, language: &Language) {
        let Frame { words, links, .. } = frame(config, site, language, "");
        let page = |path: &str, title: &str, content: &Markup| {
            let frame = frame(config, site, language, path);
            let html = view::layout::page(&frame, title, content).into_string();
            Asset::new("text/html; charset=utf-8", html)
        };
        let key = (site.id.clone(), language.clone());
        if let Some(statement) = site.statements.get(language) {
            let content = view::statement::content(statement, words, links);
            self.statements.insert(key.clone(), page("", &statement.title, &content));
        }
        let content = view::cookies::content(&site.catalogue, words, links, site.gpc.is_some());
        self.cookies.insert(key.clone(), page("/cookies", words.get("page.cookies.title"), &content));
        let content = view::verify::content(&site.catalogue, words, links);
        self.verify.insert(key, page("/verify", words.get("page.verify.title"), &content));
    }

    /// The privacy statement.
    #[must_use]
    pub fn statement(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.statements.get(&(site.clone(), language.clone()))
    }

    /// What comes after the style of our own pages, where a site has a look of its own.
    #[must_use]
    pub fn theme(&self, site: &SiteId) -> Option<&Asset> {
        self.themes.get(site)
    }

    /// The page that verifies receipts and downloads.
    #[must_use]
    pub fn verify(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.verify.get(&(site.clone(), language.clone()))
    }

    /// The cookie table.
    #[must_use]
    pub fn cookies(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.cookies.get(&(site.clone(), language.clone()))
    }
}

/// The frame of a page of a site, by its path below the mount. Its links name the site where there are several.
#[must_use]
pub fn frame<'a>(config: &'a Config, site: &'a Site, language: &'a Language, path: &'a str) -> Frame<'a> {
    let has_several = config.sites.len() > 1;
    Frame {
        words: Words::new(&site.texts, language),
        links: Links { mount: &config.mount, site: has_several.then_some(&site.id), language },
        controller: &site.controller,
        contact: site.contact.contact.as_deref(),
        has_theme: !site.theme.is_plain(),
        path,
        is_there: true,
        languages: &site.languages,
        display: None,
    }
}
