//! Where a request comes from: state is changed only for our own pages and those of the sites, and only pages on
//! another host that a site names may read the API's answers (CORS, Fetch Standard 3.2).

use actix_cors::Cors;
use actix_web::{
    HttpRequest,
    http::{Method, header},
    middleware::Condition,
};

use super::problem::Problem;
use crate::{app::App, config::Config, cookie::Mode};

/// For how long a browser may remember that a request is allowed, in seconds.
const REMEMBERED: usize = 600;

/// Refuses a request that another website's page made.
///
/// A browser tells with `Sec-Fetch-Site` and `Origin`; a request with neither was not made by a page. `Origin`
/// must be the address the request was sent to, or one of a site's origins; and where the browser says how far away
/// that is, it must be as far as the site's mode allows.
pub fn check(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let refused = || Problem::forbidden("This request came from a page of another website.");
    let text = |name: &str| request.headers().get(name).map(|value| value.to_str().unwrap_or(""));
    let distance = text("sec-fetch-site");
    let Some(origin) = text(header::ORIGIN.as_str()) else {
        return if is_near(distance) { Ok(()) } else { Err(refused()) };
    };
    let is_own = || {
        text(header::HOST.as_str()).is_some_and(|host| {
            origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(host)
        })
    };
    let is_of_site =
        || app.config.sites.iter().any(|site| site.has(origin) && is_within(&site.mode, distance));
    if (is_near(distance) && is_own()) || is_of_site() { Ok(()) } else { Err(refused()) }
}

/// Not from another origin, as far as the browser tells.
fn is_near(distance: Option<&str>) -> bool {
    matches!(distance, None | Some("same-origin" | "none"))
}

/// Whether a request from this far can have come from the pages of a site of this mode.
fn is_within(mode: &Mode, distance: Option<&str>) -> bool {
    match mode {
        Mode::SameOrigin => is_near(distance),
        Mode::Sibling(_) => is_near(distance) || distance == Some("same-site"),
        Mode::CrossSite => is_near(distance) || matches!(distance, Some("same-site" | "cross-site")),
    }
}

/// Lets the pages of sites with another host read the API, with the cookies of their visitors: these origins by
/// name, and no other. Where pages and server share an origin there is nothing to allow.
pub(super) fn sharing(config: &Config) -> Condition<Cors> {
    let elsewhere = config.sites.iter().filter(|site| site.mode != Mode::SameOrigin);
    let origins: Vec<&String> = elsewhere.flat_map(|site| &site.origins).collect();
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE])
        .allowed_header(header::CONTENT_TYPE)
        .supports_credentials()
        .max_age(REMEMBERED);
    let cors = origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin));
    Condition::new(!origins.is_empty(), cors)
}

#[cfg(test)]
mod tests {
    use super::is_within;
    use crate::cookie::{Domain, Mode};

    #[test]
    fn a_request_comes_from_as_far_as_the_mode_says() {
        let sibling = Mode::Sibling(Domain::parse("wsn.example").unwrap());
        for (distance, as_mode_says) in [
            (None, [true, true, true]),
            (Some("none"), [true, true, true]),
            (Some("same-origin"), [true, true, true]),
            (Some("same-site"), [false, true, true]),
            (Some("cross-site"), [false, false, true]),
            (Some("elsewhere"), [false, false, false]),
        ] {
            let found = [&Mode::SameOrigin, &sibling, &Mode::CrossSite].map(|mode| is_within(mode, distance));
            assert_eq!(found, as_mode_says, "{distance:?}");
        }
    }
}
