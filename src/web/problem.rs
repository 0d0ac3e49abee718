//! Errors as the world sees them: RFC 9457 problem documents on the API, pages in the visitor's language
//! elsewhere. Input is never repeated in them.

use std::{
    fmt,
    future::{Ready, ready},
};

use actix_web::{
    HttpRequest, HttpResponse, ResponseError,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::Data,
};
use koektrommel_core::error::Malformed;
use serde::Serialize;

use super::pages;
use crate::{
    app::App,
    keys::{self, KeyError},
    ledger::SubmitError,
    store::StoreError,
};

/// A problem document. Boxed, since it is the rare half of every result.
#[derive(Clone, Debug)]
pub struct Problem(Box<Document>);

#[derive(Clone, Debug, Serialize)]
struct Document {
    /// `urn:koektrommel:problem:` and the kind.
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(serialize_with = "status_code")]
    status: StatusCode,
    detail: String,
    /// Names this one occurrence, for whoever asks about it.
    instance: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    /// The notice that is served now, where another one was decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
    #[serde(skip)]
    retry_after: Option<u32>,
    #[serde(skip)]
    challenge: Option<&'static str>,
}

/// The kinds of problem: what stands behind `type`, the status, and the title.
macro_rules! problems {
    ($($(#[$doc:meta])* $name:ident: $slug:literal, $status:ident, $title:literal;)*) => {
        impl Problem {
            $($(#[$doc])*
            #[must_use]
            pub fn $name(detail: impl Into<String>) -> Self {
                Self::new($slug, StatusCode::$status, $title, detail.into())
            })*
        }
    };
}

problems! {
    /// It could not be read at all.
    malformed: "malformed", BAD_REQUEST, "The request could not be read";
    /// Who is there?
    unauthenticated: "unauthenticated", UNAUTHORIZED, "Sign in first";
    /// Not for this person or from this place.
    forbidden: "forbidden", FORBIDDEN, "Not allowed";
    /// There is nothing here.
    missing: "not-found", NOT_FOUND, "Not found";
    /// The address is right, the method is not.
    wrong_method: "method-not-allowed", METHOD_NOT_ALLOWED, "Method not allowed";
    /// It holds, and is ended before it can go.
    still_stands: "still-stands", CONFLICT, "This consent still stands";
    /// The id was used before for something else.
    reused: "id-reused", CONFLICT, "This id was used before";
    /// The notice is no longer the one in force.
    outdated: "notice-outdated", CONFLICT, "The notice has changed";
    /// It did not come in time; to be sent again.
    too_slow: "too-slow", REQUEST_TIMEOUT, "The request took too long";
    /// Too long.
    too_large: "too-large", PAYLOAD_TOO_LARGE, "The request is too large";
    /// Another media type than JSON.
    wrong_type: "unsupported-media-type", UNSUPPORTED_MEDIA_TYPE, "Unsupported media type";
    /// A field is wrong.
    invalid: "invalid", UNPROCESSABLE_ENTITY, "A field is not right";
    /// Too many at once, from here.
    too_many: "too-many-requests", TOO_MANY_REQUESTS, "Too many requests";
    /// Our fault.
    internal: "internal", INTERNAL_SERVER_ERROR, "Something went wrong here";
    /// Not now.
    unavailable: "unavailable", SERVICE_UNAVAILABLE, "Not available at the moment";
}

impl Problem {
    fn new(slug: &str, status: StatusCode, title: &'static str, detail: String) -> Self {
        let kind = format!("urn:koektrommel:problem:{slug}");
        // Only a name: without random bytes it is the same for every problem.
        let instance = uuid::Builder::from_random_bytes(keys::random().unwrap_or_default()).into_uuid();
        let instance = instance.urn().to_string();
        Self(Box::new(Document {
            kind,
            title,
            status,
            detail,
            instance,
            field: None,
            notice: None,
            retry_after: None,
            challenge: None,
        }))
    }

    /// Names the field that is wrong.
    #[must_use]
    pub fn field(mut self, field: &'static str) -> Self {
        self.0.field = Some(field);
        self
    }

    /// Says after how many seconds to come back.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after = Some(seconds);
        self
    }

    /// Names the notice that is served now.
    #[must_use]
    pub fn current_notice(mut self, notice: String) -> Self {
        self.0.notice = Some(notice);
        self
    }

    /// Says how to authenticate (RFC 9110, 11.6.1).
    #[must_use]
    pub fn challenge(mut self, scheme: &'static str) -> Self {
        self.0.challenge = Some(scheme);
        self
    }

    /// The status that it is answered with.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.status
    }
}

impl From<Malformed> for Problem {
    fn from(error: Malformed) -> Self {
        Self::invalid(error.to_string()).field(error.what)
    }
}

impl From<SubmitError> for Problem {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Busy => {
                Self::unavailable("Many decisions are being recorded: try again.").retry_after(1)
            }
            SubmitError::Unavailable => {
                Self::unavailable("The decision was not recorded: try again in a minute.").retry_after(60)
            }
            SubmitError::Reused => {
                Self::reused("`id` was used before for another decision: make a new one for each click.")
                    .field("id")
            }
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the store could not be read");
        match error {
            StoreError::Conflict | StoreError::Unavailable(_) => {
                Self::unavailable("The log cannot be read: try again in a minute.").retry_after(60)
            }
            StoreError::Corrupt(_) => {
                Self::internal("A part of the log is damaged. The operator has been told.")
            }
        }
    }
}

