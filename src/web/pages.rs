//! The pages that are the same for everybody: the statement, the cookie table, and errors.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Query},
};
use maud::Markup;
use serde::Serialize;

use super::{
    headers::{PRIVATE, SHORT},
    language::{Selected, Selection},
    problem::{self, Problem},
};
use crate::{
    app::App,
    statement::Statement,
    view::{self, Words, layout::Frame},
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
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((header::CACHE_CONTROL, SHORT))
        .insert_header((header::VARY, "Accept, Accept-Language"))
        .insert_header((header::CONTENT_LANGUAGE, selected.language.as_str()));
    match wanted(&request) {
        Form::Markdown => {
            answer.content_type("text/markdown; charset=utf-8").body(statement.markdown.clone())
        }
        Form::Json => answer.json(StatementBody::new(statement, &selected)),
        Form::Html => {
            let words = words(&selected);
            let content = view::statement::content(statement, words, &app.config.mount);
            html(answer.status(StatusCode::OK), &frame(&app, &selected, ""), &statement.title, &content)
        }
    }
}

/// `GET /privacy/cookies`
pub(super) async fn cookies(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> HttpResponse {
    let Some(selected) = selection.for_page(&app, &request) else { return problem::not_found(request).await };
    let words = words(&selected);
    let content = view::cookies::content(&selected.site.catalogue, words, &app.config.mount);
    let mut answer = HttpResponse::Ok();
    answer.insert_header((header::CACHE_CONTROL, SHORT)).insert_header((header::VARY, "Accept-Language"));
    html(&mut answer, &frame(&app, &selected, "/cookies"), words.get("page.cookies.title"), &content)
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
    let words = words(&selected);
    let content = view::error::content(kind, words, &app.config.mount);
    let mut answer = HttpResponse::build(problem.status());
    answer.insert_header((header::CACHE_CONTROL, PRIVATE));
    html(&mut answer, &frame(app, &selected, "/settings"), kind.title(words), &content)
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

pub(super) fn words<'a>(selected: &Selected<'a>) -> Words<'a> {
    Words::new(&selected.site.texts, selected.language)
}

pub(super) fn frame<'a>(app: &'a App, selected: &Selected<'a>, path: &'a str) -> Frame<'a> {
    Frame {
        words: words(selected),
        mount: &app.config.mount,
        controller: &selected.site.controller,
        path,
        languages: &selected.site.languages,
    }
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
