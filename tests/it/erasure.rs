//! Visitors erase the proofs of their choices, and officers' commands erase what they name: what stays is a statement,
//! a tree that verifies, and no byte.

use std::{fs, path::Path};

use serde_json::Value;

use crate::officer::server_with_officer;
use crate::support::{
    Decision, Request, Response, Server,
    decision::{CONSENTS, COOKIE},
    get, koektrommel,
};

fn delete(path: &str) -> Request {
    Request::new("DELETE", path)
}

/// A device that said yes and then changed it: its cookie, and its two records.
fn device(server: &Server) -> (String, [Value; 2]) {
    let first = Decision::accept(server).send(server).expect(201);
    let cookie = first.set_cookie(COOKIE).unwrap();
    let second = Decision::save(server, true, false).send_with(server, &cookie).expect(201);
    (second.set_cookie(COOKIE).unwrap(), [first.json(), second.json()])
}

fn is_gone(server: &Server, record: &Value) -> bool {
    server.get(record["receipt"].as_str().unwrap()).status == 404
}

/// Whether a text stands in any file under a folder, the sockets left out.
fn holds(folder: &Path, needle: &str) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            return holds(&path, needle);
        }
        let bytes = fs::read(&path).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle.as_bytes())
    })
}

fn verifies(data: &Path) -> String {
    let words = ["verify", "--data", data.to_str().unwrap()];
    koektrommel(words).well().stdout
}

#[test]
fn who_erases_her_records_has_withdrawn_and_leaves_no_byte() {
    let (mut server, token) = server_with_officer();
    let (cookie, records) = device(&server);
    let other = Decision::accept(&server).send(&server).expect(201).json();
    let subject = cookie.split("id=").nth(1).unwrap()[..36].to_owned();
    assert!(holds(&server.data(), &subject), "this search finds what is there");

    let erased = server.send(&delete(CONSENTS).cookie(&cookie)).expect(200);
    assert_eq!(erased.json(), serde_json::json!({"withdrawn": true, "erased": 3}));
    let after = erased.set_cookie(COOKIE).unwrap();
    assert!(after.contains("display.0") && !after.contains("id="), "{after}");
    for record in &records {
        assert!(is_gone(&server, record));
        assert!(!holds(&server.data(), record["record"].as_str().unwrap()));
    }
    assert!(!holds(&server.data(), &subject));
    assert!(!is_gone(&server, &other));
    // Nor in what leaves the house afterwards.
    let later = server.beside("later");
    fs::create_dir(&later).unwrap();
    let (backup, export) = (later.join("backup"), later.join("export"));
    let data = server.data();
    let data = ["--data", data.to_str().unwrap()];
    koektrommel(["backup", backup.to_str().unwrap()].into_iter().chain(data)).well();
    let words = ["export", "--format", "ndjson", "-o", export.to_str().unwrap()];
    koektrommel(words.into_iter().chain(data)).well();
    for (name, path) in [("pack", "evidence"), ("ndjson", "consents?format=ndjson"), ("csv", "consents")] {
        let request = get(&format!("/officer/api/v1/{path}")).header("Authorization", &token);
        fs::write(later.join(name), server.send(&request).expect(200).body).unwrap();
        assert!(holds(&later, other["record"].as_str().unwrap()), "{name}: this search finds what is there");
    }
    for record in &records {
        assert!(!holds(&later, record["record"].as_str().unwrap()));
        assert!(!holds(&later, record["reference"].as_str().unwrap()));
    }
    assert!(!holds(&later, &subject));
    // With the cookie from before: nothing is there, and to ask again is no error.
    let own = server.send(&get(CONSENTS).cookie(&cookie)).expect(200).json();
    assert_eq!(own["records"], serde_json::json!([]));
    let again = server.send(&delete(CONSENTS).cookie(&after)).expect(200).json();
    assert_eq!(again, serde_json::json!({"withdrawn": false, "erased": 0}));
    server.assert_well();

    assert_eq!(server.stop(), Some(0));
    let said = verifies(&server.data());
    assert!(said.contains("3 records were erased") && said.contains("1 decisions"), "{said}");
}

#[test]
fn a_refusal_goes_at_once_for_who_has_its_id_and_a_consent_does_not() {
    let server = Server::start();
    let refused = Decision::refuse(&server).send(&server).expect(201).json();
    let given = Decision::accept(&server).send(&server).expect(201).json();
    let path = |record: &Value| format!("{CONSENTS}/{}", record["record"].as_str().unwrap());
    let problem = server.send(&delete(&path(&given))).expect(409).json();
    assert!(problem["type"].as_str().unwrap().ends_with("still-stands"), "{problem}");
    assert!(!is_gone(&server, &given));
    assert_eq!(server.send(&delete(&path(&refused))).expect(200).json()["erased"], 1);
    assert!(is_gone(&server, &refused) && !holds(&server.data(), refused["record"].as_str().unwrap()));
    server.send(&delete(&path(&refused))).expect(404);
    server.send(&delete(&format!("{CONSENTS}/x"))).expect(404);
}

#[test]
fn another_website_cannot_erase() {
    let server = Server::start();
    let (cookie, records) = device(&server);
    for request in [delete(CONSENTS), Request::form("/privacy/settings/erase", &[])] {
        let request = request.cookie(&cookie).header("Origin", "https://elsewhere.example");
        server.send(&request).expect(403);
    }
    assert!(records.iter().all(|record| !is_gone(&server, record)));
}

fn page(server: &Server, path: &str, cookie: &str) -> Response {
    server.send(&get(path).cookie(cookie)).expect(200)
}

#[test]
fn the_page_says_what_happens_asks_and_does_it_without_a_script() {
    let server = Server::start();
    let (cookie, records) = device(&server);
    let settings = page(&server, "/privacy/settings?lang=nl", &cookie).text();
    let link = settings.split("href=\"").find(|rest| rest.starts_with("/privacy/settings/erase")).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let asks = page(&server, &link, &cookie).text();
    for words in ["Uw toestemming stopt meteen", "Ja, wis mijn bewijzen", "Nee, ga terug"] {
        assert!(asks.contains(words), "{asks}");
    }
    assert!(records.iter().all(|record| !is_gone(&server, record)), "asking is not erasing");
    let action = asks.split("action=\"").nth(1).unwrap().split('"').next().unwrap().replace("&amp;", "&");
    let done = server.send(&Request::form(&action, &[]).cookie(&cookie)).expect(303);
    assert!(records.iter().all(|record| is_gone(&server, record)));
    let after = done.set_cookie(COOKIE).unwrap();
    let said = page(&server, done.header("location").unwrap(), &after).text();
    assert!(said.contains("Uw bewijzen zijn gewist"), "{said}");
    // Sent once more, and asked for by who has nothing.
    for cookie in [after.as_str(), ""] {
        let nothing = server.send(&Request::form(&action, &[]).cookie(cookie)).expect(200).text();
        assert!(nothing.contains("Er is niets om te wissen") && !nothing.contains("<form"), "{nothing}");
    }
    let english = page(&server, "/privacy/settings/erase?lang=en", "").text();
    assert!(english.contains("There is nothing to erase."), "{english}");
    // An address that says so is not believed.
    let lied = page(&server, "/privacy/settings?lang=nl&erased=1", "").text();
    assert!(!lied.contains("zijn gewist"), "{lied}");
}
