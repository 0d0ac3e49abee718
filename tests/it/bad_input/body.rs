//! The body as bytes: no JSON, not only JSON, not in UTF-8, too long, too deep, of another type.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::{MARKER, assert_problem, assert_untouched};
use crate::support::{
    Decision, Request, Server,
    decision::{CONSENTS, post},
};

fn right(server: &Server) -> String {
    String::from_utf8(Decision::accept(server).bytes()).unwrap()
}

#[test]
fn what_is_not_one_json_object_is_refused() {
    let server = Server::start();
    let right = right(&server);
    for body in [
        String::new(),
        " ".to_owned(),
        MARKER.to_owned(),
        format!("\"{MARKER}\""),
        "null".to_owned(),
        "7".to_owned(),
        "[]".to_owned(),
        format!("[{right}]"),
        right[..right.len() - 1].to_owned(),
        right[1..].to_owned(),
        format!("{right}{right}"),
        format!("{right}{MARKER}"),
        format!("{right},"),
        format!("\u{feff}{right}"),
        right.replace('"', "'"),
        right.replacen(':', "=", 1),
        right.replacen("true", "True", 1),
        right.replacen("true", "NaN", 1),
        format!("// {MARKER}\n{right}"),
        right.replacen("wsn", "wsn\n", 1),
        right.replacen("wsn", "\\ud800", 1),
        right.replacen("wsn", "\\x41", 1),
    ] {
        assert_problem(&server.send(&post(body.clone())), 400, None, &body);
    }
    assert_untouched(&server);
}

#[test]
fn broken_utf8_is_refused() {
    let server = Server::start();
    let right = Decision::accept(&server).bytes();
    let at = right.windows(5).position(|window| window == b"\"wsn\"").unwrap() + 1;
    for broken in [&b"\xff"[..], b"\xc3", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\x80"] {
        let mut body = right.clone();
        body.splice(at..at + 3, broken.iter().copied());
        assert_problem(&server.send(&post(body)), 400, None, &format!("{broken:?}"));
    }
    let utf16: Vec<u8> =
        String::from_utf8(right).unwrap().encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_problem(&server.send(&post(utf16)), 400, None, "UTF-16");
    assert_untouched(&server);
}

#[test]
fn exactly_4096_bytes_are_read_and_not_one_more() {
    let server = Server::start();
    let right = right(&server);
    let padded = |length: usize| format!("{right}{}", " ".repeat(length - right.len()));
    server.send(&post(padded(4096))).expect(201);
    for length in [4097, 5 * 1024, 64 * 1024, 1024 * 1024] {
        assert_problem(&server.send(&post(padded(length))), 413, None, &length.to_string());
    }
    assert_eq!(server.size(), 1);
    server.assert_well();
}

#[test]
fn a_long_member_is_refused_for_its_length() {
    let server = Server::start();
    let answer = Decision::accept(&server).with("site", MARKER.repeat(1000)).send(&server);
    assert_problem(&answer, 413, None, "9 KB of site");
    assert_untouched(&server);
}

#[test]
fn a_body_that_is_too_deep_is_refused() {
    let server = Server::start();
    let right = right(&server);
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let objects = format!("{}1{}", "{\"a\":".repeat(200), "}".repeat(200));
    for (body, what) in [
        (deep.clone(), "arrays"),
        (objects.clone(), "objects"),
        ("[".repeat(4000), "arrays without an end"),
        (right.replacen("\"wsn\"", &deep, 1), "arrays in a field"),
        (right.replacen("\"wsn\"", &objects, 1), "objects in a field"),
        (right.replacen("true", &deep, 1), "arrays in a choice"),
        (right.replacen("{", &format!("{{\"x\":{deep},"), 1), "arrays in a member that does not belong"),
    ] {
        assert_problem(&server.send(&post(body)), 400, None, what);
    }
    assert_untouched(&server);
}

#[test]
fn another_media_type_is_refused() {
    let server = Server::start();
    let right = right(&server);
    for media_type in [
        "",
        "text/plain",
        "text/plain;charset=UTF-8",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json+x",
        "application/jsonp",
        "application/problem+json",
        "text/json",
        "json",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json, text/plain",
        MARKER,
    ] {
        let answer = server.send(&Request::post(CONSENTS, media_type, right.clone()));
        assert_problem(&answer, 415, None, media_type);
    }
    assert_problem(&server.send(&Request::new("POST", CONSENTS).body(right)), 415, None, "no type at all");
    assert_untouched(&server);
}

#[test]
fn json_is_json_in_any_spelling_of_its_type() {
    let server = Server::start();
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
    ] {
        server.send(&Request::post(CONSENTS, media_type, Decision::accept(&server).bytes())).expect(201);
    }
}

#[test]
fn a_compressed_body_is_refused() {
    let server = Server::start();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(right(&server).as_bytes()).unwrap();
    let compressed = post(gzip.finish().unwrap()).header("Content-Encoding", "gzip");
    let status = server.send(&compressed).status;
    assert!(matches!(status, 400 | 415), "{status}");
    // One megabyte of spaces in a kilobyte: nobody unpacks it.
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    bomb.write_all(&vec![b' '; 1 << 20]).unwrap();
    let bomb = post(bomb.finish().unwrap()).header("Content-Encoding", "gzip");
    let status = server.send(&bomb).status;
    assert!(matches!(status, 400 | 415), "{status}");
    assert_untouched(&server);
}
