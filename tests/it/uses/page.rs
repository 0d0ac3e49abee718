//! The settings page: what can be set works there without a script, with and without a yes.

use super::{DISPLAY, header};
use crate::support::{Decision, Request, Response, Server, decision::COOKIE, get};

const PAGE: &str = "/privacy/settings";

/// Sends the form of a purpose from a device with these cookies.
fn send(server: &Server, purpose: &str, fields: &[(&str, &str)], cookies: &str) -> Response {
    let fields: Vec<_> =
        [("site", "wsn")].iter().chain(fields).map(|(n, v)| ((*n).into(), (*v).into())).collect();
    server.send(&Request::form(&format!("{PAGE}/{purpose}?lang=en"), &fields).cookie(cookies))
}

/// The page in English as this device sees it.
fn page(server: &Server, query: &str, cookies: &str) -> String {
    server.send(&get(&format!("{PAGE}?lang=en{query}")).cookie(cookies)).expect(200).text()
}

fn start_of(page: &str) -> &str {
    page.split_once("<head>").unwrap().0
}

const LARGE: [(&str, &str); 4] =
    [("text-size", "200"), ("contrast", "high"), ("motion", "full"), ("control", "set")];

#[test]
fn what_is_set_for_this_visit_works_at_once_and_says_how_long() {
    let server = Server::start();
    let before = page(&server, "", "");
    assert_eq!(start_of(&before), "<!DOCTYPE html><html lang=\"en\">");
    for shown in [
        "<legend>Size of the letters</legend>",
        "<input type=\"radio\" name=\"text-size\" value=\"100\" checked>",
        "<input type=\"radio\" name=\"district\" value=\"all\" checked>",
        "We remember this during this visit only, for 12 hours at most.",
        "Do you want this on your next visit too? Then say yes to: Your display settings.",
    ] {
        assert!(before.contains(shown), "{shown}");
    }

    let sent = send(&server, "display", &LARGE, "").expect(303);
    assert_eq!(sent.header("location"), Some("/privacy/settings?lang=en&set=display#display"));
    let cookie = sent.set_cookie(DISPLAY).unwrap();
    let after = page(&server, "&set=display", &cookie);
    assert_eq!(
        start_of(&after),
        "<!DOCTYPE html><html lang=\"en\" data-koek-contrast=\"high\" data-koek-text-size=\"200\">"
    );
    assert!(after.contains("<input type=\"radio\" name=\"text-size\" value=\"200\" checked>"));
    assert_eq!(after.matches("Your setting now works.").count(), 1);
    assert!(after.contains("for 12 hours at most."));
    // Preferences are not a matter of how the page looks.
    let noord =
        send(&server, "preferences", &[("district", "noord"), ("control", "set")], &cookie).expect(303);
    let both = format!("{cookie}; {}", noord.set_cookie("__Host-koek_preferences").unwrap());
    assert!(!start_of(&page(&server, "", &both)).contains("district"));
    assert!(
        page(&server, "", &both).contains("<input type=\"radio\" name=\"district\" value=\"noord\" checked>")
    );

    let back = send(&server, "display", &[("control", "reset"), ("text-size", "200")], &cookie).expect(303);
    assert_eq!(back.header("location"), Some("/privacy/settings?lang=en&reset=display#display"));
    assert!(header(&back, DISPLAY).unwrap().ends_with("Max-Age=0"));
    assert!(page(&server, "&reset=display", "").contains("Everything is back to normal."));
    // A device that keeps no cookie is told so, and nobody has set anything by opening an address.
    assert!(page(&server, "&set=display", "").contains("Your browser does not keep your setting."));
    assert!(!page(&server, "&reset=display", &cookie).contains("back to normal."));
    assert_eq!(server.size(), 0, "no decision, no record");
}

