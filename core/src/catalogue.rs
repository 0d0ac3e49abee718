//! The purposes of a site: what is stored on a visitor's device, why, on what ground, and for how long.
//!
//! A purpose is either **exempt** (strictly necessary for a service the visitor asked for; art. 11.7a lid 3
//! Telecommunicatiewet) or a **choice** (off until the visitor says yes). The two are never mixed.

mod cookie;

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};
use core::fmt;

use crate::{
    decision::words,
    identifier::{Language, PurposeId},
    mark::Mark,
    setting::{self, Setting},
};

pub use self::cookie::{Cookie, Scope};

/// A text in every language of the site.
pub type Texts = BTreeMap<Language, String>;

words!(
    /// Whether a purpose asks for consent.
    Kind, "kind", "must be `exempt` or `choice`", {
        /// Strictly necessary: no switch, and never logged as consent.
        Exempt = "exempt",
        /// Off until the visitor says yes.
        Choice = "choice",
    }
);

words!(
    /// The lawful basis (GDPR art. 6(1)).
    Basis, "basis", "must be `consent`, `contract`, `legal-duty` or `legitimate-interest`", {
        /// Art. 6(1)(a).
        Consent = "consent",
        /// Art. 6(1)(b).
        Contract = "contract",
        /// Art. 6(1)(c).
        LegalDuty = "legal-duty",
        /// Art. 6(1)(f).
        LegitimateInterest = "legitimate-interest",
    }
);

words!(
    /// Where something is kept on the device.
    Storage, "storage", "must be `cookie`, `local-storage` or `session-storage`", {
        /// A cookie.
        Cookie = "cookie",
        /// The page's local storage.
        LocalStorage = "local-storage",
        /// The page's session storage.
        SessionStorage = "session-storage",
    }
);

words!(
    /// What a purpose is for, as a term of the W3C Data Privacy Vocabulary. The list is closed: advertising,
    /// marketing, social media and tracking have no place here.
    DpvPurpose,
    "dpv",
    "must be RequestedServiceProvision, TechnicalServiceProvision, ServicePersonalisation, \
     UserInterfacePersonalisation, RecordManagement or EnforceSecurity: marketing, advertising, social media \
     and tracking are not accepted",
    {
        /// A service that the visitor asked for.
        RequestedServiceProvision = "RequestedServiceProvision",
        /// What the technology needs to give that service.
        TechnicalServiceProvision = "TechnicalServiceProvision",
        /// Adapting the service to the visitor.
        ServicePersonalisation = "ServicePersonalisation",
        /// Adapting how it looks.
        UserInterfacePersonalisation = "UserInterfacePersonalisation",
        /// Keeping records that have to be kept.
        RecordManagement = "RecordManagement",
        /// Keeping intruders out.
        EnforceSecurity = "EnforceSecurity",
    }
);

/// One use of storage on the visitor's device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// Its id.
    pub id: PurposeId,
    /// Exempt or choice.
    pub kind: Kind,
    /// The lawful basis.
    pub basis: Basis,
    /// The term of the Data Privacy Vocabulary.
    pub dpv: DpvPurpose,
    /// What is stored.
    pub cookies: Vec<Cookie>,
    /// Its name.
    pub name: Texts,
    /// What it does, for the visitor.
    pub text: Texts,
    /// Why it is exempt; empty for a choice.
    pub reason: Texts,
    /// What a visitor can set, in the order in which it is shown. Not part of the notice: a longer list asks for
    /// nothing new.
    pub settings: Vec<Setting>,
    /// Who else receives what is stored, by name.
    pub recipients: Vec<String>,
    /// Counts the times that its wording came to mean something else, from 1. Who said yes to an earlier one is
    /// asked again.
    pub revision: u32,
    /// What has changed, for who is asked again; empty where its name is enough.
    pub changed: Texts,
}

/// All purposes of a site, in the order in which they are shown, and the site's first language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalogue(Vec<Purpose>, Option<Language>);

/// What is wrong with a catalogue, in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `purposes.display.name.nl`.
    pub key: String,
    /// What would be right.
    pub why: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.key, self.why)
    }
}

impl core::error::Error for Fault {}

