//! The shape of the catalogue file: purposes, cookies, and every text for visitors.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use koektrommel_core::{
    catalogue::{Catalogue, Cookie, Kind, Purpose, Scope, Texts},
    identifier::Language,
};
use serde::Deserialize;
use toml::Spanned;

use super::{
    ConfigError, Fault,
    settings::{self, SettingFile},
    wording,
};

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
    recipients: Vec<String>,
    revision: Option<u32>,
    #[serde(default)]
    changed: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<CookieFile>,
    #[serde(default)]
    settings: Vec<SettingFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CookieFile {
    name: String,
    storage: String,
    http_only: bool,
    set_by: String,
    lifetime: BTreeMap<String, String>,
    path: Option<String>,
    domain: Option<String>,
    #[serde(default)]
    partitioned: bool,
}

/// The texts by language and key.
pub(super) type AllTexts = BTreeMap<Language, BTreeMap<String, String>>;

/// The keys that every language needs are those of the built-in example.
const EXAMPLE: &str = include_str!("../../assets/wsn/catalogue.toml");

/// How many bytes the answers to all choices may take in the choice cookie: for each its id, a dot, a 0 or 1, a dot, a
/// mark, and a separator. What else the cookie holds leaves room for 318 of its 512 bytes (`cookie::LONGEST`); and a
/// record, in which the same answers stand, stays far below `store::MAX_RECORD`.
const LONGEST_ANSWERS: usize = 300;

/// Checks a catalogue file against the languages of its site.
pub(super) fn check(
    file: File,
    languages: &[Language],
    path: &Path,
    text: &str,
) -> Result<(Catalogue, AllTexts), ConfigError> {
    let mut faults = Vec::new();
    let mut purposes = Vec::new();
    let mut lines = Lines(Vec::new());
    for mut purpose in file.purposes {
        let key = format!("purposes.{}", purpose.id.get_ref());
        let mut fault = |key: String, line: usize, why: String| {
            faults.push(Fault { file: path.to_owned(), line: Some(line), key, why });
        };
        let line = super::file::line_of(text, purpose.id.span().start);
        lines.0.push((key.clone(), line));
        let mut settings = Vec::new();
        for setting in std::mem::take(&mut purpose.settings) {
            let key = format!("{key}.settings.{}", setting.name.get_ref());
            let line = super::file::line_of(text, setting.name.span().start);
            lines.0.push((key.clone(), line));
            match settings::to_setting(setting) {
                Ok(setting) => settings.push(setting),
                Err((part, why)) => fault(key + part, line, why),
            }
        }
        match to_purpose(purpose) {
            Ok(purpose) => purposes.push(Purpose { settings, ..purpose }),
            Err((part, why)) => fault(key + part, line, why),
        }
    }
    let texts = to_texts(file.texts, languages, path, &mut faults);
    let catalogue = Catalogue::new(purposes, languages);
    let more = match &catalogue {
        Ok(catalogue) => {
            let answers = answers_fit(catalogue).err().map(|why| ("purposes".to_owned(), why));
            settings::faults(catalogue).into_iter().chain(answers).collect()
        }
        Err(more) => more.iter().map(|fault| (fault.key.clone(), fault.why.clone())).collect::<Vec<_>>(),
    };
    faults.extend(more.into_iter().map(|(key, why)| Fault {
        file: path.to_owned(),
        line: lines.of(&key),
        key,
        why,
    }));
    match catalogue {
        Ok(catalogue) if faults.is_empty() => Ok((catalogue, texts)),
        _ => Err(ConfigError(faults)),
    }
}

/// Where each purpose and each setting stands in the file, by key, in the order of the file.
struct Lines(Vec<(String, usize)>);

impl Lines {
    /// The line of the nearest thing that a key lies in; of several with its name, the last.
    fn of(&self, key: &str) -> Option<usize> {
        let lies_in = |known: &str| {
            key.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let around = self.0.iter().filter(|(known, _)| lies_in(known));
        around.max_by_key(|(known, _)| known.len()).map(|(_, line)| *line)
    }
}

/// A longer cookie would be set and then not read: a device that never has a choice.
fn answers_fit(catalogue: &Catalogue) -> Result<(), String> {
    let choices = catalogue.choice_purposes();
    let length: usize = choices.iter().map(|id| id.as_str().len() + ".1.mark~".len()).sum();
    if length <= LONGEST_ANSWERS {
        return Ok(());
    }
    Err(format!(
        "must fit in one cookie: the {} choices take {length} bytes of the {LONGEST_ANSWERS} that there are; \
         ask fewer questions, or give them shorter ids",
        choices.len()
    ))
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
            scope: Scope { path: cookie.path, domain: cookie.domain, partitioned: cookie.partitioned },
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
        settings: Vec::new(),
        recipients: file.recipients,
        revision: file.revision.unwrap_or(1),
        changed: by_language(file.changed).map_err(wrong(".changed"))?,
    })
}

