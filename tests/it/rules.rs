//! When a choice stands: over wording that is corrected, purposes that come to be something else, new purposes, and
//! short validity; and that a no is taken whatever has changed.

use serde_json::{Value, json};

use crate::support::{
    Decision, Log, Server,
    decision::{COOKIE, notice},
    get,
    server::Options,
    site::Site,
};

const CHOICE: &str = "/privacy/api/v1/choice";

/// The lifetime of the preferences, which is a part of what a yes to them is a yes to.
const LIFETIME: (&str, &str) = (
    "name = \"__Host-koek_preferences\"\nstorage = \"cookie\"\nhttp_only = false\nset_by = \"WSN\"",
    "name = \"__Host-koek_preferences\"\nstorage = \"cookie\"\nhttp_only = false\nset_by = \"Another\"",
);

/// A third choice, in front of the texts.
const NEW_PURPOSE: &str = "[[purposes]]\nid = \"messages\"\nkind = \"choice\"\nbasis = \"consent\"\n\
    dpv = \"ServicePersonalisation\"\nname = { nl = \"Berichten\", en = \"Messages\" }\n\
    text = { nl = \"Berichten.\", en = \"Messages.\" }\n\n[texts.nl]";

fn server(site: &Site) -> Server {
    Server::start_with(Options { config: Some(site.config()), ..Options::default() })
}

/// What the server says of this cookie.
fn choice(server: &Server, cookie: &str) -> Value {
    let answer = server.send(&get(CHOICE).cookie(cookie)).expect(200);
    answer.json()
}

#[test]
fn a_choice_is_told_to_who_has_it() {
    let server = Server::start();
    assert_eq!(server.get(CHOICE).expect(200).json(), json!({}));
    assert_eq!(choice(&server, &format!("{COOKIE}=forged")), json!({}));
    let answer = Decision::save(&server, true, false).send(&server).expect(201);
    let day = answer.json()["time"].as_str().unwrap()[..10].to_owned();
    let until = answer.json()["valid_until"].as_str().unwrap()[..10].to_owned();
    let told = choice(&server, &answer.set_cookie(COOKIE).unwrap());
    let choices = json!({ "display": false, "preferences": true });
    assert_eq!(told, json!({ "choices": choices, "decided": day, "valid_until": until }));
}

#[test]
fn a_yes_to_one_thing_in_the_page_is_no_answer_to_the_others() {
    let mut server = Server::start();
    let yes =
        |answers: Value| Decision::save(&server, true, true).with("layer", "page").with("choices", answers);
    let answer = yes(json!({ "preferences": true })).send(&server).expect(201);
    assert_eq!(answer.json()["choices"], json!({ "preferences": true }));
    let cookie = answer.set_cookie(COOKIE).unwrap();
    assert!(cookie.contains("&p=preferences.1.") && !cookie.contains("display"), "{cookie}");
    assert_eq!(choice(&server, &cookie)["choices"], json!({ "preferences": true }));
    let page = server.send(&get("/privacy/settings?lang=en").cookie(&cookie)).expect(200).text();
    assert_eq!(page.split("</form>").next().unwrap().matches(" checked").count(), 1, "{page}");
    assert!(page.contains("Yes to: ") && !page.contains("No to: "), "{page}");
    for (wrong, layer) in [
        (json!({ "preferences": true }), "banner"),
        (json!({ "preferences": true }), "settings"),
        (json!({ "preferences": false }), "page"),
        (json!({ "preferences": true, "other": false }), "page"),
    ] {
        yes(wrong).with("layer", layer).send(&server).expect(422);
    }
    assert_eq!(server.size(), 1);
    server.stop();
    assert_eq!(Log::open(&server.data()).consent(0).choices.len(), 1);
}

