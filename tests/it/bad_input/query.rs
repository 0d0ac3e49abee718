//! Addresses: rubbish in the query of every route, unknown values, strange paths, wrong methods.

use super::{MARKER, assert_problem, assert_silent, assert_untouched};
use crate::support::{Request, Server, get};

/// Every public address that is read.
const READ: [&str; 22] = [
    "/",
    "/demo/demo.css",
    "/privacy",
    "/privacy/cookies",
    "/privacy/settings",
    "/privacy/koektrommel.js",
    "/privacy/koektrommel.00000000000000000000000000000000.js",
    "/privacy/style.css",
    "/privacy/icon.svg",
    "/privacy/log/checkpoint",
    "/privacy/log/key",
    "/privacy/log/jwks.json",
    "/privacy/log/tile/0/000",
    "/.well-known/jwks.json",
    "/.well-known/gpc.json",
    "/privacy/gpc.json",
    "/privacy/api/v1/notice",
    "/privacy/api/v1/consents",
    "/privacy/api/v1/consents/x/receipt",
    "/healthz",
    "/readyz",
    "/nowhere",
];

#[test]
fn rubbish_in_a_query_does_no_harm_on_any_route() {
    let server = Server::start();
    let long = "x".repeat(6000);
    let queries = [
        MARKER.to_owned(),
        format!("{MARKER}={MARKER}"),
        format!("lang={MARKER}"),
        format!("site={MARKER}"),
        format!("lang=nl&lang={MARKER}"),
        format!("site=wsn&site={MARKER}"),
        format!("lang[]={MARKER}"),
        format!("saved={MARKER}"),
        format!("notice={MARKER}"),
        format!("lang=%00{MARKER}"),
        format!("lang=%ff%fe{MARKER}"),
        format!("lang=%c3{MARKER}"),
        format!("lang=%zz{MARKER}"),
        format!("lang=%3Cscript%3E{MARKER}%3C/script%3E"),
        format!("lang=../../{MARKER}"),
        "lang=".to_owned(),
        "site=".to_owned(),
        "=&=&&&".to_owned(),
        "?".repeat(50),
        "&a=1".repeat(1000),
        format!("lang={long}"),
    ];
    for path in READ {
        for query in &queries {
            let what = format!("{path}?{}", &query[..query.len().min(60)]);
            let answer = server.get(&format!("{path}?{query}"));
            assert!(matches!(answer.status, 200 | 400 | 404 | 422), "{what}: {}", answer.status);
            assert_silent(&answer, &what);
            let media_type = answer.header("content-type").unwrap_or_default();
            if answer.status != 200 && !["/privacy/log/checkpoint", "/privacy/log/tile/0/000"].contains(&path)
            {
                // A script is typed into an address bar as well as loaded: either form does.
                let is_problem = media_type == "application/problem+json" && !path.ends_with("/nowhere");
                let is_page = media_type == "text/html; charset=utf-8" && !path.contains("/api/");
                assert!(is_problem || is_page, "{what}: {media_type}");
            }
        }
    }
    assert_untouched(&server);
}

#[test]
fn the_api_names_what_is_unknown_in_a_query() {
    let server = Server::start();
    for path in ["/privacy/api/v1/notice", "/privacy/koektrommel.js"] {
        for (query, field) in [
            ("site=other", "site"),
            ("site=OTHER", "site"),
            ("site=", "site"),
            ("site=a%00b", "site"),
            ("lang=fr", "lang"),
            ("lang=", "lang"),
            ("lang=%C3%A9%C3%A9", "lang"),
        ] {
            let answer = server.get(&format!("{path}?{query}"));
            assert_problem(&answer, 422, Some(field), &format!("{path}?{query}"));
        }
    }
    let notice = "/privacy/api/v1/notice?notice=";
    assert_problem(&server.get(&format!("{notice}{MARKER}")), 422, Some("notice"), "no hash");
    let gone = format!("{notice}sha256:{}", "0".repeat(64));
    assert_problem(&server.get(&gone), 404, None, "a notice that never was");
    assert_untouched(&server);
}

#[test]
fn strange_paths_find_nothing() {
    let server = Server::start();
    for path in [
        format!("/{MARKER}"),
        format!("/privacy/{MARKER}"),
        format!("/privacy/api/{MARKER}"),
        format!("/privacy/api/v1/{MARKER}"),
        format!("/privacy/api/v1/consents/{MARKER}/x"),
        format!("/privacy/api/v1/consents/{MARKER}/receipt"),
        "/privacy/api/v1/consents/%00/receipt".to_owned(),
        "/privacy/api/v1/consents/%2e%2e%2f/receipt".to_owned(),
        "/privacy/api/v1/consents/%ff%fe/receipt".to_owned(),
        format!("/privacy/api/v1/consents/{}/receipt", "x".repeat(5000)),
        "/privacy/api/v1/consents/ffffffff-ffff-8fff-bfff-ffffffffffff/receipt".to_owned(),
        "/privacy/api/v1/notice/".to_owned(),
        "/privacy/koektrommel.%00.js".to_owned(),
        "/privacy/koektrommel.%ff.js".to_owned(),
        "/privacy/koektrommel...%2f..%2fkeys%2flog.js".to_owned(),
        "/privacy/koektrommel.js/".to_owned(),
        "/privacy/../keys/log.pk8".to_owned(),
        "/demo/..%2f..%2fCargo.toml".to_owned(),
        "/demo/%00".to_owned(),
        "/demo/%ff".to_owned(),
        "/demo/../healthz".to_owned(),
        "//privacy".to_owned(),
        "/privacy//".to_owned(),
        "/PRIVACY".to_owned(),
    ] {
        let answer = server.get(&path);
        assert!(matches!(answer.status, 400 | 404 | 422), "{path}: {}", answer.status);
        assert_silent(&answer, &path);
        if path.contains("/api/") {
            assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{path}");
        }
    }
    assert_untouched(&server);
}

#[test]
fn every_address_takes_its_own_methods_and_says_which() {
    let server = Server::start();
    for path in READ.into_iter().filter(|path| *path != "/nowhere") {
        let also_posts =
            matches!(path, "/privacy/settings" | "/privacy/settings/erase" | "/privacy/api/v1/consents");
        let also_deletes = path == "/privacy/api/v1/consents";
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"] {
            if also_posts && method == "POST" || also_deletes && method == "DELETE" {
                continue;
            }
            let what = format!("{method} {path}");
            let answer = server.send(&Request::new(method, path).body(MARKER));
            assert_eq!(answer.status, 405, "{what}");
            assert_silent(&answer, &what);
            let allowed: Vec<_> = answer.header("allow").unwrap_or_default().split(", ").collect();
            let mut expected = Vec::from_iter(also_deletes.then_some("DELETE"));
            expected.extend(["GET", "HEAD"]);
            expected.extend(also_posts.then_some("POST"));
            assert_eq!(allowed, expected, "{what}");
            if path.contains("/api/") {
                assert_problem(&answer, 405, None, &what);
            }
        }
        // Nobody asks for a page with a body, but whoever does gets the page.
        assert!(server.send(&get(path).body(MARKER)).status < 500, "{path}");
    }
    assert_untouched(&server);
}
