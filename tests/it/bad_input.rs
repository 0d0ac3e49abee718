//! Wrong in every way: answered with a problem document that names the field and repeats nothing of what was
//! sent; nothing is stored; the server lives on.

mod body;
mod field;
mod query;
mod slow;
mod transport;

use crate::support::{Decision, Response, Server};

/// Stands in whatever is wrong; must not come back.
const MARKER: &str = "Zq7marker";

/// Fails unless the answer is a problem document of this status, about this field, without the marker.
#[track_caller]
fn assert_problem(answer: &Response, status: u16, field: Option<&str>, what: &str) {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert_eq!(answer.status, status, "{what}: {text}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}: {text}");
    let problem = answer.json();
    let kind = problem["type"].as_str().unwrap_or_default();
    assert!(kind.starts_with("urn:koektrommel:problem:"), "{what}: {text}");
    assert_eq!(problem["status"], status, "{what}: {text}");
    for member in ["title", "detail", "instance"] {
        assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{what}: {member}: {text}");
    }
    assert_eq!(problem["field"].as_str(), field, "{what}: {text}");
    assert_silent(answer, what);
}

/// Fails if anything of the marker came back, in the body or in a header.
#[track_caller]
fn assert_silent(answer: &Response, what: &str) {
    let everything = String::from_utf8_lossy(&answer.everything()).to_ascii_lowercase();
    assert!(!everything.contains(&MARKER.to_ascii_lowercase()), "{what}: {everything}");
    assert_eq!(answer.headers("set-cookie").count(), 0, "{what}");
}

/// Fails unless the log is still empty, the server well, and a right decision recorded.
#[track_caller]
fn assert_untouched(server: &Server) {
    assert_eq!(server.size(), 0);
    server.assert_well();
    Decision::accept(server).send(server).expect(201);
    assert!(!server.output().contains(MARKER), "{}", server.output());
}