impl Catalogue {
    /// Checks the purposes against each other and against the site's languages.
    ///
    /// # Errors
    /// Every fault that was found: an id that stands twice, a cookie that serves two purposes, a basis that does
    /// not go with the kind, a text that a language lacks, an exemption without its reason, a recipient without a
    /// name, a setting that is not a closed list.
    pub fn new(purposes: Vec<Purpose>, languages: &[Language]) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut ids = BTreeSet::new();
        let mut cookies = BTreeMap::new();
        for purpose in &purposes {
            let key = |part: &str| format!("purposes.{}{part}", purpose.id);
            let mut fault = |part: &str, why: String| faults.push(Fault { key: key(part), why });
            if !ids.insert(&purpose.id) {
                fault("", "stands twice: each purpose needs its own id".to_owned());
            }
            let asks = purpose.kind == Kind::Choice;
            if asks != (purpose.basis == Basis::Consent) {
                let why = "does not go with the kind: a choice rests on `consent`, and only a choice does";
                fault(".basis", why.to_owned());
            }
            if purpose.revision == 0 {
                fault(".revision", "must be 1 or more".to_owned());
            }
            if purpose.recipients.iter().any(|name| name.trim().is_empty()) {
                fault(".recipients", "must be names of who else receives it".to_owned());
            }
            for cookie in &purpose.cookies {
                if let Some((part, why)) = cookie.fault() {
                    fault(&format!(".cookies.{}.{part}", cookie.name), why.to_owned());
                }
                if let Some(other) = cookies.insert((cookie.storage.as_str(), &cookie.name), &purpose.id)
                    && other != &purpose.id
                {
                    fault(
                        ".cookies",
                        format!(
                            "names `{}`, which purpose `{other}` names too: one cookie, one purpose",
                            cookie.name
                        ),
                    );
                }
            }
            for (part, why) in setting::faults(purpose, languages) {
                fault(&part, why);
            }
            for language in languages {
                let mut text = |part: &str, texts: &Texts| {
                    if texts.get(language).is_none_or(|text| text.trim().is_empty()) {
                        fault(
                            &format!("{part}.{language}"),
                            "is missing: every language of the site needs it".to_owned(),
                        );
                    }
                };
                text(".name", &purpose.name);
                text(".text", &purpose.text);
                if !asks {
                    text(".reason", &purpose.reason);
                }
                if !purpose.changed.is_empty() {
                    text(".changed", &purpose.changed);
                }
                for cookie in &purpose.cookies {
                    text(&format!(".cookies.{}.lifetime", cookie.name), &cookie.lifetime);
                }
            }
        }
        if faults.is_empty() { Ok(Self(purposes, languages.first().cloned())) } else { Err(faults) }
    }

    /// The purposes in the order in which they are shown.
    #[must_use]
    pub fn purposes(&self) -> &[Purpose] {
        &self.0
    }

    /// The purpose of this id.
    #[must_use]
    pub fn purpose(&self, id: &PurposeId) -> Option<&Purpose> {
        self.0.iter().find(|purpose| &purpose.id == id)
    }

    /// What a yes to this purpose is a yes to now.
    #[must_use]
    pub fn mark(&self, purpose: &Purpose, controller: &str) -> Mark {
        Mark::of(purpose, controller, self.1.as_ref())
    }

    /// The ids of the choice purposes, in the order of their names.
    #[must_use]
    pub fn choice_purposes(&self) -> Vec<PurposeId> {
        let mut ids: Vec<_> =
            self.0.iter().filter(|p| p.kind == Kind::Choice).map(|p| p.id.clone()).collect();
        ids.sort();
        ids
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use alloc::{
        string::{String, ToString},
        vec,
        vec::Vec,
    };

    use super::{Basis, Catalogue, Cookie, DpvPurpose, Kind, Purpose, Scope, Storage, Texts};
    use crate::identifier::Language;

    pub(crate) fn nl() -> Language {
        "nl".parse().unwrap()
    }

    fn text(text: &str) -> Texts {
        Texts::from([(nl(), text.to_string())])
    }

    pub(crate) fn purpose(id: &str, kind: Kind) -> Purpose {
        Purpose {
            id: id.parse().unwrap(),
            kind,
            basis: if kind == Kind::Choice { Basis::Consent } else { Basis::LegitimateInterest },
            dpv: DpvPurpose::ServicePersonalisation,
            cookies: vec![Cookie {
                name: ["__Host-", id].concat(),
                storage: Storage::Cookie,
                http_only: false,
                set_by: "WSN".to_string(),
                lifetime: text("6 maanden"),
                scope: Scope::default(),
            }],
            name: text("Naam"),
            text: text("Tekst."),
            reason: text("Nodig."),
            settings: Vec::new(),
            recipients: Vec::new(),
            revision: 1,
            changed: Texts::new(),
        }
    }

    fn faults(purposes: Vec<Purpose>) -> Vec<String> {
        Catalogue::new(purposes, &[nl()]).unwrap_err().iter().map(|fault| fault.key.clone()).collect()
    }

    #[test]
    fn every_fault_is_named() {
        let right = purpose("preferences", Kind::Choice);
        assert!(Catalogue::new(vec![right.clone()], &[nl()]).is_ok());
        assert_eq!(faults(vec![right.clone(), right.clone()]), ["purposes.preferences"]);

        let mut other = purpose("display", Kind::Choice);
        other.cookies = right.cookies.clone();
        assert_eq!(faults(vec![right, other]), ["purposes.display.cookies"]);

        for (kind, basis) in [(Kind::Choice, Basis::LegitimateInterest), (Kind::Exempt, Basis::Consent)] {
            let wrong = Purpose { basis, ..purpose("display", kind) };
            assert_eq!(faults(vec![wrong]), ["purposes.display.basis"]);
        }
        let silent = Purpose { name: text(" "), reason: Texts::new(), ..purpose("form", Kind::Exempt) };
        assert_eq!(faults(vec![silent]), ["purposes.form.name.nl", "purposes.form.reason.nl"]);

        let nobody = Purpose {
            recipients: vec![" ".to_string()],
            revision: 0,
            changed: text(""),
            ..purpose("display", Kind::Choice)
        };
        let keys =
            ["purposes.display.revision", "purposes.display.recipients", "purposes.display.changed.nl"];
        assert_eq!(faults(vec![nobody]), keys);
    }

    #[test]
    fn a_cookie_goes_where_a_browser_lets_it_go() {
        let with = |name: &str, storage, path: Option<&str>, domain: Option<&str>| {
            let mut purpose = purpose("preferences", Kind::Choice);
            let scope =
                Scope { path: path.map(Into::into), domain: domain.map(Into::into), partitioned: false };
            purpose.cookies[0] = Cookie { name: name.into(), storage, scope, ..purpose.cookies[0].clone() };
            Catalogue::new(vec![purpose], &[nl()]).err().map(|faults| faults[0].key.clone())
        };
        for (name, path, domain) in [("_ga_*", None, None), ("a", Some("/shop"), Some("wsn.example"))] {
            assert_eq!(with(name, Storage::Cookie, path, domain), None, "{name}");
        }
        for (name, storage, path, domain, part) in [
            ("*", Storage::Cookie, None, None, "name"),
            ("a*b", Storage::Cookie, None, None, "name"),
            ("a", Storage::Cookie, Some("shop"), None, "path"),
            ("a", Storage::Cookie, Some("/a; Secure"), None, "path"),
            ("a", Storage::Cookie, None, Some(".wsn.nl"), "domain"),
            ("a", Storage::Cookie, None, Some("nl"), "domain"),
            ("__Host-a", Storage::Cookie, None, Some("wsn.nl"), "name"),
            ("a", Storage::LocalStorage, Some("/"), None, "storage"),
        ] {
            let key = format!("purposes.preferences.cookies.{name}.{part}");
            assert_eq!(with(name, storage, path, domain), Some(key), "{name} {path:?} {domain:?}");
        }
        let cookie = Cookie { name: "_ga_*".into(), ..purpose("a", Kind::Choice).cookies[0].clone() };
        assert!(cookie.covers("_ga_X1") && cookie.covers("_ga_") && !cookie.covers("_ga"));
    }

    #[test]
    fn advertising_is_not_a_purpose() {
        for wrong in
            ["Advertising", "Marketing", "SocialMediaMarketing", "TargetedAdvertising", "tracking", ""]
        {
            assert!(wrong.parse::<DpvPurpose>().is_err(), "{wrong}");
        }
    }
}
