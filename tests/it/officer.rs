//! The officer's road: an account from the command line, a way in, a download that is recorded and proves itself.

mod access;
mod download;
mod look_up;
mod pack;
mod verify;
mod visitors;

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{Finished, Request, Response, Server, get, koektrommel, program::koektrommel_with};

const PASSWORD: &str = "een lang wachtwoord";
const API: &str = "/officer/api/v1/consents";

/// `koektrommel officer …` on the folder of a server, running or not.
fn command(server: &Server, words: &[&str]) -> Finished {
    let data = server.data();
    koektrommel_with(
        [&["officer"], words, &["--data", data.to_str().unwrap()]].concat(),
        &format!("{PASSWORD}\n"),
    )
}

fn add(server: &Server, name: &str, role: &str) {
    command(server, &["add", name, "--role", role, "--password-stdin"]).well();
}

/// The `Authorization` of a new token.
fn token(server: &Server, name: &str) -> String {
    format!("Bearer {}", command(server, &["token", name]).well().stdout.trim())
}

/// A server with one officer, and the officer's token.
pub(crate) fn server_with_officer() -> (Server, String) {
    let server = Server::start();
    add(&server, "anna", "officer");
    let token = token(&server, "anna");
    (server, token)
}

/// A server with one officer who has signed in, and the cookie of the session.
pub(crate) fn signed_in() -> (Server, String) {
    let (server, _) = server_with_officer();
    let inside =
        server.send(&form("/officer/sign-in", &[("name", "anna"), ("password", PASSWORD)])).expect(303);
    let cookie = inside.set_cookie("__Host-koek_officer").unwrap();
    (server, cookie)
}

fn download(server: &Server, token: &str, query: &str) -> Response {
    server.send(&get(&format!("{API}?{query}")).header("Authorization", token))
}

/// The manifest that a download names. It is there once the download has been recorded as ended.
fn manifest(server: &Server, token: &str, download: &Response) -> Value {
    let link = download.header("link").unwrap();
    let path = link.split(['<', '>']).nth(1).unwrap();
    let request = get(path).header("Authorization", token);
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = server.send(&request);
        if answer.status == 200 {
            return answer.json();
        }
        assert!(answer.status == 404 && Instant::now() < deadline, "{}", answer.text());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a page of ours sends: browsers say that it comes from us.
fn form(path: &str, fields: &[(&str, &str)]) -> Request {
    let fields: Vec<_> =
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Request::form(path, &fields).header("Sec-Fetch-Site", "same-origin")
}

/// `koektrommel verify …`
fn verify(words: &[&str]) -> Finished {
    koektrommel([&["verify"], words].concat())
}
