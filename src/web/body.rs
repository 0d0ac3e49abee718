//! The body of a request: whole, not too long, and not waited for without end.

use std::time::Duration;

use actix_web::web::{Bytes, Payload};

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
