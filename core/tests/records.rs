//! From a click to a record: what is refused, what is stored, and that what is read back is what was written.
#![allow(clippy::unwrap_used, reason = "a helper that fails is a test that fails")]

use std::collections::BTreeMap;

use koektrommel_core::{
    catalogue::{Basis, Catalogue, DpvPurpose, Kind, Purpose, Texts},
    decision::{Actor, Choices, ClickId, Control, Decision, Layer},
    error::Malformed,
    hash::Hash,
    identifier::{Language, PurposeId},
    indexes::Indexes,
    instant::Instant,
    notice::{Notice, Parts},
    record::{
        Access, Action, Cause, Consent, DataSet, Deletion, Event, Record, RecordId, Restoration, Standing,
        Subject, Tag,
    },
};

const CLICK: &str = "0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f";

fn notice() -> Notice {
    let language: Language = "nl".parse().unwrap();
    let text = || Texts::from([(language.clone(), "Tekst.".to_string())]);
    let purpose = |id: &str| Purpose {
        id: id.parse().unwrap(),
        kind: Kind::Choice,
        basis: Basis::Consent,
        dpv: DpvPurpose::ServicePersonalisation,
        cookies: Vec::new(),
        name: text(),
        text: text(),
        reason: Texts::new(),
        settings: Vec::new(),
        recipients: Vec::new(),
        revision: 1,
        changed: Texts::new(),
    };
    let catalogue =
        Catalogue::new(vec![purpose("preferences"), purpose("display")], std::slice::from_ref(&language))
            .unwrap();
    Notice::new(&Parts {
        site: &"wsn".parse().unwrap(),
        controller: "WSN",
        language: &language,
        catalogue: &catalogue,
        texts: &BTreeMap::new(),
        validity_months: 6,
    })
}

fn choices(answers: &[(&str, bool)]) -> Choices {
    Choices::new(answers.iter().map(|(id, yes)| (id.parse::<PurposeId>().unwrap(), *yes)).collect()).unwrap()
}

fn decide(control: Control, actor: Actor, answers: &[(&str, bool)]) -> Result<Decision, Malformed> {
    Decision::new(&CLICK.parse().unwrap(), &notice(), Layer::Banner, control, actor, choices(answers))
}

const YES: &[(&str, bool)] = &[("preferences", true), ("display", true)];
const NO: &[(&str, bool)] = &[("preferences", false), ("display", false)];
const SOME: &[(&str, bool)] = &[("preferences", true), ("display", false)];

#[test]
fn a_decision_answers_every_purpose_and_no_other() {
    for wrong in
        [&[][..], &[("preferences", true)], &[("preferences", true), ("display", true), ("x", false)]]
    {
        assert_eq!(decide(Control::Save, Actor::Person, wrong).unwrap_err().what, "choices");
    }
    let twice = vec![("display".parse().unwrap(), true), ("display".parse().unwrap(), false)];
    assert_eq!(Choices::new(twice).unwrap_err().what, "choices");
}

#[test]
fn only_a_yes_in_the_page_may_leave_purposes_out() {
    let decide = |layer, control, answers: &[(&str, bool)]| {
        let click = CLICK.parse().unwrap();
        Decision::new(&click, &notice(), layer, control, Actor::Person, choices(answers)).map_err(|e| e.what)
    };
    let one = &[("preferences", true)][..];
    assert_eq!(decide(Layer::Page, Control::Save, one).unwrap().choices, choices(one));
    for layer in [Layer::Banner, Layer::Settings, Layer::Api] {
        assert_eq!(decide(layer, Control::Save, one).unwrap_err(), "choices", "{layer}");
    }
    assert_eq!(decide(Layer::Page, Control::Accept, one).unwrap_err(), "choices");
    for wrong in [&[][..], &[("preferences", false)], &[("preferences", true), ("x", true)]] {
        assert_eq!(decide(Layer::Page, Control::Save, wrong).unwrap_err(), "choices", "{wrong:?}");
    }
    assert_eq!(decide(Layer::Page, Control::Withdraw, &[("display", false)]).unwrap_err(), "choices");
}

