//! What is filled in and what is handed on: in a cookie that nobody but the server reads, for this visit only.

use std::fs;

use serde_json::{Value, json};

use super::{header, json as request};
use crate::support::{
    Request, Response, Server, decision::COOKIE, get, koektrommel, server::Options, site::Site,
};

const FORMS: &str = "/privacy/api/v1/forms";
const HANDOFFS: &str = "/privacy/api/v1/handoffs";
const FORM: &str = "__Host-koek_form";
const HANDOFF: &str = "__Host-koek_handoff";

fn fill(server: &Server, form: &str, fields: &Value, cookie: &str) -> Response {
    let body = json!({ "site": "wsn", "fields": fields });
    server.send(&request("PUT", &format!("{FORMS}/{form}"), &body).cookie(cookie))
}

fn filled(server: &Server, form: &str, cookie: &str) -> Value {
    server.send(&get(&format!("{FORMS}/{form}")).cookie(cookie)).expect(200).json()["fields"].clone()
}

fn hand(server: &Server, flow: &str, data: &Value, cookie: &str) -> Response {
    let body = json!({ "site": "wsn", "data": data });
    server.send(&request("PUT", &format!("{HANDOFFS}/{flow}"), &body).cookie(cookie))
}

fn take(server: &Server, flow: &str, cookie: &str) -> Response {
    server
        .send(&request("POST", &format!("{HANDOFFS}/{flow}/take"), &json!({ "site": "wsn" })).cookie(cookie))
}

