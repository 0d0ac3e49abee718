//! The configuration: read once, checked as a whole, and from then on a value that cannot be wrong.

mod catalogue;
mod file;
mod hosts;
mod retention;
mod settings;
mod theme;
mod tools;
mod wording;

use std::{
    collections::BTreeMap,
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use koektrommel_core::{
    catalogue::Catalogue,
    identifier::{Language, SiteId},
    instant::Day,
};

pub use self::{
    file::load,
    retention::{Retention, Term},
    theme::Theme,
    tools::Tools,
};
use crate::{cookie::Mode, statement::Statement};

/// Everything that the server is told.
#[derive(Clone, Debug)]
pub struct Config {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// The data folder.
    pub data: PathBuf,
    /// The path under which everything public lives: `/` and a name, or more of them.
    pub mount: String,
    /// The name of the log.
    pub origin: String,
    /// Whether a demonstration home page is served at `/`.
    pub demo: bool,
    /// How long records are kept.
    pub retention: Retention,
    /// The sites; at least one, the first is the default.
    pub sites: Vec<Site>,
    /// The files that this was read from, as they are, by the names that they have in each other.
    pub sources: BTreeMap<String, String>,
}

/// One website that embeds the widget.
#[derive(Clone, Debug)]
pub struct Site {
    /// Its id.
    pub id: SiteId,
    /// Who is responsible, as visitors are told.
    pub controller: String,
    /// Where they can be reached, for a consent receipt.
    pub contact: Contact,
    /// Its languages; at least one, the first is the default.
    pub languages: Vec<Language>,
    /// Origins of its pages, besides the server's own: `https://www.wsn.example`.
    pub origins: Vec<String>,
    /// Where the server lives, seen from those pages.
    pub mode: Mode,
    /// For how many months a decision holds.
    pub validity_months: u8,
    /// Whether some page views report names that the notice does not account for.
    pub watch_undeclared: bool,
    /// Its own look.
    pub theme: Theme,
    /// What other tools are told.
    pub tools: Tools,
    /// Since when the site says in public that it honours Global Privacy Control; it says nothing without.
    pub gpc: Option<Day>,
    /// Its purposes.
    pub catalogue: Catalogue,
    /// Its texts for visitors, by language and key.
    pub texts: BTreeMap<Language, BTreeMap<String, String>>,
    /// The statement in force, by language.
    pub statements: BTreeMap<Language, Statement>,
}

/// Where the corporation can be reached, as ISO/IEC TS 27560 wants it in a receipt. What is not given is left out.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The postal address.
    pub address: Option<String>,
    /// An electronic mail address, or a telephone number.
    pub contact: Option<String>,
}

impl Config {
    /// The site of this id, or the default for no id.
    #[must_use]
    pub fn site(&self, id: Option<&SiteId>) -> Option<&Site> {
        match id {
            Some(id) => self.sites.iter().find(|site| &site.id == id),
            None => self.sites.first(),
        }
    }
}

impl Site {
    /// The offered language nearest to a wish: the same, or the same without its region, or the default.
    #[must_use]
    pub fn language(&self, wish: Option<&str>) -> Option<&Language> {
        wish.and_then(|wish| self.offered(wish)).or(self.languages.first())
    }

    /// The offered language that a language tag names.
    #[must_use]
    pub fn offered(&self, tag: &str) -> Option<&Language> {
        let primary = tag.split('-').next().unwrap_or_default();
        self.languages.iter().find(|language| language.as_str().eq_ignore_ascii_case(primary))
    }
}

/// All faults of a configuration; each is a line that names file, key and remedy.
#[derive(Debug)]
pub struct ConfigError(pub Vec<Fault>);

/// One fault.
#[derive(Debug)]
pub struct Fault {
    /// The file it is in.
    pub file: PathBuf,
    /// The line, from 1, where it is known.
    pub line: Option<usize>,
    /// The key, or empty where the file as a whole is wrong.
    pub key: String,
    /// What would be right.
    pub why: String,
}

impl ConfigError {
    fn one(file: &Path, line: Option<usize>, key: &str, why: impl Into<String>) -> Self {
        Self(vec![Fault { file: file.to_owned(), line, key: key.to_owned(), why: why.into() }])
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        f.write_str(": ")?;
        if !self.key.is_empty() {
            write!(f, "`{}` ", self.key)?;
        }
        f.write_str(&self.why)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            write!(f, "{}{fault}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
