//! A JSON-LD receipt parses without a name that stands twice, expands with the context inside it, and uses no term that
//! its vocabulary does not have.

use std::collections::{BTreeMap, BTreeSet};

use koektrommel_core::{
    catalogue::{Basis, Catalogue, Cookie, DpvPurpose, Kind, Purpose, Scope, Storage, Texts},
    decision::{Actor, Choices, ClickId, Control, Decision, Layer},
    identifier::Language,
    instant::Instant,
    json,
    notice::{Notice, Parts as NoticeParts},
    record::{Consent, Standing, Subject},
    reference::Reference,
};
use serde_json::Value;

use super::{Parts, receipt};
use crate::{
    config::{Contact, Site, load},
    statement::Statement,
};

const TERMS: &str = include_str!("../../tests/testdata/dpv-terms.txt");
const GOLDEN: &str = include_str!("../../tests/testdata/receipt.jsonld");
const STATEMENT: &str = "+++\ntitle = \"Privacyreglement\"\nlanguage = \"nl\"\neffective_from = \"2026-01-01\"\n\
                         version = \"1\"\n+++\n\n## Cookies {#cookies}\n\nKort.\n";

fn nl() -> Language {
    "nl".parse().unwrap()
}

fn texts(text: &str) -> Texts {
    Texts::from([(nl(), text.to_owned())])
}

fn purpose(id: &str, kind: Kind, name: &str, storage: Storage) -> Purpose {
    let cookie = Cookie {
        name: format!("koek-{id}"),
        storage,
        http_only: false,
        set_by: "WSN".to_owned(),
        lifetime: texts("6 maanden"),
        scope: Scope::default(),
    };
    Purpose {
        id: id.parse().unwrap(),
        kind,
        basis: if kind == Kind::Choice { Basis::Consent } else { Basis::LegalDuty },
        dpv: if kind == Kind::Choice {
            DpvPurpose::ServicePersonalisation
        } else {
            DpvPurpose::RecordManagement
        },
        cookies: vec![cookie],
        name: texts(name),
        text: texts(&format!("Dit gaat over \"{name}\".")),
        reason: texts(if kind == Kind::Exempt { "Dat moet." } else { "" }),
        settings: Vec::new(),
        recipients: Vec::new(),
        revision: 1,
        changed: Texts::new(),
    }
}

/// A site whose texts no other test changes.
fn site() -> Site {
    let purposes = vec![
        purpose("choice", Kind::Exempt, "Uw keuze", Storage::Cookie),
        purpose("display", Kind::Choice, "Uw weergave", Storage::LocalStorage),
        purpose("preferences", Kind::Choice, "Uw voorkeuren", Storage::Cookie),
    ];
    let contact = Contact {
        address: Some("Postbus 1, 1234 AB Voorbeeld".to_owned()),
        contact: Some("privacy@wsn.example".to_owned()),
    };
    Site {
        controller: "WSN".to_owned(),
        contact,
        languages: vec![nl()],
        catalogue: Catalogue::new(purposes, &[nl()]).unwrap(),
        statements: BTreeMap::from([(nl(), Statement::parse(STATEMENT, &nl()).unwrap())]),
        ..load(None).unwrap().sites[0].clone()
    }
}

fn made() -> Instant {
    Instant::from_unix(1_795_342_500).unwrap()
}

