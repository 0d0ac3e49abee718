//! The four functional uses of cookies: what a visitor sets, fills in, and hands to the next page.

mod modes;
mod page;
mod preferences;
mod sealed;

use serde_json::Value;

use crate::support::{Request, Response, Server};

/// What is set from a closed list.
const PREFERENCES: &str = "/privacy/api/v1/preferences";
/// The cookie of the display settings.
const DISPLAY: &str = "__Host-koek_display";

/// A request with a JSON body.
fn json(method: &str, target: &str, body: &Value) -> Request {
    Request::new(method, target).header("Content-Type", "application/json").body(body.to_string())
}

/// Sets something of a purpose on a device with this cookie.
fn set(server: &Server, purpose: &str, values: &Value, cookie: &str) -> Response {
    let body = serde_json::json!({ "site": "wsn", "values": values });
    server.send(&json("PUT", &format!("{PREFERENCES}/{purpose}"), &body).cookie(cookie))
}

/// The whole `Set-Cookie` header for this name.
fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers("set-cookie").find(|header| header.split('=').next() == Some(name))
}
