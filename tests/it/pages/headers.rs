//! Headers and caching of every route, and the list of routes itself.

use std::io::Read;

use koektrommel_core::hash::Hash;

use super::attributes;
use crate::support::{Decision, Request, Server, get};

const NO_STORE: &str = "no-store";
const SHORT: &str = "public, max-age=300";
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Every public route that answers 200 on a log with one record: its media type and how it is cached.
const ROUTES: [(&str, &str, &str); 33] = [
    ("/", "text/html; charset=utf-8", SHORT),
    ("/demo/demo.css", "text/css; charset=utf-8", SHORT),
    ("/demo/demo.js", "text/javascript; charset=utf-8", SHORT),
    ("/demo/icon.svg", "image/svg+xml", SHORT),
    ("/privacy", "text/html; charset=utf-8", SHORT),
    ("/privacy/cookies", "text/html; charset=utf-8", SHORT),
    ("/privacy/settings", "text/html; charset=utf-8", NO_STORE),
    ("/privacy/settings/erase", "text/html; charset=utf-8", NO_STORE),
    ("/privacy/koektrommel.js", "text/javascript; charset=utf-8", SHORT),
    ("/privacy/koektrommel.{hash}.js", "text/javascript; charset=utf-8", IMMUTABLE),
    ("/privacy/style.css", "text/css; charset=utf-8", SHORT),
    ("/privacy/settings.js", "text/javascript; charset=utf-8", SHORT),
    ("/privacy/display.js", "text/javascript; charset=utf-8", SHORT),
    ("/privacy/icon.svg", "image/svg+xml", SHORT),
    ("/privacy/verify", "text/html; charset=utf-8", SHORT),
    ("/privacy/verify.js", "text/javascript; charset=utf-8", SHORT),
    ("/privacy/verifier.wasm", "application/wasm", SHORT),
    ("/privacy/log/checkpoint", "text/plain; charset=utf-8", "public, max-age=5"),
    ("/privacy/log/key", "text/plain; charset=utf-8", SHORT),
    ("/privacy/log/jwks.json", "application/jwk-set+json", SHORT),
    ("/.well-known/jwks.json", "application/jwk-set+json", SHORT),
    ("/.well-known/gpc.json", "application/json", SHORT),
    ("/privacy/gpc.json", "application/json", SHORT),
    ("/privacy/log/tile/0/000.p/1", "application/octet-stream", IMMUTABLE),
    ("/privacy/api/v1/notice", "application/json", SHORT),
    ("/privacy/api/v1/choice", "application/json", NO_STORE),
    ("/privacy/api/v1/consents", "application/json", NO_STORE),
    ("/privacy/api/v1/consents/{record}/receipt", "text/plain; charset=utf-8", NO_STORE),
    ("/privacy/api/v1/preferences", "application/json", SHORT),
    ("/privacy/api/v1/preferences/display", "application/json", NO_STORE),
    ("/privacy/api/v1/forms/repair", "application/json", NO_STORE),
    ("/healthz", "text/plain; charset=utf-8", NO_STORE),
    ("/readyz", "text/plain; charset=utf-8", NO_STORE),
];

/// The addresses of all routes on this server.
fn routes(server: &Server) -> Vec<(String, &'static str, &'static str)> {
    let record = Decision::accept(server).send(server).expect(201).json();
    let script = server.get("/privacy/koektrommel.js").expect(200);
    // The script's validator begins with the part of its hash that names it.
    let hash = script.header("etag").unwrap().trim_start_matches('"').split('-').next().unwrap();
    assert!(hash.len() >= 16 && Hash::of(&[&script.body]).to_string()[7..].starts_with(hash), "{hash}");
    let fill =
        |path: &str| path.replace("{hash}", hash).replace("{record}", record["record"].as_str().unwrap());
    ROUTES.iter().map(|(path, media_type, cache)| (fill(path), *media_type, *cache)).collect()
}

#[test]
fn every_route_has_its_type_its_cache_rule_and_the_headers_that_protect() {
    let server = Server::start();
    for (path, media_type, cache) in routes(&server) {
        let answer = server.get(&path).expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{path}");
        assert_eq!(answer.headers("cache-control").collect::<Vec<_>>(), [cache], "{path}");
        assert_protected(&answer, &path);
    }
    for path in ["/nowhere", "/privacy/nowhere", "/privacy/api/v1/nowhere", "/privacy/api/v1/notice?site=x"] {
        let answer = server.get(path);
        assert_eq!(answer.header("cache-control"), Some(NO_STORE), "{path}");
        assert_protected(&answer, path);
    }
}