pub(super) fn by_language(
    texts: BTreeMap<String, String>,
) -> Result<Texts, koektrommel_core::error::Malformed> {
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
        for (key, text) in &of_language {
            if let Some(why) = wording::fault(language, key, text) {
                fault(key, &why);
            }
        }
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

#[cfg(test)]
mod tests {
    use std::path::Path;

    use koektrommel_core::{
        decision::{Actor, Choices, Control, Layer},
        hash::Hash,
        instant::Instant,
        record::{Consent, Event, Record, RecordId, Standing, Subject},
    };

    use super::{EXAMPLE, File, LONGEST_ANSWERS, check};
    use crate::{
        cookie,
        cookie::{ChoiceCookie, Mode},
        folder::Folder,
        keys::KeyRing,
        store::MAX_RECORD,
    };

    /// As many ids of this length as there is room for.
    fn most(length: usize) -> Vec<String> {
        (0..LONGEST_ANSWERS / (length + 8)).map(|i| format!("p{i:0>width$}", width = length - 1)).collect()
    }

    /// The faults of the example with these choices only.
    fn faults(ids: &[String]) -> Option<String> {
        let (_, texts) = EXAMPLE.split_at(EXAMPLE.find("[texts.").unwrap());
        let purpose = |id: &String| {
            format!(
                "[[purposes]]\nid = \"{id}\"\nkind = \"choice\"\nbasis = \"consent\"\n\
                 dpv = \"ServicePersonalisation\"\nname = {{ nl = \"N\", en = \"N\" }}\n\
                 text = {{ nl = \"T\", en = \"T\" }}\nreason = {{ nl = \"R\", en = \"R\" }}\n"
            )
        };
        let text = ids.iter().map(purpose).chain([texts.to_owned()]).collect::<String>();
        let file: File = toml::from_str(&text).unwrap();
        let languages = ["nl", "en"].map(|code| code.parse().unwrap());
        check(file, &languages, Path::new("catalogue.toml"), &text).err().map(|error| error.to_string())
    }

    #[test]
    fn more_choices_than_a_cookie_holds_are_refused() {
        for length in [3, 12, 32] {
            let mut ids = most(length);
            assert_eq!(faults(&ids), None, "{length}");
            ids.push("q".repeat(length));
            let says = faults(&ids).unwrap();
            assert!(says.starts_with("catalogue.toml: `purposes` must fit in one cookie: the "), "{says}");
            assert!(says.contains("bytes of the 300") && says.ends_with("shorter ids"), "{says}");
        }
    }

    #[test]
    fn what_is_allowed_fits_in_the_cookie_and_in_a_record() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let now: Instant = "2026-11-22T10:15:00Z".parse().unwrap();
        for (length, first) in [(3, true), (12, true), (32, true), (3, false), (12, false), (32, false)] {
            // Where there is a no, the cookie also says how long it holds.
            let answers: Vec<_> = most(length).iter().map(|id| (id.parse().unwrap(), true)).collect();
            let answers = answers.into_iter().enumerate().map(|(i, (id, yes))| (id, yes && (first || i > 0)));
            // An index has 48 bits at most.
            let (subject, last) = (Subject::from_random([7; 16]), (1 << 48) - 1);
            let consent = Consent {
                id: RecordId::new(last, &Hash::of(&[b"click"])),
                time: now,
                until: now.plus_months(if first { 12 } else { 1 }),
                site: "s".repeat(32).parse().unwrap(),
                notice: Hash::of(&[b"notice"]),
                language: "nl".parse().unwrap(),
                layer: Layer::Settings,
                control: Control::Withdraw,
                actor: Actor::Automation,
                event: Event::Given,
                choices: Choices::new(answers.collect()).unwrap(),
                subject: Some(subject),
                gpc: true,
                previous: Some(last),
            };
            let choice = ChoiceCookie {
                standing: Some(Standing { subject, record: last }),
                ..ChoiceCookie::of(&consent, |_| "AbC_".parse().ok())
            };
            let header = choice.set_cookie(&Mode::SameOrigin, &ring, now.day()).unwrap();
            let value = header.split(';').next().unwrap().split_once('=').unwrap().1;
            assert!(value.len() <= cookie::LONGEST, "{length}: {}", value.len());
            assert_eq!(value.contains("&s="), !first);
            let values = [value].into_iter();
            let seen = ChoiceCookie::find(values, &Mode::SameOrigin, &ring, now.day(), |_| None).unwrap();
            assert_eq!(seen.unwrap().choice, choice);
            assert!(Record::Consent(consent).to_json().len() < MAX_RECORD, "{length}");
        }
    }
}
