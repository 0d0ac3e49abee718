//! Preferences and display settings: from a closed list, for this visit, and longer only after a yes.

use koektrommel::{folder::Folder, keys::KeyRing};
use serde_json::{Value, json};

use super::{DISPLAY, PREFERENCES, header, json as request, set};
use crate::support::{
    Decision, Request, Server,
    decision::{COOKIE, NOTICE},
    get, koektrommel,
};

const ENDED: &str = "__Host-koek_display=; SameSite=Lax; Secure; Path=/; Max-Age=0";

/// What the server says that a device with these cookies has set.
fn own(server: &Server, purpose: &str, cookies: &str) -> Value {
    server.send(&get(&format!("{PREFERENCES}/{purpose}")).cookie(cookies)).expect(200).json()
}

fn large() -> Value {
    json!({ "text-size": "150", "contrast": "high" })
}

#[test]
fn the_lists_are_the_same_for_everybody_and_no_part_of_the_notice() {
    let server = Server::start();
    let answer = server.get(PREFERENCES).expect(200);
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
    let list = answer.json();
    assert_eq!((&list["site"], &list["language"]), (&"wsn".into(), &"nl".into()));
    let purposes = list["purposes"].as_array().unwrap();
    let names = |purpose: &Value| -> Vec<String> {
        let settings = purpose["settings"].as_array().unwrap().iter();
        settings.map(|setting| setting["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(
        (&purposes[0]["id"], names(&purposes[0])),
        (&"preferences".into(), vec!["language".into(), "district".into()])
    );
    assert_eq!(names(&purposes[1]), ["text-size", "contrast", "motion"]);
    let size = &purposes[1]["settings"][0];
    assert_eq!(size["default"], "100");
    assert_eq!(size["values"][2], json!({ "value": "150", "label": "Groot" }));
    let english = server.get(&format!("{PREFERENCES}?lang=en&site=wsn")).expect(200).json();
    assert_eq!(
        (&list["texts"]["uses.save"], &english["texts"]["uses.save"]),
        (&"Instellen".into(), &"Apply".into())
    );
    assert!(list["texts"].as_object().unwrap().keys().all(|key| key.starts_with("uses.")));
    assert_eq!(english["purposes"][1]["settings"][0]["values"][2]["label"], "Large");

    let tag = answer.header("etag").unwrap();
    server.send(&get(PREFERENCES).header("If-None-Match", tag)).expect(304);
    let with_cookie = server.send(&get(PREFERENCES).cookie("__Host-koek_display=x")).expect(200);
    assert_eq!((&with_cookie.body, with_cookie.headers("set-cookie").count()), (&answer.body, 0));
    for (query, field) in [("?site=other", "site"), ("?lang=fr", "lang")] {
        assert_eq!(server.get(&format!("{PREFERENCES}{query}")).expect(422).json()["field"], field);
    }

    let notice = server.get(NOTICE).expect(200).text();
    for not in ["text-size", "havenkwartier", "uses."] {
        assert!(!notice.contains(not), "{not}");
    }
}

#[test]
fn without_a_choice_it_is_kept_for_this_visit() {
    let server = Server::start();
    let nothing = json!({ "purpose": "display", "values": {}, "kept": null, "until": null });
    assert_eq!(own(&server, "display", ""), nothing);
    let answer = set(&server, "display", &large(), "").expect(200);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let body = answer.json();
    assert_eq!((&body["values"], &body["kept"]), (&large(), &"visit".into()));
    let header = header(&answer, DISPLAY).unwrap();
    assert!(header.ends_with("&contrast=high&text-size=150; SameSite=Lax; Secure; Path=/"), "{header}");
    assert_eq!(answer.headers("set-cookie").count(), 1);
    let until = body["until"].as_str().unwrap();
    assert!(
        header.contains(&format!("=v=1&k=visit&e={until}&"))
            || header[44..].contains(&format!("v=1&k=visit&e={until}&"))
    );
    let cookie = answer.set_cookie(DISPLAY).unwrap();
    assert_eq!(own(&server, "display", &cookie), body);
    // What is set replaces what was; a default is what there is without it.
    let smaller = json!({ "text-size": "125", "contrast": "normal" });
    let answer = set(&server, "display", &smaller, &cookie).expect(200);
    assert_eq!(answer.json()["values"], json!({ "text-size": "125" }));
    for defaults in [json!({}), json!({ "text-size": "100" })] {
        let answer = set(&server, "display", &defaults, &cookie).expect(200);
        assert_eq!(
            (answer.json(), answer.headers("set-cookie").collect::<Vec<_>>()),
            (nothing.clone(), vec![ENDED])
        );
    }
    let ended =
        server.send(&Request::new("DELETE", &format!("{PREFERENCES}/display?site=wsn")).cookie(&cookie));
    assert_eq!(ended.expect(204).headers("set-cookie").collect::<Vec<_>>(), [ENDED]);
    // Nothing of it is a decision, and nothing of it is kept here.
    assert_eq!(server.size(), 0);
}

#[test]
fn a_yes_keeps_it_until_the_choice_ends_and_a_no_ends_that() {
    let server = Server::start();
    let visit = set(&server, "display", &large(), "").expect(200).set_cookie(DISPLAY).unwrap();
    let other = json!({ "district": "noord" });
    let district =
        set(&server, "preferences", &other, "").expect(200).set_cookie("__Host-koek_preferences").unwrap();

    // Yes to the display only.
    let both = format!("{visit}; {district}");
    let yes = Decision::save(&server, false, true).send_with(&server, &both).expect(201);
    let kept = header(&yes, DISPLAY).unwrap();
    let until = kept.split("&e=").nth(1).unwrap().split('&').next().unwrap();
    assert!(yes.json()["valid_until"].as_str().unwrap().starts_with(&until[..10]), "{kept}");
    assert!(
        until.ends_with("T00:00:00Z") && kept.contains("v=1&k=choice&") && kept.contains("; Max-Age=15"),
        "{kept}"
    );
    assert!(kept.contains("&contrast=high&text-size=150;"), "{kept}");
    assert_eq!(header(&yes, "__Host-koek_preferences"), None, "a no leaves what was set for this visit");

    let device = format!("{}; {}", yes.set_cookie(COOKIE).unwrap(), yes.set_cookie(DISPLAY).unwrap());
    let state = own(&server, "display", &device);
    assert_eq!((&state["kept"], &state["values"]), (&"choice".into(), &large()));
    // Set again, it lasts as long as the choice and no longer.
    let again = set(&server, "display", &json!({ "motion": "reduced" }), &device).expect(200).json();
    assert_eq!((&again["kept"], &again["until"]), (&"choice".into(), &state["until"]));
    // The same for a purpose that was set after the yes.
    let all = Decision::accept(&server).send_with(&server, &district).expect(201);
    assert!(header(&all, "__Host-koek_preferences").unwrap().contains("k=choice"));

    for no in [Decision::refuse(&server), Decision::withdraw(&server), Decision::save(&server, true, false)] {
        let answer = no.send_with(&server, &device).expect(201);
        assert_eq!(header(&answer, DISPLAY), Some(ENDED));
        let mixed = format!("{}; {visit}", yes.set_cookie(COOKIE).unwrap());
        let answer = no.with("id", crate::support::decision::new_id()).send_with(&server, &mixed).expect(201);
        assert_eq!(header(&answer, DISPLAY), None);
    }
}

#[test]
fn what_was_kept_for_a_next_visit_counts_only_while_there_is_a_yes() {
    let server = Server::start();
    let visit = set(&server, "display", &large(), "").expect(200).set_cookie(DISPLAY).unwrap();
    let yes = Decision::accept(&server).send_with(&server, &visit).expect(201);
    let kept = yes.set_cookie(DISPLAY).unwrap();
    let no = Decision::refuse(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    for without in [kept.clone(), format!("{kept}; {no}"), format!("{kept}; {COOKIE}=forged")] {
        let answer = server.send(&get(&format!("{PREFERENCES}/display")).cookie(&without)).expect(200);
        assert_eq!(answer.json()["kept"], Value::Null);
        assert_eq!(answer.headers("set-cookie").collect::<Vec<_>>(), [ENDED]);
    }
}

#[test]
fn a_value_of_another_cookie_another_server_or_nobody_does_not_count() {
    let (server, other) = (Server::start(), Server::start());
    let right = set(&server, "display", &large(), "").expect(200).set_cookie(DISPLAY).unwrap();
    let value = right.split_once('=').unwrap().1.to_owned();
    let (mac, payload) = value.split_at(44);
    let foreign = set(&other, "display", &large(), "").expect(200).set_cookie(DISPLAY).unwrap();
    let ring = KeyRing::open_or_create(&Folder::open(&server.data()).unwrap()).unwrap();
    let signed = |name: &str, payload: &str| ring.sign(name, payload.to_owned()).unwrap();
    assert_eq!(own(&server, "display", &format!("{DISPLAY}={}", signed(DISPLAY, payload)))["kept"], "visit");
    for (cookie, what) in [
        (foreign, "another server's"),
        (format!("{DISPLAY}={payload}"), "no signature"),
        (format!("{DISPLAY}={mac}{}", payload.replace("150", "200")), "another value"),
        (format!("{DISPLAY}={mac}{}", payload.replace("e=20", "e=21")), "a longer life"),
        (format!("{DISPLAY}={}", signed("__Host-koek_preferences", payload)), "another cookie's value"),
        (format!("{DISPLAY}={}", signed(COOKIE, payload)), "the choice cookie's value"),
        (format!("{DISPLAY}={}", signed(DISPLAY, &payload.replace("e=20", "e=19"))), "long over"),
        (format!("{DISPLAY}={}", signed(DISPLAY, &payload.replace("v=1", "v=2"))), "another version"),
        (
            format!("{DISPLAY}={}", signed(DISPLAY, &payload.replace("=high", "=low").replace("150", "175"))),
            "not on the lists",
        ),
        (format!("{DISPLAY}={}", "x".repeat(4096)), "4 KB"),
        (format!("{COOKIE}={value}"), "under the name of the choice"),
    ] {
        assert_eq!(own(&server, "display", &cookie)["kept"], Value::Null, "{what}");
        // After a no it ends, whatever it is; after a yes nothing becomes of it.
        let yes = Decision::accept(&server).send_with(&server, &cookie).expect(201);
        assert_eq!(header(&yes, DISPLAY), None, "{what}");
        if cookie.starts_with(DISPLAY) {
            let no = Decision::refuse(&server).send_with(&server, &cookie).expect(201);
            assert_eq!(header(&no, DISPLAY), Some(ENDED), "{what}");
        }
    }
    let swapped = right.replacen(DISPLAY, "__Host-koek_preferences", 1);
    assert_eq!(own(&server, "preferences", &swapped)["kept"], Value::Null);
    server.assert_well();
}

#[test]
fn a_rotated_key_still_verifies_and_its_cookie_is_renewed_on_sight() {
    let server = Server::start();
    let old = set(&server, "display", &large(), "").expect(200).set_cookie(DISPLAY).unwrap();
    koektrommel(["keys", "rotate", "--data", server.data().to_str().unwrap()]).well();
    let answer = server.send(&get(&format!("{PREFERENCES}/display")).cookie(&old)).expect(200);
    assert_eq!(answer.json()["values"], large());
    let new = answer.set_cookie(DISPLAY).unwrap();
    assert!(
        new != old && new[DISPLAY.len() + 45..] == old[DISPLAY.len() + 45..],
        "only the signature is another"
    );
    let again = server.send(&get(&format!("{PREFERENCES}/display")).cookie(&new)).expect(200);
    assert_eq!(again.headers("set-cookie").count(), 0);
}

#[test]
fn what_is_not_on_a_list_is_refused_and_not_repeated() {
    let server = Server::start();
    let put = |purpose: &str, body: &str| {
        let request = Request::new("PUT", &format!("{PREFERENCES}/{purpose}"))
            .header("Content-Type", "application/json");
        server.send(&request.body(body))
    };
    let values = |values: &str| format!("{{\"site\":\"wsn\",\"values\":{values}}}");
    for (body, status, field) in [
        (values("{\"text-size\":\"175zq7\"}"), 422, Some("values")),
        (values("{\"text-size\":150}"), 422, Some("values")),
        (values("{\"text-size\":null}"), 422, Some("values")),
        (values("{\"zq7\":\"150\"}"), 422, Some("values")),
        (values("{\"Zq7 \":\"150\"}"), 422, Some("values")),
        (values("{\"district\":\"noord\"}"), 422, Some("values")),
        (values("{\"contrast\":\"high\",\"contrast\":\"high\"}"), 422, Some("values")),
        (values("[]"), 422, Some("values")),
        (values("\"zq7\""), 422, Some("values")),
        (values("{}").replace("wsn", "zq7"), 422, Some("site")),
        (values("{}").replace("\"wsn\"", "7"), 422, Some("site")),
        ("{\"site\":\"wsn\"}".into(), 422, Some("values")),
        ("{\"values\":{}}".into(), 422, Some("site")),
        ("{\"site\":\"wsn\",\"values\":{},\"zq7\":1}".into(), 400, None),
        ("{\"site\":\"wsn\",\"site\":\"wsn\",\"values\":{}}".into(), 400, None),
        ("zq7".into(), 400, None),
        (String::new(), 400, None),
        (values(&format!("{{\"{}\":\"1\"}}", "zq7".repeat(2000))), 413, None),
    ] {
        let answer = put("display", &body);
        assert_eq!((answer.status, answer.json()["field"].as_str()), (status, field), "{body}");
        assert_eq!(answer.headers("set-cookie").count(), 0, "{body}");
        assert!(!answer.text().to_lowercase().contains("zq7"), "{body}");
    }
    for purpose in ["choice", "form", "zq7", "Zq%207", "officer"] {
        assert_eq!(put(purpose, &values("{}")).expect(404).headers("set-cookie").count(), 0);
        server.get(&format!("{PREFERENCES}/{purpose}")).expect(404);
        server.send(&Request::new("DELETE", &format!("{PREFERENCES}/{purpose}"))).expect(404);
    }
    let body = json!({ "site": "wsn", "values": {} });
    let target = format!("{PREFERENCES}/display");
    for (name, value) in [("Origin", "https://other.example"), ("Sec-Fetch-Site", "cross-site")] {
        server.send(&request("PUT", &target, &body).header(name, value)).expect(403);
        server.send(&Request::new("DELETE", &target).header(name, value)).expect(403);
    }
    server.send(&Request::new("PUT", &target).header("Content-Type", "text/plain").body("{}")).expect(415);
    assert_eq!(
        server.send(&Request::post(&target, "application/json", "{}")).expect(405).header("allow"),
        Some("DELETE, GET, HEAD, PUT")
    );
    server.assert_well();
}
