//! No address, agent, referrer, query string or client clock is kept, printed or exported, at any level of logging.

use std::{fs, io::ErrorKind::NotFound, path::Path};

use crate::support::{
    Decision, Request, Server, decision::CONSENTS, get, http::exchange, koektrommel,
    program::koektrommel_with, server::Options,
};

/// What a browser and a proxy tell about a visitor, each with a mark that occurs nowhere else.
const HEADERS: [(&str, &str); 12] = [
    ("X-Forwarded-For", "203.0.113.77, 198.51.100.77"),
    ("X-Real-IP", "203.0.113.77"),
    ("CF-Connecting-IP", "203.0.113.77"),
    ("True-Client-IP", "203.0.113.77"),
    ("Forwarded", "for=\"[2001:db8:77::77]:4711\";host=Qx1host.example"),
    ("User-Agent", "Qx2agent/5.0 (Qx2agent)"),
    ("Referer", "https://qx3referrer.example/path?Qx3query"),
    ("Sec-CH-UA", "\"Qx4hint\";v=\"1\""),
    ("Date", "Tue, 07 Jul 2037 07:07:07 GMT"),
    ("If-None-Match", "\"Qx5tag\""),
    ("X-Anything", "Qx6header"),
    ("Via", "1.1 qx7proxy.example"),
];

/// Marks, in small letters, longer than what chance writes in base64. The clock of the UUIDv7 is `0x0f1e2d3c4b5a` milliseconds: in the year 2496.
const MARKS: [&[u8]; 19] = [
    b"203.0.113.77",
    b"198.51.100.77",
    b"2001:db8:77::77",
    b"qx1host",
    b"qx2agent",
    b"qx3referrer",
    b"qx3query",
    b"qx3origin",
    b"qx4hint",
    b"tue, 07 jul",
    b"qx5tag",
    b"qx6header",
    b"qx7proxy",
    b"qx8query",
    b"qx9path",
    b"qx10body",
    b"0f1e2d3c",
    b"2d3c4b5a",
    b"0f1e2d3c-4b5a",
];

/// The same clock as bytes and in base64.
const CLOCK: [&[u8]; 3] =
    [&[0x0f, 0x1e, 0x2d, 0x3c, 0x4b, 0x5a], b"Dx4tPEta", &[0x5a, 0x4b, 0x3c, 0x2d, 0x1e, 0x0f]];

const CLICK: &str = "0f1e2d3c-4b5a-7cc3-98c4-dc0c0c07398f";

fn marked(request: Request) -> Request {
    HEADERS.iter().fold(request, |request, (name, value)| request.header(name, value))
}

/// Which marks are in these bytes.
fn found(bytes: &[u8]) -> Vec<String> {
    let small = bytes.to_ascii_lowercase();
    let holds = |hay: &[u8], mark: &[u8]| hay.windows(mark.len()).any(|window| window == mark);
    let texts = MARKS.iter().filter(|mark| holds(&small, mark));
    let clocks = CLOCK.iter().filter(|mark| holds(bytes, mark));
    texts.chain(clocks).map(|mark| mark.escape_ascii().to_string()).collect()
}

/// Every file below a folder; a socket has no content.
pub(crate) fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if path.is_file() {
            all.push(path);
        }
    }
    all
}