/// The receipt of a decision about `display` and `preferences`, by somebody whose choice stands or does not.
fn of(site: &Site, answers: [bool; 2], standing: bool) -> (Consent, String) {
    let notice = Notice::new(&NoticeParts {
        site: &site.id,
        controller: &site.controller,
        language: &nl(),
        catalogue: &site.catalogue,
        texts: &BTreeMap::from([("banner.text".to_owned(), "Mogen wij iets onthouden?".to_owned())]),
        validity_months: 6,
    });
    let click: ClickId = "0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f".parse().unwrap();
    let choices = ["display", "preferences"].map(|id| id.parse().unwrap()).into_iter().zip(answers).collect();
    let choices = Choices::new(choices).unwrap();
    let control = if answers == [false, false] && standing { Control::Withdraw } else { Control::Save };
    let decision = Decision::new(&click, &notice, Layer::Settings, control, Actor::Person, choices).unwrap();
    let subject = Subject::from_random([7; 16]);
    let standing = standing.then_some(Standing { subject, record: 12 });
    let consent = Consent::new(&decision, 41, made(), standing, subject);
    let text = receipt(&Parts {
        consent: &consent,
        reference: Reference::new(41, &koektrommel_core::hash::Hash::of(&[b"leaf"])),
        shown: &notice.shown().unwrap(),
        site,
        log: "koektrommel.example/wsn",
        settings: "/privacy/settings?lang=nl",
        made: made().plus_seconds(60),
        one_off: uuid::Builder::from_random_bytes([9; 16]).into_uuid(),
    });
    (consent, text)
}

/// Every IRI of a document, as the context inside it expands its names; fails for a name that it does not expand.
fn expand(document: &Value) -> BTreeSet<String> {
    let context = document["@context"].as_object().unwrap();
    assert!(context.values().all(|prefix| prefix.as_str().is_some_and(|iri| iri.ends_with(['#', '/']))));
    let mut found = BTreeSet::new();
    let mut used = BTreeSet::new();
    let mut iri = |name: &str| {
        let (prefix, rest) = name.split_once(':').unwrap_or_else(|| panic!("{name} is not an IRI"));
        if let Some(base) = context.get(prefix) {
            used.insert(prefix.to_owned());
            found.insert(format!("{}{rest}", base.as_str().unwrap()));
        } else if prefix == "https" {
            found.insert(name.to_owned());
        } else {
            assert!(["urn", "_"].contains(&prefix), "{name}: an unknown prefix");
        }
    };
    let mut open = vec![document];
    while let Some(value) = open.pop() {
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => {
                for (name, value) in members {
                    match name.as_str() {
                        "@context" => {}
                        "@value" | "@language" => assert!(value.is_string()),
                        "@id" => iri(value.as_str().unwrap()),
                        "@type" => {
                            let types =
                                value.as_array().map_or_else(|| vec![value], |types| types.iter().collect());
                            types.iter().for_each(|name| iri(name.as_str().unwrap()));
                        }
                        name => {
                            iri(name);
                            open.push(value);
                        }
                    }
                }
            }
            Value::String(_) => {}
            other => panic!("{other}: only texts are written"),
        }
    }
    assert_eq!(used.len(), context.len(), "a prefix that nothing uses");
    found
}

