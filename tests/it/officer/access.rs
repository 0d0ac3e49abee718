//! Who gets in.

use std::time::{Duration, Instant};

use super::{API, PASSWORD, add, command, form, server_with_officer, token};
use crate::support::{Request, Server, get};

const COOKIE: &str = "__Host-koek_officer";

#[test]
fn accounts_and_tokens_work_while_the_server_runs() {
    let (server, first) = server_with_officer();
    let made = command(&server, &["token", "anna"]).well();
    assert_eq!(made.stdout.lines().count(), 1, "the token alone: {}", made.stdout);
    assert!(!made.stdout.trim().contains(' ') && made.stdout.trim().len() > 30);
    let second = format!("Bearer {}", made.stdout.trim());
    let status = |token: &str| server.send(&get(API).header("Authorization", token)).status;
    assert_eq!((status(&first), status(&second)), (200, 200));
    let file = std::fs::read_to_string(server.data().join("accounts.json")).unwrap();
    for secret in [PASSWORD, first.trim_start_matches("Bearer "), made.stdout.trim()] {
        assert!(!file.contains(secret) && !server.output().contains(secret));
    }
    command(&server, &["revoke", "anna"]).well();
    assert_eq!((status(&first), status(&second)), (401, 401));
    command(&server, &["remove", "anna"]).well();
    assert!(!command(&server, &["list"]).well().stdout.contains("anna"));
}

#[test]
fn what_cannot_be_an_account_is_refused_in_one_sentence() {
    let (server, _) = server_with_officer();
    command(&server, &["add", "anna", "--role", "officer", "--password-stdin"]).refused(1);
    command(&server, &["token", "nobody"]).refused(1);
    command(&server, &["remove", "nobody"]).refused(1);
    let data = server.data();
    let short =
        ["officer", "add", "bert", "--role", "officer", "--password-stdin", "--data", data.to_str().unwrap()];
    for password in ["", "\n", "kort\n"] {
        crate::support::program::koektrommel_with(short, password).refused(1);
    }
    assert_eq!(command(&server, &["add", "bert", "--role", "king", "--password-stdin"]).code, Some(2));
}

#[test]
fn signing_in_and_out() {
    let (server, _) = server_with_officer();
    let led = server.get("/officer?lang=en").expect(303);
    let sign_in = led.header("location").unwrap();
    assert!(sign_in.starts_with("/officer/sign-in?"), "{sign_in}");
    let page = server.get(sign_in).expect(200);
    assert_eq!(page.header("cache-control"), Some("no-store"));
    assert!(page.text().contains("type=\"password\"") && page.text().contains("lang=\"en\""));

    for (name, password) in
        [("anna", "Zq7marker wrong"), ("nobody", PASSWORD), ("", ""), ("Zq7marker <b>", "x")]
    {
        let wrong = server.send(&form(sign_in, &[("name", name), ("password", password)]));
        assert_eq!((wrong.status, wrong.headers("set-cookie").count()), (403, 0), "{name}");
        assert!(!wrong.text().contains("Zq7marker"), "{name}");
    }
    let inside = server.send(&form(sign_in, &[("name", "anna"), ("password", PASSWORD)])).expect(303);
    assert!(inside.header("location").unwrap().starts_with("/officer?"));
    let header = inside.headers("set-cookie").next().unwrap();
    for attribute in ["HttpOnly", "Secure", "Path=/", "SameSite=Strict"] {
        assert!(header.contains(attribute), "{header}");
    }
    let cookie = inside.set_cookie(COOKIE).unwrap();
    let console = server.send(&get("/officer?lang=en").cookie(&cookie)).expect(200);
    assert_eq!(console.header("cache-control"), Some("no-store"));
    assert!(console.text().contains("Nothing has been downloaded yet."));
    server.send(&get(API).cookie(&cookie)).expect(200);

    // Another website's page cannot use the session, nor sign anybody in or out.
    let elsewhere = get(API).cookie(&cookie).header("Sec-Fetch-Site", "cross-site");
    server.send(&elsewhere).expect(401);
    for origin in [Some("https://elsewhere.example"), None] {
        let out = Request::form("/officer/sign-out", &[]).cookie(&cookie);
        let out = origin.map_or(out.clone(), |origin| out.header("Origin", origin));
        server.send(&out).expect(403);
    }
    server.send(&get("/officer").cookie(&cookie)).expect(200);

    let out = server.send(&form("/officer/sign-out", &[]).cookie(&cookie)).expect(303);
    assert!(out.headers("set-cookie").next().unwrap().contains("Max-Age=0"));
    server.send(&get("/officer").cookie(&cookie)).expect(303);
    server.send(&get(API).cookie(&cookie)).expect(401);
}

