//! Global Privacy Control: as a request carries it, and what the site says of it (W3C, Global Privacy Control,
//! "The Sec-GPC Header Field for HTTP Requests" and "GPC Support Resource").

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Query},
};
use serde::Serialize;

use super::{headers::SHORT, language::Selection, problem::Problem};
use crate::app::App;

/// Whether the browser says that nothing is to be sold or shared. Only the value `1` does, in any of the headers of
/// this name; a trailer is no header.
pub(super) fn is_sent(request: &HttpRequest) -> bool {
    request.headers().get_all("sec-gpc").any(|value| value.as_bytes() == b"1")
}

/// `GET /.well-known/gpc.json`, and `/privacy/gpc.json` for a site that forwards nothing else: since when the site
/// says that it honours the signal. One that says nothing has no such resource, and its support is unknown.
pub(super) async fn support(app: Data<App>, selection: Query<Selection>) -> Result<HttpResponse, Problem> {
    let since = selection.for_api(&app)?.site.gpc;
    let since = since.ok_or_else(|| Problem::missing("This site says nothing of Global Privacy Control."))?;
    let body = Support { gpc: true, last_update: since.to_string() };
    Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, SHORT)).json(body))
}

#[derive(Serialize)]
struct Support {
    gpc: bool,
    #[serde(rename = "lastUpdate")]
    last_update: String,
}
