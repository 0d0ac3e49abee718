//! Two sites on one server: whoever is on the pages of the second is never led to the first.

use super::{attributes, reading, settings::Form};
use crate::support::{Log, Server, decision::COOKIE, get, server::Options, site::Site};

const STATEMENT: &str = "statement = { nl = \"statement.nl.md\", en = \"statement.en.md\" }";
const PAGES: [&str; 4] = ["/privacy", "/privacy/cookies", "/privacy/settings", "/privacy/nowhere"];

fn two_sites() -> Server {
    let site = Site::example();
    let second = format!(
        "{STATEMENT}\n\n[[sites]]\nid = \"second\"\ncontroller = \"The Second\"\nlanguages = [\"nl\", \"en\"]\n\
         origins = []\nvalidity_months = 6\ncatalogue = \"catalogue.toml\"\n{STATEMENT}"
    );
    site.change("koektrommel.toml", STATEMENT, &second);
    Server::start_with(Options { config: Some(site.config()), ..Options::default() })
}

/// The addresses in a page that lead to a page.
fn links(html: &str) -> Vec<String> {
    let found = attributes(html, "href").into_iter().chain(attributes(html, "action"));
    let pages = found.map(|address| address.replace("&amp;", "&")).filter(|address| {
        let path = address.split(['?', '#']).next().unwrap();
        path.starts_with("/privacy") && !path.contains("/api/") && !path.contains('.')
    });
    pages.collect()
}

#[test]
fn every_link_stays_on_the_site_and_in_the_language() {
    let server = two_sites();
    for site in ["second", "wsn"] {
        for path in PAGES {
            let html = server.get(&format!("{path}?lang=en&site={site}")).text();
            let links = links(&html);
            assert!(links.len() >= 8, "{path}: {links:?}");
            for link in &links {
                assert!(link.ends_with(&format!("&site={site}")), "{path}: {link}");
                assert!(link.contains("?lang=en") || link.contains("?lang=nl"), "{path}: {link}");
            }
            // Only the languages themselves lead to the other language.
            assert_eq!(links.iter().filter(|link| link.contains("lang=nl")).count(), 2, "{path}: {links:?}");
        }
    }
}

#[test]
fn a_choice_on_the_pages_of_a_site_is_one_for_that_site() {
    let mut server = two_sites();
    let page = server.get("/privacy/cookies?lang=en&site=second").expect(200).text();
    assert!(page.contains("The Second"));
    let settings =
        links(&page).into_iter().find(|link| link.starts_with("/privacy/settings?lang=en")).unwrap();
    let form = Form::of(&server.get(&settings).expect(200));
    let saved = server.send(&form.request("accept", &[])).expect(303);
    let cookie = saved.set_cookie(COOKIE).unwrap();
    let after = server.send(&get(saved.header("location").unwrap()).cookie(&cookie)).expect(200).text();
    assert!(after.contains("The Second") && reading(&after).contains("Your choice is saved."), "{after}");
    // What goes wrong on the way is said on the same site.
    let wrong = server.send(&form.with("id", "x").request("accept", &[])).expect(422).text();
    assert!(wrong.contains("The Second"), "{wrong}");
    server.kill();
    assert_eq!(Log::open(&server.data()).consent(0).site.as_str(), "second");
}

#[test]
fn a_server_with_one_site_needs_no_name_for_it() {
    let server = Server::start();
    for path in PAGES {
        for link in links(&server.get(&format!("{path}?lang=en")).text()) {
            assert!(!link.contains("site=") && link.contains("?lang="), "{path}: {link}");
        }
    }
}

#[test]
fn each_site_has_its_own_look_and_its_own_line_for_questions() {
    let site = Site::example();
    let second = format!(
        "{STATEMENT}\n\n[[sites]]\nid = \"second\"\ncontroller = \"The Second\"\nlanguages = [\"nl\", \"en\"]\n\
         contact = {{ contact = \"088 - 123 45 67\" }}\n\
         origins = []\nvalidity_months = 6\ncatalogue = \"catalogue.toml\"\n{STATEMENT}\n\
         [sites.theme]\naccent = \"#7a1fa2\"\nradius = \"0\"\n[sites.theme_dark]\naccent = \"#e1bee7\"\n"
    );
    site.change("koektrommel.toml", STATEMENT, &second);
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    for path in PAGES {
        let page = server.get(&format!("{path}?lang=en&site=second")).text();
        let sheet = attributes(&page, "href").into_iter().find(|href| href.contains("/theme.css")).unwrap();
        let css = server.get(&sheet.replace("&amp;", "&")).expect(200);
        assert_eq!(css.header("content-type"), Some("text/css; charset=utf-8"));
        assert!(
            css.text().contains("--accent:#7a1fa2;") && css.text().contains("--accent:#e1bee7;"),
            "{}",
            css.text()
        );
        assert!(page.contains("Questions? <a href=\"tel:0881234567\">088 - 123 45 67</a>"), "{path}: {page}");
        let plain = server.get(&format!("{path}?lang=en&site=wsn")).text();
        assert!(!plain.contains("theme.css"), "{path}: {plain}");
        assert!(
            plain.contains("Questions? <a href=\"mailto:privacy@wsn.example\">privacy@wsn.example</a>"),
            "{plain}"
        );
    }
    server.get("/privacy/theme.css?site=wsn").expect(404);
    let script = |site: &str| server.get(&format!("/privacy/koektrommel.js?site={site}")).expect(200).text();
    assert!(script("second").contains(r#"theme:":host{--koek-radius:0;}@media(prefers-color-scheme:light)"#));
    assert!(!script("wsn").contains("--koek-accent:#"));
    let notice =
        |site: &str| server.get(&format!("/privacy/api/v1/notice?site={site}&lang=nl")).expect(200).text();
    assert!(notice("second").contains("\"Vragen? 088 - 123 45 67\""));
    assert!(notice("wsn").contains("\"Vragen? privacy@wsn.example\""));
}