#[test]
fn a_form_comes_back_on_its_own_device_and_says_nothing_to_others() {
    let server = Server::start();
    assert_eq!(filled(&server, "repair", ""), json!({}));
    let fields = json!({ "what": "De kraan lekt", "where[room]": "keuken", "leeg": "" });
    let answer = fill(&server, "repair", &fields, "").expect(204);
    let set = header(&answer, FORM).unwrap();
    assert!(set.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{set}");
    assert_eq!(answer.headers("set-cookie").count(), 1);
    let first = answer.set_cookie(FORM).unwrap();
    assert_eq!(filled(&server, "repair", &first), fields);
    assert_eq!(filled(&server, "moving", &first), json!({}));

    // Another form beside it; then each goes by itself, and the cookie with the last.
    let both =
        fill(&server, "moving", &json!({ "when": "mei" }), &first).expect(204).set_cookie(FORM).unwrap();
    assert_eq!(
        (filled(&server, "repair", &both), filled(&server, "moving", &both)),
        (fields, json!({ "when": "mei" }))
    );
    let delete = |form: &str, cookie: &str| {
        server.send(&Request::new("DELETE", &format!("{FORMS}/{form}?site=wsn")).cookie(cookie)).expect(204)
    };
    let one = delete("repair", &both).set_cookie(FORM).unwrap();
    assert_eq!(
        (filled(&server, "repair", &one), filled(&server, "moving", &one)),
        (json!({}), json!({ "when": "mei" }))
    );
    assert!(header(&delete("moving", &one), FORM).unwrap().ends_with("Max-Age=0"));
    assert!(
        header(&fill(&server, "moving", &json!({}), &one).expect(204), FORM).unwrap().ends_with("Max-Age=0")
    );
    assert_eq!(server.size(), 0);
}

#[test]
fn numbers_that_are_nobodys_business_are_not_kept() {
    let server = Server::start();
    for number in ["111222333", "mijn BSN: 1112.22.333", "NL91 ABNA 0417 1643 00", "nl91abna0417164300"] {
        let answer = fill(&server, "repair", &json!({ "what": "kraan", "extra": number }), "").expect(422);
        assert_eq!(
            (answer.json()["field"].as_str(), answer.headers("set-cookie").count()),
            (Some("fields"), 0)
        );
        assert!(!answer.text().contains(number));
    }
    fill(
        &server,
        "repair",
        &json!({ "phone": "06 12345678", "code": "111222334", "date": "22-11-2026" }),
        "",
    )
    .expect(204);
}

#[test]
fn more_than_fits_is_refused() {
    let server = Server::start();
    let most = fill(&server, "repair", &json!({ "what": "é".repeat(1080) }), "").expect(204);
    let value = most.set_cookie(FORM).unwrap();
    assert!(value.len() - FORM.len() - 1 <= 3072, "{}", value.len());
    for (long, held) in [("a".repeat(2400), ""), ("a".repeat(500), value.as_str())] {
        let answer = fill(&server, "moving", &json!({ "what": long }), held).expect(413);
        assert_eq!(
            (answer.json()["field"].as_str(), answer.headers("set-cookie").count()),
            (Some("fields"), 0)
        );
    }
    assert_eq!(
        hand(&server, "repair", &json!({ "a": "b".repeat(1024 - 8) }), "")
            .expect(204)
            .headers("set-cookie")
            .count(),
        1
    );
    assert_eq!(
        hand(&server, "repair", &json!({ "a": "b".repeat(1024 - 7) }), "").expect(413).json()["field"],
        "data"
    );
}

#[test]
fn what_was_handed_on_is_taken_once() {
    let server = Server::start();
    let data = json!({ "step": 2, "kind": { "tap": true }, "rooms": ["keuken", null] });
    take(&server, "repair", "").expect(404);
    let put = hand(&server, "repair", &data, "").expect(204);
    assert!(header(&put, HANDOFF).unwrap().ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"));
    let cookie = put.set_cookie(HANDOFF).unwrap();
    // Another flow does not have it, and takes nothing from it.
    assert_eq!(take(&server, "moving", &cookie).expect(404).headers("set-cookie").count(), 0);
    let taken = take(&server, "repair", &cookie).expect(200);
    assert_eq!(taken.json(), json!({ "data": data }));
    assert!(header(&taken, HANDOFF).unwrap().ends_with("Max-Age=0"));
    for _ in 0..3 {
        take(&server, "repair", &cookie).expect(404);
    }
    // Two flows in one cookie: each once, whichever copy is sent.
    let one = hand(&server, "a", &json!({ "n": 1 }), "").expect(204).set_cookie(HANDOFF).unwrap();
    let two = hand(&server, "b", &json!({ "n": 2 }), &one).expect(204).set_cookie(HANDOFF).unwrap();
    let rest = take(&server, "a", &two).expect(200).set_cookie(HANDOFF).unwrap();
    take(&server, "a", &one).expect(404);
    assert_eq!(take(&server, "b", &rest).expect(200).json()["data"]["n"], 2);
    take(&server, "b", &two).expect(404);
    // What was replaced cannot be taken any more.
    let old = hand(&server, "c", &json!({ "n": 1 }), "").expect(204).set_cookie(HANDOFF).unwrap();
    let new = hand(&server, "c", &json!({ "n": 2 }), &old).expect(204).set_cookie(HANDOFF).unwrap();
    take(&server, "c", &old).expect(404);
    assert_eq!(take(&server, "c", &new).expect(200).json()["data"]["n"], 2);
    assert_eq!(server.size(), 0);
}

#[test]
fn of_many_who_take_at_once_one_gets_it() {
    let server = Server::start();
    let cookie = hand(&server, "repair", &json!({ "n": 1 }), "").expect(204).set_cookie(HANDOFF).unwrap();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let takers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| take(&server, "repair", &cookie).status)).collect();
        takers.into_iter().map(|taker| taker.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 404)));
}

