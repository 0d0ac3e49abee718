//! The closed lists of a site as JSON, with the words that a control for them needs.

use std::collections::BTreeMap;

use koektrommel_core::{
    catalogue::{Purpose, Texts},
    identifier::Language,
    setting::Setting,
};
use serde::Serialize;

use crate::config::Site;

/// Where the keys of these texts begin. They are no part of the notice.
const TEXTS: &str = "uses.";

#[derive(Serialize)]
struct List<'a> {
    site: &'a str,
    language: &'a str,
    purposes: Vec<PurposeList<'a>>,
    texts: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct PurposeList<'a> {
    id: &'a str,
    settings: Vec<SettingList<'a>>,
}

#[derive(Serialize)]
struct SettingList<'a> {
    name: &'a str,
    label: &'a str,
    default: &'a str,
    values: Vec<ValueLabel<'a>>,
}

#[derive(Serialize)]
struct ValueLabel<'a> {
    value: &'a str,
    label: &'a str,
}

/// The lists of a site in one of its languages.
pub(super) fn of(site: &Site, language: &Language) -> Vec<u8> {
    let purposes = site.catalogue.purposes().iter().filter(|purpose| !purpose.settings.is_empty());
    let texts = site.texts.get(language).into_iter().flatten();
    let texts = texts.filter(|(key, _)| key.starts_with(TEXTS));
    let list = List {
        site: site.id.as_str(),
        language: language.as_str(),
        purposes: purposes.map(|purpose| of_purpose(purpose, language)).collect(),
        texts: texts.map(|(key, text)| (key.as_str(), text.as_str())).collect(),
    };
    // Texts and lists of texts: always JSON.
    serde_json::to_vec(&list).unwrap_or_default()
}

fn of_purpose<'a>(purpose: &'a Purpose, language: &Language) -> PurposeList<'a> {
    let settings = purpose.settings.iter().map(|setting| of_setting(setting, language));
    PurposeList { id: purpose.id.as_str(), settings: settings.collect() }
}

fn of_setting<'a>(setting: &'a Setting, language: &Language) -> SettingList<'a> {
    let text = |texts: &'a Texts| texts.get(language).map_or("", String::as_str);
    let values = setting.values.iter();
    SettingList {
        name: setting.name.as_str(),
        label: text(&setting.label),
        default: setting.default.as_str(),
        values: values.map(|v| ValueLabel { value: v.value.as_str(), label: text(&v.label) }).collect(),
    }
}
