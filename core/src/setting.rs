//! Settings: what a visitor can set on the site, each from a closed list.
//!
//! Free text has no place here: a setting that only takes what the site has listed can say nothing about a person
//! that the site did not write down itself.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use crate::{
    catalogue::{Kind, Purpose, Texts},
    error::Malformed,
    identifier::{Language, SettingName, SettingValue},
};

/// One setting of a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: SettingName,
    /// What a visitor reads beside it.
    pub label: Texts,
    /// The closed list, in the order in which it is shown.
    pub values: Vec<Labelled>,
    /// The value where nothing was set; one of the list.
    pub default: SettingValue,
}

/// One value of a closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labelled {
    /// The value.
    pub value: SettingValue,
    /// What a visitor reads for it.
    pub label: Texts,
}

/// What a visitor has set of one purpose: only what differs from the default, only what is on the lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<SettingName, SettingValue>);

impl Values {
    /// Checks values against the lists. A default is what there is without it, so it is left out.
    ///
    /// # Errors
    /// A name or a value that is on no list, or a name that stands twice.
    pub fn new(
        given: impl IntoIterator<Item = (SettingName, SettingValue)>,
        settings: &[Setting],
    ) -> Result<Self, Malformed> {
        let wrong = |why| Malformed::new("values", why);
        let mut values = BTreeMap::new();
        for (name, value) in given {
            let setting = settings.iter().find(|setting| setting.name == name);
            let setting = setting.ok_or(wrong("must have the names of settings of this purpose"))?;
            if !setting.has(&value) {
                return Err(wrong("must have values from the list of each setting"));
            }
            if values.insert(name, value).is_some() {
                return Err(wrong("must name each setting once"));
            }
        }
        values.retain(|name, value| settings.iter().any(|s| &s.name == name && &s.default != value));
        Ok(Self(values))
    }

    /// What of these is on the lists today: a cookie may be older than the lists.
    #[must_use]
    pub fn known(given: impl IntoIterator<Item = (SettingName, SettingValue)>, settings: &[Setting]) -> Self {
        let is_known = |(name, value): &(SettingName, SettingValue)| {
            settings.iter().any(|s| &s.name == name && &s.default != value && s.has(value))
        };
        Self(given.into_iter().filter(is_known).collect())
    }

    /// The value of a setting: what was set, or the default.
    #[must_use]
    pub fn of<'a>(&'a self, setting: &'a Setting) -> &'a SettingValue {
        self.0.get(&setting.name).unwrap_or(&setting.default)
    }

    /// What differs from the default, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&SettingName, &SettingValue)> {
        self.0.iter()
    }

    /// Whether all is as it is without them.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Setting {
    /// Whether a value is on the list.
    #[must_use]
    pub fn has(&self, value: &SettingValue) -> bool {
        self.values.iter().any(|known| &known.value == value)
    }
}

/// What is wrong with the settings of a purpose: each the key below the purpose, and what would be right.
pub(crate) fn faults(purpose: &Purpose, languages: &[Language]) -> Vec<(String, String)> {
    let mut faults = Vec::new();
    if !purpose.settings.is_empty() && purpose.kind != Kind::Choice {
        let why = "belong to a choice: what an exempt purpose keeps is not for the visitor to set";
        faults.push((".settings".to_owned(), why.to_owned()));
    }
    let mut names = BTreeSet::new();
    for setting in &purpose.settings {
        let mut fault = |part: &str, why: &str| {
            faults.push((format!(".settings.{}{part}", setting.name), why.to_owned()));
        };
        if !names.insert(&setting.name) {
            fault("", "stands twice: each setting needs its own name");
        }
        if setting.values.len() < 2 {
            fault(".values", "must be two or more: with one there is nothing to set");
        }
        if !setting.has(&setting.default) {
            fault(".default", "must be one of the values");
        }
        let mut values = BTreeSet::new();
        for Labelled { value, label } in &setting.values {
            if !values.insert(value) {
                fault(&format!(".values.{value}"), "stands twice");
            }
            for language in lacking(label, languages) {
                fault(&format!(".values.{value}.label.{language}"), MISSING);
            }
        }
        for language in lacking(&setting.label, languages) {
            fault(&format!(".label.{language}"), MISSING);
        }
    }
    faults
}