#[test]
fn a_value_of_another_cookie_another_server_or_nobody_is_not_opened() {
    let (server, other) = (Server::start(), Server::start());
    let fields = json!({ "what": "De kraan lekt" });
    let right = fill(&server, "repair", &fields, "").expect(204).set_cookie(FORM).unwrap();
    let value = right.split_once('=').unwrap().1;
    let foreign = fill(&other, "repair", &fields, "").expect(204).set_cookie(FORM).unwrap();
    let handed = hand(&server, "repair", &fields, "").expect(204).set_cookie(HANDOFF).unwrap();
    let handed = handed.split_once('=').unwrap().1;
    let mut turned = value.to_owned().into_bytes();
    turned[40] = if turned[40] == b'A' { b'B' } else { b'A' };
    for (cookie, what) in [
        (foreign, "another server's"),
        (format!("{FORM}={handed}"), "a hand-off's"),
        (format!("{FORM}={}", String::from_utf8(turned).unwrap()), "one letter changed"),
        (format!("{FORM}={}", &value[1..]), "without its first letter"),
        (format!("{FORM}={}", &value[..value.len() - 4]), "without its end"),
        (format!("{FORM}="), "nothing"),
        (format!("{FORM}={}", "A".repeat(3072)), "zeros"),
        (format!("{FORM}={}", "A".repeat(8000)), "far too long"),
    ] {
        assert_eq!(filled(&server, "repair", &cookie), json!({}), "{what}");
    }
    take(&server, "repair", &format!("{HANDOFF}={value}")).expect(404);
    // Among several of the name, the one that was sealed here.
    assert_eq!(filled(&server, "repair", &format!("{FORM}=x; {right}")), fields);
    // A rotated key still opens it, and the next change is sealed with the new one.
    koektrommel(["keys", "rotate", "--data", server.data().to_str().unwrap()]).well();
    assert_eq!(filled(&server, "repair", &right), fields);
    server.assert_well();
}

#[test]
fn broken_requests_are_refused_and_nothing_is_set() {
    let server = Server::start();
    let send = |method: &str, target: &str, body: &str| {
        server.send(&Request::new(method, target).header("Content-Type", "application/json").body(body))
    };
    let form = format!("{FORMS}/repair");
    let flow = format!("{HANDOFFS}/repair");
    let taken = format!("{flow}/take");
    for (method, target, body, status, field) in [
        ("PUT", form.as_str(), "zq7".to_owned(), 400, None),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":{},\"zq7\":1}".into(), 400, None),
        ("PUT", &form, "{\"site\":\"zq7\",\"fields\":{}}".into(), 422, Some("site")),
        ("PUT", &form, "{\"fields\":{}}".into(), 422, Some("site")),
        ("PUT", &form, "{\"site\":\"wsn\"}".into(), 422, Some("fields")),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":[]}".into(), 422, Some("fields")),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":{\"a\":1}}".into(), 422, Some("fields")),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":{\"a\":\"1\",\"a\":\"2\"}}".into(), 422, Some("fields")),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":{\"\":\"1\"}}".into(), 422, Some("fields")),
        ("PUT", &form, "{\"site\":\"wsn\",\"fields\":{\"a\\n\":\"1\"}}".into(), 422, Some("fields")),
        (
            "PUT",
            &form,
            format!("{{\"site\":\"wsn\",\"fields\":{{\"{}\":\"1\"}}}}", "n".repeat(65)),
            422,
            Some("fields"),
        ),
        (
            "PUT",
            &form,
            format!("{{\"site\":\"wsn\",\"fields\":{{\"a\":\"{}\"}}}}", "n".repeat(5000)),
            413,
            None,
        ),
        ("PUT", "/privacy/api/v1/forms/Zq7", "{\"site\":\"wsn\",\"fields\":{}}".into(), 422, Some("form")),
        ("PUT", &flow, "{\"site\":\"wsn\",\"data\":[]}".into(), 422, Some("data")),
        ("PUT", &flow, "{\"site\":\"wsn\"}".into(), 422, Some("data")),
        ("PUT", &flow, "{\"site\":\"wsn\",\"fields\":{}}".into(), 400, None),
        ("PUT", "/privacy/api/v1/handoffs/7", "{\"site\":\"wsn\",\"data\":{}}".into(), 422, Some("flow")),
        ("POST", &taken, "{}".into(), 422, Some("site")),
        ("POST", &taken, "{\"site\":\"wsn\",\"data\":{}}".into(), 400, None),
    ] {
        let answer = send(method, target, &body);
        assert_eq!((answer.status, answer.json()["field"].as_str()), (status, field), "{target} {body}");
        assert_eq!(answer.headers("set-cookie").count(), 0, "{body}");
        assert!(!answer.text().contains("zq7"), "{body}");
    }
    let right = json!({ "site": "wsn", "fields": {} });
    for (name, value) in [("Origin", "https://other.example"), ("Sec-Fetch-Site", "cross-site")] {
        server.send(&request("PUT", &form, &right).header(name, value)).expect(403);
        server.send(&Request::new("DELETE", &form).header(name, value)).expect(403);
        server.send(&request("PUT", &flow, &right).header(name, value)).expect(403);
        server.send(&request("POST", &taken, &right).header(name, value)).expect(403);
    }
    server.send(&Request::new("PUT", &form).body("{}")).expect(415);
    for (method, target, allowed) in
        [("POST", &form, "DELETE, GET, HEAD, PUT"), ("GET", &flow, "PUT"), ("GET", &taken, "POST")]
    {
        assert_eq!(server.send(&Request::new(method, target)).expect(405).header("allow"), Some(allowed));
    }
    server.assert_well();
}

