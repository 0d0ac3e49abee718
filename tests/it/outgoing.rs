//! A whole session under `strace`: the server answers who comes to it and goes to nobody itself.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use crate::support::{
    Decision, Request, Server,
    decision::{CONSENTS, COOKIE, NOTICE},
    get, koektrommel,
    program::{koektrommel_with, strace},
    server::Options,
};

/// Every call that reaches another machine or program, or that could hide one that does.
const TRACED: &str = "trace=connect,sendto,sendmsg,sendmmsg,accept,accept4,io_uring_setup";

/// The lines of a trace on which something was sent to an address, rather than to who had come.
fn outgoing(trace: &str) -> Vec<&str> {
    let goes_out = |line: &&str| {
        // The socket for commands, in the data folder, leads nowhere else.
        if line.contains("sa_family=AF_UNIX, sun_path=\"/proc/self/fd/") && line.contains("/control\"") {
            return false;
        }
        let call = line.trim_start().split_once(' ').map_or("", |(_, call)| call.trim_start());
        match call.split('(').next().unwrap_or_default() {
            "connect" | "io_uring_setup" => true,
            "sendto" if !call.ends_with("<unfinished ...>") => !call.contains(", NULL, 0"),
            "sendmsg" | "sendmmsg" => call.contains("msg_name={"),
            // Of a call in two halves either may say where it went.
            "sendto" => call.contains("sa_family="),
            _ => call.starts_with("<... sendto resumed>") && call.contains("sa_family="),
        }
    };
    trace.lines().filter(goes_out).collect()
}

/// What the tracer wrote, once it has seen the end of the program.
fn finished(trace: &Path) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let text = fs::read_to_string(trace).unwrap();
        let leader = text.split(' ').next().unwrap_or_default().to_owned();
        let is_end = |line: &str| line.starts_with(&leader) && line.ends_with("+++");
        if !leader.is_empty() && text.lines().any(is_end) {
            return text;
        }
        assert!(Instant::now() < deadline, "the trace does not show the end:\n{text}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_server_opens_no_connection_of_its_own() {
    let temp = tempfile::tempdir().unwrap();
    let trace = temp.path().join("trace");
    let mut under = strace(["-s", "16", "-e", TRACED, "-o"]);
    under.push(trace.clone().into());
    let mut server = Server::start_with(Options { under, ..Options::default() });

    let mut asked = 0;
    let mut send = |request: Request| {
        asked += 1;
        server.send(&request)
    };
    for path in [
        "/",
        "/privacy",
        "/privacy/cookies",
        "/privacy/settings",
        "/privacy/koektrommel.js",
        "/privacy/log/key",
        "/privacy/nowhere",
        "/officer",
        "/officer/sign-in",
        "/healthz",
        "/readyz",
        NOTICE,
    ] {
        // Names that somebody may want to look up or to tell.
        send(get(path).header("Host", "www.wsn.example").header("X-Forwarded-For", "203.0.113.77"));
    }
    let yes = send(Decision::accept(&server).request()).expect(201);
    let cookie = yes.set_cookie(COOKIE).unwrap();
    send(get(yes.json()["receipt"].as_str().unwrap())).expect(200);
    send(get(CONSENTS).cookie(&cookie)).expect(200);
    send(get("/privacy/api/v1/choice").cookie(&cookie)).expect(200);
    send(Decision::withdraw(&server).request().cookie(&cookie)).expect(201);
    send(Decision::refuse(&server).request().header("Origin", "https://evil.example")).expect(403);
    send(get("/privacy/log/checkpoint")).expect(200);
    let data = server.data();
    let data = data.to_str().unwrap();
    let add = ["officer", "add", "anna", "--role", "officer", "--password-stdin", "--data", data];
    koektrommel_with(add, "een lang wachtwoord\n").well();
    let token = koektrommel(["officer", "token", "anna", "--data", data]).well().stdout;
    for format in ["csv", "ndjson"] {
        let download = get(&format!("/officer/api/v1/consents?format={format}"));
        send(download.header("Authorization", format!("Bearer {}", token.trim()))).expect(200);
    }
    server.assert_well();
    assert_eq!(server.stop(), Some(0));

    let text = finished(&trace);
    let accepted = text.lines().filter(|line| line.contains("accept") && line.contains(") = ")).count();
    assert!(accepted >= asked, "the trace misses what came in: {accepted} of {asked}");
    assert_eq!(outgoing(&text), [] as [&str; 0]);
}

#[test]
fn a_connection_in_a_trace_is_seen() {
    for line in [
        "7 connect(9, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr(\"192.0.2.1\")}, 16) = 0",
        "7  connect(9, {sa_family=AF_UNIX, sun_path=\"/var/run/nscd/socket\"}, 110) = -1 ENOENT",
        "7 connect(9, {sa_family=AF_INET}, 16 <unfinished ...>",
        "7 sendto(9, \"q\", 1, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16) = 1",
        "7 <... sendto resumed>{sa_family=AF_INET, sin_port=htons(53)}, 16) = 1",
        "7 sendto(9, \"q\", 1, 0, {sa_family=AF_INET, sin_port=htons(53)}, 16 <unfinished ...>",
        "7 sendmsg(9, {msg_name={sa_family=AF_INET}, msg_namelen=16}, 0) = 1",
        "7 io_uring_setup(8, {}) = 9",
    ] {
        assert_eq!(outgoing(line), [line]);
    }
    for line in [
        "7 sendto(9, \"HTTP/1.1 200 OK\\r\\n\"..., 120, MSG_NOSIGNAL, NULL, 0) = 120",
        "7 sendto(9, \"HTTP/1.1 200 OK\\r\\n\"..., 120, MSG_NOSIGNAL, NULL, 0 <unfinished ...>",
        "7 <... sendto resumed>, NULL, 0) = 120",
        "5878  <... sendto resumed>)             = 5",
        "7 accept4(8, {sa_family=AF_INET, sin_port=htons(4711)}, [128 => 16], SOCK_CLOEXEC) = 9",
        "7 +++ exited with 0 +++",
    ] {
        assert_eq!(outgoing(line), [] as [&str; 0]);
    }
}
