//! The body of a request: whole, not too long, and not waited for without end.

use std::time::Duration;

use actix_web::{
    HttpRequest,
    http::header,
    web::{Bytes, Payload},
};

use super::problem::Problem;

/// The longest body that any address takes, in bytes.
const LONGEST: usize = 4096;
/// How long a body may take to arrive; the slowest telephone sends four kilobytes in a second or two.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reads the body.
///
/// # Errors
/// 413 where it is longer than 4096 bytes, 400 where it does not arrive.
pub(super) async fn read(payload: Payload) -> Result<Bytes, Problem> {
    let body = tokio::time::timeout(PATIENCE, payload.to_bytes_limited(LONGEST)).await;
    let broken = || Problem::malformed("The body did not arrive whole.");
    let too_large = |_| Problem::too_large("The body must not be longer than 4096 bytes.");
    body.map_err(|_| broken())?.map_err(too_large)?.map_err(|_| broken())
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
