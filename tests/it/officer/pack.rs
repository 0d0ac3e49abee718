//! The inspection pack over HTTP: one file, the same for the same question, that the program finds whole.

use std::fs;

use super::{server_with_officer, verify};
use crate::support::{Decision, get};

const EVIDENCE: &str = "/officer/api/v1/evidence";

#[test]
fn a_pack_holds_everything_and_the_program_verifies_it() {
    let (server, token) = server_with_officer();
    Decision::accept(&server).send(&server).expect(201);
    Decision::refuse(&server).send(&server).expect(201);
    let ask = |query: &str| server.send(&get(&format!("{EVIDENCE}{query}")).header("Authorization", &token));
    let answer = ask("?site=wsn").expect(200);
    assert_eq!(answer.header("content-type"), Some("application/zip"));
    assert!(answer.header("content-disposition").unwrap().contains("bewijspakket_"));
    let pack = answer.body;
    let text = String::from_utf8_lossy(&pack);
    for name in [
        "LEESMIJ.txt",
        "README.txt",
        "verify.html",
        "key.txt",
        "checkpoint.txt",
        "records.ndjson",
        "toestemmingen.csv",
        "notices/",
        "statements/",
        "configurations/in-force",
        "MANIFEST",
    ] {
        assert!(text.contains(name), "{name}");
    }
    let (path, key) = (server.beside("pack.zip"), server.beside("log.vkey"));
    fs::write(&path, &pack).unwrap();
    fs::write(&key, server.get("/privacy/log/key").expect(200).body).unwrap();
    let (path, key) = (path.to_str().unwrap(), key.to_str().unwrap());
    let report = verify(&[path, "--key", key]).well().stdout;
    assert!(report.starts_with("Right.") && report.contains("The pack is whole"), "{report}");

    // The same size of the log, the same bytes.
    let size = text.split("koektrommel.example/wsn\n").nth(1).unwrap().lines().next().unwrap().to_owned();
    assert!(ask(&format!("?site=wsn&at={size}")).expect(200).body == pack, "at={size}");

    let mut wrong = pack.clone();
    let at = text.find("\"control\":\"accept\"").unwrap_or(pack.len() / 2);
    wrong[at + 12] ^= 1;
    fs::write(path, &wrong).unwrap();
    let report = verify(&[path, "--key", key]);
    assert!(
        report.code == Some(1) && report.stdout.starts_with("WRONG. records.ndjson"),
        "{}",
        report.stdout
    );
}

#[test]
fn a_wrong_question_is_refused_and_nothing_is_recorded() {
    let (server, token) = server_with_officer();
    let size = server.size();
    let ask = |query: &str| server.send(&get(&format!("{EVIDENCE}{query}")).header("Authorization", &token));
    for (query, field) in [
        ("?from=gisteren", "from"),
        ("?from=2026-11-30&to=2026-11-01", "to"),
        ("?site=none", "site"),
        ("?at=-1", "at"),
        ("?at=x", "at"),
        // A size that the log does not have yet: what came would be another file than the one asked for.
        ("?at=1000000", "at"),
        ("?at=18446744073709551616", "at"),
        ("?format=csv", "format"),
    ] {
        let answer = ask(query).expect(422);
        assert_eq!(answer.json()["field"], field, "{query}");
    }
    ask("?what=1").expect(400);
    assert_eq!(server.get(EVIDENCE).status, 401);
    assert_eq!(server.size(), size);
}
