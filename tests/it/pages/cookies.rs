//! `GET /privacy/cookies`: the table says all that is stored, and all that is stored is in the table.

use std::collections::BTreeSet;

use koektrommel::config;
use koektrommel_core::catalogue::{Kind, Storage};

use super::reading;
use crate::support::{
    Decision, Request, Server, get, program::koektrommel_with, server::Options, site::Site,
};

/// The names in the first column.
fn names_in_table(html: &str) -> BTreeSet<String> {
    let cells = html.split("<td class=\"code\"").skip(1);
    cells.map(|cell| reading(cell.split_once('>').unwrap().1.split("</td>").next().unwrap())).collect()
}

#[test]
fn the_table_lists_exactly_the_catalogue() {
    let server = Server::start();
    let site = config::load(None).unwrap().sites.remove(0);
    for language in &site.languages {
        let html = server.get(&format!("/privacy/cookies?lang={language}")).expect(200).text();
        let text = reading(&html);
        let mut names = BTreeSet::new();
        for purpose in site.catalogue.purposes() {
            assert!(text.contains(purpose.name.get(language).unwrap()), "{}", purpose.id);
            assert!(text.contains(purpose.text.get(language).unwrap()), "{}", purpose.id);
            if purpose.kind == Kind::Exempt {
                assert!(text.contains(purpose.reason.get(language).unwrap()), "{}", purpose.id);
            }
            for cookie in &purpose.cookies {
                names.insert(cookie.name.clone());
                assert!(text.contains(cookie.lifetime.get(language).unwrap()), "{}", cookie.name);
            }
        }
        assert_eq!(names_in_table(&html), names, "{language}");
    }
}

#[test]
fn every_cookie_that_is_set_is_in_the_table_and_the_reverse() {
    let server = Server::start();
    let table = names_in_table(&server.get("/privacy/cookies").text());
    let held = "__Host-koek_preferences=1; __Host-koek_display=1";
    let mut answers = vec![
        Decision::accept(&server).send(&server).expect(201),
        Decision::refuse(&server).send_with(&server, held).expect(201),
    ];
    let accepted = answers[0].set_cookie("__Host-koek").unwrap();
    for path in
        ["/", "/privacy", "/privacy/cookies", "/privacy/settings", "/privacy/koektrommel.js", "/officer"]
    {
        answers.push(server.send(&get(path).cookie(&accepted)));
    }
    for (method, path, body) in [
        ("PUT", "preferences/preferences", r#"{"site":"wsn","values":{"district":"noord"}}"#),
        ("PUT", "preferences/display", r#"{"site":"wsn","values":{"contrast":"high"}}"#),
        ("PUT", "forms/repair", r#"{"site":"wsn","fields":{"what":"kraan"}}"#),
        ("PUT", "handoffs/repair", r#"{"site":"wsn","data":{"step":2}}"#),
    ] {
        let request = Request::new(method, &format!("/privacy/api/v1/{path}"));
        answers.push(server.send(&request.header("Content-Type", "application/json").body(body)));
    }
    let add = ["officer", "add", "anna", "--role", "officer", "--password-stdin", "--data"];
    let data = server.data().into_os_string().into_string().unwrap();
    koektrommel_with(add.into_iter().chain([data.as_str()]), "een lang wachtwoord\n").well();
    let signed_in = [("name".into(), "anna".into()), ("password".into(), "een lang wachtwoord".into())];
    let signed_in = Request::form("/officer/sign-in", &signed_in).header("Sec-Fetch-Site", "same-origin");
    answers.push(server.send(&signed_in));
    let kept = answers.iter().flat_map(|answer| answer.headers("set-cookie"));
    let set: BTreeSet<String> = kept
        .filter(|header| !header.contains("Max-Age=0"))
        .map(|header| header.split('=').next().unwrap().to_owned())
        .collect();
    // What the page's local storage holds is the widget's to set, and told with the others.
    let site = config::load(None).unwrap().sites.remove(0);
    let stored = site.catalogue.purposes().iter().flat_map(|purpose| &purpose.cookies);
    let stored: BTreeSet<_> = stored
        .filter(|cookie| cookie.storage == Storage::LocalStorage)
        .map(|cookie| cookie.name.clone())
        .collect();
    assert_eq!(set, table.difference(&stored).cloned().collect());
    assert!(stored.is_subset(&table));
}

#[test]
fn nothing_is_set_before_a_choice() {
    let server = Server::start();
    for path in [
        "/",
        "/privacy",
        "/privacy/cookies",
        "/privacy/settings",
        "/privacy/koektrommel.js",
        "/privacy/api/v1/notice",
    ] {
        assert_eq!(server.get(path).expect(200).headers("set-cookie").count(), 0, "{path}");
    }
}

#[test]
fn reasons_are_said_in_words_that_everybody_uses() {
    let server = Server::start();
    for (language, says, not) in [
        ("nl", "Nodig voor wat u zelf vraagt", "erechtvaardigd belang"),
        ("en", "Needed for what you ask us to do", "egitimate interest"),
    ] {
        let text = reading(&server.get(&format!("/privacy/cookies?lang={language}")).expect(200).text());
        assert!(text.contains(says) && !text.contains(not), "{text}");
    }
}

#[test]
fn no_text_claims_more_than_is_known() {
    let site = config::load(None).unwrap().sites.remove(0);
    for texts in site.texts.values() {
        // The widget confirms before the server has answered, and may have to add that nothing is stored yet.
        for key in ["confirm.yes", "confirm.some", "confirm.no"] {
            let text = &texts[key];
            assert!(!text.contains("opgeslagen") && !text.contains("saved"), "{text}");
        }
        // This one is shown to who only wanted to look, too.
        assert!(texts["page.error.too_busy.text"].contains('?'));
    }
}

#[test]
fn a_no_ends_cookies_and_leaves_what_only_has_the_name_of_one() {
    let site = Site::example();
    let place = "# ------------------------------------------------------- texts, in Dutch";
    let stored = "[[purposes.cookies]]\nname = \"koek-other\"\nstorage = \"local-storage\"\nhttp_only = false\n\
                  set_by = \"WSN\"\nlifetime = { nl = \"dit bezoek\", en = \"this visit\" }\n\n";
    site.change("catalogue.toml", place, &format!("{stored}{place}"));
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let held = "__Host-koek_preferences=1; koek-other=1";
    let answer = Decision::refuse(&server).send_with(&server, held).expect(201);
    let ended: Vec<_> = answer.headers("set-cookie").filter(|header| header.contains("Max-Age=0")).collect();
    assert_eq!(ended, ["__Host-koek_preferences=; SameSite=Lax; Secure; Path=/; Max-Age=0"]);
}
