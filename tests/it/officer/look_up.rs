//! One choice by the reference that a visitor gives: by whom, what is shown, and that it is recorded.

use koektrommel_core::record::{Action, Record};

use super::{PASSWORD, add, form, server_with_officer};
use crate::support::{Decision, Log, Request, Response, Server, decision::COOKIE};

const PATH: &str = "/officer/look-up?lang=en";

fn signed_in(server: &Server, name: &str) -> String {
    let fields = [("name", name), ("password", PASSWORD)];
    let inside = server.send(&form("/officer/sign-in?lang=en", &fields)).expect(303);
    inside.set_cookie("__Host-koek_officer").unwrap()
}

fn ask(server: &Server, cookie: &str, reference: &str) -> Response {
    server.send(&form(PATH, &[("reference", reference)]).cookie(cookie))
}

fn text(answer: &Response, member: &str) -> String {
    answer.json()[member].as_str().unwrap().to_owned()
}

#[test]
fn a_reference_leads_to_the_choice_and_those_before_it_and_that_is_recorded() {
    let (mut server, _) = server_with_officer();
    let first = Decision::accept(&server).send(&server).expect(201);
    let stranger = Decision::accept(&server).send(&server).expect(201);
    let second = Decision::save(&server, false, true)
        .send_with(&server, &first.set_cookie(COOKIE).unwrap())
        .expect(201);
    let refused = Decision::refuse(&server).send(&server).expect(201);
    let cookie = signed_in(&server, "anna");
    let reference = text(&second, "reference");
    // As it is read out over the telephone.
    let asked = reference.to_lowercase().replace('-', " ");
    let page = ask(&server, &cookie, &asked).expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    let html = page.text();
    let at = |answer: &Response| html.find(&text(answer, "record"));
    assert!(at(&second).unwrap() < at(&first).unwrap(), "newest first");
    assert_eq!((at(&stranger), at(&refused)), (None, None));
    let html = ask(&server, &cookie, &text(&refused, "reference")).expect(200).text();
    assert!(html.contains(&text(&refused, "record")) && html.contains("A refusal belongs to no device."));

    // Nothing there, and a letter misheard.
    let size = server.size();
    for wrong in ["", "K7Q", "<script>", "K7Q-M4T-92-1"] {
        let answer = ask(&server, &cookie, wrong).expect(422);
        assert!(!answer.text().contains("<script>"));
    }
    assert_eq!(server.size(), size, "what names nothing looks nothing up");
    let last = if reference.ends_with('0') { "1" } else { "0" };
    ask(&server, &cookie, &format!("{}{last}", &reference[..reference.len() - 1])).expect(404);

    server.kill();
    let log = Log::open(&server.data());
    let looked: Vec<_> = (0..log.items.len())
        .filter_map(|index| match log.record(index) {
            Record::Access(access) => Some(access),
            _ => None,
        })
        .collect();
    assert_eq!(looked.len(), 3);
    assert!(
        looked.iter().all(|access| access.action == Action::LookedUp && access.officer.as_str() == "anna")
    );
    assert_eq!(looked[0].filter["reference"], reference);
}

#[test]
fn only_the_officer_looks_up_and_only_from_our_own_page() {
    let (server, _) = server_with_officer();
    let reference = text(&Decision::accept(&server).send(&server).expect(201), "reference");
    let size = server.size();
    let led = ask(&server, "", &reference).expect(303);
    assert!(led.header("location").unwrap().starts_with("/officer/sign-in?"));
    for role in ["webteam", "board", "admin"] {
        add(&server, role, role);
        let cookie = signed_in(&server, role);
        let answer = ask(&server, &cookie, &reference).expect(403);
        assert!(!answer.text().contains(&reference), "{role}");
    }
    let cookie = signed_in(&server, "anna");
    let fields = [("reference".to_owned(), reference.clone())];
    for site in ["cross-site", "same-site"] {
        let elsewhere = Request::form(PATH, &fields).cookie(&cookie).header("Sec-Fetch-Site", site);
        server.send(&elsewhere).expect(403);
    }
    server.send(&crate::support::get(PATH).cookie(&cookie)).expect(405);
    assert_eq!(server.size(), size);
    ask(&server, &cookie, &reference).expect(200);
    assert_eq!(server.size(), size + 1);
}
