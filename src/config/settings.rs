//! The shape of a setting in the catalogue file: a closed list with a label for each value.

use std::collections::BTreeMap;

use koektrommel_core::{
    catalogue::{Catalogue, Cookie, Kind, Purpose, Storage},
    error::Malformed,
    setting::{Labelled, Setting},
};
use serde::Deserialize;
use toml::Spanned;

use super::catalogue::by_language;
use crate::cookie;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettingFile {
    pub(super) name: Spanned<String>,
    default: String,
    label: BTreeMap<String, String>,
    values: Vec<ValueFile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueFile {
    value: String,
    label: BTreeMap<String, String>,
}

/// The cookies that nobody but the server reads, without their prefix.
const SEALED: [&str; 2] = ["koek_form", "koek_handoff"];

/// How many bytes the values of one purpose may take in its cookie: for each setting its name, the longest of its
/// values, and two separators. Signature, kind and expiry take 79 of the 512 bytes (`cookie::LONGEST`).
const LONGEST_VALUES: usize = 400;

/// One setting, each part right by itself; an error is the key below the setting, and what would be right.
pub(super) fn to_setting(file: SettingFile) -> Result<Setting, (&'static str, String)> {
    let wrong = |part| move |error: Malformed| (part, error.why.to_owned());
    let values = file.values.into_iter().map(|value| {
        Ok(Labelled {
            value: value.value.parse().map_err(wrong(".values.value"))?,
            label: by_language(value.label).map_err(wrong(".values.label"))?,
        })
    });
    Ok(Setting {
        values: values.collect::<Result<_, _>>()?,
        name: file.name.into_inner().parse().map_err(wrong(""))?,
        label: by_language(file.label).map_err(wrong(".label"))?,
        default: file.default.parse().map_err(wrong(".default"))?,
    })
}

/// What must hold for the cookies that keep settings: each key below the catalogue, and what would be right.
pub(super) fn faults(catalogue: &Catalogue) -> Vec<(String, String)> {
    let with_settings = catalogue.purposes().iter().filter(|purpose| !purpose.settings.is_empty());
    let faults = with_settings.flat_map(|purpose| [lists_its_cookie(purpose), fits(purpose)]).flatten();
    faults.chain(catalogue.purposes().iter().filter_map(seals_what_is_sealed)).collect()
}

/// What a visitor fills in or hands on is for nobody to read but the server, and is kept without consent.
fn seals_what_is_sealed(purpose: &Purpose) -> Option<(String, String)> {
    let is_sealed = |cookie: &&Cookie| SEALED.contains(&cookie::without_prefix(&cookie.name));
    let sealed = purpose.cookies.iter().find(is_sealed)?;
    (!sealed.http_only || purpose.kind != Kind::Exempt).then(|| {
        let why =
            "belongs to an exempt purpose, with `http_only = true`: it is sealed, and for this visit only";
        (format!("purposes.{}.cookies.{}", purpose.id, sealed.name), why.to_owned())
    })
}

/// A cookie that the server sets and the table does not show would be a promise broken.
fn lists_its_cookie(purpose: &Purpose) -> Option<(String, String)> {
    let name = cookie::of_purpose(&purpose.id);
    let is_listed = |cookie: &Cookie| {
        cookie::without_prefix(&cookie.name) == name && cookie.storage == Storage::Cookie && !cookie.http_only
    };
    (!purpose.cookies.iter().any(is_listed)).then(|| {
        let why = format!("must list the cookie `{name}`, with its prefix and with `http_only = false`: its settings are kept there");
        (format!("purposes.{}.cookies", purpose.id), why)
    })
}

fn fits(purpose: &Purpose) -> Option<(String, String)> {
    let longest = |setting: &Setting| {
        let value = setting.values.iter().map(|value| value.value.as_str().len()).max().unwrap_or(0);
        setting.name.as_str().len() + value + "=&".len()
    };
    let length: usize = purpose.settings.iter().map(longest).sum();
    (length > LONGEST_VALUES).then(|| {
        let why = format!(
            "must fit in one cookie: they take {length} bytes of the {LONGEST_VALUES} that there are; offer fewer, \
             or give them shorter names"
        );
        (format!("purposes.{}.settings", purpose.id), why)
    })
}

#[cfg(test)]
mod tests {
    use crate::config;

    /// The faults of the built-in example after a change, without the file's name.
    fn faults(from: &str, to: &str) -> Vec<String> {
        let temp = tempfile::tempdir().unwrap();
        for (name, text) in config::file::BUILT_IN {
            let text = if *name == "catalogue.toml" {
                assert!(text.contains(from), "{from}");
                text.replacen(from, to, 1)
            } else {
                (*text).to_owned()
            };
            std::fs::write(temp.path().join(name), text).unwrap();
        }
        let path = temp.path().join("koektrommel.toml");
        let Err(error) = config::load(Some(&path)) else { return Vec::new() };
        error
            .0
            .iter()
            .map(|fault| {
                let line = fault.line.map_or(String::new(), |_| ":line".to_owned());
                format!("`{}`{line} {}", fault.key, fault.why)
            })
            .collect()
    }

    #[test]
    fn a_setting_that_is_not_a_closed_list_is_named_with_its_line() {
        for (from, to, says) in [
            (
                "name = \"contrast\"",
                "name = \"Contrast\"",
                "`purposes.display.settings.Contrast`:line must be the name",
            ),
            ("name = \"contrast\"", "name = \"v\"", "`purposes.display.settings.v`:line must be the name"),
            (
                "name = \"contrast\"",
                "name = \"motion\"",
                "`purposes.display.settings.motion`:line stands twice",
            ),
            (
                "default = \"normal\"",
                "default = \"low\"",
                "`purposes.display.settings.contrast.default`:line must be one of",
            ),
            (
                "value = \"high\"",
                "value = \"normal\"",
                "`purposes.display.settings.contrast.values.normal`:line stands twice",
            ),
            (
                "value = \"high\"",
                "value = \"very high\"",
                "`purposes.display.settings.contrast.values.value`:line must be the value",
            ),
            (
                "name = \"__Host-koek_form\"\nstorage = \"cookie\"\nhttp_only = true",
                "name = \"__Host-koek_form\"\nstorage = \"cookie\"\nhttp_only = false",
                "`purposes.form.cookies.__Host-koek_form`:line belongs to an exempt purpose",
            ),
            (
                "name = \"__Host-koek_display\"",
                "name = \"__Host-display\"",
                "`purposes.display.cookies`:line must list the cookie `koek_display`, with its prefix",
            ),
        ] {
            let faults = faults(from, to);
            assert!(faults.len() == 1 && faults[0].starts_with(says), "{to}: {faults:?}");
        }
        assert_eq!(faults("WSN", "WSN"), [""; 0]);
    }

    #[test]
    fn more_than_a_cookie_holds_is_refused() {
        let long = |n: usize| {
            let value =
                |value: &str| format!("{{ value = \"{value}\", label = {{ nl = \"N\", en = \"N\" }} }}");
            format!(
                "[[purposes.settings]]\nname = \"{n:x<32}\"\ndefault = \"a\"\nlabel = {{ nl = \"N\", en = \"N\" }}\n\
                 values = [{}, {}]\n", value("a"), value(&"b".repeat(32))
            ).replace("name = \"", "name = \"n").replacen("x\"", "\"", 1)
        };
        let with = |count: usize| {
            let place = "# ------------------------------------------------------- texts, in Dutch";
            let added: String = (10..10 + count).map(long).collect();
            faults(place, &format!("{added}{place}"))
        };
        assert_eq!(with(4), [""; 0]);
        let faults = with(6);
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert!(
            faults[0].starts_with("`purposes.display.settings`:line must fit in one cookie"),
            "{faults:?}"
        );
    }
}