#[test]
fn the_control_agrees_with_the_choices() {
    for (control, answers, right) in [
        (Control::Accept, YES, true),
        (Control::Accept, SOME, false),
        (Control::Accept, NO, false),
        (Control::Refuse, NO, true),
        (Control::Refuse, SOME, false),
        (Control::Withdraw, NO, true),
        (Control::Withdraw, YES, false),
        (Control::Save, YES, true),
        (Control::Save, SOME, true),
        (Control::Save, NO, true),
    ] {
        let result = decide(control, Actor::Person, answers);
        assert_eq!(result.is_ok(), right, "{control} {answers:?}");
        if let Err(error) = result {
            assert_eq!(error.what, "control");
        }
    }
}

#[test]
fn a_machine_may_refuse_and_never_accept() {
    for actor in [Actor::Signal, Actor::Automation] {
        assert!(decide(Control::Refuse, actor, NO).is_ok());
        assert_eq!(decide(Control::Accept, actor, YES).unwrap_err().what, "actor");
        assert_eq!(decide(Control::Save, actor, SOME).unwrap_err().what, "actor");
    }
}

#[test]
fn a_click_id_is_a_uuid_of_version_7() {
    for wrong in [
        "",
        "0192f0c4-7b1e-4cc3-98c4-dc0c0c07398f",
        "0192f0c47b1e7cc398c4dc0c0c07398f",
        "{0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f}",
        "urn:uuid:0192f0c4-7b1e-7cc3-98c4-dc0c0c07398f",
        "0192f0c4-7b1e-7cc3-d8c4-dc0c0c07398f",
        "0192f0c4-7b1e-7cc3-98c4-dc0c0c07398g",
    ] {
        assert!(wrong.parse::<ClickId>().is_err(), "{wrong}");
    }
}

/// A record of a decision with the signal, as it is written for good.
const WITH_SIGNAL: &str = concat!(
    r#"{"actor":"person","choices":{"display":false,"preferences":true},"control":"save","event":"given","#,
    r#""gpc":true,"kind":"consent","language":"nl","layer":"banner","notice":"NOTICE","record":"RECORD","#,
    r#""site":"wsn","subject":"09090909-0909-4909-8909-090909090909","#,
    r#""time":"2026-11-22T10:15:00Z","until":"2027-05-22T10:15:00Z","v":1}"#,
);

