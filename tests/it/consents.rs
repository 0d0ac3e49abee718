//! `POST /consents` and what follows from it.

use std::collections::BTreeSet;

use koektrommel::keys::log::verify;
use koektrommel_core::{
    merkle::leaf_hash,
    note::VerifierKey,
    receipt::Receipt,
    record::{Event, Record},
    reference::Reference,
};
use serde_json::{Value, json};

use crate::support::{
    Decision, Log, Response, Server,
    decision::{CONSENTS, COOKIE, new_id},
    get,
};

/// The log's public key, as anybody can have it.
fn key(server: &Server) -> VerifierKey {
    server.get("/privacy/log/key").expect(200).text().trim_end().parse().unwrap()
}

fn cookie(answer: &Response) -> String {
    answer.set_cookie(COOKIE).expect("a choice cookie")
}

fn own_records(server: &Server, cookie: &str) -> Vec<Value> {
    let answer = server.send(&get(CONSENTS).cookie(cookie)).expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer.json()["records"].as_array().unwrap().clone()
}

#[test]
fn an_acceptance_is_answered_in_full() {
    let server = Server::start();
    let decision = Decision::accept(&server);
    let answer = decision.send(&server).expect(201);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    let members: BTreeSet<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "choices",
        "event",
        "index",
        "language",
        "notice",
        "receipt",
        "record",
        "reference",
        "site",
        "time",
        "valid_until",
    ];
    assert_eq!(members, BTreeSet::from(expected));
    assert_eq!(body["index"], 0);
    assert_eq!(body["choices"], json!({ "preferences": true, "display": true }));
    assert_eq!(
        (&body["site"], &body["language"], &body["event"]),
        (&json!("wsn"), &json!("nl"), &json!("given"))
    );
    assert_eq!(body["notice"], decision.0["notice"]);
    let record = body["record"].as_str().unwrap();
    assert_eq!(uuid::Uuid::parse_str(record).unwrap().get_version_num(), 8);
    assert_eq!(body["receipt"], format!("/privacy/api/v1/consents/{record}/receipt"));
    let reference: Reference = body["reference"].as_str().unwrap().parse().unwrap();
    assert_eq!((reference.index(), body["reference"].as_str().unwrap().len()), (0, 10));
    let time: koektrommel_core::instant::Instant = body["time"].as_str().unwrap().parse().unwrap();
    assert_eq!(body["valid_until"], time.plus_months(6).to_string());
}

#[test]
fn the_cookie_is_bound_to_host_and_path_and_lasts_as_long_as_the_choice() {
    let server = Server::start();
    let answer = Decision::save(&server, true, false).send(&server).expect(201);
    let headers: Vec<_> = answer.headers("set-cookie").collect();
    assert_eq!(headers.len(), 1);
    let mut parts = headers[0].split("; ");
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    assert_eq!(name, COOKIE);
    assert!(headers[0].len() <= 512, "{}", headers[0].len());
    let attributes: BTreeSet<_> = parts.collect();
    let (age, rest): (Vec<_>, Vec<_>) = attributes.into_iter().partition(|part| part.starts_with("Max-Age="));
    assert_eq!(rest, ["Path=/", "SameSite=Lax", "Secure"]);
    let days: u32 = age[0].trim_start_matches("Max-Age=").parse::<u32>().unwrap() / 86_400;
    assert!((181..=184).contains(&days), "{days}");
    let payload = &value[44..];
    assert!(payload.starts_with("v=1&n=") && payload.contains("&p=display.0~preferences.1."), "{payload}");
}

#[test]
fn a_retry_is_the_same_record_and_the_same_answer() {
    let server = Server::start();
    let decision = Decision::accept(&server);
    let first = decision.send(&server).expect(201);
    for _ in 0..3 {
        let again = decision.send(&server).expect(201);
        assert_eq!(again.json(), first.json());
        assert_eq!(cookie(&again), cookie(&first));
    }
    // The first answer arrived after all, and the outbox sends the decision once more with its cookie.
    let with_cookie = decision.send_with(&server, &cookie(&first)).expect(201);
    assert_eq!(with_cookie.json(), first.json());
    assert_eq!(cookie(&with_cookie), cookie(&first));
    assert_eq!(server.size(), 1);
}

#[test]
fn a_repeated_yes_does_not_undo_a_later_no() {
    let server = Server::start();
    let yes = Decision::accept(&server);
    let given = cookie(&yes.send(&server).expect(201));
    let refused = cookie(&Decision::refuse(&server).send_with(&server, &given).expect(201));
    let again = yes.send_with(&server, &refused).expect(201);
    assert_eq!(again.json()["index"], 0);
    assert_eq!(again.set_cookie(COOKIE), None);
    // Nor does it undo a later yes of another kind; and where nothing came after it, the cookie is set again.
    let changed = cookie(&Decision::save(&server, true, false).send_with(&server, &given).expect(201));
    assert_eq!(yes.send_with(&server, &changed).expect(201).set_cookie(COOKIE), None);
    assert!(yes.send_with(&server, &given).expect(201).set_cookie(COOKIE).is_some());
}

