//! Each field of a decision: missing, of another type, of another form, unknown, contradicting another.

use serde_json::{Value, json};

use super::{MARKER, assert_problem, assert_untouched};
use crate::support::{Decision, Server, decision::post};

const TEXTS: [&str; 7] = ["id", "site", "notice", "language", "layer", "control", "actor"];

#[test]
fn a_missing_field_is_named() {
    let server = Server::start();
    let right = Decision::accept(&server);
    for field in TEXTS.into_iter().chain(["choices"]) {
        assert_problem(&right.clone().without(field).send(&server), 422, Some(field), field);
    }
    assert_untouched(&server);
}

#[test]
fn a_field_of_another_type_is_named() {
    let server = Server::start();
    let right = Decision::accept(&server);
    let others =
        [json!(null), json!(7), json!(-1.5e300), json!(true), json!([MARKER]), json!({ MARKER: MARKER })];
    for field in TEXTS {
        for other in &others {
            let answer = right.clone().with(field, other.clone()).send(&server);
            assert_problem(&answer, 422, Some(field), &format!("{field}: {other}"));
        }
    }
    for other in
        [json!(null), json!(7), json!(-7), json!(1.5), json!(true), json!(MARKER), json!([MARKER, [1]])]
    {
        let answer = right.clone().with("choices", other.clone()).send(&server);
        assert_problem(&answer, 422, Some("choices"), &format!("choices: {other}"));
    }
    assert_untouched(&server);
}

#[test]
fn a_field_of_another_form_is_named() {
    let server = Server::start();
    let right = Decision::accept(&server);
    let id = right.0["id"].as_str().unwrap();
    let notice = right.0["notice"].as_str().unwrap();
    let version = |version: &str| format!("{}{version}{}", &id[..14], &id[15..]);
    let wrong: [(&str, Vec<String>); 7] = [
        (
            "id",
            vec![
                version("4"),
                version("1"),
                version("8"),
                format!("{{{id}}}"),
                format!("urn:uuid:{id}"),
                id.replace('-', ""),
                id[..35].to_owned(),
                format!("{id}0"),
                format!(" {}", &id[1..]),
                format!("{}c{}", &id[..19], &id[20..]),
                "00000000-0000-0000-0000-000000000000".to_owned(),
            ],
        ),
        (
            "site",
            vec!["WSN".to_owned(), "wsn ".to_owned(), "../wsn".to_owned(), "w".repeat(33), "wsn2".to_owned()],
        ),
        (
            "notice",
            vec![
                notice.to_uppercase(),
                notice[7..].to_owned(),
                notice[..70].to_owned(),
                format!("{notice}0"),
                format!("md5:{}", &notice[7..]),
                notice.replace("sha256:", "sha256: "),
            ],
        ),
        (
            "language",
            vec!["NL".to_owned(), "nl-NL".to_owned(), "fr".to_owned(), "dutch".to_owned(), "n".to_owned()],
        ),
        ("layer", vec!["Banner".to_owned(), "modal".to_owned(), "banner\0".to_owned()]),
        ("control", vec!["ACCEPT".to_owned(), "accept ".to_owned(), "deny".to_owned()]),
        ("actor", vec!["Person".to_owned(), "robot".to_owned(), "person;".to_owned()]),
    ];
    for (field, values) in wrong {
        let common = [String::new(), " ".to_owned(), MARKER.to_owned(), "é".repeat(40), "x".repeat(3000)];
        for value in values.into_iter().chain(common) {
            let answer = right.clone().with(field, value.clone()).send(&server);
            assert_problem(&answer, 422, Some(field), &format!("{field}: {value}"));
        }
    }
    assert_untouched(&server);
}

#[test]
fn choices_answer_every_purpose_once_with_true_or_false() {
    let server = Server::start();
    let right = Decision::accept(&server);
    for choices in [
        json!({}),
        json!({ "preferences": true }),
        json!({ "display": true }),
        json!({ "preferences": true, "display": true, "marketing": true }),
        json!({ "preferences": true, "display": true, "choice": true }),
        json!({ "preferences": true, "display": true, MARKER: true }),
        json!({ "preferences": true, "display": true, "": true }),
        json!({ "Preferences": true, "display": true }),
        json!({ "preferences": "true", "display": true }),
        json!({ "preferences": 1, "display": true }),
        json!({ "preferences": null, "display": true }),
        json!({ "preferences": [true], "display": true }),
        json!({ "preferences": { MARKER: true }, "display": true }),
    ] {
        let answer = right.clone().with("choices", choices.clone()).send(&server);
        assert_problem(&answer, 422, Some("choices"), &choices.to_string());
    }
    assert_untouched(&server);
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let server = Server::start();
    let text = String::from_utf8(Decision::accept(&server).bytes()).unwrap();
    for member in TEXTS.into_iter().chain(["choices"]) {
        let value: Value = serde_json::from_str::<Value>(&text).unwrap()[member].clone();
        let twice = text.replacen('{', &format!("{{\"{member}\":{value},"), 1);
        assert_problem(&server.send(&post(twice)), 400, None, member);
    }
    for twice in ["\"display\":true,\"display\":true", "\"display\":false,\"display\":true"] {
        let twice = text.replacen("\"display\":true", twice, 1);
        assert_problem(&server.send(&post(twice)), 422, Some("choices"), "choices");
    }
    assert_untouched(&server);
}

#[test]
fn a_member_that_does_not_belong_is_refused() {
    let server = Server::start();
    let right = Decision::accept(&server);
    for member in [MARKER, "", "ID", "id ", "subject", "previous", "time", "v", "__proto__"] {
        let answer = right.clone().with(member, MARKER).send(&server);
        assert_problem(&answer, 400, None, member);
    }
    assert_untouched(&server);
}

#[test]
fn a_notice_of_another_site_or_language_is_outdated_for_this_one() {
    let server = Server::start();
    let english = crate::support::decision::notice(&server, "en");
    let answer = Decision::accept(&server).with("notice", english.clone()).send(&server);
    assert_problem(&answer, 409, Some("notice"), "an English notice for a Dutch decision");
    let answer = Decision::accept(&server).with("language", "en").send(&server);
    assert_problem(&answer, 409, Some("notice"), "a Dutch notice for an English decision");
    assert_eq!(answer.json()["notice"], english);
    assert_untouched(&server);
}

#[test]
fn no_machine_consents() {
    let server = Server::start();
    for actor in ["signal", "automation"] {
        for (control, preferences, display) in
            [("accept", true, true), ("save", true, false), ("save", false, true), ("save", true, true)]
        {
            let right =
                Decision::on(&crate::support::decision::notice(&server, "nl"), control, preferences, display);
            for layer in ["banner", "settings", "page", "api"] {
                let answer = right.clone().with("actor", actor).with("layer", layer).send(&server);
                assert_problem(&answer, 422, Some("actor"), actor);
            }
        }
    }
    assert_untouched(&server);
}

#[test]
fn a_control_that_contradicts_the_choices_is_refused() {
    let server = Server::start();
    let notice = crate::support::decision::notice(&server, "nl");
    for (control, preferences, display) in [
        ("accept", true, false),
        ("accept", false, false),
        ("refuse", true, true),
        ("refuse", false, true),
        ("withdraw", true, false),
        ("withdraw", true, true),
    ] {
        let answer = Decision::on(&notice, control, preferences, display).send(&server);
        assert_problem(&answer, 422, Some("control"), control);
    }
    assert_untouched(&server);
}
