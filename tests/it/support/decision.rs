//! Right decisions, to be sent as they are or made wrong in one way.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Value, json};

use super::{Request, Response, Server};

/// Where decisions go.
pub(crate) const CONSENTS: &str = "/privacy/api/v1/consents";
/// Where the notice is.
pub(crate) const NOTICE: &str = "/privacy/api/v1/notice";
/// The choice cookie.
pub(crate) const COOKIE: &str = "__Host-koek";

/// The body of a decision.
#[derive(Clone, Debug)]
pub(crate) struct Decision(pub(crate) Value);

impl Decision {
    /// A person presses a button of the banner of this notice, in Dutch, and grants this.
    pub(crate) fn on(notice: &str, control: &str, preferences: bool, display: bool) -> Self {
        Self(json!({
            "id": new_id(),
            "site": "wsn",
            "notice": notice,
            "language": "nl",
            "layer": "banner",
            "control": control,
            "actor": "person",
            "choices": { "preferences": preferences, "display": display },
        }))
    }

    pub(crate) fn accept(server: &Server) -> Self {
        Self::on(&notice(server, "nl"), "accept", true, true)
    }

    pub(crate) fn refuse(server: &Server) -> Self {
        Self::on(&notice(server, "nl"), "refuse", false, false)
    }

    pub(crate) fn save(server: &Server, preferences: bool, display: bool) -> Self {
        Self::on(&notice(server, "nl"), "save", preferences, display)
    }

    pub(crate) fn withdraw(server: &Server) -> Self {
        Self::on(&notice(server, "nl"), "withdraw", false, false)
    }

    /// With one member set to something else.
    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.0[member] = value.into();
        self
    }

    /// Without one member.
    pub(crate) fn without(mut self, member: &str) -> Self {
        self.0.as_object_mut().unwrap().remove(member);
        self
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.0).unwrap()
    }

    pub(crate) fn request(&self) -> Request {
        post(self.bytes())
    }

    /// Sends it from a device without cookies.
    pub(crate) fn send(&self, server: &Server) -> Response {
        server.send(&self.request())
    }

    /// Sends it from a device with this cookie.
    pub(crate) fn send_with(&self, server: &Server, cookie: &str) -> Response {
        server.send(&self.request().cookie(cookie))
    }
}

/// A body of any kind to the address of decisions.
pub(crate) fn post(body: impl Into<Vec<u8>>) -> Request {
    Request::post(CONSENTS, "application/json", body)
}

/// The hash of the notice that is served now.
pub(crate) fn notice(server: &Server, language: &str) -> String {
    let answer = server.get(&format!("{NOTICE}?lang={language}")).expect(200).json();
    answer["notice"].as_str().unwrap().to_owned()
}

/// A UUIDv7 that nobody had before.
pub(crate) fn new_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1_795_000_000_000);
    let random: [u8; 10] = koektrommel::keys::random().unwrap();
    let time = NEXT.fetch_add(1, Ordering::Relaxed);
    uuid::Builder::from_unix_timestamp_millis(time, &random).into_uuid().to_string()
}
