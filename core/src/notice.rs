//! What the visitor was shown when deciding: texts, catalogue and language, named by its hash.
//!
//! A notice is immutable. It is kept from the moment it is first served, so that no record ever points at a text
//! that cannot be shown again.

mod shown;

use alloc::{
    boxed::Box,
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    catalogue::{Catalogue, Kind, Purpose, Scope},
    decision::Choices,
    error::Malformed,
    hash::Hash,
    identifier::{Language, PurposeId, SiteId},
    json::{Value, object, parse_canonical},
    mark::Mark,
};

pub use self::shown::{Shown, ShownCookie, ShownPurpose};

/// One notice. Its id is the SHA-256 of its canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    id: Hash,
    site: SiteId,
    language: Language,
    validity_months: u8,
    choice_purposes: Vec<PurposeId>,
    marks: BTreeMap<PurposeId, Mark>,
    substance: Hash,
    json: Box<str>,
}

/// What a notice is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// Who is responsible, as the visitor is told.
    pub controller: &'a str,
    /// The language of all the texts.
    pub language: &'a Language,
    /// The purposes.
    pub catalogue: &'a Catalogue,
    /// The texts of the widget, by key.
    pub texts: &'a BTreeMap<String, String>,
    /// For how many months a decision holds: 1 to 12.
    pub validity_months: u8,
}

impl Notice {
    /// Puts a notice together.
    #[must_use]
    pub fn new(parts: &Parts<'_>) -> Self {
        let Parts { site, controller, language, catalogue, texts, validity_months } = *parts;
        let asks = |purpose: &&Purpose| purpose.kind == Kind::Choice;
        let mark = |purpose: &Purpose| (purpose.id.clone(), catalogue.mark(purpose, controller));
        let marks: BTreeMap<_, _> = catalogue.purposes().iter().filter(asks).map(mark).collect();
        let to_json = |purpose| purpose_to_json(purpose, language, &marks);
        let purposes: Vec<_> = catalogue.purposes().iter().map(to_json).collect();
        let substance = substance_of(controller, validity_months, &purposes);
        let texts = texts.iter().map(|(key, text)| (key.as_str(), text.as_str().into()));
        let json = object([
            ("controller", controller.into()),
            ("language", language.as_str().into()),
            ("purposes", Value::Array(purposes)),
            ("site", site.as_str().into()),
            ("texts", object(texts)),
            ("v", Value::Number(1)),
            ("validity_months", Value::Number(validity_months.into())),
        ])
        .to_canonical();
        Self {
            id: Hash::of(&[json.as_bytes()]),
            site: site.clone(),
            language: language.clone(),
            validity_months,
            choice_purposes: catalogue.choice_purposes(),
            marks,
            substance,
            json: json.into(),
        }
    }

    /// Reads a notice that was kept.
    ///
    /// # Errors
    /// Anything that [`new`](Self::new) would not have written.
    pub fn from_json(json: &str) -> Result<Self, Malformed> {
        const WRONG: Malformed = Malformed::new("notice", "must be a notice of version 1 in canonical JSON");
        let Value::Object(members) = parse_canonical(json)? else { return Err(WRONG) };
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => Ok(text.clone()),
            _ => Err(WRONG),
        };
        let (Some(Value::Number(1)), Some(Value::Number(months)), Some(Value::Array(purposes))) =
            (members.get("v"), members.get("validity_months"), members.get("purposes"))
        else {
            return Err(WRONG);
        };
        let months = u8::try_from(*months).map_err(|_| WRONG)?;
        let substance = substance_of(&text(members.get("controller"))?, months, purposes);
        let mut choice_purposes = Vec::new();
        let mut marks = BTreeMap::new();
        for purpose in purposes {
            let Value::Object(purpose) = purpose else { return Err(WRONG) };
            if text(purpose.get("kind"))?.parse::<Kind>()? == Kind::Choice {
                let id: PurposeId = text(purpose.get("id"))?.parse()?;
                // Those of before there were marks have none.
                if purpose.contains_key("mark") {
                    marks.insert(id.clone(), text(purpose.get("mark"))?.parse()?);
                }
                choice_purposes.push(id);
            }
        }
        choice_purposes.sort();
        Ok(Self {
            id: Hash::of(&[json.as_bytes()]),
            site: text(members.get("site"))?.parse()?,
            language: text(members.get("language"))?.parse()?,
            validity_months: months,
            choice_purposes,
            marks,
            substance,
            json: json.into(),
        })
    }

    /// The SHA-256 of [`json`](Self::json).
    #[must_use]
    pub const fn id(&self) -> Hash {
        self.id
    }

    /// The site it belongs to.
    #[must_use]
    pub const fn site(&self) -> &SiteId {
        &self.site
    }

    /// The language of its texts.
    #[must_use]
    pub const fn language(&self) -> &Language {
        &self.language
    }

    /// For how many months a decision on it holds.
    #[must_use]
    pub const fn validity_months(&self) -> u8 {
        self.validity_months
    }

    /// The purposes it asks about, in the order of their names.
    #[must_use]
    pub fn choice_purposes(&self) -> &[PurposeId] {
        &self.choice_purposes
    }

    /// The hash of what a decision is about: who asks, for how long, and each purpose without its wording. Two
    /// notices of the same substance differ in wording only.
    #[must_use]
    pub const fn substance(&self) -> Hash {
        self.substance
    }

    /// What a yes to this purpose is a yes to; none for one that asks nothing, and in notices of before there were
    /// marks.
    #[must_use]
    pub fn mark(&self, purpose: &PurposeId) -> Option<Mark> {
        self.marks.get(purpose).copied()
    }

    /// Whether these answers still count where `current` is what is served now.
    ///
    /// A no always does: it asks for nothing that could have changed. A yes does if the two differ in wording only,
    /// or if what was granted is still the same, whatever else has changed, and for as long.
    #[must_use]
    pub fn counts_under(&self, current: &Self, choices: &Choices) -> bool {
        let is_same = |purpose| self.mark(purpose).is_some() && self.mark(purpose) == current.mark(purpose);
        let mut granted = choices.iter().filter(|(_, yes)| *yes);
        self.substance == current.substance
            || !choices.any_granted()
            || (self.validity_months == current.validity_months
                && granted.all(|(purpose, _)| is_same(purpose)))
    }

    /// The canonical JSON that the id is the hash of.
    #[must_use]
    pub const fn json(&self) -> &str {
        &self.json
    }
}