fn terms() -> BTreeSet<String> {
    TERMS.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn parsed(text: &str) -> Value {
    // The reader of the domain refuses a name that stands twice; this one would keep the last.
    json::parse(text).unwrap();
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_receipt_expands_to_terms_that_exist() {
    let site = site();
    let mut used = BTreeSet::new();
    for (answers, standing) in
        [([true, true], false), ([true, false], true), ([false, false], false), ([false, false], true)]
    {
        used.extend(expand(&parsed(&of(&site, answers, standing).1)));
    }
    let unknown: Vec<_> = used.difference(&terms()).cloned().collect();
    assert_eq!(unknown, [] as [String; 0]);
}

#[test]
fn a_receipt_is_as_it_was() {
    let (_, text) = of(&site(), [false, true], false);
    if std::env::var("KOEK_GOLDEN").is_ok_and(|what| what == "write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/testdata/receipt.jsonld");
        std::fs::write(path, &text).unwrap();
    } else {
        assert_eq!(text, GOLDEN, "KOEK_GOLDEN=write makes it anew");
    }
}

#[test]
fn the_mandatory_fields_are_there_and_the_traps_of_the_guide_are_not() {
    let site = site();
    for (answers, standing, status) in [
        ([false, true], false, ["dpv:ConsentRefused", "dpv:ConsentGiven"]),
        ([false, false], false, ["dpv:ConsentRefused"; 2]),
        ([false, false], true, ["dpv:ConsentWithdrawn"; 2]),
    ] {
        let (consent, text) = of(&site, answers, standing);
        let document = parsed(&text);
        let record = &document["dpv:hasRecordOfActivity"][0];
        for (what, profile) in [(&document, "#receipt-eu-gdpr"), (record, "#record-eu-gdpr")] {
            assert!(what["dct:conformsTo"]["@id"].as_str().unwrap().ends_with(profile));
            assert_eq!(what["dct:identifier"], what["dpv:hasIdentifier"]);
        }
        for field in [
            "hasDataSubject",
            "hasDataController",
            "hasNotice",
            "hasProcess",
            "isIndicatedAtTime",
            "isIndicatedBy",
            "hasDuration",
            "hasConsentControl",
            "hasRight",
            "hasJurisdiction",
            "hasApplicableLaw",
            "hasAuthority",
        ] {
            assert!(!record[format!("dpv:{field}")].is_null(), "{field}");
        }
        let controller = &record["dpv:hasDataController"];
        for field in ["hasIdentifier", "hasName", "hasAddress", "hasContact"] {
            assert!(controller[format!("dpv:{field}")].is_string(), "{field}");
        }
        // A list, also of one; exempt purposes are never consented to.
        let processes = record["dpv:hasProcess"].as_array().unwrap();
        let found: Vec<_> =
            processes.iter().map(|process| process["dct:identifier"].as_str().unwrap()).collect();
        assert_eq!(found, ["display", "preferences"]);
        for (process, status) in processes.iter().zip(status) {
            assert_eq!(process["dpv:hasConsentStatus"]["@id"], status);
            // Nobody else gets it: whoever is responsible is named.
            assert_eq!(process["dpv:hasRecipient"], json_array(&controller["@id"]));
            assert_eq!(process["dpv:hasStorageCondition"].as_array().unwrap().len(), 3);
        }
        let subject = record["dpv:hasDataSubject"]["@id"].as_str().unwrap();
        let one_off = "urn:uuid:09090909-0909-4909-8909-090909090909";
        let expected = consent.subject.map_or(one_off.to_owned(), |subject| format!("urn:uuid:{subject}"));
        assert_eq!(subject, expected);
        assert!(!text.contains("ConsentTerminated") && !text.contains("eu-gdpr:GDPR"));
        assert_eq!(record["dpv:hasDuration"]["rdf:value"]["@value"], "P6M");
        for piece in text.split("\"xsd:dateTime\",").skip(1) {
            let value = piece.split('"').nth(3).unwrap();
            assert!(value.ends_with('Z') && value.parse::<Instant>().is_ok(), "{value}");
        }
        assert!(text.matches("xsd:dateTime").count() >= 4);
    }
}

fn json_array(id: &Value) -> Value {
    serde_json::json!([{ "@id": id }])
}

#[test]
fn who_else_receives_it_is_named() {
    let mut site = site();
    let mut purposes = site.catalogue.purposes().to_vec();
    purposes[1].recipients = vec!["De Drukkerij".to_owned()];
    site.catalogue = Catalogue::new(purposes, &[nl()]).unwrap();
    let document = parsed(&of(&site, [true, true], false).1);
    assert!(expand(&document).is_subset(&terms()));
    let processes = &document["dpv:hasRecordOfActivity"][0]["dpv:hasProcess"];
    assert_eq!(processes[0]["dpv:hasRecipient"][0]["dpv:hasName"], "De Drukkerij");
    assert_eq!(processes[1]["dpv:hasRecipient"], json_array(&"_:controller".into()));
}

#[test]
fn a_site_without_an_address_leaves_it_out() {
    let site = Site { contact: Contact::default(), ..site() };
    let document = parsed(&of(&site, [true, true], false).1);
    let controller = &document["dpv:hasRecordOfActivity"][0]["dpv:hasDataController"];
    assert!(controller["dpv:hasAddress"].is_null() && controller["dpv:hasContact"].is_null());
    assert_eq!(controller["dpv:hasName"], "WSN");
}
