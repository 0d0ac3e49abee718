//! The server on every kind of host: what its cookies are like, and who may ask it what.

use crate::support::{
    Decision, Request, Response, Server,
    decision::{CONSENTS, NOTICE},
    get, koektrommel,
    server::Options,
    site::Site,
};

/// The origin of the site's pages where they are not the server's.
const PAGES: &str = "https://www.wsn.example";
/// What the configuration says besides `mode`, and what the cookies are then like.
pub(crate) const SIBLING: Host = Host {
    mode: "sibling\"\ncookie_domain = \"wsn.example",
    name: "__Secure-koek",
    attributes: "SameSite=Lax; Secure; Path=/; Domain=wsn.example",
};
pub(crate) const CROSS_SITE: Host = Host {
    mode: "cross-site",
    name: "__Host-koek",
    attributes: "SameSite=None; Partitioned; Secure; Path=/",
};

const CHOICE: &str = "/privacy/api/v1/choice";

/// A kind of host.
pub(crate) struct Host {
    mode: &'static str,
    /// The name of the choice cookie.
    pub(crate) name: &'static str,
    /// What every cookie has besides its name and how long it is kept.
    pub(crate) attributes: &'static str,
}

impl Host {
    fn site(&self) -> Site {
        let site = Site::example();
        site.change("koektrommel.toml", "origins = []", &format!("origins = [\"{PAGES}\"]"));
        site.change("koektrommel.toml", "same-origin\"\n", &format!("{}\"\n", self.mode));
        if self.name != "__Host-koek" {
            for part in ["", "_form", "_handoff", "_preferences", "_display"] {
                let (from, to) = (format!("\"__Host-koek{part}\""), format!("\"{}{part}\"", self.name));
                site.change("catalogue.toml", &from, &to);
            }
        }
        site
    }

    pub(crate) fn serve(&self) -> Server {
        Server::start_with(Options { config: Some(self.site().config()), ..Options::default() })
    }
}

/// The attributes of the cookie of this name, without how long it is kept.
fn attributes(answer: &Response, name: &str) -> String {
    let header = answer.headers("set-cookie").find(|one| one.split('=').next() == Some(name));
    let header = header.unwrap_or_else(|| panic!("{name}: {:?}", answer.headers));
    let parts = header.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age="));
    parts.collect::<Vec<_>>().join("; ")
}

#[test]
fn cookies_are_named_set_read_and_ended_as_the_mode_says() {
    for host in [SIBLING, CROSS_SITE] {
        let server = host.serve();
        let accepted = Decision::accept(&server).request().header("Origin", PAGES);
        let accepted = server.send(&accepted).expect(201);
        assert_eq!(attributes(&accepted, host.name), host.attributes);
        let cookie = accepted.set_cookie(host.name).unwrap();
        let own = server.send(&get(CONSENTS).cookie(&cookie)).expect(200).json();
        assert_eq!(own["records"].as_array().unwrap().len(), 1);
        let page = server.send(&get("/privacy/settings?lang=en").cookie(&cookie)).expect(200).text();
        assert!(page.contains("Yes to: "), "{}", host.mode);
        // The cookie of another mode is no choice.
        let other = cookie.replace(host.name, "__Host-other-koek");
        let page = server.send(&get("/privacy/settings?lang=en").cookie(&other)).expect(200).text();
        assert!(page.contains("You have not made a choice yet."), "{}", host.mode);

        let display = format!("{}_display", host.name);
        let held = format!("{cookie}; {display}=1");
        let withdrawn = Decision::withdraw(&server).send_with(&server, &held).expect(201);
        assert_eq!(attributes(&withdrawn, host.name), host.attributes);
        assert_eq!(attributes(&withdrawn, &display), host.attributes);
        let ended = withdrawn.headers("set-cookie").find(|one| one.starts_with(&format!("{display}=;")));
        assert!(ended.unwrap().ends_with("; Max-Age=0"));
    }
}

#[test]
fn the_widget_is_told_of_a_cookie_only_where_the_page_can_read_it() {
    for (host, told) in [(SIBLING, true), (CROSS_SITE, false)] {
        let script = host.serve().get("/privacy/koektrommel.js").expect(200).text();
        assert_eq!(script.contains(&format!("cookie:\"{}\"", host.name)), told, "{}", host.mode);
        assert!(told || !script.contains("cookie:"), "{}", host.mode);
    }
    let script = Server::start().get("/privacy/koektrommel.js").expect(200).text();
    assert!(script.contains("cookie:\"__Host-koek\""));
}

#[test]
fn check_config_tells_the_cookie_names_that_go_with_the_mode() {
    let site = SIBLING.site();
    let check = |site: &Site| koektrommel(["check-config".as_ref(), site.config().as_os_str()]);
    check(&site).well();
    site.change("catalogue.toml", "\"__Secure-koek_display\"", "\"__Host-koek_display\"");
    let says = check(&site).refused(1);
    let right = "`purposes.display.cookies.name` must be \"__Secure-koek_display\" in mode \"sibling\", \
                 not \"__Host-koek_display\"";
    assert!(says.ends_with(right), "{says}");
}

