//! The demonstration: a small corporation's home page that embeds the widget with one tag.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Query},
};

use super::{assets::send, headers::SHORT, language::Selection, problem};
use crate::app::App;

/// `GET /`
pub(super) async fn page(request: HttpRequest, app: Data<App>, selection: Query<Selection>) -> HttpResponse {
    let english =
        selection.for_page(&app, &request).is_some_and(|selected| selected.language.as_str() == "en");
    let asset = if english { &app.demo.english } else { &app.demo.dutch };
    let mut answer = send(&request, asset, SHORT);
    let vary = header::HeaderValue::from_static("Accept-Encoding, Accept-Language");
    answer.headers_mut().insert(header::VARY, vary);
    answer
}

/// `GET /demo/{name}`
pub(super) async fn file(request: HttpRequest, app: Data<App>, name: Path<String>) -> HttpResponse {
    match app.demo.file(&name) {
        Some(asset) => send(&request, asset, SHORT),
        None => problem::not_found(request).await,
    }
}
