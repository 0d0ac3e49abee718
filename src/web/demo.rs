//! The demonstration: a small corporation's home page that embeds the widget with one tag.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Query},
};

use super::{
    assets::send,
    headers::{POLICY_IN_FRAME, POLICY_WITH_FRAME, SHORT},
    language::Selection,
    problem,
};
use crate::app::App;

/// `GET /`
pub(super) async fn page(request: HttpRequest, app: Data<App>, selection: Query<Selection>) -> HttpResponse {
    let english =
        selection.for_page(&app, &request).is_some_and(|selected| selected.language.as_str() == "en");
    let asset = if english { &app.demo.english } else { &app.demo.dutch };
    let mut answer = send(&request, asset, SHORT);
    let vary = header::HeaderValue::from_static("Accept-Encoding, Accept-Language");
    answer.headers_mut().insert(header::VARY, vary);
    with_policy(answer, POLICY_WITH_FRAME)
}

/// `GET /demo/{name}`
pub(super) async fn file(request: HttpRequest, app: Data<App>, name: Path<String>) -> HttpResponse {
    match app.demo.file(&name) {
        Some(asset) if name.starts_with("map.") && name.ends_with(".html") => {
            with_policy(send(&request, asset, SHORT), POLICY_IN_FRAME)
        }
        Some(asset) => send(&request, asset, SHORT),
        None => problem::not_found(request).await,
    }
}

fn with_policy(mut answer: HttpResponse, policy: &'static str) -> HttpResponse {
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, header::HeaderValue::from_static(policy));
    answer
}
