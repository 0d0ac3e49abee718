//! Values in, markup out. Nothing here knows HTTP or the store.

pub mod cookies;
pub mod error;
pub mod layout;
pub mod officer;
pub mod settings;
pub mod statement;

use std::collections::BTreeMap;

use koektrommel_core::identifier::Language;

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