#[test]
fn the_script_and_the_notice_carry_the_mark_that_a_yes_takes_with_it() {
    let server = Server::start();
    let marks = |language: &str| {
        let notice = server.get(&format!("/privacy/api/v1/notice?lang={language}")).expect(200).json();
        let purposes = notice["purposes"].as_array().unwrap().clone();
        purposes.into_iter().map(|one| (one["id"].clone(), one["mark"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(marks("nl"), marks("en"), "a visitor who changes the language is not asked again");
    let cookie = Decision::save(&server, true, false).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    let script = server.get("/privacy/koektrommel.js").expect(200).text();
    for (id, mark) in marks("nl") {
        match (id.as_str().unwrap(), mark.as_str()) {
            ("preferences", Some(mark)) => {
                assert!(cookie.contains(&format!("preferences.1.{mark}&")), "{cookie}");
                assert!(script.contains(&format!("mark:\"{mark}\"")));
            }
            ("display", Some(_)) => assert!(cookie.contains("display.0~"), "{cookie}"),
            (exempt, mark) => assert_eq!(mark, None, "{exempt}"),
        }
    }
}

#[test]
fn a_correction_asks_nobody_and_a_change_asks_for_what_has_changed() {
    let site = Site::example();
    let mut server = server(&site);
    let before = notice(&server, "nl");
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    let no = Decision::refuse(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    let both = |answer: bool| json!({ "display": answer, "preferences": answer });

    site.change("catalogue.toml", "Deze cookie onthoudt", "Dit cookie onthoudt");
    server.restart();
    assert_ne!(notice(&server, "nl"), before);
    assert_eq!(choice(&server, &yes)["choices"], both(true));
    Decision::on(&before, "accept", true, true).send(&server).expect(201);

    site.change("catalogue.toml", LIFETIME.0, LIFETIME.1);
    server.restart();
    let told = choice(&server, &yes);
    assert_eq!(told["choices"], json!({ "display": true }), "{told}");
    assert_eq!(told["ended"], json!({ "preferences": "changed" }));
    assert_eq!(choice(&server, &no)["choices"], both(false), "a no stands");
    let page = server.send(&get("/privacy/settings?lang=en").cookie(&yes)).expect(200).text();
    let form = page.split("<form class=\"choice\"").nth(1).unwrap().split("</form>").next().unwrap();
    assert_eq!(form.matches(" checked").count(), 1, "the question that is open again has no answer: {page}");

    // A yes to what it was does not count any more, a yes to the other does, and a no always.
    Decision::on(&before, "accept", true, true).send(&server).expect(409);
    Decision::on(&before, "save", false, true).send(&server).expect(201);
    let withdrawn = Decision::on(&before, "withdraw", false, false).send_with(&server, &yes).expect(201);
    assert_eq!(withdrawn.json()["event"], "withdrawn");
}

#[test]
fn taking_back_one_of_two_is_never_dropped_because_the_other_has_changed() {
    let site = Site::example();
    let mut server = server(&site);
    let before = notice(&server, "nl");
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    site.change("catalogue.toml", LIFETIME.0, LIFETIME.1);
    server.restart();

    // On a page from before: what is left as it was there is no yes to what it is now.
    let mixed = || Decision::on(&before, "save", true, false);
    mixed().send(&server).expect(409);
    let answer = mixed().send_with(&server, &yes).expect(201);
    assert_eq!(answer.json()["choices"], json!({ "display": false, "preferences": true }), "as it was said");
    let after = answer.set_cookie(COOKIE).unwrap();
    let told = choice(&server, &after);
    assert_eq!(told["choices"], json!({ "display": false }), "{told}");
    assert_eq!(told["ended"], json!({ "preferences": "changed" }));
    // Nothing that stands is taken back by saying it again.
    mixed().send_with(&server, &after).expect(409);
    Decision::on(&before, "accept", true, true).send_with(&server, &after).expect(409);

    // Where it holds for another time now, the yes does not hold for the old one.
    let site = Site::example();
    let mut server = self::server(&site);
    let before = notice(&server, "nl");
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    site.change("koektrommel.toml", "validity_months = 6", "validity_months = 3");
    server.restart();
    let mixed = Decision::on(&before, "save", true, false).send_with(&server, &yes).expect(201);
    let told = choice(&server, &mixed.set_cookie(COOKIE).unwrap());
    assert_eq!(told["choices"], json!({ "display": false }), "{told}");
}

#[test]
fn a_new_revision_is_a_change_though_only_words_differ() {
    let site = Site::example();
    let mut server = server(&site);
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    site.change("catalogue.toml", "id = \"display\"", "id = \"display\"\nrevision = 2");
    server.restart();
    assert_eq!(choice(&server, &yes)["ended"], json!({ "display": "changed" }));
}

#[test]
fn a_new_purpose_leaves_the_others_as_they_are() {
    let site = Site::example();
    let mut server = server(&site);
    let before = notice(&server, "nl");
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    site.change("catalogue.toml", "[texts.nl]", NEW_PURPOSE);
    server.restart();
    let told = choice(&server, &yes);
    assert_eq!(told["choices"], json!({ "display": true, "preferences": true }));
    assert_eq!(told.get("ended"), None);
    // The page was open before: its yes is to things that have not changed.
    let answer = Decision::on(&before, "accept", true, true).send(&server).expect(201);
    assert_eq!(choice(&server, &answer.set_cookie(COOKIE).unwrap())["choices"].get("messages"), None);
}

#[test]
fn a_no_is_remembered_for_half_a_year_where_a_yes_holds_for_a_month() {
    let site = Site::example();
    site.change("koektrommel.toml", "validity_months = 6", "validity_months = 1");
    let server = server(&site);
    for (preferences, display) in [(false, false), (true, false)] {
        let control = if preferences { "save" } else { "refuse" };
        let decision = Decision::on(&notice(&server, "nl"), control, preferences, display);
        let answer = decision.send(&server).expect(201);
        let cookie = answer.header("set-cookie").unwrap();
        let value = |name: &str, end: char| {
            let rest = cookie.split_once(name).unwrap().1;
            rest.split(end).next().unwrap().to_owned()
        };
        let month = |day: &str| day[..4].parse::<u32>().unwrap() * 12 + day[5..7].parse::<u32>().unwrap();
        let made = month(&value("d=", '&'));
        assert_eq!(month(&value("&e=", '&')), made + 1, "{cookie}");
        let silent = value("&s=", ';');
        assert_eq!(month(silent.split('&').next().unwrap()), made + 6, "{cookie}");
        let seconds: u32 = value("Max-Age=", ';').parse().unwrap();
        assert!((181..=184).contains(&(seconds / 86_400)), "{cookie}");
    }
    let yes = Decision::accept(&server).send(&server).expect(201);
    assert!(!yes.header("set-cookie").unwrap().contains("&s="), "nothing was refused");
}

#[test]
fn the_signal_stands_in_the_record_where_exactly_1_was_sent() {
    let mut server = Server::start();
    let gpc = |values: &[&str]| {
        let request = Decision::refuse(&server).request();
        let request = values.iter().fold(request, |request, value| request.header("Sec-GPC", value));
        server.send(&request).expect(201);
    };
    let cases: [(&[&str], bool); 8] = [
        (&[], false),
        (&["1"], true),
        (&["0"], false),
        (&["true"], false),
        (&["1, 1"], false),
        (&["01"], false),
        (&["0", "1"], true),
        (&["1", "1"], true),
    ];
    cases.iter().for_each(|(values, _)| gpc(values));
    server.get("/privacy").expect(200);
    server.stop();
    let log = Log::open(&server.data());
    assert_eq!(log.items.len(), cases.len(), "a decision is a record, a request with the signal is none");
    for (index, (values, expected)) in cases.iter().enumerate() {
        assert_eq!(log.consent(index).gpc, *expected, "{values:?}");
    }
}
