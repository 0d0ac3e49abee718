//! Names that pages report and no notice accounts for; and what ends with a no, under its own path, domain and partition.

use std::fs;

use serde_json::json;

use crate::support::{Decision, Request, Server, program::koektrommel_with, server::Options, site::Site};

const REPORT: &str = "/privacy/api/v1/undeclared";
const LIST: &str = "/officer/api/v1/undeclared";

fn report(body: &serde_json::Value) -> Request {
    Request::post(REPORT, "application/json", body.to_string())
}

fn token(server: &Server) -> String {
    let data = server.data();
    let officer = |words: &[&str]| {
        let words = [&["officer"], words, &["--data", data.to_str().unwrap()]].concat();
        koektrommel_with(words, "een lang wachtwoord\n").well().stdout
    };
    officer(&["add", "anna", "--role", "officer", "--password-stdin"]);
    format!("Bearer {}", officer(&["token", "anna"]).trim())
}

#[test]
fn names_are_counted_without_identifiers_shown_to_the_officer_and_forgotten() {
    let mut server = Server::start();
    let bearer = token(&server);
    for _ in 0..3 {
        server.send(&report(&json!({ "site": "wsn", "names": ["_ga_AB12CD34", "odd"] }))).expect(204);
    }
    let list = |server: &Server| {
        let answer = server.send(&Request::new("GET", LIST).header("Authorization", &bearer)).expect(200);
        assert!(!answer.text().contains("AB12"));
        answer.json()["sites"]["wsn"].clone()
    };
    let seen = list(&server);
    assert_eq!(
        (&seen[0]["name"], &seen[0]["reports"], &seen[0]["days"]),
        (&json!("_ga_#"), &json!(3), &json!(1))
    );
    assert_eq!(seen[0]["counts"], false, "one day may be one visitor");
    assert_eq!(server.get(LIST).status, 401);
    server.stop();
    let kept = fs::read_to_string(server.data().join("undeclared.json")).unwrap();
    assert!(kept.contains("_ga_#") && !kept.contains("AB12"), "{kept}");
    server.restart();
    assert_eq!(list(&server), seen, "kept over a stop");
    let forget = |query: &str| {
        server
            .send(&Request::new("DELETE", &format!("{LIST}?{query}")).header("Authorization", &bearer))
            .status
    };
    assert_eq!(forget("site=wsn&name=odd"), 204);
    assert_eq!(forget("site=wsn&name=odd"), 404);
    assert_eq!(forget("site=none&name=odd"), 422);
    assert_eq!(list(&server).as_array().unwrap().len(), 1);
}

#[test]
fn a_report_is_a_closed_list_of_names() {
    let server = Server::start();
    let many = vec!["a"; 21];
    for (body, status, field) in [
        (json!({ "site": "wsn" }), 400, None),
        (json!({ "site": "wsn", "names": ["a"], "values": ["1"] }), 400, None),
        (json!({ "site": "wsn", "names": [{ "a": "1" }] }), 400, None),
        (json!({ "site": "other", "names": ["a"] }), 422, Some("site")),
        (json!({ "site": "wsn", "names": [] }), 422, Some("names")),
        (json!({ "site": "wsn", "names": many }), 422, Some("names")),
        (json!({ "site": "wsn", "names": ["x".repeat(65)] }), 422, Some("names")),
        (json!({ "site": "wsn", "names": ["jan@wsn.example"] }), 422, Some("names")),
    ] {
        let answer = server.send(&report(&body)).expect(status).json();
        assert_eq!(answer["field"].as_str(), field, "{body}");
    }
    let elsewhere =
        report(&json!({ "site": "wsn", "names": ["a"] })).header("Origin", "https://other.example");
    server.send(&elsewhere).expect(403);
    assert!(!server.data().join("undeclared.json").exists(), "nothing stored");
    server.get(REPORT).expect(405);
}

#[test]
fn switched_off_there_is_no_such_address_and_no_code_is_asked_for() {
    let site = Site::example();
    let on = Server::start().get("/privacy/koektrommel.js").text();
    assert!(on.contains("watch:10"));
    site.change("koektrommel.toml", "watch_undeclared = true", "watch_undeclared = false");
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    server.send(&report(&json!({ "site": "wsn", "names": ["a"] }))).expect(404);
    assert!(!server.get("/privacy/koektrommel.js").text().contains("watch:"));
}

#[test]
fn the_script_is_told_of_other_tools_what_the_site_says() {
    let site = Site::example();
    site.change("koektrommel.toml", "# [sites.aliases]\n# stat", "[sites.aliases]\nstat");
    site.change("koektrommel.toml", "# [sites.consent_mode]\n# func", "[sites.consent_mode]\nfunc");
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let script = server.get("/privacy/koektrommel.js").text();
    assert!(script.contains("aliases:{statistics:\"preferences\"}"));
    assert!(script.contains("signals:{functionality_storage:[\"preferences\"]}"));
}

#[test]
fn a_no_ends_cookies_under_their_own_path_domain_and_partition() {
    let site = Site::example();
    let cookie = |rest: &str| {
        format!(
            "[[purposes.cookies]]\nstorage = \"cookie\"\nhttp_only = true\nset_by = \"WSN\"\n{rest}\n\
             [purposes.cookies.lifetime]\nnl = \"kort\"\nen = \"short\"\n\n"
        )
    };
    let more = [
        cookie("name = \"wide\"\ndomain = \"wsn.example\"\npartitioned = true"),
        cookie("name = \"far\"\npath = \"/map\""),
        cookie("name = \"_map_*\""),
    ];
    let at = "[[purposes.cookies]]\nname = \"__Host-koek_display\"";
    site.change("catalogue.toml", at, &format!("{}{at}", more.concat()));
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let answer = Decision::refuse(&server).send_with(&server, "wide=1; _map_7=2; other=3").expect(201);
    let ended = |name: &str| {
        let found = answer.headers("set-cookie").find(|header| header.starts_with(&format!("{name}=;")));
        found
            .map(|header| header.split("; ").skip(1).map(ToOwned::to_owned).collect::<Vec<_>>())
            .unwrap_or_default()
    };
    for part in ["Max-Age=0", "Path=/", "Domain=wsn.example", "Partitioned", "Secure"] {
        assert!(ended("wide").iter().any(|found| found == part), "{part}: {:?}", ended("wide"));
    }
    assert!(
        ended("far").contains(&"Path=/map".to_owned()),
        "its path is not this one, so it never comes along"
    );
    assert!(ended("_map_7").contains(&"Max-Age=0".to_owned()));
    assert!(ended("other").is_empty());
}
