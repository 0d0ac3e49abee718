//! `GET /officer`: the form for a download, and the downloads before.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data},
};
use maud::html;

use super::{
    guard::Officer,
    page::{self, Page},
};
use crate::{
    app::App,
    calendar::{Period, local_date},
    download::Manifest,
    view,
    web::problem::Problem,
};

/// How many downloads are listed.
const LISTED: usize = 50;

pub(super) async fn get(request: HttpRequest, app: Data<App>, officer: Officer) -> HttpResponse {
    show(&request, &app, &officer, None).await
}

/// The console, with what was wrong with a question if something was.
pub(super) async fn show(
    request: &HttpRequest,
    app: &Data<App>,
    officer: &Officer,
    wrong: Option<&Problem>,
) -> HttpResponse {
    let texts = page::texts(request);
    let error = wrong.map(|_| texts.question_wrong);
    let status = wrong.map_or(StatusCode::OK, Problem::status);
    let folder = app.folder.clone();
    let manifests = match web::block(move || Manifest::newest(&folder, LISTED)).await {
        Ok(Ok(manifests)) => manifests,
        other => {
            tracing::error!(?other, "the manifests of downloads cannot be read");
            return page::broken(app, texts);
        }
    };
    let sites: Vec<_> = app.config.sites.iter().map(|site| &site.id).collect();
    let period = Period::month_to(local_date(app.clock.now()));
    let content = view::officer::downloads::content(texts, error, &period, &sites, &manifests);
    let watched = app.config.sites.iter().filter(|site| site.watch_undeclared);
    let watched: Vec<_> = watched.map(|site| (&site.id, app.undeclared.of(&site.id))).collect();
    let undeclared = view::officer::undeclared::content(texts, &watched);
    let content = html! { (content) (undeclared) };
    let page = Page::new(status, texts.downloads, content);
    Page { officer: Some(officer.name.as_str()), ..page }.send(app, texts)
}