const MISSING: &str = "is missing: every language of the site needs it";

fn lacking<'a>(texts: &'a Texts, languages: &'a [Language]) -> impl Iterator<Item = &'a Language> {
    languages.iter().filter(|language| texts.get(language).is_none_or(|text| text.trim().is_empty()))
}

#[cfg(test)]
mod tests {
    use alloc::{
        string::{String, ToString},
        vec,
        vec::Vec,
    };

    use super::{Labelled, Setting, Values};
    use crate::{
        catalogue::{
            Catalogue, Kind, Purpose, Texts,
            tests::{nl, purpose},
        },
        identifier::{SettingName, SettingValue},
    };

    fn setting(name: &str, values: &[&str]) -> Setting {
        let label = Texts::from([(nl(), "Label".to_string())]);
        let value = |value: &&str| Labelled { value: value.parse().unwrap(), label: label.clone() };
        Setting {
            name: name.parse().unwrap(),
            label: label.clone(),
            values: values.iter().map(value).collect(),
            default: values[0].parse().unwrap(),
        }
    }

    fn pairs(given: &[(&str, &str)]) -> Vec<(SettingName, SettingValue)> {
        given.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn only_what_is_on_the_lists_and_differs_is_kept() {
        let lists = [setting("text-size", &["100", "150"]), setting("contrast", &["normal", "high"])];
        let values = Values::new(pairs(&[("text-size", "150"), ("contrast", "normal")]), &lists).unwrap();
        assert_eq!(values.iter().count(), 1);
        assert_eq!((values.of(&lists[0]).as_str(), values.of(&lists[1]).as_str()), ("150", "normal"));
        assert!(Values::new([], &lists).unwrap().is_empty());
        for wrong in [
            &[("text-size", "175")][..],
            &[("motion", "full")],
            &[("contrast", "150")],
            &[("contrast", "high"), ("contrast", "high")],
            &[("contrast", "normal"), ("contrast", "high")],
        ] {
            assert_eq!(Values::new(pairs(wrong), &lists).unwrap_err().what, "values", "{wrong:?}");
        }
        let known =
            Values::known(pairs(&[("text-size", "175"), ("motion", "full"), ("contrast", "high")]), &lists);
        assert_eq!(known, Values::new(pairs(&[("contrast", "high")]), &lists).unwrap());
    }

    fn faults(kind: Kind, settings: Vec<Setting>) -> Vec<String> {
        let purpose = Purpose { settings, ..purpose("display", kind) };
        let checked = Catalogue::new(vec![purpose], &[nl()]);
        checked.err().unwrap_or_default().into_iter().map(|fault| fault.key).collect()
    }

    #[test]
    fn every_fault_of_a_list_is_named() {
        let right = || setting("contrast", &["normal", "high"]);
        assert_eq!(faults(Kind::Choice, vec![right()]), [""; 0]);
        assert_eq!(faults(Kind::Exempt, vec![right()]), ["purposes.display.settings"]);
        assert_eq!(faults(Kind::Choice, vec![right(), right()]), ["purposes.display.settings.contrast"]);
        let one = setting("contrast", &["normal"]);
        assert_eq!(faults(Kind::Choice, vec![one]), ["purposes.display.settings.contrast.values"]);
        let other = Setting { default: "low".parse().unwrap(), ..right() };
        assert_eq!(faults(Kind::Choice, vec![other]), ["purposes.display.settings.contrast.default"]);
        let twice = setting("contrast", &["normal", "high", "high"]);
        assert_eq!(faults(Kind::Choice, vec![twice]), ["purposes.display.settings.contrast.values.high"]);
        let mut silent = Setting { label: Texts::new(), ..right() };
        silent.values[1].label = Texts::from([(nl(), " ".to_string())]);
        assert_eq!(
            faults(Kind::Choice, vec![silent]),
            [
                "purposes.display.settings.contrast.values.high.label.nl",
                "purposes.display.settings.contrast.label.nl",
            ]
        );
    }
}