fn substance_of(controller: &str, validity_months: u8, purposes: &[Value]) -> Hash {
    let without_wording = purposes.iter().map(|purpose| match purpose {
        Value::Object(members) => {
            let mut members = members.clone();
            members
                .retain(|name, _| !matches!(name.as_str(), "name" | "text" | "reason" | "changed" | "mark"));
            Value::Object(members)
        }
        other => other.clone(),
    });
    let parts = Value::Array(Vec::from([
        controller.into(),
        Value::Number(validity_months.into()),
        Value::Array(without_wording.collect()),
    ]));
    Hash::of(&[parts.to_canonical().as_bytes()])
}

fn purpose_to_json(purpose: &Purpose, language: &Language, marks: &BTreeMap<PurposeId, Mark>) -> Value {
    let text = |texts: &BTreeMap<Language, String>| texts.get(language).map_or("", String::as_str).into();
    let cookies = purpose.cookies.iter().map(|cookie| {
        let Scope { path, domain, partitioned } = &cookie.scope;
        let mut members = Vec::from([
            ("http_only", Value::Bool(cookie.http_only)),
            ("lifetime", text(&cookie.lifetime)),
            ("name", cookie.name.as_str().into()),
            ("set_by", cookie.set_by.as_str().into()),
            ("storage", cookie.storage.as_str().into()),
        ]);
        // Only what is said: notices from before there were these stay what they are.
        members.extend(path.as_ref().map(|path| ("path", path.as_str().into())));
        members.extend(domain.as_ref().map(|domain| ("domain", domain.as_str().into())));
        members.extend(partitioned.then_some(("partitioned", Value::Bool(true))));
        object(members)
    });
    let mut members = Vec::from([
        ("basis", purpose.basis.as_str().into()),
        ("cookies", Value::Array(cookies.collect())),
        ("dpv", purpose.dpv.as_str().into()),
        ("id", purpose.id.to_string().as_str().into()),
        ("kind", purpose.kind.as_str().into()),
        ("name", text(&purpose.name)),
        ("text", text(&purpose.text)),
    ]);
    if purpose.kind == Kind::Exempt {
        members.push(("reason", text(&purpose.reason)));
    }
    // What most purposes have none of is not written, so that their notices stay as they were.
    if !purpose.changed.is_empty() {
        members.push(("changed", text(&purpose.changed)));
    }
    if !purpose.recipients.is_empty() {
        let recipients = purpose.recipients.iter().map(|name| name.as_str().into());
        members.push(("recipients", Value::Array(recipients.collect())));
    }
    if purpose.revision > 1 {
        members.push(("revision", Value::Number(purpose.revision.into())));
    }
    members.extend(marks.get(&purpose.id).map(|mark| ("mark", mark.to_string().as_str().into())));
    object(members)
}

#[cfg(test)]
pub(crate) mod tests {
    use alloc::{
        collections::BTreeMap,
        string::{String, ToString},
        vec,
    };

    use super::{Notice, Parts};
    use crate::catalogue::{
        Catalogue, Kind,
        tests::{nl, purpose},
    };

    pub(crate) fn notice(title: &str) -> Notice {
        let purposes = vec![
            purpose("choice", Kind::Exempt),
            purpose("preferences", Kind::Choice),
            purpose("display", Kind::Choice),
        ];
        let catalogue = Catalogue::new(purposes, &[nl()]).unwrap();
        Notice::new(&Parts {
            site: &"wsn".parse().unwrap(),
            controller: "WSN",
            language: &nl(),
            catalogue: &catalogue,
            texts: &BTreeMap::from([("banner.title".to_string(), title.to_string())]),
            validity_months: 6,
        })
    }

    #[test]
    fn reads_what_it_writes() {
        let notice = notice("Cookies \"hier\"");
        assert_eq!(Notice::from_json(notice.json()), Ok(notice.clone()));
        let ids: Vec<String> = notice.choice_purposes().iter().map(ToString::to_string).collect();
        assert_eq!(ids, ["display", "preferences"]);
    }

    #[test]
    fn every_changed_letter_is_another_notice() {
        assert_ne!(notice("Cookies").id(), notice("Cookies.").id());
        let json = notice("Cookies").json().to_string();
        for wrong in [
            json.replace("\"v\":1", "\"v\":2"),
            json.replace("\"site\"", "\"sites\""),
            json.replace(':', ": "),
        ] {
            assert!(Notice::from_json(&wrong).is_err());
        }
    }
}
