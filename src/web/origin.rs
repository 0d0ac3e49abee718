//! Where a request comes from: state is changed only for our own pages and those of the sites.

use actix_web::{HttpRequest, http::header};

use super::problem::Problem;
use crate::app::App;

/// Refuses a request that another website's page made.
///
/// A browser tells with `Sec-Fetch-Site` and `Origin`; a request with neither was not made by a page. `Origin`
/// must be the address the request was sent to, or one of the sites' origins.
pub fn check(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let refused = || Problem::forbidden("This request came from a page of another website.");
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return match text("sec-fetch-site") {
            None | Some("same-origin" | "none") => Ok(()),
            Some(_) => Err(refused()),
        };
    };
    let is_own = text(header::HOST.as_str()).is_some_and(|host| {
        origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(host)
    });
    let is_of_site = || app.config.sites.iter().any(|site| site.origins.iter().any(|known| known == origin));
    if is_own || is_of_site() { Ok(()) } else { Err(refused()) }
}
