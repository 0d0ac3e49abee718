//! A page of the officer as an answer, in the language of the request.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
};
use maud::Markup;

use super::guard::encode;
use crate::{
    app::App,
    view::officer::{self, Frame, texts::Texts},
};

/// The texts: by `?lang=`, else the most wanted of `Accept-Language` (RFC 9110, 12.5.4), else Dutch.
pub(super) fn texts(request: &HttpRequest) -> &'static Texts {
    let pairs = request.query_string().split('&').filter_map(|pair| pair.split_once('='));
    let asked = pairs.filter(|(key, _)| *key == "lang").find_map(|(_, tag)| Texts::of(tag));
    asked.or_else(|| accepted(request)).unwrap_or(&officer::texts::NL)
}

fn accepted(request: &HttpRequest) -> Option<&'static Texts> {
    let header = request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let wishes = header.split(',').filter_map(|wish| {
        let mut parts = wish.split(';');
        let texts = Texts::of(parts.next()?.trim())?;
        let weight: f32 = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        Some((weight, texts))
    });
    // Of equals, the one named first: the later one must be wanted more.
    wishes
        .filter(|(weight, _)| *weight > 0.0)
        .reduce(|a, b| if b.0 > a.0 { b } else { a })
        .map(|(_, texts)| texts)
}

/// Whether a person with a browser asks, who can do more with a page than with a problem document.
pub(super) fn is_wanted(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.starts_with("text/html")
}

/// A page to be sent.
pub(super) struct Page<'a> {
    pub(super) status: StatusCode,
    pub(super) title: &'a str,
    pub(super) content: Markup,
    /// What the links to other languages keep of the query.
    pub(super) keep: String,
    pub(super) officer: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// A page for whoever asks.
    pub(super) const fn new(status: StatusCode, title: &'a str, content: Markup) -> Self {
        Self { status, title, content, keep: String::new(), officer: None }
    }

    /// Keeps a value of the query in the links to other languages.
    pub(super) fn keeping(mut self, name: &str, value: &str) -> Self {
        self.keep = format!("&{name}={}", encode(value));
        self
    }

    /// Sends it.
    pub(super) fn send(self, app: &App, texts: &'static Texts) -> HttpResponse {
        let Self { status, title, content, keep, officer } = self;
        let controller = app.config.site(None).map_or("", |site| &site.controller);
        let frame = Frame { texts, mount: &app.config.mount, controller, keep: &keep, officer };
        HttpResponse::build(status)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::CONTENT_LANGUAGE, texts.language))
            .content_type("text/html; charset=utf-8")
            .body(officer::page(&frame, title, &content).into_string())
    }
}

/// Sends a page that only says something.
pub(super) fn say(
    app: &App,
    texts: &'static Texts,
    status: StatusCode,
    title: &str,
    text: &str,
) -> HttpResponse {
    Page::new(status, title, officer::message(texts, title, text)).send(app, texts)
}

/// Something on the server went wrong; the log has the reason.
pub(super) fn broken(app: &App, texts: &'static Texts) -> HttpResponse {
    say(app, texts, StatusCode::INTERNAL_SERVER_ERROR, texts.broken, texts.broken_text)
}

/// Sends the browser on with `GET`.
pub(super) fn redirect(to: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, to)).insert_header((header::CACHE_CONTROL, "no-store"));
    answer
}
