//! `GET /officer`: the form for a download, the downloads before, and what is kept for how long.

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data},
};
use koektrommel_core::{catalogue::Kind, record::DataSet};
use maud::{Markup, html};

use super::{
    guard::Officer,
    page::{self, Page},
};
use crate::{
    app::App,
    calendar::{Period, local_date},
    download::Manifest,
    undeclared::Sighting,
    view::{
        self,
        officer::{retention::Line, texts::Texts, visitors},
    },
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
    let content = view::officer::downloads::content(texts, error, &period, &sites);
    let earlier = view::officer::downloads::earlier(texts, &manifests);
    let watched = app.config.sites.iter().filter(|site| site.watch_undeclared);
    let watched: Vec<_> = watched.map(|site| (&site.id, app.undeclared.of(&site.id))).collect();
    let undeclared = view::officer::undeclared::content(texts, &watched);
    let Some(retention) = retention(app, texts).await else { return page::broken(app, texts) };
    let visitors = visitors(app, texts);
    let content = html! { (content) (visitors) (retention) (undeclared) (earlier) };
    let page = Page::new(status, texts.downloads, content);
    Page { officer: Some(officer.name.as_str()), ..page }.send(app, texts)
}

/// What visitors of each site are asked, and how their choices come in.
fn visitors(app: &App, texts: &Texts) -> Markup {
    let lines = app.config.sites.iter().map(|site| {
        let language = site.language(Some(texts.language));
        let choices = site.catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Choice);
        let counts = app.arrivals.of(&site.id);
        visitors::Line {
            site: &site.id,
            asks: choices.filter_map(|purpose| purpose.name.get(language?).map(String::as_str)).collect(),
            is_watched: site.watch_undeclared,
            has_undeclared: app.undeclared.of(&site.id).values().any(Sighting::counts),
            stored: counts.stored,
            late: counts.late,
            outdated: counts.outdated,
        }
    });
    visitors::content(texts, &lines.collect::<Vec<_>>())
}

/// How long what is kept and what went; none if the log cannot be read.
async fn retention(app: &Data<App>, texts: &Texts) -> Option<Markup> {
    let tally = app.tally.clone();
    let removed = match web::block(move || tally.removed()).await {
        Ok(Ok(removed)) => removed,
        other => {
            tracing::error!(?other, "what was erased cannot be counted");
            return None;
        }
    };
    let lines = DataSet::ALL.map(|set| {
        let (term, removed) = (app.config.retention.of(set), removed.get(&set).copied().unwrap_or_default());
        Line { set, months: term.months, reason: &term.reason, removed: removed.count, last: removed.last }
    });
    let ran = app.eraser.ran().map(|ran| (ran.at, ran.went_well));
    Some(view::officer::retention::content(texts, ran, &lines))
}
