//! `GET /privacy`: all of the regulation, in two languages and three forms.

use super::{attributes, reading};
use crate::support::{Server, get};

const HEADINGS_NL: [&str; 13] = [
    "Algemeen",
    "Ons doel",
    "Welke gegevens zijn persoonsgegevens?",
    "Waarvoor wij uw gegevens gebruiken",
    "Gegevens verwerken, ook met de computer",
    "Cookies op onze website",
    "Uw rechten als klant of huurder",
    "Gegevens delen met anderen",
    "Wie uw gegevens mag zien",
    "Hoe lang wij gegevens bewaren",
    "Een klacht",
    "Camera's, toegang en telefoongesprekken",
    "Vanaf wanneer dit reglement geldt",
];

const HEADINGS_EN: [&str; 13] = [
    "General",
    "Our aim",
    "What counts as personal data?",
    "What we use your data for",
    "Processing data, also by computer",
    "Cookies on our website",
    "Your rights as a customer or tenant",
    "Sharing data with others",
    "Who may see your data",
    "How long we keep data",
    "A complaint",
    "Cameras, access and telephone calls",
    "When these regulations apply",
];

#[test]
fn the_language_is_the_one_that_was_asked_for() {
    let server = Server::start();
    for (query, accepted, language) in [
        ("", None, "nl"),
        ("?lang=nl", None, "nl"),
        ("?lang=en", None, "en"),
        ("?lang=EN", None, "en"),
        ("?lang=en-GB", None, "en"),
        ("?lang=fr", None, "nl"),
        ("", Some("en"), "en"),
        ("", Some("en-US,en;q=0.9,nl;q=0.8"), "en"),
        ("", Some("en;q=0.8,nl;q=0.9"), "nl"),
        ("", Some("fr,de;q=0.9,en;q=0.1"), "en"),
        ("", Some("fr"), "nl"),
        ("", Some("en;q=0"), "nl"),
        ("", Some("*"), "nl"),
        ("", Some(",;q=,en;q=x"), "en"),
        ("?lang=nl", Some("en"), "nl"),
        ("?lang=fr", Some("en"), "en"),
    ] {
        let what = format!("{query} {accepted:?}");
        for page in ["/privacy", "/privacy/cookies", "/privacy/settings"] {
            let mut request = get(&format!("{page}{query}"));
            if let Some(accepted) = accepted {
                request = request.header("Accept-Language", accepted);
            }
            let answer = server.send(&request).expect(200);
            assert_eq!(attributes(&answer.text(), "lang")[0], language, "{what} {page}");
        }
    }
}

#[test]
fn all_headings_dates_and_terms_are_there() {
    let server = Server::start();
    let terms_nl = [
        "1 februari 2018",
        "december 2021",
        "Binnen vier weken",
        "14 dagen",
        "binnen 14 dagen",
        "één maand",
        "altijd gratis",
        "Wet bescherming persoonsgegevens",
        "AVG",
        "nooit voor commerciële doelen",
    ];
    let terms_en = [
        "1 February 2018",
        "December 2021",
        "within four weeks",
        "14 days",
        "within 14 days",
        "one month",
        "free of charge",
        "Wet bescherming persoonsgegevens",
        "GDPR",
        "commercial",
    ];
    for (language, headings, terms) in [("nl", HEADINGS_NL, terms_nl), ("en", HEADINGS_EN, terms_en)] {
        let html = server.get(&format!("/privacy?lang={language}")).expect(200).text();
        let text = reading(&html).replace('’', "'").replace("&#39;", "'");
        let mut from = 0;
        for heading in headings {
            // Once in the contents, and once above its part, in this order.
            assert!(text.matches(heading).count() >= 2, "{heading}");
            let level_two = html.replace('’', "'").replace("&#39;", "'");
            let at = level_two
                .find(&format!(">{heading}</h2>"))
                .unwrap_or_else(|| panic!("{heading} is a heading"));
            assert!(at > from, "{heading}");
            from = at;
        }
        for term in terms {
            assert!(text.contains(term), "{language}: {term}");
        }
    }
}

#[test]
fn the_contents_lead_to_headings_that_exist() {
    let server = Server::start();
    for language in ["nl", "en"] {
        let html = server.get(&format!("/privacy?lang={language}")).text();
        let ids = attributes(&html, "id");
        let links: Vec<_> =
            attributes(&html, "href").into_iter().filter_map(|href| href.strip_prefix('#')).collect();
        assert!(links.len() > 13);
        for link in links {
            assert_eq!(ids.iter().filter(|id| **id == link).count(), 1, "{link}");
        }
    }
}

#[test]
fn markdown_and_json_are_had_by_accept() {
    let server = Server::start();
    for (accept, media_type) in [
        ("text/html", "text/html; charset=utf-8"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
        ("text/markdown", "text/markdown; charset=utf-8"),
        ("application/json", "application/json"),
    ] {
        let answer = server.send(&get("/privacy?lang=en").header("Accept", accept)).expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{accept}");
        assert_eq!(answer.header("content-language"), Some("en"), "{accept}");
        assert!(answer.header("vary").unwrap().contains("Accept"), "{accept}");
    }
    let markdown = server.send(&get("/privacy?lang=en").header("Accept", "text/markdown")).text();
    for heading in HEADINGS_EN {
        assert!(markdown.contains(&format!("\n## {heading}")), "{heading}");
    }
    let json = server.send(&get("/privacy").header("Accept", "application/json")).json();
    assert_eq!(json["effective_from"], "2018-02-01");
    assert_eq!(json["supplemented"], "2021-12");
    assert_eq!((&json["site"], &json["language"]), (&"wsn".into(), &"nl".into()));
    assert!(json["markdown"].as_str().unwrap().contains("## Uw rechten als klant of huurder"));
}
