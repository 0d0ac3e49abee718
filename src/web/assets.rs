//! Files that are the same for everybody: the widget and the style of our own pages.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, HeaderName, HeaderValue},
    web::{self, Data, Path, Query},
};

use super::{
    headers::{self, IMMUTABLE, SHORT},
    language::Selection,
    problem::{self, Problem},
};
use crate::{
    app::App,
    asset::{Asset, Form},
};

/// `GET /privacy/koektrommel.js?site=&lang=`
pub(super) async fn script(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let selected = selection.for_api(&app)?;
    let asset = app.scripts.current(&selected.site.id, selected.language);
    let asset = asset.ok_or_else(|| Problem::missing("There is no script for this site."))?;
    let mut answer = send_script(&request, asset, SHORT);
    // The address at which this very script stays, for who wants to pin it (RFC 9110, 8.7).
    let address = format!("{}/koektrommel.{}.js", app.config.mount, asset.short_hash());
    if let Ok(address) = HeaderValue::try_from(address) {
        answer.headers_mut().insert(header::CONTENT_LOCATION, address);
    }
    Ok(answer)
}

/// `GET /privacy/koektrommel.{hash}.js`, and `koektrommel.{hash}.{part}.js` for a part of the widget
pub(super) async fn hashed_script(request: HttpRequest, app: Data<App>, name: Path<String>) -> HttpResponse {
    if let Some(asset) = app.scripts.current_by_name(&name) {
        return send_script(&request, asset, IMMUTABLE);
    }
    match web::block(move || app.scripts.kept_by_name(&name)).await {
        Ok(Some(asset)) => send_script(&request, &asset, IMMUTABLE),
        _ => problem::not_found(request).await,
    }
}

/// `GET /privacy/style.css`
pub(super) async fn style(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.style, SHORT)
}

/// `GET /privacy/theme.css?site=`
pub(super) async fn theme(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let site = selection.for_api(&app)?.site;
    let sheet = app.pages.theme(&site.id);
    let sheet = sheet.ok_or_else(|| Problem::missing("This site looks as it is built in."))?;
    Ok(send(&request, sheet, SHORT))
}

/// `GET /privacy/settings.js`
pub(super) async fn settings_script(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.settings_script, SHORT)
}

/// `GET /privacy/verify.js`
pub(super) async fn verify_script(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.verify_script, SHORT)
}

/// `GET /privacy/verifier.wasm`
pub(super) async fn verifier(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.verifier, SHORT)
}

/// `GET /privacy/display.js`
pub(super) async fn display_script(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.display_script, SHORT)
}

/// `GET /privacy/icon.svg`
pub(super) async fn icon(request: HttpRequest, app: Data<App>) -> HttpResponse {
    send(&request, &app.icon, SHORT)
}

/// A script is the same for everybody and is sent without looking at cookies, so any origin may read it: that is
/// what a browser wants before it checks `integrity` or imports a part from another origin.
fn send_script(request: &HttpRequest, asset: &Asset, cache: &'static str) -> HttpResponse {
    let mut answer = send(request, asset, cache);
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer
}

/// Sends an asset in the smallest form that the client takes, or 304 if it has it already.
pub(super) fn send(request: &HttpRequest, asset: &Asset, cache: &'static str) -> HttpResponse {
    let text =
        |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let accepted = text(header::ACCEPT_ENCODING);
    let takes = |form: &&Form| {
        form.coding.is_some_and(|coding| accepted.split(',').any(|one| is_wanted(one, coding)))
    };
    let form = asset.compressed.iter().find(takes).unwrap_or(&asset.plain);
    let is_known =
        |known: &str| known == "*" || known.trim_start_matches("W/").as_bytes() == form.tag.as_bytes();
    let has_it = text(header::IF_NONE_MATCH).split(',').any(|known| is_known(known.trim()));
    let mut answer = if has_it { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    answer
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(cache)))
        .insert_header((header::ETAG, form.tag.clone()))
        .insert_header((header::VARY, HeaderValue::from_static("Accept-Encoding")))
        // Pages of the site load it from wherever the server lives.
        .insert_header((headers::RESOURCE_POLICY, HeaderValue::from_static("cross-origin")));
    if has_it {
        return answer.finish();
    }
    if let Some(coding) = form.coding {
        answer.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(coding)));
    }
    answer.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type)));
    answer.body(form.bytes.clone())
}

/// Whether one item of `Accept-Encoding` names this coding and does not forbid it.
fn is_wanted(item: &str, coding: &str) -> bool {
    let mut parts = item.split(';').map(str::trim);
    let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(coding));
    named && !parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
}