#[test]
fn a_retry_after_a_restart_is_still_the_same_record() {
    let mut server = Server::start();
    let decision = Decision::accept(&server);
    let first = decision.send(&server).expect(201).json();
    server.restart();
    assert_eq!(decision.send(&server).expect(201).json(), first);
    assert_eq!(server.size(), 1);
}

#[test]
fn a_reused_id_with_another_content_is_a_conflict_and_changes_nothing() {
    let server = Server::start();
    let first = Decision::accept(&server);
    let record = first.send(&server).expect(201).json();
    let english = crate::support::decision::notice(&server, "en");
    for other in [
        first.clone().with("control", "save"),
        first.clone().with("layer", "settings"),
        first.clone().with("language", "en").with("notice", english),
        first
            .clone()
            .with("control", "refuse")
            .with("choices", json!({ "preferences": false, "display": false })),
    ] {
        let answer = other.send(&server).expect(409);
        let problem = answer.json();
        assert_eq!(problem["type"], "urn:koektrommel:problem:id-reused");
        assert_eq!(problem["field"], "id");
        assert_eq!(answer.headers("set-cookie").count(), 0);
    }
    assert_eq!(server.size(), 1);
    assert_eq!(first.send(&server).expect(201).json(), record);
}

#[test]
fn an_outdated_notice_is_a_conflict_that_names_the_current_one() {
    let server = Server::start();
    let gone = format!("sha256:{}", "0".repeat(64));
    let answer = Decision::accept(&server).with("notice", gone).send(&server).expect(409).json();
    assert_eq!(answer["type"], "urn:koektrommel:problem:notice-outdated");
    assert_eq!(answer["field"], "notice");
    assert_eq!(answer["notice"], crate::support::decision::notice(&server, "nl"));
    assert_eq!(server.size(), 0);
}

#[test]
fn a_refusal_leaves_no_identifier_anywhere() {
    let mut server = Server::start();
    let answer = Decision::refuse(&server).send(&server).expect(201);
    let cookie = cookie(&answer);
    assert!(!cookie.contains("id=") && !cookie.contains("&r="), "{cookie}");
    assert_eq!(answer.json()["event"], "refused");
    // It is remembered as long as a yes.
    assert!(answer.headers("set-cookie").next().unwrap().contains("Max-Age="));
    assert_eq!(own_records(&server, &cookie), [] as [Value; 0]);
    server.kill();
    let log = Log::open(&server.data());
    let consent = log.consent(0);
    assert_eq!((consent.event, consent.subject, consent.previous), (Event::Refused, None, None));
    assert!(!log.records()[0].contains("subject"));
}

#[test]
fn two_refusals_cannot_be_tied_together() {
    let mut server = Server::start();
    let first = Decision::refuse(&server).send(&server).expect(201);
    Decision::refuse(&server).send_with(&server, &cookie(&first)).expect(201);
    server.kill();
    let log = Log::open(&server.data());
    for index in 0..2 {
        let consent = log.consent(index);
        assert_eq!((consent.event, consent.subject, consent.previous), (Event::Refused, None, None));
    }
}

