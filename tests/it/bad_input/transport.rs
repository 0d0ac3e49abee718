//! The request as it travels: lengths that are wrong, chunks, headers of every size, pages of other websites.

use std::{io::Write, net::TcpStream};

use super::{MARKER, assert_problem, assert_silent, assert_untouched};
use crate::support::{
    Decision, Request, Server,
    decision::{CONSENTS, post},
    get,
    http::{exchange, exchange_and_hang_up},
};

/// The bytes of a `POST` with these framing headers.
fn raw(framing: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {CONSENTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{framing}\
         Connection: close\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

#[test]
fn a_wrong_content_length_stores_nothing() {
    let server = Server::start();
    let body = Decision::accept(&server).bytes();
    let length = body.len();
    for framing in [
        "Content-Length: -1\r\n".to_owned(),
        "Content-Length: x\r\n".to_owned(),
        "Content-Length: 99999999999999999999999\r\n".to_owned(),
        format!("Content-Length: {length}\r\nContent-Length: {}\r\n", length + 1),
        format!("Content-Length: {}\r\n", length - 1),
        "Content-Length: 0\r\n".to_owned(),
        String::new(),
        format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
        "Transfer-Encoding: rot13\r\n".to_owned(),
    ] {
        if let Some(answer) = exchange(server.address, &raw(&framing, &body), false) {
            assert!(matches!(answer.status, 400 | 411 | 413 | 501), "{framing}: {}", answer.status);
            assert_silent(&answer, &framing);
        }
    }
    for framing in [format!("Content-Length: {}\r\n", length + 1), "Content-Length: 4096\r\n".to_owned()] {
        // Announced and never sent.
        if let Some(answer) = exchange_and_hang_up(server.address, &raw(&framing, &body)) {
            assert_eq!(answer.status, 400, "{framing}");
        }
    }
    assert_untouched(&server);
}

#[test]
fn chunks_are_read_and_counted() {
    let server = Server::start();
    let body = Decision::accept(&server).bytes();
    let chunked = |size: usize, end: &str, body: &[u8]| {
        let mut chunks = Vec::new();
        for piece in body.chunks(size) {
            chunks.extend(format!("{:x}\r\n", piece.len()).bytes());
            chunks.extend([piece, b"\r\n"].concat());
        }
        chunks.extend(end.bytes());
        raw("Transfer-Encoding: chunked\r\n", &chunks)
    };
    let long = [&body[..], &b" ".repeat(5000)].concat();
    for size in [1000, 5000] {
        let answer = exchange(server.address, &chunked(size, "0\r\n\r\n", &long), false).unwrap();
        assert_problem(&answer, 413, None, "a long body in chunks");
    }
    for end in ["", "x\r\n\r\n", "-1\r\n\r\n", "fffffffffffffffff\r\n"] {
        if let Some(answer) = exchange_and_hang_up(server.address, &chunked(50, end, &body)) {
            assert_eq!(answer.status, 400, "{end}");
        }
    }
    assert_eq!(server.size(), 0);
    let answer = exchange(server.address, &chunked(7, "0\r\n\r\n", &body), false).unwrap();
    assert_eq!(answer.status, 201);
    assert_eq!(server.size(), 1);
    server.assert_well();
}

#[test]
fn a_page_of_another_website_decides_nothing() {
    let server = Server::start();
    let own = format!("http://{}", server.address);
    let wrong: [&[(&str, &str)]; 10] = [
        &[("Origin", "https://zq7marker.example")],
        &[("Origin", "null")],
        &[("Origin", "")],
        &[("Origin", "\u{e9}")],
        &[("Origin", "http://127.0.0.1.zq7marker.example")],
        &[("Origin", "https://zq7marker.example"), ("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Sec-Fetch-Site", "same-site")],
        &[("Sec-Fetch-Site", "Zq7marker")],
        &[("Origin", "https://zq7marker.example"), ("X-Forwarded-Host", "zq7marker.example")],
    ];
    for headers in wrong {
        let with = |request: Request| {
            headers.iter().fold(request, |request, (name, value)| request.header(name, value))
        };
        let answer = server.send(&with(Decision::accept(&server).request()));
        assert_problem(&answer, 403, None, &format!("{headers:?}"));
        let form = Request::form("/privacy/settings", &[("control".to_owned(), "accept".to_owned())]);
        let answer = server.send(&with(form));
        assert!(answer.status >= 400 && answer.status < 500, "{headers:?}: {}", answer.status);
        assert_silent(&answer, &format!("{headers:?}"));
    }
    assert_untouched(&server);
    let right: [&[(&str, &str)]; 3] = [
        &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "same-origin")],
        &[("Sec-Fetch-Site", "none")],
    ];
    for headers in right {
        let request = headers.iter().fold(
            Decision::accept(&server).request().header("Host", server.address.to_string()),
            |request, (name, value)| request.header(name, value),
        );
        server.send(&request).expect(201);
    }
}

#[test]
fn long_addresses_and_headers_are_refused_or_ignored() {
    let server = Server::start();
    for length in [2_000, 20_000, 100_000, 1_000_000] {
        let long = MARKER.repeat(length / MARKER.len());
        for request in [
            get(&format!("/{long}")),
            get(&format!("/privacy?lang={long}")),
            get("/privacy").header("Accept", &long),
            get("/privacy").header("Accept-Language", &long),
            get("/privacy/koektrommel.js").header("Accept-Encoding", &long),
            get("/privacy/koektrommel.js").header("If-None-Match", &long),
            get("/privacy/settings").header("Cookie", &long),
            get("/privacy/settings").header(&long[..1000], "1"),
            get(CONSENTS).header("Cookie", format!("__Host-koek={long}")),
            post("{}").header("Origin", &long),
            post("{}").header("Content-Type", &long),
        ] {
            // A request that is longer than the server reads may find the connection closed.
            if let Some(answer) = request.try_send(server.address) {
                assert!(answer.status < 500, "{length}: {}", answer.status);
                assert_silent(&answer, &length.to_string());
            }
        }
    }
    let many = (0..500).fold(get("/privacy"), |request, n| request.header(&format!("X-{n}"), MARKER));
    if let Some(answer) = many.try_send(server.address) {
        assert!(answer.status < 500, "{}", answer.status);
        assert_silent(&answer, "500 headers");
    }
    assert_untouched(&server);
}

#[test]
fn bytes_that_are_no_request_end_the_connection_and_no_more() {
    let server = Server::start();
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /privacy\0 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET privacy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET http://zq7marker.example/privacy HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /privacy HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /privacy HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
        b"GET /privacy HTTP/1.1\r\nBad Header: 1\r\n\r\n",
        b"GET /privacy HTTP/1.1\r\nX: \0\r\n\r\n",
        b"GET /privacy HTTP/1.1\r\nAccept: \xff\xfe\r\nAccept-Language: \xff\r\nConnection: close\r\n\r\n",
        b"CONNECT zq7marker.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ] {
        if let Some(answer) = exchange_and_hang_up(server.address, bytes) {
            assert!(answer.status < 500, "{}: {}", bytes.escape_ascii(), answer.status);
            assert_silent(&answer, &bytes.escape_ascii().to_string());
        }
    }
    assert_untouched(&server);
}

#[test]
fn whoever_hangs_up_in_the_middle_harms_nobody() {
    let server = Server::start();
    let whole = Decision::accept(&server).request().bytes("close");
    for length in [1, 20, whole.len() - 300, whole.len() - 1] {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(&whole[..length]).unwrap();
    }
    assert_untouched(&server);
}
