//! What the console says of each site: what its visitors are asked, and how their choices come in.

use std::fs;

use koektrommel::clock::Clock;
use serde_json::json;

use super::{PASSWORD, add, form};
use crate::{
    pages::{reading, settings::Form},
    support::{Decision, Server, get, server::Options, site::Site},
};

/// The words of the part about visitors.
fn visitors(server: &Server, session: &str, language: &str) -> String {
    let page = server.send(&get(&format!("/officer?lang={language}")).cookie(session));
    let html = page.expect(200).text();
    let part = html.split("<h2 id=\"visitors\">").nth(1).unwrap().split("<h2").next().unwrap().to_owned();
    reading(&part)
}

/// The session of an officer.
fn sign_in(server: &Server) -> String {
    let inside =
        server.send(&form("/officer/sign-in", &[("name", "anna"), ("password", PASSWORD)])).expect(303);
    inside.set_cookie("__Host-koek_officer").unwrap()
}

fn officer(server: &Server) -> String {
    add(server, "anna", "officer");
    sign_in(server)
}

/// The example with nothing to choose.
fn without_choices() -> Site {
    let site = Site::example();
    let catalogue = site.config().with_file_name("catalogue.toml");
    let text = fs::read_to_string(&catalogue).unwrap();
    let purposes = "[[purposes]]\nid = \"preferences\"";
    let (begin, end) = (text.find(purposes).unwrap(), text.find("[texts.nl]").unwrap());
    fs::write(&catalogue, [&text[..begin], &text[end..]].concat()).unwrap();
    site
}

/// The id of a click, by a clock that was so many seconds slow.
fn id(slow: u64) -> String {
    let now = u64::try_from(Clock::system().now().unix()).unwrap();
    let random: [u8; 10] = koektrommel::keys::random().unwrap();
    let made = (now - slow) * 1000;
    uuid::Builder::from_unix_timestamp_millis(made, &random).into_uuid().to_string()
}

#[test]
fn a_site_with_a_banner_says_what_it_asks() {
    let server = Server::start();
    let session = officer(&server);
    let said = visitors(&server, &session, "nl");
    assert!(said.contains("Een banner vraagt ja of nee voor: Uw voorkeuren, Uw weergave."), "{said}");
    assert!(!said.contains("Geen banner") && !said.contains("Let op"), "{said}");
    let said = visitors(&server, &session, "en");
    assert!(said.contains("A banner asks yes or no for: Your preferences, Your display settings."), "{said}");
}

#[test]
fn a_site_without_one_says_so_and_what_may_be_wrong_with_that() {
    let site = without_choices();
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let session = officer(&server);
    let said = visitors(&server, &session, "nl");
    assert!(said.contains("Geen banner, want er valt niets te kiezen."), "{said}");
    assert!(!said.contains("Let op"), "{said}");
    drop(server);

    site.change("koektrommel.toml", "watch_undeclared = true", "watch_undeclared = false");
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let session = officer(&server);
    let said = visitors(&server, &session, "en");
    assert!(said.contains("No banner, because there is nothing to choose."), "{said}");
    assert!(said.contains("Note: nobody looks whether it stays that way."), "{said}");
}

#[test]
fn names_that_stay_are_told_where_nobody_is_asked() {
    let site = without_choices();
    let mut server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    add(&server, "anna", "officer");
    server.stop();
    let seen = json!({ "first": "2026-11-20", "last": "2026-11-22", "days": 2, "reports": 5 });
    let list = json!({ "v": 1, "sites": { "wsn": { "_ga": seen } } });
    fs::write(server.data().join("undeclared.json"), list.to_string()).unwrap();
    server.restart();
    let session = sign_in(&server);
    let said = visitors(&server, &session, "nl");
    assert!(
        said.contains("Let op: de website bewaart ook namen die niet in het cookieoverzicht staan."),
        "{said}"
    );
}

#[test]
fn choices_that_came_late_or_on_a_text_of_before_are_counted_once() {
    let mut server = Server::start();
    let session = officer(&server);
    let late = id(3600);
    for id in [&id(5), &id(30), &late, &late] {
        Decision::accept(&server).with("id", id.as_str()).send(&server).expect(201);
    }
    let unknown = format!("sha256:{}", "0".repeat(64));
    Decision::accept(&server).with("notice", unknown).send(&server).expect(409);
    let row = "wsn Een banner vraagt ja of nee voor: Uw voorkeuren, Uw weergave. 3 1 1";
    let said = visitors(&server, &session, "nl");
    assert!(said.contains(row), "{said}");
    server.kill();
    // The time of the press is in no line that was told; `privacy.rs` looks through the folder.
    assert!(!server.output().contains(&late[..13]));
}

#[test]
fn choices_in_the_form_are_counted_too() {
    let server = Server::start();
    let session = officer(&server);
    let open = || Form::of(&server.get("/privacy/settings?lang=nl").expect(200));
    let sent = open();
    for _ in 0..2 {
        // A form that is sent again is the same choice.
        server.send(&sent.request("accept", &[])).expect(303);
    }
    let unknown = format!("sha256:{}", "0".repeat(64));
    server.send(&open().with("notice", &unknown).request("accept", &[])).expect(409);
    let said = visitors(&server, &session, "nl");
    assert!(said.contains("Uw voorkeuren, Uw weergave. 1 0 1"), "{said}");
}