#[track_caller]
fn assert_protected(answer: &crate::support::Response, path: &str) {
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    assert!(answer.header("cross-origin-resource-policy").is_some(), "{path}");
    if answer.header("content-type").is_some_and(|media_type| media_type.starts_with("text/html")) {
        let policy = answer.header("content-security-policy").unwrap_or_default();
        for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        // One page may run WebAssembly, and nothing more than that.
        let wasm = if path == "/privacy/verify" {
            "script-src 'self' 'wasm-unsafe-eval';"
        } else {
            "script-src 'self';"
        };
        assert!(policy.contains(wasm), "{path}: {policy}");
        let policy = policy.replace(" 'wasm-unsafe-eval'", "");
        let is_open = policy.contains("unsafe") || policy.contains('*') || policy.contains("http");
        assert!(!is_open, "{path}: {policy}");
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"), "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), Some("same-origin"), "{path}");
        assert!(answer.header("permissions-policy").is_some(), "{path}");
    }
    assert!(answer.header("server").is_none() && answer.header("x-powered-by").is_none(), "{path}");
    // The script is the same for everybody, so any page may check its hash; nothing else is read from elsewhere.
    let is_script = path.starts_with("/privacy/koektrommel.");
    assert_eq!(answer.header("access-control-allow-origin"), is_script.then_some("*"), "{path}");
    assert!(answer.header("access-control-allow-credentials").is_none(), "{path}");
}

#[test]
fn the_list_of_routes_is_the_list_of_the_source() {
    let source = include_str!("../../../src/web.rs");
    let in_source = source.matches("resource(\"").count();
    // The files under /demo/{name} are one route, the mount with a slash and the forms for what can be set
    // answer no page of their own, hand-offs are not read, one
    // record is only erased, a site has a look of its own only where it says so, names of undeclared cookies are only taken in, and the officers' routes have their own tests.
    let listed = ROUTES.iter().filter(|(path, ..)| !path.starts_with("/demo/")).count() + 8;
    let officers = source.matches("resource(\"/officer").count();
    assert_eq!(in_source - officers, listed, "a route was added or removed: list it here");
}

#[test]
fn head_is_get_without_a_body() {
    let server = Server::start();
    for (path, ..) in routes(&server) {
        let get = server.get(&path).expect(200);
        let head = server.send(&Request::new("HEAD", &path));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        for header in ["content-type", "cache-control", "etag", "vary", "content-security-policy"] {
            assert_eq!(head.header(header), get.header(header), "{path}: {header}");
        }
    }
    assert_eq!(server.send(&Request::new("HEAD", "/nowhere")).status, 404);
}

#[test]
fn pages_are_where_they_say_and_load_nothing_from_elsewhere() {
    let server = Server::start();
    for path in ["/", "/privacy", "/privacy/cookies", "/privacy/settings", "/privacy/verify"] {
        for language in ["nl", "en"] {
            let html = server.get(&format!("{path}?lang={language}")).expect(200).text();
            let mut found = attributes(&html, "src");
            found.extend(attributes(&html, "href"));
            found.extend(attributes(&html, "action"));
            // Writing to a mailbox is no page.
            for address in found.into_iter().filter(|address| !address.starts_with("mailto:")) {
                let address = address.replace("&amp;", "&");
                assert!(address.starts_with('/') || address.starts_with('#'), "{path}: {address}");
                if !address.starts_with('#') {
                    assert!(matches!(server.get(&address).status, 200 | 303), "{path}: {address}");
                }
            }
            assert!(!html.contains(" style=\"") && !html.contains(" onclick="), "{path}");
        }
    }
}

#[test]
fn what_is_the_same_for_everybody_is_compressed_and_validated() {
    let server = Server::start();
    for path in ["/", "/demo/demo.css", "/privacy/koektrommel.js", "/privacy/style.css"] {
        let plain = server.get(path).expect(200);
        assert!(plain.header("content-encoding").is_none());
        assert!(plain.header("vary").unwrap().contains("Accept-Encoding"));
        for (accepted, coding) in
            [("gzip, deflate, br, zstd", "br"), ("br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip")]
        {
            let answer = server.send(&get(path).header("Accept-Encoding", accepted)).expect(200);
            assert_eq!(answer.header("content-encoding"), Some(coding), "{path} {accepted}");
            assert!(answer.body.len() < plain.body.len());
            assert_eq!(unpack(coding, &answer.body), plain.body, "{path} {coding}");
            let tag = answer.header("etag").unwrap();
            assert_ne!(tag, plain.header("etag").unwrap(), "another coding is another representation");
            let known = get(path).header("Accept-Encoding", accepted).header("If-None-Match", tag);
            let known = server.send(&known).expect(304);
            assert_eq!((known.body.len(), known.header("etag")), (0, Some(tag)));
            assert_eq!(known.header("cache-control"), answer.header("cache-control"));
        }
        for other in ["\"other\"", "", "*x", "W/\"x\""] {
            server.send(&get(path).header("If-None-Match", other)).expect(200);
        }
        for none in ["identity", "zstd", "br;q=0", ""] {
            let answer = server.send(&get(path).header("Accept-Encoding", none)).expect(200);
            assert!(answer.header("content-encoding").is_none(), "{path} {none}");
        }
    }
}

