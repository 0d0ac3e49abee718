//! What the program tells its operator, on standard error. Never about a visitor: no address, no cookie, no
//! pseudonym, no path with a query.

use tracing_subscriber::EnvFilter;

/// Starts logging: `KOEKTROMMEL_LOG` sets the level (`info` without it), `KOEKTROMMEL_LOG_FORMAT=json` the form.
pub fn start() {
    let filter = EnvFilter::try_from_env("KOEKTROMMEL_LOG")
        .unwrap_or_else(|_| EnvFilter::new("info,actix_server=warn"));
    let subscriber =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    let is_json = std::env::var("KOEKTROMMEL_LOG_FORMAT").is_ok_and(|form| form == "json");
    // A second start in one process, as tests do, keeps the first subscriber.
    let _started = if is_json { subscriber.json().try_init() } else { subscriber.try_init() };
}