#[test]
fn a_session_ends_with_the_password_the_account_and_the_server() {
    let (mut server, _) = server_with_officer();
    let sign_in = |server: &Server| {
        let inside = form("/officer/sign-in", &[("name", "anna"), ("password", PASSWORD)]);
        server.send(&inside).expect(303).set_cookie(COOKIE).unwrap()
    };
    let cookie = sign_in(&server);
    command(&server, &["password", "anna", "--password-stdin"]).well();
    server.send(&get("/officer").cookie(&cookie)).expect(303);
    let cookie = sign_in(&server);
    server.restart();
    server.send(&get("/officer").cookie(&cookie)).expect(303);
    for forged in ["", "x", &"A".repeat(43), &"é".repeat(20), &"x".repeat(4000)] {
        server.send(&get("/officer").cookie(&format!("{COOKIE}={forged}"))).expect(303);
        server.send(&get(API).cookie(&format!("{COOKIE}={forged}"))).expect(401);
    }
    server.assert_well();
}

#[test]
fn guessing_is_slowed_down_and_the_token_goes_on() {
    let (server, token) = server_with_officer();
    let guess = form("/officer/sign-in", &[("name", "anna"), ("password", "not the password")]);
    let right = form("/officer/sign-in", &[("name", "anna"), ("password", PASSWORD)]);
    let mut guesses = 0;
    // The wait doubles: on whatever machine, one comes that is longer than it takes to ask twice.
    loop {
        let asked = Instant::now();
        let answer = server.send(&guess);
        if answer.status == 403 {
            guesses += 1;
            assert!(guesses <= 12, "{guesses} guesses were not slowed down");
            continue;
        }
        assert!(guesses >= 3, "only {guesses} guesses were free");
        let wait: u64 = answer.expect(429).header("retry-after").unwrap().parse().unwrap();
        assert!(wait >= 1);
        // The right password must wait as well, or waiting would tell.
        let status = server.send(&right).status;
        // The server counts whole seconds.
        if asked.elapsed() + Duration::from_secs(1) < Duration::from_secs(wait) {
            assert_eq!(status, 429);
            break;
        }
        if status == 303 {
            // It had waited long enough, and what came before is forgotten.
            guesses = 0;
        }
    }
    server.send(&get(API).header("Authorization", &token)).expect(200);
}

#[test]
fn only_officers_read_the_log() {
    let (server, officer) = server_with_officer();
    let others: Vec<_> = ["webteam", "board", "admin"]
        .iter()
        .map(|role| {
            let name = format!("a-{role}");
            add(&server, &name, role);
            token(&server, &name)
        })
        .collect();
    // One download, so that there is a manifest.
    let done = super::download(&server, &officer, "").expect(200);
    super::manifest(&server, &officer, &done);
    let size = server.size();
    for path in [API.to_owned(), "/officer/api/v1/downloads/0".to_owned()] {
        for other in &others {
            let answer = server.send(&get(&path).header("Authorization", other)).expect(403);
            assert_eq!(answer.json()["type"], "urn:koektrommel:problem:forbidden");
        }
        for stranger in [
            "",
            "Bearer",
            "Bearer x",
            "Basic YTpi",
            "Bearer é",
            &officer.replace("Bearer", "Token"),
            &officer[..20],
        ] {
            let answer = server.send(&get(&path).header("Authorization", stranger)).expect(401);
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{stranger}");
            assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        }
        for method in ["POST", "PUT", "DELETE"] {
            let answer =
                server.send(&Request::new(method, &path).header("Authorization", &officer)).expect(405);
            assert!(answer.header("allow").unwrap().contains("GET"));
        }
    }
    assert_eq!(server.size(), size, "who may not read leaves no record of having read");
}

/// The link that a server without accounts prints, after its addresses.
fn first_link(server: &Server) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let output = server.output();
        let complete = output.rsplit_once('\n').map_or("", |(complete, _)| complete);
        let link = complete.split_whitespace().find(|word| word.contains("/officer/welcome?token="));
        if let Some(link) = link {
            return link.to_owned();
        }
        assert!(Instant::now() < deadline, "no link in:\n{output}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_link_for_the_first_officer_works_once() {
    let server = Server::start();
    let link = first_link(&server);
    let path = &link[link.find("/officer").unwrap()..];
    let token = path.split_once('=').unwrap().1;
    assert!(server.get(path).expect(200).text().contains("autocomplete=\"new-password\""));
    let welcome = |token: &str| {
        form(
            "/officer/welcome",
            &[("token", token), ("name", "eva"), ("password", PASSWORD), ("again", PASSWORD)],
        )
    };
    server.send(&welcome("x")).expect(410);
    let inside = server.send(&welcome(token)).expect(303);
    server.send(&get("/officer").cookie(&inside.set_cookie(COOKIE).unwrap())).expect(200);
    server.send(&welcome(token)).expect(410);
    server.get(path).expect(410);
}