#[test]
fn with_a_yes_it_says_until_when_and_a_yes_keeps_what_was_set_before() {
    let server = Server::start();
    let visit = send(&server, "display", &LARGE, "").expect(303).set_cookie(DISPLAY).unwrap();
    // The choice on the same page, also without a script.
    let form = page(&server, "", &visit);
    let field = |name: &str| {
        let rest = form.split_once(&format!("name=\"{name}\" value=\"")).unwrap().1;
        (name.to_owned(), rest.split('"').next().unwrap().to_owned())
    };
    let fields = [field("site"), field("notice"), field("id"), ("control".into(), "accept".into())];
    let yes = server.send(&Request::form(&format!("{PAGE}?lang=en"), &fields).cookie(&visit)).expect(303);
    assert!(header(&yes, DISPLAY).unwrap().contains("k=choice"));
    let device = format!("{}; {}", yes.set_cookie(COOKIE).unwrap(), yes.set_cookie(DISPLAY).unwrap());
    let shown = page(&server, "", &device);
    let until = shown.split_once("Your choice is valid until ").unwrap().1.split('.').next().unwrap();
    assert_eq!(shown.matches(&format!("We remember this until {until}.")).count(), 2);
    assert!(!shown.contains("12 hours"));
    let again = send(&server, "display", &LARGE, &device).expect(303);
    assert!(header(&again, DISPLAY).unwrap().contains("k=choice"));

    let no = Decision::withdraw(&server).send_with(&server, &device).expect(201);
    let ended = format!("{}; {}", no.set_cookie(COOKIE).unwrap(), device.split_once("; ").unwrap().1);
    let answer = server.send(&get(PAGE).cookie(&ended)).expect(200);
    assert!(
        header(&answer, DISPLAY).unwrap().ends_with("Max-Age=0"),
        "a copy that outlived its yes is ended on sight"
    );
    assert_eq!(start_of(&answer.text()), "<!DOCTYPE html><html lang=\"nl\">");
}

#[test]
fn a_form_that_is_not_the_pages_own_is_refused() {
    let server = Server::start();
    for (purpose, fields, status) in [
        ("display", &[("text-size", "zq7"), ("control", "set")][..], 422),
        ("display", &[("zq7", "200"), ("control", "set")], 422),
        ("display", &[("district", "noord"), ("control", "set")], 422),
        ("display", &[("text-size", "200"), ("text-size", "150"), ("control", "set")], 422),
        ("display", &[("text-size", "200")], 400),
        ("display", &[("control", "zq7")], 400),
        ("choice", &[("control", "set")], 404),
        ("zq7", &[("control", "set")], 404),
    ] {
        let answer = send(&server, purpose, fields, "").expect(status);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(answer.headers("set-cookie").count(), 0);
        assert!(!answer.text().contains("zq7"));
    }
    let target = format!("{PAGE}/display");
    let form = Request::form(&target, &[("control".into(), "set".into())]);
    server.send(&form.header("Origin", "https://other.example")).expect(403);
    server.send(&Request::post(&target, "application/json", "{}")).expect(415);
    let opened = server.get(&format!("{target}?lang=en")).expect(303);
    assert_eq!(opened.header("location"), Some("/privacy/settings?lang=en#display"));
    server.get(&format!("{PAGE}/zq7")).expect(404);
    assert_eq!(
        server.send(&Request::new("PUT", &target)).expect(405).header("allow"),
        Some("GET, HEAD, POST")
    );
    server.assert_well();
}

#[test]
fn every_page_of_ours_follows_the_display_settings() {
    let server = Server::start();
    for path in ["/privacy", "/privacy/cookies", "/privacy/settings", "/privacy/nowhere"] {
        let html = server.get(path).text();
        let head = html.split_once("<body").unwrap().0;
        assert!(
            head.contains("<script src=\"/privacy/display.js\"></script>"),
            "before the first paint: {path}"
        );
        assert!(html.ends_with("</body></html>"), "{path}");
    }
    let style = server.get("/privacy/style.css").expect(200).text();
    for purpose in koektrommel::config::load(None).unwrap().sites[0].catalogue.purposes() {
        for setting in purpose.settings.iter().filter(|_| purpose.id.as_str() == "display") {
            for value in setting.values.iter().filter(|value| value.value != setting.default) {
                let rule = format!("[data-koek-{}=\"{}\"]", setting.name, value.value);
                assert!(style.contains(&rule), "{rule}");
            }
        }
    }
}
