//! The pages that are the same for everybody: the statement, the cookie table, and errors.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        StatusCode,
        header::{self, HeaderValue},
    },
    web::{Data, Query},
};
use maud::Markup;
use serde::Serialize;

use super::{
    assets,
    headers::{POLICY_WITH_WASM, PRIVATE, SHORT},
    language::{Selected, Selection},
    problem::{self, Problem},
};
use crate::{
    app::App,
    pages::frame,
    statement::Statement,
    view::{self, layout::Frame},
};

/// `GET /privacy`: HTML, Markdown or JSON by `Accept`.
pub(super) async fn statement(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> HttpResponse {
    let Some(selected) = selection.for_page(&app, &request) else { return problem::not_found(request).await };
    let Some(statement) = selected.site.statements.get(selected.language) else {
        return problem::not_found(request).await;
    };
    let mut answer = match wanted(&request) {
        Form::Markdown => {
            let mut answer = HttpResponse::Ok();
            answer.insert_header((header::CACHE_CONTROL, SHORT));
            answer.content_type("text/markdown; charset=utf-8").body(statement.markdown.clone())
        }
        Form::Json => {
            let mut answer = HttpResponse::Ok();
            answer
                .insert_header((header::CACHE_CONTROL, SHORT))
                .json(StatementBody::new(statement, &selected))
        }
        Form::Html => match app.pages.statement(&selected.site.id, selected.language) {
            Some(page) => assets::send(&request, page, SHORT),
            None => return problem::not_found(request).await,
        },
    };
    let headers = answer.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, Accept-Language"));
    if let Ok(language) = HeaderValue::from_str(selected.language.as_str()) {
        headers.insert(header::CONTENT_LANGUAGE, language);
    }
    answer
}

/// `GET /privacy/`: the same page, at its one address.
pub(super) async fn without_slash(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
    let address = format!("{}{query}", app.config.mount);
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, address)).finish()
}

/// `GET /privacy/cookies`
pub(super) async fn cookies(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> HttpResponse {
    let selected = selection.for_page(&app, &request);
    let page = selected.and_then(|selected| app.pages.cookies(&selected.site.id, selected.language));
    let Some(page) = page else { return problem::not_found(request).await };
    let mut answer = assets::send(&request, page, SHORT);
    let vary = HeaderValue::from_static("Accept-Encoding, Accept-Language");
    answer.headers_mut().insert(header::VARY, vary);
    answer
}

/// `GET /privacy/verify`
pub(super) async fn verify(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> HttpResponse {
    let selected = selection.for_page(&app, &request);
    let page = selected.and_then(|selected| app.pages.verify(&selected.site.id, selected.language));
    let Some(page) = page else { return problem::not_found(request).await };
    let mut answer = assets::send(&request, page, SHORT);
    let headers = answer.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding, Accept-Language"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY_WITH_WASM));
    answer
}

/// A page for something that went wrong.
pub(super) fn error(request: &HttpRequest, problem: &Problem) -> HttpResponse {
    use view::error::Kind;
    let kind = match problem.status() {
        StatusCode::NOT_FOUND => Kind::NotFound,
        StatusCode::CONFLICT => Kind::Conflict,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Kind::TooBusy,
        status if status.is_server_error() => Kind::Server,
        _ => Kind::BadRequest,
    };
    let selection =
        Query::<Selection>::from_query(request.query_string()).map(Query::into_inner).unwrap_or_default();
    let app = request.app_data::<Data<App>>();
    let Some((app, selected)) = app.and_then(|app| Some((app, selection.for_page(app, request)?))) else {
        return HttpResponse::new(problem.status());
    };
    let Selected { site, language } = selected;
    let frame = Frame { is_there: false, ..frame(&app.config, site, language, "/settings") };
    let content = view::error::content(kind, frame.words, frame.links);
    let mut answer = HttpResponse::build(problem.status());
    answer.insert_header((header::CACHE_CONTROL, PRIVATE));
    html(&mut answer, &frame, kind.title(frame.words), &content)
}

/// Sends a page.
pub(super) fn html(
    answer: &mut actix_web::HttpResponseBuilder,
    frame: &Frame<'_>,
    title: &str,
    content: &Markup,
) -> HttpResponse {
    answer
        .content_type("text/html; charset=utf-8")
        .body(view::layout::page(frame, title, content).into_string())
}

enum Form {
    Html,
    Markdown,
    Json,
}

/// What `Accept` names first of what there is; a browser names HTML.
fn wanted(request: &HttpRequest) -> Form {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let mut types = accept.split(',').map(|item| item.split(';').next().unwrap_or_default().trim());
    types
        .find_map(|media_type| match media_type {
            "text/html" | "application/xhtml+xml" => Some(Form::Html),
            "text/markdown" => Some(Form::Markdown),
            "application/json" => Some(Form::Json),
            _ => None,
        })
        .unwrap_or(Form::Html)
}

/// The statement as JSON.
#[derive(Serialize)]
struct StatementBody<'a> {
    site: &'a str,
    language: &'a str,
    title: &'a str,
    version: &'a str,
    effective_from: String,
    supplemented: Option<String>,
    sha256: String,
    markdown: &'a str,
}

impl<'a> StatementBody<'a> {
    fn new(statement: &'a Statement, selected: &Selected<'a>) -> Self {
        Self {
            site: selected.site.id.as_str(),
            language: selected.language.as_str(),
            title: &statement.title,
            version: &statement.version,
            effective_from: statement.effective_from.to_string(),
            supplemented: statement.supplemented.map(|month| month.to_string()),
            sha256: statement.hash.to_string(),
            markdown: &statement.markdown,
        }
    }
}
