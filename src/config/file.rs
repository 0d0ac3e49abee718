//! The shape of the configuration file, and how it becomes a [`Config`].

use std::{
    cell::RefCell,
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use koektrommel_core::{
    catalogue::{Catalogue, Kind, Purpose},
    identifier::{Language, SiteId},
    instant::Day,
    note::VerifierKey,
};
use serde::Deserialize;
use toml::Spanned;

use super::{Config, ConfigError, Contact, Fault, Site, catalogue, hosts, retention, theme, tools};
use crate::statement::Statement;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Spanned<String>,
    data: PathBuf,
    mount: Spanned<String>,
    origin: Spanned<String>,
    #[serde(default)]
    demo: bool,
    retention: retention::File,
    sites: Vec<SiteFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SiteFile {
    id: Spanned<String>,
    controller: String,
    #[serde(default)]
    contact: Contact,
    languages: Spanned<Vec<String>>,
    origins: Spanned<Vec<String>>,
    mode: Option<String>,
    cookie_domain: Option<String>,
    validity_months: Spanned<u8>,
    #[serde(default = "yes")]
    watch_undeclared: bool,
    #[serde(default)]
    aliases: BTreeMap<String, String>,
    #[serde(default)]
    consent_mode: BTreeMap<String, Vec<String>>,
    theme: Option<theme::File>,
    theme_dark: Option<theme::File>,
    gpc: Option<Spanned<String>>,
    catalogue: PathBuf,
    statement: BTreeMap<String, PathBuf>,
}

/// The default of what is on unless a site says otherwise.
const fn yes() -> bool {
    true
}

/// Where the server's own addresses begin, besides the mount.
const TAKEN: [&str; 5] = ["officer", "demo", "healthz", "readyz", ".well-known"];

/// The files of the built-in example.
pub(super) const BUILT_IN: &[(&str, &str)] = &[
    ("koektrommel.toml", include_str!("../../assets/wsn/koektrommel.toml")),
    ("catalogue.toml", include_str!("../../assets/wsn/catalogue.toml")),
    ("statement.nl.md", include_str!("../../assets/wsn/statement.nl.md")),
    ("statement.en.md", include_str!("../../assets/wsn/statement.en.md")),
];

/// Reads and checks a configuration file and the files it names; without a path, the built-in example.
///
/// # Errors
/// Every fault that was found, not only the first. A relative data folder is taken from the folder the program
/// was started in.
pub fn load(path: Option<&Path>) -> Result<Config, ConfigError> {
    let folder = path.map(|path| path.parent().unwrap_or(Path::new("")).to_owned());
    let source = Source { folder, seen: RefCell::default() };
    let main = path.unwrap_or(Path::new("koektrommel.toml"));
    let name = main.file_name().map_or_else(|| main.to_owned(), PathBuf::from);
    let text = source.read(&name)?;
    let file: File = source.parse(&name, &text)?;
    let mut reader = Reader { source: &source, path: source.path(&name), text: &text, faults: Vec::new() };
    let config = reader.config(file);
    match (config, reader.faults) {
        (Some(config), faults) if faults.is_empty() => {
            Ok(Config { sources: source.seen.into_inner(), ..config })
        }
        (_, faults) => Err(ConfigError(faults)),
    }
}

/// Where files come from: a folder, or the program itself.
struct Source {
    folder: Option<PathBuf>,
    /// What was read, by name.
    seen: RefCell<BTreeMap<String, String>>,
}

impl Source {
    fn path(&self, name: &Path) -> PathBuf {
        self.folder.as_ref().map_or_else(|| Path::new("built-in").join(name), |folder| folder.join(name))
    }

    fn read(&self, name: &Path) -> Result<String, ConfigError> {
        let text = self.read_unseen(name)?;
        self.seen.borrow_mut().insert(name.display().to_string(), text.clone());
        Ok(text)
    }

    fn read_unseen(&self, name: &Path) -> Result<String, ConfigError> {
        let path = self.path(name);
        if self.folder.is_some() {
            return fs::read_to_string(&path).map_err(|error| {
                ConfigError::one(&path, None, "", format!("cannot be read as UTF-8 text: {error}"))
            });
        }
        let found = BUILT_IN.iter().find(|(built_in, _)| Path::new(built_in) == name);
        found
            .map(|(_, text)| (*text).to_owned())
            .ok_or_else(|| ConfigError::one(&path, None, "", "is not built in"))
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, name: &Path, text: &str) -> Result<T, ConfigError> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| line_of(text, span.start));
            ConfigError::one(&self.path(name), line, "", error.message().to_owned())
        })
    }
}