#[test]
fn a_page_that_cannot_read_the_cookie_asks_for_the_choice() {
    let server = CROSS_SITE.serve();
    assert_eq!(server.get(CHOICE).expect(200).text(), "{}");
    let saved = Decision::save(&server, true, false).send(&server).expect(201);
    let (cookie, body) = (saved.set_cookie("__Host-koek").unwrap(), saved.json());
    let choice = server.send(&get(&format!("{CHOICE}?site=wsn")).cookie(&cookie)).expect(200);
    assert_eq!(choice.header("cache-control"), Some("no-store"));
    let expected = serde_json::json!({
        "choices": { "preferences": true, "display": false },
        "decided": body["time"].as_str().unwrap()[..10],
        "valid_until": body["valid_until"].as_str().unwrap()[..10],
    });
    assert_eq!(choice.json(), expected);
    let forged = cookie.replace("display.0", "display.1");
    assert_eq!(server.send(&get(CHOICE).cookie(&forged)).expect(200).text(), "{}");
    assert_eq!(server.get("/privacy/api/v1/choice?site=other").expect(422).json()["field"], "site");
    // Under a new key the answer brings the cookie again.
    koektrommel(["keys".as_ref(), "rotate".as_ref(), "--data".as_ref(), server.data().as_os_str()]).well();
    let renewed = server.send(&get(CHOICE).cookie(&cookie)).expect(200);
    assert_eq!(attributes(&renewed, "__Host-koek"), CROSS_SITE.attributes);
    assert_eq!(renewed.json(), expected);
}

/// The headers of an answer that let a page of another origin read it.
fn sharing(answer: &Response) -> [Option<&str>; 2] {
    ["access-control-allow-origin", "access-control-allow-credentials"].map(|name| answer.header(name))
}

#[test]
fn only_the_pages_of_the_site_may_read_the_answers() {
    for host in [SIBLING, CROSS_SITE] {
        let server = host.serve();
        let from = |target: &str, origin: &str| server.send(&get(target).header("Origin", origin));
        for target in [NOTICE, CHOICE, CONSENTS, "/privacy/api/v1/nowhere"] {
            let answer = from(target, PAGES);
            assert_eq!(sharing(&answer), [Some(PAGES), Some("true")], "{target}");
            assert!(answer.header("vary").unwrap().contains("Origin"), "{target}");
            for other in
                ["https://www.wsn.example.evil.example", "https://wsn.example", "http://www.wsn.example"]
            {
                let answer = from(target, other);
                assert_eq!(sharing(&answer)[0], None, "{target} {other}");
                assert!(answer.header("vary").unwrap().contains("Origin"), "{target}");
            }
        }
        // Nothing but the API is shared: a page with a visitor's records never is.
        for target in ["/privacy/settings", "/privacy", "/officer/sign-in", "/officer/api/v1/consents"] {
            assert_eq!(sharing(&from(target, PAGES)), [None, None], "{target}");
        }
        server.assert_well();
    }
}

#[test]
fn browsers_that_ask_first_are_answered() {
    let server = CROSS_SITE.serve();
    let preflight = |origin: &str, method: &str, header: &str| {
        let request = Request::new("OPTIONS", CONSENTS)
            .header("Origin", origin)
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", header);
        server.send(&request)
    };
    for method in ["POST", "PUT", "DELETE"] {
        let answer = preflight(PAGES, method, "content-type").expect(200);
        assert_eq!(sharing(&answer), [Some(PAGES), Some("true")]);
        assert!(answer.header("access-control-allow-methods").unwrap().contains(method));
        assert_eq!(answer.header("access-control-allow-headers"), Some("content-type"));
    }
    for (origin, method, header) in [
        ("https://evil.example", "POST", "content-type"),
        ("null", "POST", "content-type"),
        (PAGES, "PATCH", "content-type"),
        (PAGES, "POST", "x-other"),
    ] {
        let answer = preflight(origin, method, header);
        assert_eq!((answer.status, sharing(&answer)[0]), (400, None), "{origin} {method} {header}");
    }
    // Pages and server of one origin need no such answer, not even for origins that are named.
    let site = Site::example();
    site.change("koektrommel.toml", "origins = []", &format!("origins = [\"{PAGES}\"]"));
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    let request = Request::new("OPTIONS", CONSENTS)
        .header("Origin", PAGES)
        .header("Access-Control-Request-Method", "POST");
    assert_eq!(sharing(&server.send(&request).expect(405)), [None, None]);
    assert_eq!(sharing(&server.send(&get(NOTICE).header("Origin", PAGES))), [None, None]);
}

#[test]
fn a_decision_comes_from_as_far_as_the_mode_says() {
    let evil = "https://evil.example";
    for (host, near, far) in [(SIBLING, 201, 403), (CROSS_SITE, 201, 201)] {
        let server = host.serve();
        let own = format!("http://{}", server.address);
        for (origin, distance, status) in [
            (Some(PAGES), Some("same-site"), near),
            (Some(PAGES), Some("cross-site"), far),
            (Some(PAGES), None, 201),
            (Some(evil), Some("cross-site"), 403),
            (Some(evil), Some("same-site"), 403),
            (Some(evil), Some("same-origin"), 403),
            (Some(&own), Some("same-origin"), 201),
            (Some(&own), Some("cross-site"), 403),
            (None, Some("same-site"), 403),
            (None, Some("cross-site"), 403),
            (None, Some("none"), 201),
        ] {
            let mut request = Decision::refuse(&server).request().header("Host", server.address.to_string());
            if let Some(origin) = origin {
                request = request.header("Origin", origin);
            }
            if let Some(distance) = distance {
                request = request.header("Sec-Fetch-Site", distance);
            }
            let size = server.size();
            let answer = server.send(&request);
            assert_eq!(answer.status, status, "{} {origin:?} {distance:?}", host.mode);
            assert_eq!(server.size() - size, u64::from(status == 201));
        }
    }
}