/// Sends the marks through every route, well and badly. The answers are the visitor's own and may hold nothing of
/// them either.
fn visit(server: &Server) {
    let decision = |server: &Server| Decision::accept(server).with("layer", "settings");
    let click = decision(server).with("id", CLICK).request();
    let answer = server.send(&marked(click)).expect(201);
    assert_eq!(found(&answer.everything()), [] as [String; 0]);
    let cookie = answer.set_cookie("__Host-koek").unwrap();
    let receipt = answer.json()["receipt"].as_str().unwrap().to_owned();
    let script = server.get("/privacy/koektrommel.js").expect(200).body;
    let hash = &koektrommel_core::hash::Hash::of(&[&script]).to_string()[7..39];
    let paths = [
        "/",
        "/demo/demo.js",
        "/privacy",
        "/privacy/cookies",
        "/privacy/settings",
        "/privacy/koektrommel.js",
        &format!("/privacy/koektrommel.{hash}.js"),
        "/privacy/style.css",
        "/privacy/settings.js",
        "/privacy/icon.svg",
        "/privacy/log/checkpoint",
        "/privacy/log/key",
        "/privacy/api/v1/notice",
        "/privacy/api/v1/consents",
        &receipt,
        "/healthz",
        "/readyz",
        "/officer",
        "/officer/sign-in",
        "/officer/welcome",
        "/officer/api/v1/consents",
        "/Qx9path",
        "/privacy/Qx9path",
        "/privacy/api/v1/Qx9path",
        "/privacy/api/v1/consents/Qx9path/receipt",
        "/privacy/koektrommel.Qx9path.js",
    ];
    for path in paths {
        for query in
            ["?Qx8query=Qx8query", "?utm_source=Qx8query&lang=Qx8query", "?site=Qx8query", "?saved=Qx8query"]
        {
            for method in ["GET", "HEAD", "POST", "PUT", "DELETE"] {
                let request = Request::new(method, &format!("{path}{query}")).cookie(&cookie);
                let request = if method == "GET" { request } else { request.body("Qx10body") };
                let answer = server.send(&marked(request));
                if answer.status == 303 && path == "/officer" {
                    // Who must sign in first is sent back to where she was going, by her own browser.
                    continue;
                }
                assert_eq!(found(&answer.everything()), [] as [String; 0], "{method} {path}{query}");
            }
        }
    }
    // Decisions that are refused for what is in them, or for where they come from.
    for request in [
        decision(server).with("site", "Qx10body").request(),
        decision(server).with("id", CLICK).request(),
        decision(server).with("id", CLICK).with("control", "save").request(),
        decision(server).with("Qx10body", "Qx10body").request(),
        decision(server).request().header("Origin", "https://qx3origin.example"),
        Request::post(CONSENTS, "text/Qx10body", "Qx10body"),
        Request::form("/privacy/settings?Qx8query", &[("id".into(), "Qx10body".into())]),
        Request::form(
            "/officer/sign-in",
            &[("name".into(), "qx10body".into()), ("password".into(), "Qx10body".into())],
        ),
        get(CONSENTS).header("Cookie", "__Host-koek=Qx6header"),
        get("/officer/api/v1/consents").header("Authorization", "Bearer Qx6header"),
    ] {
        let answer = server.send(&marked(request));
        assert_eq!(found(&answer.everything()), [] as [String; 0]);
    }
    // What is not even HTTP, for the layers below.
    for bytes in [&b"GET /Qx9path HTTP/7.7\r\nQx6header\r\n\r\n"[..], b"Qx6header Qx9path\r\n\r\n"] {
        let _closed = exchange(server.address, bytes, false);
    }
    server.send(&marked(Decision::withdraw(server).request().cookie(&cookie))).expect(201);
}

/// An officer's downloads, by name.
fn downloads(server: &Server) -> Vec<Vec<u8>> {
    let data = server.data();
    let data = data.to_str().unwrap();
    let add = ["officer", "add", "anna", "--role", "officer", "--password-stdin", "--data", data];
    koektrommel_with(add, "een lang wachtwoord\n").well();
    let token = koektrommel(["officer", "token", "anna", "--data", data]).well().stdout;
    let formats = ["csv", "csv-rfc4180", "ndjson"].iter().map(|format| {
        let send = |query: &str| {
            let request = get(&format!("/officer/api/v1/consents?format={format}{query}"));
            server.send(&marked(request).header("Authorization", format!("Bearer {}", token.trim())))
        };
        // A question that does not belong is refused, and not repeated.
        assert_eq!(found(&send("&Qx8query=Qx8query").expect(400).everything()), [] as [String; 0]);
        send("").expect(200).body
    });
    formats.collect()
}

fn assert_nothing_kept(server: &mut Server) {
    visit(server);
    for download in downloads(server) {
        assert!(download.len() > 500);
        assert_eq!(found(&download), [] as [String; 0]);
    }
    // While it runs, and after both kinds of end.
    for end in [None, Some(true), Some(false)] {
        match end {
            None => {}
            Some(true) => assert_eq!(server.stop(), Some(0)),
            Some(false) => server.restart(),
        }
        for file in files(&server.data()) {
            // A server that runs may put a file in the place of another meanwhile; one that has ended does not.
            let bytes = match fs::read(&file) {
                Err(error) if end.is_none() && error.kind() == NotFound => continue,
                read => read.unwrap(),
            };
            assert_eq!(found(&bytes), [] as [String; 0], "{}", file.display());
            // The folder itself has a name by chance.
            let name = file.strip_prefix(server.data()).unwrap().to_string_lossy().into_owned();
            assert_eq!(found(name.as_bytes()), [] as [String; 0]);
        }
    }
    server.kill();
    for line in server.output().lines() {
        assert_eq!(found(line.as_bytes()), [] as [String; 0], "{line}");
    }
}

#[test]
fn nothing_about_a_visitor_is_kept_or_printed() {
    assert_nothing_kept(&mut Server::start());
}

#[test]
fn nothing_is_printed_at_the_most_talkative_level() {
    let env = vec![("KOEKTROMMEL_LOG", "trace".to_owned())];
    assert_nothing_kept(&mut Server::start_with(Options { env, ..Options::default() }));
}

#[test]
fn the_search_finds_what_it_looks_for() {
    assert_eq!(found(b"..QX2Agent.."), ["qx2agent"]);
    assert_eq!(found(CLICK.as_bytes()), ["0f1e2d3c", "0f1e2d3c-4b5a"]);
    assert_eq!(found(uuid::Uuid::parse_str(CLICK).unwrap().as_bytes()).len(), 1);
    let all: Vec<u8> = HEADERS.iter().flat_map(|(_, value)| value.bytes()).collect();
    assert_eq!(found(&all).len(), 12);
}
