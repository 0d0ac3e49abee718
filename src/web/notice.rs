//! The notice: what a visitor is shown when deciding.

use actix_web::{
    HttpResponse,
    http::header,
    web::{Data, Query},
};
use koektrommel_core::{hash::Hash, notice::Notice};
use serde::Deserialize;

use super::{
    headers::{self, IMMUTABLE, SHORT},
    language::Selection,
    problem::Problem,
};
use crate::app::App;

/// The query of this address.
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    /// A notice that was ever served; instead of site and language.
    notice: Option<String>,
    site: Option<String>,
    lang: Option<String>,
}

/// `GET /privacy/api/v1/notice?site=&lang=`, or `?notice=sha256:…` for one that was served before.
pub(super) async fn get(app: Data<App>, which: Query<Which>) -> Result<HttpResponse, Problem> {
    let Which { notice, site, lang } = which.into_inner();
    if let Some(id) = notice {
        let id: Hash = id.parse().map_err(|error: koektrommel_core::error::Malformed| {
            Problem::invalid(format!("`notice` {}", error.why)).field("notice")
        })?;
        let notice =
            app.notices.get(id).ok_or_else(|| Problem::missing("No such notice was ever served here."))?;
        return Ok(answer(notice, IMMUTABLE));
    }
    let selection = Selection { site, lang };
    let selected = selection.for_api(&app)?;
    let notice = app.notices.current(&selected.site.id, selected.language);
    Ok(answer(notice.ok_or_else(|| Problem::missing("There is no notice for this site."))?, SHORT))
}

/// The canonical JSON with its own hash added as the first member.
fn answer(notice: &Notice, cache: &'static str) -> HttpResponse {
    let rest = notice.json().strip_prefix('{').unwrap_or("}");
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, cache))
        // Pages of the site ask for it from wherever the server lives.
        .insert_header((headers::RESOURCE_POLICY, "cross-origin"))
        .body(format!("{{\"notice\":\"{}\",{rest}", notice.id()))
}