pub(super) fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

struct Reader<'a> {
    source: &'a Source,
    path: PathBuf,
    text: &'a str,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn config(&mut self, file: File) -> Option<Config> {
        let listen = file.listen.get_ref().parse().ok();
        self.check(listen.is_some(), &file.listen, "listen", "must be an address and a port: 127.0.0.1:8080");
        let mount = file.mount.get_ref();
        let is_path = mount.starts_with('/')
            && mount.len() > 1
            && !mount.ends_with('/')
            && !mount.contains("//")
            && mount.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b));
        self.check(
            is_path,
            &file.mount,
            "mount",
            "must be a path such as /privacy: letters, digits, - and _",
        );
        let first = mount.split('/').nth(1).unwrap_or_default();
        let is_free = !TAKEN.contains(&first);
        self.check(
            is_free,
            &file.mount,
            "mount",
            "must not begin with an address that the server has itself",
        );
        let origin = file.origin.get_ref();
        let is_origin = VerifierKey::new(origin, [0; 32]).is_ok() && !origin.contains("://");
        self.check(
            is_origin,
            &file.origin,
            "origin",
            "must be an address without scheme or spaces: www.example.nl/log",
        );
        let terms = retention::check(file.retention, &mut |at, key, why| {
            self.fault(Some(line_of(self.text, at)), key, why);
        });
        if file.sites.is_empty() {
            self.fault(None, "sites", "must hold at least one site");
        }
        let sites: Vec<_> = file.sites.into_iter().filter_map(|site| self.site(site)).collect();
        for (i, site) in sites.iter().enumerate() {
            if sites.iter().take(i).any(|other| other.id == site.id) {
                self.fault(None, &format!("sites.{}", site.id), "stands twice: each site needs its own id");
            }
        }
        Some(Config {
            listen: listen?,
            data: file.data,
            mount: file.mount.into_inner(),
            origin: file.origin.into_inner(),
            demo: file.demo,
            retention: terms,
            sites,
            sources: BTreeMap::new(),
        })
    }

    fn site(&mut self, file: SiteFile) -> Option<Site> {
        let key = |part: &str| format!("sites.{}.{part}", file.id.get_ref());
        let id = file.id.get_ref().parse::<SiteId>();
        self.check(id.is_ok(), &file.id, "sites.id", "must be 1 to 32 characters from a-z, 0-9 and -");
        let languages: Vec<Language> =
            file.languages.get_ref().iter().filter_map(|code| code.parse().ok()).collect();
        let are_languages = !languages.is_empty() && languages.len() == file.languages.get_ref().len();
        self.check(
            are_languages,
            &file.languages,
            &key("languages"),
            "must be language codes such as \"nl\", at least one",
        );
        let are_origins = file.origins.get_ref().iter().all(|origin| is_web_origin(origin));
        self.check(
            are_origins,
            &file.origins,
            &key("origins"),
            "must be scheme, host and port only: https://www.example.nl",
        );
        let mode = hosts::mode(file.mode.as_deref(), file.cookie_domain.as_deref(), file.origins.get_ref());
        let mode = mode.map_err(|(part, why)| self.fault(None, &key(part), &why)).ok();
        let months = *file.validity_months.get_ref();
        self.check(
            (1..=12).contains(&months),
            &file.validity_months,
            &key("validity_months"),
            "must lie between 1 and 12",
        );
        let theme = theme::check(file.theme, file.theme_dark).unwrap_or_else(|faults| {
            for (at, part, why) in faults {
                self.fault(at.map(|at| line_of(self.text, at)), &key(&part), &why);
            }
            theme::Theme::default()
        });
        let read = self.source.read(&file.catalogue).and_then(|text| {
            let shape = self.source.parse(&file.catalogue, &text)?;
            catalogue::check(shape, &languages, &self.source.path(&file.catalogue), &text)
        });
        let (catalogue, texts) = self.keep(read)?;
        let mode = mode?;
        let gpc = file.gpc.as_ref().and_then(|since| self.gpc(since, &key("gpc"), &catalogue));
        let tools = tools::check(file.aliases, file.consent_mode, &catalogue);
        let tools = tools.map_err(|(part, why)| self.fault(None, &key(&part), &why)).unwrap_or_default();
        if let Some((key, why)) = hosts::misnamed(&catalogue, &mode) {
            self.faults.push(Fault { file: self.source.path(&file.catalogue), line: None, key, why });
        }
        let mut statements = BTreeMap::new();
        for language in &languages {
            let Some(name) = file.statement.get(language.as_str()) else {
                self.fault(
                    None,
                    &key(&format!("statement.{language}")),
                    "is missing: every language of the site needs one",
                );
                continue;
            };
            let read = self.source.read(name).and_then(|text| {
                Statement::parse(&text, language).map_err(|fault| {
                    ConfigError::one(&self.source.path(name), fault.line, &fault.key, fault.why)
                })
            });
            if let Some(statement) = self.keep(read) {
                statements.insert(language.clone(), statement);
            }
        }
        for code in file.statement.keys() {
            if !languages.iter().any(|language| language.as_str() == code) {
                self.fault(
                    None,
                    &key(&format!("statement.{code}")),
                    "is for a language that `languages` does not name",
                );
            }
        }
        Some(Site {
            id: id.ok()?,
            controller: file.controller,
            contact: file.contact,
            languages,
            origins: file.origins.into_inner(),
            mode,
            validity_months: months,
            watch_undeclared: file.watch_undeclared,
            theme,
            tools,
            gpc,
            catalogue,
            texts,
            statements,
        })
    }

    /// What is said in public must be true: a purpose that is never asked for is not switched off by a signal.
    fn gpc(&mut self, since: &Spanned<String>, key: &str, catalogue: &Catalogue) -> Option<Day> {
        let day = since.get_ref().parse().ok();
        self.check(day.is_some(), since, key, "must be a date: \"2026-11-22\"");
        let is_shared = |purpose: &&Purpose| purpose.kind == Kind::Exempt && !purpose.recipients.is_empty();
        if let Some(shared) = catalogue.purposes().iter().find(is_shared) {
            let why = format!(
                "must be left out: `purposes.{}` is exempt and has recipients, so it is shared whatever a browser asks",
                shared.id
            );
            self.check(false, since, key, &why);
        }
        day
    }

    fn check<T>(&mut self, is_right: bool, value: &Spanned<T>, key: &str, why: &str) {
        if !is_right {
            self.fault(Some(line_of(self.text, value.span().start)), key, why);
        }
    }

    fn fault(&mut self, line: Option<usize>, key: &str, why: &str) {
        self.faults.push(Fault { file: self.path.clone(), line, key: key.to_owned(), why: why.to_owned() });
    }

    fn keep<T>(&mut self, result: Result<T, ConfigError>) -> Option<T> {
        result.map_err(|error| self.faults.extend(error.0)).ok()
    }
}

/// Whether a text is an origin as browsers write it (RFC 6454, 6.1).
fn is_web_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-:[]".contains(&b))
    })
}

#[cfg(test)]
mod tests;
