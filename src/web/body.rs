//! The body of a request: whole, not too long, and not waited for without end.

use std::{future::Future, pin::Pin, time::Duration};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, dev,
    error::InternalError,
    http::header,
    web::{Bytes, Payload},
};
use serde::de::DeserializeOwned;

use super::problem::{self, Problem};

/// The longest body that an address for visitors takes, in bytes.
const LONGEST: usize = 4096;
/// The longest form of an officer, in bytes: a password may have 1024, which become three times as many on the way.
const LONGEST_FORM: usize = 8 * 1024;
/// How long a body may take to arrive; the slowest telephone sends four kilobytes in a second or two.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the body.
///
/// # Errors
/// 413 where it is longer than 4096 bytes, 408 where it takes too long, 400 where it breaks off.
pub(super) async fn read(payload: Payload) -> Result<Bytes, Problem> {
    read_up_to(payload, LONGEST).await
}

async fn read_up_to(payload: Payload, longest: usize) -> Result<Bytes, Problem> {
    let body = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(longest)).await;
    // Not 400: what is slow today is to be sent again, and what is malformed is not.
    let slow = |_| Problem::too_slow("The body took too long to arrive: send it again.");
    let too_large = |_| Problem::too_large(format!("The body must not be longer than {longest} bytes."));
    let broken = |_| Problem::malformed("The body did not arrive whole.");
    body.map_err(slow)?.map_err(too_large)?.map_err(broken)
}

/// The fields of a form of an officer, as the argument of a handler; what cannot be read is answered here.
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let (request, payload) = (request.clone(), Payload::from_request(request, payload).into_inner());
        Box::pin(async move {
            let fields = async {
                let body = read_up_to(payload.map_err(|_| unread())?, LONGEST_FORM).await?;
                let is_form =
                    request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded");
                let fields = if is_form { serde_urlencoded::from_bytes(&body).ok() } else { None };
                fields.ok_or_else(unread)
            };
            fields.await.map(Self).map_err(|problem| {
                InternalError::from_response("form", problem::answer(&request, &problem)).into()
            })
        })
    }
}

fn unread() -> Problem {
    Problem::malformed("The form could not be read.")
}

/// Reads the body if it is JSON.
///
/// # Errors
/// 415 where it is of another type, and as [`read`].
pub(super) async fn read_json(request: &HttpRequest, payload: Payload) -> Result<Bytes, Problem> {
    let media_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let (essence, parameters) = media_type.split_once(';').unwrap_or((media_type, ""));
    let is_utf8 = parameters.trim().is_empty() || parameters.trim().eq_ignore_ascii_case("charset=utf-8");
    if !essence.trim().eq_ignore_ascii_case("application/json") || !is_utf8 {
        return Err(Problem::wrong_type("The body must be `application/json`."));
    }
    read(payload).await
}
