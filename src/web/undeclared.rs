//! `POST /privacy/api/v1/undeclared`: a page tells which names on the device the notice does not account for.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Payload},
};
use koektrommel_core::identifier::SiteId;
use serde::Deserialize;

use super::{body, origin, problem::Problem};
use crate::{app::App, undeclared::Name};

/// The most names in one report.
const MOST: usize = 20;

/// The body. Names only: there is no member that a value could stand in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    site: String,
    names: Vec<String>,
}

pub(super) async fn post(
    request: HttpRequest,
    app: Data<App>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let report: Report =
        serde_json::from_slice(&body::read_json(&request, payload).await?).map_err(|_| {
            Problem::malformed("The body must be one JSON object with exactly these members: site, names.")
        })?;
    let site = report.site.parse::<SiteId>().ok().and_then(|id| app.config.site(Some(&id)));
    let site = site.ok_or_else(|| {
        Problem::invalid("`site` must be the id of a site that this server knows.").field("site")
    })?;
    if !site.watch_undeclared {
        return Err(Problem::missing("This site does not look for undeclared names."));
    }
    let names: Option<Vec<_>> = report.names.iter().map(|name| Name::parse(name)).collect();
    let names = names.filter(|names| (1..=MOST).contains(&names.len())).ok_or_else(|| {
        let why = "`names` must be 1 to 20 names of 1 to 64 visible ASCII characters, without @.";
        Problem::invalid(why).field("names")
    })?;
    if app.undeclared.report(&site.id, &names, app.clock.now()) {
        let app = app.clone();
        if !matches!(web::block(move || app.undeclared.save()).await, Ok(Ok(()))) {
            return Err(
                Problem::unavailable("The report was not kept: try again in a minute.").retry_after(60)
            );
        }
    }
    Ok(HttpResponse::NoContent().finish())
}