#[test]
fn a_signal_is_in_the_record_only_where_there_was_one() {
    let decision = decide(Control::Save, Actor::Person, SOME).unwrap();
    let without = Consent::new(&decision, 7, time(), None, Subject::from_random([9; 16]));
    let with = Decision { gpc: true, ..decision.clone() };
    let with = Consent::new(&with, 7, time(), None, Subject::from_random([9; 16]));
    let expected =
        WITH_SIGNAL.replace("NOTICE", &with.notice.to_string()).replace("RECORD", &with.id.to_string());
    let (json, plain) = (Record::Consent(with.clone()).to_json(), Record::Consent(without).to_json());
    assert_eq!(json, expected);
    assert_eq!(plain, expected.replace(r#""gpc":true,"#, ""));
    assert_eq!(Record::from_json(json.as_bytes()), Ok(Record::Consent(with.clone())));
    for wrong in ["false", "1", "\"1\"", "null"] {
        assert!(
            Record::from_json(json.replace("\"gpc\":true", &format!("\"gpc\":{wrong}")).as_bytes()).is_err()
        );
    }
    assert!(with.is_of(&decision), "the same click, whatever the signal says now");
}

fn time() -> Instant {
    "2026-11-22T10:15:00Z".parse().unwrap()
}

fn record(answers: &[(&str, bool)], standing: Option<Standing>) -> Consent {
    let decision = decide(Control::Save, Actor::Person, answers).unwrap();
    Consent::new(&decision, 1_000_000, time(), standing, Subject::from_random([9; 16]))
}

#[test]
fn a_refusal_has_no_subject_and_a_withdrawal_names_what_it_ends() {
    let refused = record(NO, None);
    assert_eq!((refused.event, refused.subject, refused.previous), (Event::Refused, None, None));

    let given = record(SOME, None);
    assert_eq!((given.event, given.subject), (Event::Given, Some(Subject::from_random([9; 16]))));
    assert_eq!(given.until.to_string(), "2027-05-22T10:15:00Z");

    let standing = Standing { subject: Subject::from_random([7; 16]), record: 41 };
    let changed = record(YES, Some(standing));
    assert_eq!(
        (changed.event, changed.subject, changed.previous),
        (Event::Given, Some(standing.subject), Some(41))
    );
    let withdrawn = record(NO, Some(standing));
    assert_eq!((withdrawn.event, withdrawn.subject), (Event::Withdrawn, Some(standing.subject)));
}

#[test]
fn the_visitors_clock_is_not_in_the_record() {
    let consent = record(SOME, None);
    let json = Record::Consent(consent.clone()).to_json();
    assert!(!json.contains("0192f0c4") && !json.contains("0192f0c47b1e"), "{json}");
    assert_eq!(consent.id.index(), 1_000_000);
    let digest = CLICK.parse::<ClickId>().unwrap().digest(&consent.site);
    assert!(consent.id.is_of(&digest));
    let other: ClickId = "0192f0c4-7b1e-7cc3-98c4-dc0c0c07398e".parse().unwrap();
    assert!(!consent.id.is_of(&other.digest(&consent.site)));
    assert_ne!(Tag::of(&digest), Tag::of(&other.digest(&consent.site)));
    assert_eq!(consent.id.to_string().parse::<RecordId>(), Ok(consent.id));
}

#[test]
fn the_same_click_with_another_content_is_another_decision() {
    let consent = record(SOME, None);
    assert!(consent.is_of(&decide(Control::Save, Actor::Person, SOME).unwrap()));
    assert!(!consent.is_of(&decide(Control::Save, Actor::Person, YES).unwrap()));
    assert!(!consent.is_of(&decide(Control::Refuse, Actor::Person, NO).unwrap()));
}

#[test]
fn records_read_back_and_no_other_spelling_does() {
    let access = Access {
        action: Action::DownloadEnded,
        time: time(),
        officer: "a.jansen".parse().unwrap(),
        filter: BTreeMap::from([("format".to_string(), "csv".to_string())]),
        size: 70,
        begun: Some(69),
        count: Some(12),
        sha256: Some(Hash::of(&[b"file"])),
    };
    let standing = Standing { subject: Subject::from_random([7; 16]), record: 41 };
    for record in [
        Record::Consent(record(NO, None)),
        Record::Consent(record(SOME, Some(standing))),
        Record::Access(Access { begun: None, count: None, sha256: None, ..access.clone() }),
        Record::Access(access),
        Record::Deletion(Deletion {
            time: time(),
            set: DataSet::Refusals,
            cause: Cause::Retention,
            reason: Some("Bewijs van een \"nee\" is niet langer nodig.".to_string()),
            items: Indexes::of(vec![3, 4, 9]),
        }),
        Record::Restoration(Restoration { time: time(), size: 70 }),
    ] {
        let json = record.to_json();
        assert_eq!(Record::from_json(json.as_bytes()), Ok(record));
        for wrong in [
            json.replacen(':', ": ", 1),
            json.replacen("\"v\":1", "\"v\":2", 1),
            json.replacen("\"v\":1", "\"v\":1,\"z\":1", 1),
            json.replacen("\"kind\"", "\"kinds\"", 1),
        ] {
            assert!(Record::from_json(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
    assert!(Record::from_json(b"\xff").is_err());
}

#[test]
fn a_deletion_statement_has_one_text_and_counts_what_it_names() {
    let deletion = Record::Deletion(Deletion {
        time: time(),
        set: DataSet::Withdrawn,
        cause: Cause::Visitor,
        reason: None,
        items: Indexes::of(vec![41, 7]),
    });
    let json = deletion.to_json();
    assert_eq!(
        json,
        "{\"cause\":\"visitor\",\"count\":2,\"items\":\"7,41\",\"kind\":\"deletion\",\"set\":\"withdrawn\",\
         \"time\":\"2026-11-22T10:15:00Z\",\"v\":1}"
    );
    for (from, to) in [
        ("\"count\":2", "\"count\":3"),
        ("7,41", "41,7"),
        ("7,41", ""),
        ("visitor", "whim"),
        ("withdrawn", "all"),
    ] {
        assert!(Record::from_json(json.replacen(from, to, 1).as_bytes()).is_err(), "{to}");
    }
    let long = "r".repeat(Deletion::LONGEST_REASON + 1);
    let long = json.replacen("\"set\"", &format!("\"reason\":\"{long}\",\"set\""), 1);
    assert!(Record::from_json(long.as_bytes()).is_err());
}