#[test]
fn a_change_and_a_withdrawal_are_tied_to_the_yes_before() {
    let mut server = Server::start();
    let yes = Decision::accept(&server).send(&server).expect(201);
    let changed = Decision::save(&server, true, false).with("layer", "settings");
    let changed = changed.send_with(&server, &cookie(&yes)).expect(201);
    let withdrawn = Decision::withdraw(&server).with("layer", "settings");
    let withdrawn = withdrawn.send_with(&server, &cookie(&changed)).expect(201);
    assert_eq!(withdrawn.json()["event"], "withdrawn");
    assert!(!cookie(&withdrawn).contains("id="));

    let records = own_records(&server, &cookie(&changed));
    let indexes: Vec<_> = records.iter().map(|record| record["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, [1, 0]);
    assert_eq!(records[0], changed.json());
    assert_eq!(records[1], yes.json());

    server.kill();
    let log = Log::open(&server.data());
    let [first, second, third] = [0, 1, 2].map(|index| log.consent(index));
    assert_eq!((first.previous, second.previous, third.previous), (None, Some(0), Some(1)));
    assert!(first.subject.is_some());
    assert_eq!(first.subject, second.subject);
    assert_eq!(second.subject, third.subject);
    assert_eq!((first.event, second.event, third.event), (Event::Given, Event::Given, Event::Withdrawn));
}

#[test]
fn a_withdrawal_without_a_cookie_is_recorded_too() {
    let server = Server::start();
    let answer = Decision::withdraw(&server).send(&server).expect(201);
    assert_eq!(answer.json()["event"], "refused");
    assert!(!cookie(&answer).contains("id="));
}

#[test]
fn a_machine_may_refuse() {
    let server = Server::start();
    for actor in ["signal", "automation"] {
        Decision::refuse(&server).with("actor", actor).with("layer", "api").send(&server).expect(201);
    }
    assert_eq!(server.size(), 2);
}

#[test]
fn cookies_of_a_refused_purpose_are_ended() {
    let server = Server::start();
    let held = "__Host-koek_preferences=abc; other=1";
    let answer = Decision::refuse(&server).send_with(&server, held).expect(201);
    let ended: Vec<_> = answer.headers("set-cookie").filter(|header| header.contains("Max-Age=0")).collect();
    assert_eq!(ended, ["__Host-koek_preferences=; SameSite=Lax; Secure; Path=/; Max-Age=0"]);
    let kept = Decision::accept(&server).send_with(&server, held).expect(201);
    assert!(kept.headers("set-cookie").all(|header| !header.contains("Max-Age=0")));
}

#[test]
fn receipts_verify_with_nothing_but_the_public_key() {
    let server = Server::start();
    let key = key(&server);
    let answers: Vec<Value> = (0..5)
        .map(|n| Decision::save(&server, n % 2 == 0, n % 3 == 0).send(&server).expect(201).json())
        .collect();
    for answer in &answers {
        let receipt = server.get(answer["receipt"].as_str().unwrap()).expect(200);
        assert_eq!(receipt.header("content-type"), Some("text/plain; charset=utf-8"));
        let receipt: Receipt = receipt.text().parse().unwrap();
        let verified = receipt.verify(std::slice::from_ref(&key), &verify).unwrap();
        assert_eq!(
            (verified.checkpoint.size, verified.checkpoint.origin.as_str()),
            (5, "koektrommel.example/wsn")
        );
        let Record::Consent(consent) = Record::from_json(verified.record).unwrap() else { panic!() };
        assert_eq!(consent.id.to_string(), answer["record"].as_str().unwrap());
        assert_eq!(consent.time.to_string(), answer["time"].as_str().unwrap());
        assert_eq!(consent.time.day(), verified.entry.day);
        let reference: Reference = answer["reference"].as_str().unwrap().parse().unwrap();
        assert!(reference.agrees_with(&leaf_hash(&verified.entry.encode())));
    }
    // Another log's key does not verify it.
    let other = self::key(&Server::start());
    let receipt = server.get(answers[0]["receipt"].as_str().unwrap()).text();
    assert!(receipt.parse::<Receipt>().unwrap().verify(&[other], &verify).is_err());
}

#[test]
fn a_receipt_is_had_by_its_whole_name_only() {
    let server = Server::start();
    let record = Decision::accept(&server).send(&server).expect(201).json();
    let record = record["record"].as_str().unwrap();
    // The index stands in the first characters of the id and can be guessed; the rest cannot.
    let guessed = format!("{}-8000-8000-000000000000", &record[..13]);
    let beyond = record.replacen('0', "f", 1);
    for wrong in [guessed.as_str(), &beyond, &new_id(), "0", "x", &record[..35], &record.to_uppercase()] {
        if wrong == record {
            continue;
        }
        let answer = server.get(&format!("{CONSENTS}/{wrong}/receipt"));
        // UUIDs are read in either case (RFC 9562, 4); the record is then the same one.
        let same = wrong.eq_ignore_ascii_case(record);
        assert_eq!(answer.status, if same { 200 } else { 404 }, "{wrong}");
    }
}

#[test]
fn the_checkpoint_advances_with_every_record_and_is_signed() {
    let server = Server::start();
    let none = server.get("/privacy/log/checkpoint").expect(404);
    assert!(none.header("content-type").unwrap().starts_with("text/plain"));
    let key = key(&server);
    for size in 1..=3 {
        Decision::refuse(&server).send(&server).expect(201);
        let text = server.get("/privacy/log/checkpoint").expect(200).text();
        let checkpoint =
            koektrommel_core::note::Checkpoint::open(&text, std::slice::from_ref(&key), &verify).unwrap();
        assert_eq!(checkpoint.size, size);
    }
}

#[test]
fn records_are_shown_to_the_device_that_made_them_only() {
    let server = Server::start();
    let one = Decision::accept(&server).send(&server).expect(201);
    let two = Decision::accept(&server).send(&server).expect(201);
    for (mine, index) in [(&one, 0), (&two, 1)] {
        let records = own_records(&server, &cookie(mine));
        assert_eq!(records.len(), 1);
        assert_eq!(records[0]["index"], index);
    }
    assert_eq!(own_records(&server, ""), [] as [Value; 0]);
}
