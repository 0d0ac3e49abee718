//! Files that are the same for everybody: the widget and the style of our own pages.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderName},
    web::{Data, Path, Query},
};

use super::{
    headers::{IMMUTABLE, SHORT},
    language::Selection,
    problem::{self, Problem},
};
use crate::{app::App, asset::Asset};

/// `GET /privacy/koektrommel.js?site=&lang=`
pub(super) async fn script(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let selected = selection.for_api(&app)?;
    let asset = app.scripts.current(&selected.site.id, selected.language);
    let asset = asset.ok_or_else(|| Problem::missing("There is no script for this site."))?;
    Ok(send(&request, asset, SHORT))
}

/// `GET /privacy/koektrommel.{hash}.js`
pub(super) async fn hashed_script(request: HttpRequest, app: Data<App>, hash: Path<String>) -> HttpResponse {
    match app.scripts.by_hash(&hash) {
        Some(asset) => send(&request, &asset, IMMUTABLE),
        None => problem::not_found(request).await,
    }
}

/// `GET /privacy/style.css`
pub(super) async fn style(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.style, SHORT)
}

/// Sends an asset in the smallest form that the client takes, or 304 if it has it already.
pub(super) fn send(request: &HttpRequest, asset: &Asset, cache: &'static str) -> HttpResponse {
    let text =
        |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepted = text(header::ACCEPT_ENCODING);
    let takes = |coding: &str| accepted.split(',').any(|one| is_wanted(one, coding));
    let (body, coding) = if takes("br") && !asset.brotli.is_empty() {
        (&asset.brotli, Some("br"))
    } else if takes("gzip") && !asset.gzip.is_empty() {
        (&asset.gzip, Some("gzip"))
    } else {
        (&asset.plain, None)
    };
    let tag = format!(
        "\"{}{}\"",
        asset.short_hash(),
        coding.map(|coding| format!("-{coding}")).unwrap_or_default()
    );
    let has_it = text(header::IF_NONE_MATCH)
        .split(',')
        .any(|known| matches!(known.trim(), one if one == tag || one == "*"));
    let mut answer = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, cache))
        .insert_header((header::ETAG, tag))
        .insert_header((header::VARY, "Accept-Encoding"))
        // Pages of the site load it from wherever the server lives.
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"));
    if has_it {
        return answer.finish();
    }
    if let Some(coding) = coding {
        answer.insert_header((header::CONTENT_ENCODING, coding));
    }
    answer.content_type(asset.content_type).body(body.clone())
}

/// Whether one item of `Accept-Encoding` names this coding and does not forbid it.
fn is_wanted(item: &str, coding: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
    named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
}
