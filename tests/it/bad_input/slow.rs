//! A body that comes a byte at a time is not waited for without end, at any address: the answer is 408, which is to be
//! sent again, and the connection ends.

use std::thread;

use super::assert_problem;
use crate::{
    officer::signed_in,
    support::{Request, decision::CONSENTS, http::exchange_slowly},
};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const ADDRESSES: [(&str, &str, &str); 13] = [
    ("POST", CONSENTS, JSON),
    ("PUT", "/privacy/api/v1/preferences/preferences", JSON),
    ("PUT", "/privacy/api/v1/forms/report", JSON),
    ("PUT", "/privacy/api/v1/handoffs/report", JSON),
    ("POST", "/privacy/api/v1/handoffs/report/take", JSON),
    ("POST", "/privacy/api/v1/undeclared", JSON),
    ("POST", "/privacy/settings", FORM),
    ("POST", "/privacy/settings/erase", FORM),
    ("POST", "/privacy/settings/display", FORM),
    ("POST", "/officer/sign-in", FORM),
    ("POST", "/officer/welcome", FORM),
    ("POST", "/officer/look-up", FORM),
    ("POST", "/officer/undeclared/forget", FORM),
];

#[test]
fn a_body_that_does_not_come_is_not_waited_for() {
    let (server, cookie) = signed_in();
    let address = server.address;
    let slow = |(method, path, media_type): (&str, &str, &str), cookie: &str| {
        let request = Request::new(method, path)
            .header("Content-Type", media_type)
            .header("Sec-Fetch-Site", "same-origin")
            .header("Content-Length", "3000")
            .cookie(cookie);
        let bytes = request.bytes("keep-alive");
        thread::spawn(move || exchange_slowly(address, &bytes))
    };
    let told: Vec<_> = ADDRESSES.into_iter().map(|one| (one.1, slow(one, &cookie))).collect();
    // These take no body, and answer before it has come. The session must outlive them, so signing out ends no session.
    let untold = [("POST", "/officer/sign-out", FORM), ("DELETE", CONSENTS, JSON), ("GET", "/privacy", FORM)];
    let untold: Vec<_> = untold.into_iter().map(|one| (one.1, slow(one, ""))).collect();
    for (path, answer) in told {
        let (answer, has_ended) = answer.join().unwrap();
        let answer = answer.unwrap_or_else(|| panic!("{path}: no answer"));
        assert_eq!(answer.status, 408, "{path}: {}", answer.text());
        assert!(has_ended, "{path}: the connection stays open");
        if path.contains("/api/") {
            assert_problem(&answer, 408, None, path);
            assert_eq!(answer.json()["type"], "urn:koektrommel:problem:too-slow", "{path}");
        } else {
            assert!(answer.text().contains("<h1>"), "{path}");
        }
    }
    for (path, answer) in untold {
        let (answer, has_ended) = answer.join().unwrap();
        assert!(answer.is_some_and(|answer| answer.status < 500), "{path}");
        assert!(has_ended, "{path}: the connection stays open");
    }
    assert_eq!(server.size(), 0);
    server.assert_well();
}
