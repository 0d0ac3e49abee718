//! The shape of the catalogue file: purposes, cookies, and every text for visitors.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use koektrommel_core::{
    catalogue::{Catalogue, Cookie, Kind, Purpose, Texts},
    identifier::Language,
};
use serde::Deserialize;
use toml::Spanned;

use super::{ConfigError, Fault};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    purposes: Vec<PurposeFile>,
    texts: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PurposeFile {
    id: Spanned<String>,
    kind: String,
    basis: String,
    dpv: String,
    exemption: Option<String>,
    name: BTreeMap<String, String>,
    text: BTreeMap<String, String>,
    #[serde(default)]
    reason: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<CookieFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CookieFile {
    name: String,
    storage: String,
    http_only: bool,
    set_by: String,
    lifetime: BTreeMap<String, String>,
}

/// The texts by language and key.
pub(super) type AllTexts = BTreeMap<Language, BTreeMap<String, String>>;

/// The keys that every language needs are those of the built-in example.
const EXAMPLE: &str = include_str!("../../assets/wsn/catalogue.toml");

/// Checks a catalogue file against the languages of its site.
pub(super) fn check(
    file: File,
    languages: &[Language],
    path: &Path,
    text: &str,
) -> Result<(Catalogue, AllTexts), ConfigError> {
    let mut faults = Vec::new();
    let mut purposes = Vec::new();
    for purpose in file.purposes {
        let line = super::file::line_of(text, purpose.id.span().start);
        let id = purpose.id.get_ref().clone();
        let mut fault = |part: &str, why: String| {
            faults.push(Fault {
                file: path.to_owned(),
                line: Some(line),
                key: format!("purposes.{id}{part}"),
                why,
            });
        };
        match to_purpose(purpose) {
            Ok(purpose) => purposes.push(purpose),
            Err((part, why)) => fault(part, why),
        }
    }
    let catalogue = Catalogue::new(purposes, languages);
    let texts = to_texts(file.texts, languages, path, &mut faults);
    match catalogue {
        Ok(catalogue) if faults.is_empty() => Ok((catalogue, texts)),
        Ok(_) => Err(ConfigError(faults)),
        Err(more) => {
            let more = more.into_iter().map(|fault| Fault {
                file: path.to_owned(),
                line: None,
                key: fault.key,
                why: fault.why,
            });
            Err(ConfigError(faults.into_iter().chain(more).collect()))
        }
    }
}

fn to_purpose(file: PurposeFile) -> Result<Purpose, (&'static str, String)> {
    let wrong = |part| move |error: koektrommel_core::error::Malformed| (part, error.why.to_owned());
    let kind: Kind = file.kind.parse().map_err(wrong(".kind"))?;
    if (kind == Kind::Exempt) != (file.exemption.as_deref() == Some("strictly-necessary")) {
        let why = "must be `strictly-necessary` for an exempt purpose, and absent for a choice".to_owned();
        return Err((".exemption", why));
    }
    let cookies = file.cookies.into_iter().map(|cookie| {
        Ok(Cookie {
            name: cookie.name,
            storage: cookie.storage.parse().map_err(wrong(".cookies.storage"))?,
            http_only: cookie.http_only,
            set_by: cookie.set_by,
            lifetime: by_language(cookie.lifetime).map_err(wrong(".cookies.lifetime"))?,
        })
    });
    Ok(Purpose {
        id: file.id.into_inner().parse().map_err(wrong(".id"))?,
        kind,
        basis: file.basis.parse().map_err(wrong(".basis"))?,
        dpv: file.dpv.parse().map_err(wrong(".dpv"))?,
        cookies: cookies.collect::<Result<_, _>>()?,
        name: by_language(file.name).map_err(wrong(".name"))?,
        text: by_language(file.text).map_err(wrong(".text"))?,
        reason: by_language(file.reason).map_err(wrong(".reason"))?,
    })
}

fn by_language(texts: BTreeMap<String, String>) -> Result<Texts, koektrommel_core::error::Malformed> {
    texts.into_iter().map(|(code, text)| Ok((code.parse()?, text))).collect()
}

fn to_texts(
    mut given: BTreeMap<String, BTreeMap<String, String>>,
    languages: &[Language],
    path: &Path,
    faults: &mut Vec<Fault>,
) -> AllTexts {
    let example: File = match toml::from_str(EXAMPLE) {
        Ok(example) => example,
        Err(_) => File { purposes: Vec::new(), texts: BTreeMap::new() },
    };
    let needed: BTreeSet<_> = example.texts.into_values().flat_map(BTreeMap::into_keys).collect();
    let mut texts = BTreeMap::new();
    for language in languages {
        let of_language = given.remove(language.as_str()).unwrap_or_default();
        let mut fault = |key: &str, why: &str| {
            let key = format!("texts.{language}.{key}");
            faults.push(Fault { file: path.to_owned(), line: None, key, why: why.to_owned() });
        };
        for key in &needed {
            if of_language.get(key).is_none_or(|text| text.trim().is_empty()) {
                fault(key, "is missing");
            }
        }
        for key in of_language.keys().filter(|key| !needed.contains(*key)) {
            fault(key, "is not the key of a text");
        }
        texts.insert(language.clone(), of_language);
    }
    for code in given.keys() {
        let why = "is for a language that the site does not name".to_owned();
        faults.push(Fault { file: path.to_owned(), line: None, key: format!("texts.{code}"), why });
    }
    texts
}