impl From<KeyError> for Problem {
    fn from(error: KeyError) -> Self {
        tracing::error!(%error, "a key could not be used");
        Self::internal("A key on the server cannot be used. The operator has been told.")
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = HttpResponse::build(self.0.status);
        answer.content_type("application/problem+json");
        if let Some(seconds) = self.0.retry_after {
            answer.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(scheme) = self.0.challenge {
            answer.insert_header((header::WWW_AUTHENTICATE, HeaderValue::from_static(scheme)));
        }
        answer.body(serde_json::to_vec(&self.0).unwrap_or_default())
    }
}

/// The answer where no route is.
pub(super) async fn not_found(request: HttpRequest) -> HttpResponse {
    answer(&request, &Problem::missing("There is nothing at this address."))
}

/// The answer where the address is right and the method is not.
pub(super) fn method_not_allowed(
    allowed: &'static str,
) -> impl Fn(HttpRequest) -> Ready<HttpResponse> + Clone {
    move |request| {
        let mut answer = answer(&request, &Problem::wrong_method("This address does not take this method."));
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
        ready(answer)
    }
}

/// A problem document on the APIs, a page elsewhere.
pub(super) fn answer(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    let app = request.app_data::<Data<App>>();
    let is_api = app.is_some_and(|app| is_api(&app.config.mount, request.path()));
    if is_api { problem.error_response() } else { pages::error(request, problem) }
}

/// Whether an address belongs to an API: the public one under the mount, or the officers'.
fn is_api(mount: &str, path: &str) -> bool {
    path.strip_prefix(mount)
        .or_else(|| path.strip_prefix("/officer"))
        .is_some_and(|rest| rest.starts_with("/api/"))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn status_code<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::is_api;

    #[test]
    fn an_api_is_known_by_where_it_begins() {
        for mount in ["/privacy", "/api/privacy"] {
            for (path, is) in [("/api/v1/consents", true), ("/settings", false), ("/x/api/v1", false)] {
                assert_eq!(is_api(mount, &format!("{mount}{path}")), is, "{mount}{path}");
            }
            assert!(is_api(mount, "/officer/api/v1/consents"));
            assert!(!is_api(mount, "/officer/sign-in"));
            assert!(!is_api(mount, "/demo/api/x"));
        }
    }
}
