//! What a site says about other tools: names in their marks, and what Google's tags are told.

use std::collections::BTreeMap;

use koektrommel_core::{
    catalogue::Catalogue,
    identifier::PurposeId,
    json::{Value, object},
};

use super::Site;

/// The signals that can stand for purposes of a site.
const MAPPABLE: [&str; 2] = ["functionality_storage", "personalization_storage"];

/// The signals that are the same always: no purpose here is advertising or measuring, and security needs no consent.
const FIXED: [&str; 5] =
    ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "security_storage"];

/// What a site says about other tools.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tools {
    /// What names in other tools' marks are called here.
    pub aliases: BTreeMap<String, PurposeId>,
    /// The purposes that each signal of Google's consent mode stands for; none where the site does not use it.
    pub signals: BTreeMap<String, Vec<PurposeId>>,
}

/// Checks the tables `aliases` and `consent_mode` against the catalogue; what is wrong is a key and what would be right.
pub(super) fn check(
    aliases: BTreeMap<String, String>,
    consent_mode: BTreeMap<String, Vec<String>>,
    catalogue: &Catalogue,
) -> Result<Tools, (String, String)> {
    let purpose = |key: &str, id: String| {
        let known = id.parse().ok().filter(|id| catalogue.purposes().iter().any(|one| &one.id == id));
        known.ok_or_else(|| (key.to_owned(), "must name purposes of the catalogue".to_owned()))
    };
    let mut tools = Tools::default();
    for (name, id) in aliases {
        let id = purpose(&format!("aliases.{name}"), id)?;
        tools.aliases.insert(name, id);
    }
    for (signal, ids) in consent_mode {
        let key = format!("consent_mode.{signal}");
        if FIXED.contains(&signal.as_str()) {
            let why =
                "is not yours to give: advertising and measuring are always denied, security is granted";
            return Err((key, why.to_owned()));
        }
        if !MAPPABLE.contains(&signal.as_str()) {
            return Err((key, format!("must be one of: {}", MAPPABLE.join(", "))));
        }
        let ids = ids.into_iter().map(|id| purpose(&key, id)).collect::<Result<_, _>>()?;
        tools.signals.insert(signal, ids);
    }
    Ok(tools)
}

impl Site {
    /// What the widget is told of other tools, where there is anything to tell.
    #[must_use]
    pub fn tools_json(&self) -> Vec<(String, Value)> {
        let id = |id: &PurposeId| Value::from(id.as_str());
        let aliases = object(self.tools.aliases.iter().map(|(name, to)| (name.as_str(), id(to))));
        let signals = self.tools.signals.iter();
        let signals = object(
            signals.map(|(signal, ids)| (signal.as_str(), Value::Array(ids.iter().map(id).collect()))),
        );
        let mut told = Vec::new();
        if !self.tools.aliases.is_empty() {
            told.push(("aliases".to_owned(), aliases));
        }
        if !self.tools.signals.is_empty() {
            told.push(("signals".to_owned(), signals));
        }
        told
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::check;
    use crate::config::load;

    #[test]
    fn only_what_may_be_granted_can_be_mapped() {
        let catalogue = &load(None).unwrap().sites[0].catalogue;
        let signal = |signal: &str, id: &str| {
            let map = BTreeMap::from([(signal.to_owned(), vec![id.to_owned()])]);
            check(BTreeMap::new(), map, catalogue)
        };
        assert_eq!(signal("functionality_storage", "display").unwrap().signals.len(), 1);
        for denied in
            ["ad_storage", "ad_user_data", "ad_personalization", "analytics_storage", "security_storage"]
        {
            let (key, why) = signal(denied, "display").unwrap_err();
            assert_eq!(key, format!("consent_mode.{denied}"));
            assert!(why.contains("always denied"), "{why}");
        }
        assert!(signal("other", "display").unwrap_err().1.starts_with("must be one of"));
        assert!(signal("functionality_storage", "none").unwrap_err().1.starts_with("must name purposes"));
        let alias = |id: &str| {
            let map = BTreeMap::from([("statistics".to_owned(), id.to_owned())]);
            check(map, BTreeMap::new(), catalogue).map(|tools| tools.aliases.len()).map_err(|(key, _)| key)
        };
        assert_eq!((alias("display"), alias("none")), (Ok(1), Err("aliases.statistics".to_owned())));
    }
}