fn unpack(coding: &str, body: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    match coding {
        "br" => brotli::BrotliDecompress(&mut &*body, &mut plain).unwrap(),
        _ => drop(flate2::read::GzDecoder::new(body).read_to_end(&mut plain).unwrap()),
    }
    plain
}

#[test]
fn the_hashed_script_is_the_script_and_never_changes() {
    let mut server = Server::start();
    let path = routes(&server)
        .into_iter()
        .find(|(path, ..)| path.contains("koektrommel.") && !path.ends_with("koektrommel.js"));
    let path = path.unwrap().0;
    let script = server.get(&path).expect(200).body;
    let plain = server.get("/privacy/koektrommel.js");
    assert_eq!((&script, plain.header("content-location")), (&plain.body, Some(path.as_str())));
    server.restart();
    assert_eq!(server.get(&path).expect(200).body, script);
    let notice = crate::support::decision::notice(&server, "nl");
    assert!(String::from_utf8(script).unwrap().contains(&notice));
    for wrong in [path.replace(".js", "0.js"), "/privacy/koektrommel.x.js".to_owned(), path.to_uppercase()] {
        server.get(&wrong).expect(404);
    }
}

#[test]
fn the_parts_of_the_script_are_served_by_their_list_those_of_an_earlier_release_too() {
    let names = ["embeds", "extras", "reopen", "settings", "uses"];
    let sha256 = |content: &[u8]| Hash::of(&[content]).to_string()[7..].to_owned();
    let address =
        |list: &str, name: &str| format!("/privacy/koektrommel.{}.{name}.js", &sha256(list.as_bytes())[..16]);
    let mut server = Server::start();
    let content = |name: &str| {
        std::fs::read(format!("{}/assets/koektrommel-{name}.js", env!("CARGO_MANIFEST_DIR"))).unwrap()
    };
    let list: String = names.iter().map(|name| format!("{}  {name}\n", sha256(&content(name)))).collect();
    for name in names {
        let answer = server.get(&address(&list, name)).expect(200);
        assert_eq!(answer.body, content(name));
        assert_eq!(answer.header("cache-control"), Some(IMMUTABLE));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    // What an earlier release left, and a list that somebody wrote over.
    let old = b"export const run = () => {};\n";
    let old_list = format!("{}  settings\n", sha256(old));
    let keep = |name: &str, content: &[u8]| {
        std::fs::write(server.data().join("scripts").join(name), content).unwrap();
    };
    keep(&format!("{}.js", &sha256(old)[..16]), old);
    keep(&format!("{}.parts", &sha256(old_list.as_bytes())[..16]), old_list.as_bytes());
    keep("0123456789abcdef.parts", old_list.as_bytes());
    server.restart();
    assert_eq!(server.get(&address(&old_list, "settings")).expect(200).body, old);
    for wrong in [
        address(&old_list, "uses"),
        address(&list, "nothing"),
        address(&list, "settings.settings"),
        address("", "settings"),
        "/privacy/koektrommel.0123456789abcdef.settings.js".to_owned(),
        "/privacy/koektrommel..settings.js".to_owned(),
        "/privacy/koektrommel.settings.js".to_owned(),
    ] {
        server.get(&wrong).expect(404);
    }
}

#[test]
fn what_is_not_there_is_said_in_the_language_of_the_visitor() {
    let server = Server::start();
    for (path, accepted, says) in [
        ("/nowhere", "nl", "Deze pagina is er niet"),
        ("/privacy/nowhere", "en", "lang=\"en\""),
        ("/privacy/nowhere?lang=en", "nl", "lang=\"en\""),
        ("/demo/nowhere", "nl", "Deze pagina is er niet"),
    ] {
        let answer = server.send(&get(path).header("Accept-Language", accepted)).expect(404);
        assert_eq!(answer.header("content-type"), Some("text/html; charset=utf-8"), "{path}");
        assert!(answer.text().contains(says), "{path}");
    }
}

#[test]
fn the_last_slash_is_taken_off_and_the_query_stays() {
    let server = Server::start();
    for query in ["", "?lang=en&site=wsn"] {
        let answer = server.get(&format!("/privacy/{query}")).expect(308);
        assert_eq!(answer.header("location"), Some(format!("/privacy{query}").as_str()));
    }
}