#[test]
fn a_site_whose_catalogue_does_not_tell_of_them_does_not_have_them() {
    let site = Site::example();
    site.change("catalogue.toml", "__Host-koek_form", "other_form");
    site.change("catalogue.toml", "__Host-koek_handoff", "other_handoff");
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    fill(&server, "repair", &json!({}), "").expect(404);
    server.get(&format!("{FORMS}/repair")).expect(404);
    hand(&server, "repair", &json!({}), "").expect(404);
    take(&server, "repair", "").expect(404);
}

#[test]
fn nothing_that_was_typed_is_kept_or_printed() {
    const MARKS: [&str; 3] = ["Qx1Typed", "Qx2Handed", "havenkwartier"];
    let env = vec![("KOEKTROMMEL_LOG", "trace".to_owned())];
    let mut server = Server::start_with(Options { env, ..Options::default() });
    let typed = fill(&server, "repair", &json!({ "Qx1Typed": "Qx1Typed lekt" }), "")
        .expect(204)
        .set_cookie(FORM)
        .unwrap();
    assert_eq!(filled(&server, "repair", &typed)["Qx1Typed"], "Qx1Typed lekt");
    let handed = hand(&server, "repair", &json!({ "Qx2Handed": "Qx2Handed" }), &typed)
        .expect(204)
        .set_cookie(HANDOFF)
        .unwrap();
    take(&server, "repair", &handed).expect(200);
    take(&server, "repair", &handed).expect(404);
    super::set(&server, "preferences", &json!({ "district": "havenkwartier" }), "").expect(200);
    // Refused, too.
    fill(&server, "repair", &json!({ "Qx1Typed": "Qx1Typed 111222333" }), &typed).expect(422);
    fill(&server, "repair", &json!({ "a": "Qx1Typed".repeat(400) }), &typed).expect(413);
    hand(&server, "repair", &json!("Qx2Handed"), &handed).expect(422);
    // A decision with all of them on the device.
    let device = format!("{typed}; {handed}");
    let yes = crate::support::Decision::accept(&server).send_with(&server, &device).expect(201);
    assert!(yes.set_cookie(COOKIE).is_some());
    assert_eq!(server.stop(), Some(0));
    let files = crate::privacy::files(&server.data());
    assert!(files.len() > 3);
    for path in files {
        let content = fs::read(&path).unwrap();
        // The lists themselves are public and stand in the configuration; what a device sent of them stands nowhere.
        let is_configuration = path.components().any(|part| part.as_os_str() == "configurations");
        for mark in MARKS.iter().filter(|mark| !(is_configuration && **mark == "havenkwartier")) {
            assert!(!holds(&content, mark), "{mark} in {}", path.display());
            assert!(!path.to_string_lossy().contains(mark));
        }
        for sealed in [&typed, &handed] {
            assert!(!holds(&content, &sealed[30..70]), "a cookie in {}", path.display());
        }
    }
    for mark in MARKS {
        assert!(!holds(server.output().as_bytes(), mark), "{mark} was printed");
    }
}

fn holds(content: &[u8], mark: &str) -> bool {
    let content = content.to_ascii_lowercase();
    content.windows(mark.len()).any(|window| window == mark.to_ascii_lowercase().as_bytes())
}
