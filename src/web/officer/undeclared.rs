//! What pages reported that the notice does not account for: as JSON, and to forget it.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Query},
};
use koektrommel_core::identifier::SiteId;
use serde::{Deserialize, Serialize};

use super::{
    guard::{Officer, refuse_elsewhere},
    page,
};
use crate::{app::App, undeclared::Sighting, web::body::Form, web::problem::Problem};

/// One name, as the officer sees it.
#[derive(Serialize)]
struct Row {
    name: String,
    /// Seen often enough not to be one visitor's browser extension.
    counts: bool,
    #[serde(flatten)]
    seen: Sighting,
}

/// Which name to forget.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Which {
    site: String,
    name: String,
}

/// `GET /officer/api/v1/undeclared`: by site, every name.
pub(super) async fn get(app: Data<App>, _: Officer) -> HttpResponse {
    let rows = |site: &SiteId| -> Vec<_> {
        let names = app.undeclared.of(site).into_iter();
        names.map(|(name, seen)| Row { name, counts: seen.counts(), seen }).collect()
    };
    let sites = app.config.sites.iter().filter(|site| site.watch_undeclared);
    let sites: BTreeMap<_, _> = sites.map(|site| (site.id.as_str(), rows(&site.id))).collect();
    HttpResponse::Ok().json(BTreeMap::from([("sites", sites)]))
}

/// `DELETE /officer/api/v1/undeclared?site=&name=`: forgets a name.
pub(super) async fn delete(app: Data<App>, which: Query<Which>, _: Officer) -> Result<HttpResponse, Problem> {
    if forget(&app, which.into_inner()).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    Err(Problem::missing("There is no such name."))
}

/// `POST /officer/undeclared/forget`: the same from the console.
pub(super) async fn post(
    request: HttpRequest,
    app: Data<App>,
    Form(which): Form<Which>,
    _: Officer,
) -> HttpResponse {
    if let Some(refused) = refuse_elsewhere(&request, &app) {
        return refused;
    }
    let texts = page::texts(&request);
    match forget(&app, which).await {
        Ok(_) => page::redirect(&format!("/officer?lang={}#undeclared", texts.language)).finish(),
        Err(_) => page::broken(&app, texts),
    }
}

async fn forget(app: &Data<App>, which: Which) -> Result<bool, Problem> {
    let unknown =
        || Problem::invalid("`site` must be the id of a site that this server knows.").field("site");
    let site: SiteId = which.site.parse().map_err(|_| unknown())?;
    let site = app.config.site(Some(&site)).ok_or_else(unknown)?.id.clone();
    let app = app.clone();
    let forgotten = web::block(move || app.undeclared.forget(&site, &which.name)).await;
    match forgotten {
        Ok(Ok(known)) => Ok(known),
        other => {
            tracing::error!(?other, "an undeclared name could not be forgotten");
            Err(Problem::unavailable("It could not be written: try again in a minute.").retry_after(60))
        }
    }
}
