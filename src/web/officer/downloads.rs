//! `GET /officer/api/v1/consents` downloads the log; `GET /officer/api/v1/downloads/{index}` is the manifest.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Bytes, Data, Path, Query},
};
use futures_core::Stream;
use serde::Deserialize;

use super::{console, evidence, guard::Officer, page};
use crate::{
    app::App,
    calendar::Period,
    download::{
        BrokenOff, Chunks, Contents, Download, DownloadError, Filter, Format, Manifest, Order, Place,
    },
    history::HistoryError,
    web::problem::Problem,
};

/// What can be asked for. An empty value is none: that is how a form leaves a field out.
///
/// The list is closed: a mistyped filter must not hand out everything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    from: Option<String>,
    to: Option<String>,
    site: Option<String>,
    format: Option<String>,
    /// An earlier size of the log, to have the same file once more.
    at: Option<String>,
    /// The language of the page that asks, for its errors.
    #[serde(rename = "lang")]
    _lang: Option<String>,
}

/// `GET /officer/api/v1/evidence?from=&to=&site=&at=`: the inspection pack.
pub(super) async fn evidence(
    request: HttpRequest,
    app: Data<App>,
    officer: Officer,
    question: Query<Question>,
) -> Result<HttpResponse, Problem> {
    let mut question = question;
    if given(&question.format).is_some_and(|format| format != Format::Pack.as_str()) {
        return Err(Problem::invalid("`format` must be `pack`, or left out.").field("format"));
    }
    question.format = Some(Format::Pack.to_string());
    get(request, app, officer, question).await
}

/// `GET /officer/api/v1/consents?from=&to=&site=&format=&at=`
pub(super) async fn get(
    request: HttpRequest,
    app: Data<App>,
    officer: Officer,
    question: Query<Question>,
) -> Result<HttpResponse, Problem> {
    let (filter, at) = match read(&app, &question) {
        Err(problem) if page::is_wanted(&request) => {
            return Ok(console::show(&request, &app, &officer, Some(&problem)).await);
        }
        read => read?,
    };
    let format = filter.format;
    let place = Place { ledger: &app.ledger, folder: &app.folder, downloads: &app.downloads };
    let contents = if format == Format::Pack {
        let (app, site) = (app.clone(), filter.site.clone());
        let made = web::block(move || evidence::contents(&app, site.as_ref())).await;
        made.map_err(|_| Problem::unavailable("The server is too busy: try again.").retry_after(10))??
    } else {
        Contents::default()
    };
    let purposes = app.notices.all_choice_purposes();
    let order = Order { officer: officer.name, filter, purposes, contents, at };
    let download = Download::begin(place, order, app.clock.now()).await?;
    let (index, size) = (download.index(), download.checkpoint_size());
    let disposition = format!("attachment; filename=\"{}\"", download.file_name());
    let chunks = download.start()?;
    Ok(HttpResponse::Ok()
        .content_type(format.media_type())
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((
            header::LINK,
            format!("</officer/api/v1/downloads/{index}>; rel=\"describedby\"; type=\"application/json\""),
        ))
        .insert_header(("x-koektrommel-checkpoint-size", size))
        .streaming(Body(chunks)))
}

/// `GET /officer/api/v1/downloads/{index}`
pub(super) async fn manifest(
    app: Data<App>,
    _: Officer,
    index: Path<String>,
) -> Result<HttpResponse, Problem> {
    let missing = || Problem::missing("There is no such download, or it still runs.");
    let index: u64 = index.parse().map_err(|_| missing())?;
    let folder = app.folder.clone();
    let json = match web::block(move || Manifest::read(&folder, index)).await {
        Ok(Ok(json)) => json.ok_or_else(missing)?,
        other => {
            tracing::error!(?other, "the manifest of a download cannot be read");
            return Err(Problem::internal("The manifest cannot be read. The operator has been told."));
        }
    };
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(json))
}

/// What is asked for, and at which size of the log.
fn read(app: &App, question: &Question) -> Result<(Filter, Option<u64>), Problem> {
    let period = Period::parse(question.from.as_deref(), question.to.as_deref())?;
    let site = given(&question.site).map(|site| site.parse()).transpose()?;
    if site.as_ref().is_some_and(|site| app.config.site(Some(site)).is_none()) {
        let detail = "`site` must be the id of a site that this server knows.";
        return Err(Problem::invalid(detail).field("site"));
    }
    let format = given(&question.format).map_or(Ok(Format::Csv), |format| format.parse())?;
    let at = given(&question.at).map(|at| size(app, at)).transpose()?;
    Ok((Filter { period, site, format }, at))
}

/// A size that the log has or had. At any other a file would come that is not the one that was asked for.
fn size(app: &App, text: &str) -> Result<u64, Problem> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let size = text.parse().ok().filter(|size| is_plain && *size <= app.ledger.head().frontier.size());
    let detail = "`at` must be an earlier size of the log: a number that is not larger than its size now.";
    size.ok_or_else(|| Problem::invalid(detail).field("at"))
}

/// A value, unless it is empty.
fn given(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

impl From<HistoryError> for Problem {
    fn from(error: HistoryError) -> Self {
        tracing::error!(%error, "an evidence pack could not be made");
        Self::internal("What is kept of earlier configurations cannot be read. The operator has been told.")
    }
}

impl From<DownloadError> for Problem {
    fn from(error: DownloadError) -> Self {
        match error {
            DownloadError::Busy => Self::unavailable("Too many downloads are running: try again.").retry_after(10),
            DownloadError::NotRecorded(_) => Self::unavailable(
                "The download could not be recorded, and what is not recorded is not given: try again in a minute.",
            )
            .retry_after(60),
            DownloadError::Unreadable => {
                Self::unavailable("The log cannot be read: try again in a minute.").retry_after(60)
            }
            DownloadError::Thread => Self::unavailable("The server is too busy: try again.").retry_after(10),
        }
    }
}

/// The chunks of a download as a body.
struct Body(Chunks);

impl Stream for Body {
    type Item = Result<Bytes, BrokenOff>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next(context).map(|next| next.map(|chunk| chunk.map(Bytes::from)))
    }
}
