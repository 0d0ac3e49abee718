//! A receipt for machines: JSON-LD in the profile of ISO/IEC TS 27560 that the W3C's Data Privacy Vocabulary has for
//! the GDPR, <https://w3id.org/dpv/guides/consent-27560>, with the terms of DPV 2.3.
//!
//! The context stands inside, so that nobody needs the network to read it. What the guide's own examples do wrong is
//! done right here: processes are a list, since a JSON name that stands twice loses its first value; times say that
//! they are UTC; only terms that exist are used. `tests` holds that against a list of them.

#[cfg(test)]
mod tests;

use koektrommel_core::{
    catalogue::Storage,
    instant::Instant,
    notice::{Shown, ShownCookie, ShownPurpose},
    record::{Consent, Event},
    reference::Reference,
};
use serde_json::{Value, json};

use crate::config::Site;

/// The media type (JSON-LD 1.1, appendix C).
pub const MEDIA_TYPE: &str = "application/ld+json";

/// What a receipt is made of.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The record.
    pub consent: &'a Consent,
    /// Its short code, where it has one.
    pub reference: Option<Reference>,
    /// What the notice said that the visitor decided on.
    pub shown: &'a Shown,
    /// The site.
    pub site: &'a Site,
    /// The name of the log.
    pub log: &'a str,
    /// Where a choice is changed and withdrawn.
    pub settings: &'a str,
    /// When the receipt is made.
    pub made: Instant,
    /// Stands for who refused. It is made for this one receipt and kept nowhere; the standard does not do without.
    pub one_off: uuid::Uuid,
}

/// The receipt as indented JSON.
#[must_use]
pub fn receipt(parts: &Parts<'_>) -> String {
    let mut text = format!("{:#}", document(parts));
    text.push('\n');
    text
}

fn document(parts: &Parts<'_>) -> Value {
    let id = format!("urn:uuid:{}", parts.consent.id);
    json!({
        "@context": context(),
        "@id": format!("{id}#receipt"),
        "@type": "dpv:ConsentReceipt",
        "dct:conformsTo": profile("receipt-eu-gdpr"),
        "dct:created": time(parts.made),
        "dct:identifier": format!("{id}#receipt"),
        "dpv:hasIdentifier": format!("{id}#receipt"),
        "dpv:hasRecordOfActivity": [record(parts, &id)],
    })
}

