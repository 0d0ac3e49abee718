//! What the program tells its operator, on standard error. Never about a visitor: no address, no cookie, no
//! pseudonym, no path with a query.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

use crate::environment::variable;

/// What is told without `KOEKTROMMEL_LOG`. A request that is not HTTP is a stranger's mistake, not the operator's.
const DEFAULT: &str = "info,actix_server=warn,actix_http=off";

/// Starts logging: `KOEKTROMMEL_LOG` sets what is told (`info`, `debug`, …), `KOEKTROMMEL_LOG_FORMAT` how (`text` or
/// `json`).
///
/// # Errors
/// Names the variable that is wrong.
pub fn start() -> Result<(), String> {
    let filter = variable("KOEKTROMMEL_LOG");
    let filter = EnvFilter::builder().parse(filter.as_deref().unwrap_or(DEFAULT)).map_err(
        |_| "KOEKTROMMEL_LOG must be a level (error, warn, info, debug, trace) or a list of them by module",
    )?;
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        // Where standard error is gone or its disk is full, there is nobody left to tell.
        .log_internal_errors(false);
    // A second start in one process, as tests do, keeps the first subscriber.
    let _started = match variable("KOEKTROMMEL_LOG_FORMAT").as_deref() {
        None | Some("text") => subscriber.try_init(),
        Some("json") => subscriber.json().try_init(),
        Some(_) => return Err("KOEKTROMMEL_LOG_FORMAT must be text or json".to_owned()),
    };
    Ok(())
}