/// Every prefix that is used, and nothing else.
fn context() -> Value {
    json!({
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
        "legal-eu": "https://w3id.org/dpv/legal/eu#",
        "legal-nl": "https://w3id.org/dpv/legal/nl#",
        "loc": "https://w3id.org/dpv/loc#",
        "pd": "https://w3id.org/dpv/pd#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "skos": "http://www.w3.org/2004/02/skos/core#",
        "tech": "https://w3id.org/dpv/tech#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    })
}

fn record(parts: &Parts<'_>, id: &str) -> Value {
    let Parts { consent, shown, site, .. } = *parts;
    let choices =
        shown.purposes.iter().filter_map(|purpose| Some((purpose, consent.choices.get(&purpose.id)?)));
    let rights = ["A7-3", "A15", "A17", "A20", "A77"].map(|right| term("eu-gdpr", right));
    let processes: Vec<_> = choices.map(|(purpose, yes)| process(parts, purpose, yes)).collect();
    json!({
        "@id": id,
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": profile("record-eu-gdpr"),
        "dct:identifier": id,
        "dpv:hasIdentifier": id,
        "dct:source": source(parts),
        "dpv:hasDataSubject": subject(parts),
        "dpv:hasDataController": controller(site, &shown.controller),
        "dpv:hasNotice": notices(parts),
        "dpv:hasProcess": processes,
        "dpv:isIndicatedAtTime": time(consent.time),
        "dpv:isIndicatedBy": { "@id": subject_id(parts) },
        "dpv:hasIndicationMethod": format!("{}: {} ({})", consent.layer, consent.control, consent.actor),
        "dpv:hasDuration": duration(parts),
        "dpv:hasConsentControl": [
            { "@type": "dpv:WithdrawConsent", "dpv:isExercisedAt": parts.settings },
            { "@type": ["dpv:ProvideConsent", "dpv:RefuseConsent"], "dpv:isExercisedAt": parts.settings },
        ],
        "dpv:hasRight": rights,
        "dpv:hasJurisdiction": term("loc", "NL"),
        "dpv:hasApplicableLaw": term("legal-eu", "law-GDPR"),
        "dpv:hasAuthority": term("legal-nl", "DPA-NL"),
    })
}

/// Where the record is kept, for whoever asks the corporation about it.
fn source(parts: &Parts<'_>) -> String {
    let index = parts.consent.id.index();
    let code = parts.reference.map(|reference| format!(", {reference}")).unwrap_or_default();
    format!("{}, {index}{code}", parts.log)
}

fn subject_id(parts: &Parts<'_>) -> String {
    match parts.consent.subject {
        Some(subject) => format!("urn:uuid:{subject}"),
        None => parts.one_off.urn().to_string(),
    }
}

fn subject(parts: &Parts<'_>) -> Value {
    let id = subject_id(parts);
    json!({ "@id": id, "@type": ["dpv:DataSubject", "dpv:Visitor"], "dpv:hasIdentifier": id })
}

/// Who is responsible, under the name that the visitor was told.
fn controller(site: &Site, name: &str) -> Value {
    let mut controller = json!({
        "@id": CONTROLLER,
        "@type": ["dpv:DataController", "dpv:NonProfitOrganisation"],
        "dpv:hasIdentifier": site.id.as_str(),
        "dpv:hasName": name,
    });
    let contact = [("dpv:hasAddress", &site.contact.address), ("dpv:hasContact", &site.contact.contact)];
    for (member, value) in contact {
        if let Some(value) = value {
            controller[member] = value.as_str().into();
        }
    }
    controller
}

/// The controller inside the document.
const CONTROLLER: &str = "_:controller";

/// The notice that was decided on, and the statement if it was in force on that day.
fn notices(parts: &Parts<'_>) -> Value {
    let Parts { consent, site, .. } = *parts;
    let mut notices = vec![json!({
        "@type": "dpv:ConsentNotice",
        "dct:identifier": consent.notice.to_string(),
        "dct:language": consent.language.as_str(),
    })];
    let statement = site.statements.get(&consent.language);
    if let Some(statement) = statement.filter(|statement| statement.effective_from <= consent.time.day()) {
        notices.push(json!({
            "@type": "dpv:PrivacyNotice",
            "dct:date": { "@type": "xsd:date", "@value": statement.effective_from.to_string() },
            "dct:identifier": statement.hash.to_string(),
            "dct:language": consent.language.as_str(),
            "dct:title": statement.title,
        }));
    }
    notices.into()
}

/// What was decided about one purpose.
fn process(parts: &Parts<'_>, purpose: &ShownPurpose, yes: bool) -> Value {
    let status = match (yes, parts.consent.event) {
        (true, _) => "ConsentGiven",
        (false, Event::Withdrawn) => "ConsentWithdrawn",
        (false, _) => "ConsentRefused",
    };
    let in_words = |text: &str| json!({ "@language": parts.consent.language.as_str(), "@value": text });
    json!({
        "@type": "dpv:Process",
        "dct:identifier": purpose.id.as_str(),
        "dpv:hasPurpose": {
            "dct:title": in_words(&purpose.name),
            "dct:description": in_words(&purpose.text),
            "skos:broader": term("dpv", purpose.dpv.as_str()),
        },
        "dpv:hasPersonalData": [term("pd", "Preference")],
        "dpv:hasProcessing": [term("dpv", "Collect"), term("dpv", "Store")],
        "dpv:hasDataSource": term("dpv", "DataSubjectDataSource"),
        "dpv:hasStorageCondition":
            purpose.cookies.iter().flat_map(|cookie| storage(parts, cookie)).collect::<Vec<_>>(),
        "dpv:hasRecipient": recipients(purpose),
        "dpv:hasLegalBasis": [term("eu-gdpr", "A6-1-a-non-explicit-consent"), term("dpv", "ExpressedConsent")],
        "dpv:hasConsentStatus": term("dpv", status),
    })
}

/// Who else receives it. Where nobody does, the standard still wants somebody named: whoever is responsible.
fn recipients(purpose: &ShownPurpose) -> Vec<Value> {
    if purpose.recipients.is_empty() {
        return vec![json!({ "@id": CONTROLLER })];
    }
    let others = purpose.recipients.iter();
    others.map(|name| json!({ "@type": "dpv:ThirdParty", "dpv:hasName": name })).collect()
}

/// Where, for how long, and until when.
fn storage(parts: &Parts<'_>, cookie: &ShownCookie) -> [Value; 3] {
    let mut places = vec![term("dpv", "WithinDevice")];
    if cookie.storage == Storage::Cookie {
        places.push(term("tech", "Cookie"));
    }
    let in_words = json!({ "@language": parts.consent.language.as_str(), "@value": cookie.lifetime });
    [
        json!({ "@type": "dpv:StorageLocation", "dct:title": cookie.name, "dpv:hasLocation": places }),
        json!({
            "@type": "dpv:StorageDuration",
            "dct:description": in_words,
            "dpv:hasDuration": duration(parts),
        }),
        json!({ "@type": "dpv:StorageDeletion", "dpv:hasDuration": until(parts.consent.until) }),
    ]
}

/// For how long the decision holds: in months, and the end of it where those do not say it.
fn duration(parts: &Parts<'_>) -> Value {
    let Consent { time, until: end, .. } = parts.consent;
    match (1..=12).find(|months| time.plus_months(*months) == *end) {
        Some(months) => json!({
            "@type": "dpv:TemporalDuration",
            "rdf:value": { "@type": "xsd:duration", "@value": format!("P{months}M") },
        }),
        None => until(*end),
    }
}

fn until(end: Instant) -> Value {
    json!({ "@type": "dpv:UntilTimeDuration", "rdf:value": time(end) })
}

fn time(at: Instant) -> Value {
    json!({ "@type": "xsd:dateTime", "@value": at.to_string() })
}

fn term(prefix: &str, name: &str) -> Value {
    json!({ "@id": format!("{prefix}:{name}") })
}

fn profile(name: &str) -> Value {
    json!({ "@id": format!("https://w3id.org/dpv/schema/dpv-27560#{name}") })
}
