//! Visitors erase what is kept of their choices: `DELETE /privacy/api/v1/consents`, and the same without a script on
//! `/privacy/settings/erase`. What goes and what stays: decision 17.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Data, Path, Payload, Query},
};
use koektrommel_core::{
    decision::{Actor, Choices, ClickId, Control, Decision, Layer},
    hash::Hash,
    record::{Cause, Event, RecordId, Standing, Subject},
};
use serde::Serialize;

use super::{
    body,
    consents::{self, choice_cookie, cookies_after, own_records},
    language::{Selected, Selection},
    origin, pages,
    problem::{self, Problem},
};
use crate::{
    app::App,
    ledger::{Recorded, SubmitError},
    pages::frame,
    retention::{EraseError, Gone},
    store::StoreError,
    view,
};

/// What was erased.
#[derive(Serialize)]
struct Erased {
    /// The consent that stood until now was withdrawn first.
    withdrawn: bool,
    /// How many records were erased, the withdrawal among them.
    erased: u64,
}

/// `DELETE /privacy/api/v1/consents?site=`
pub(super) async fn delete_own(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let selected = selection.for_api(&app)?;
    let Some((recorded, erased)) = forget(&request, &app, &selected, Layer::Api).await? else {
        return Ok(HttpResponse::Ok().json(Erased { withdrawn: false, erased: 0 }));
    };
    let mut answer = HttpResponse::Ok();
    for cookie in cookies_after(&request, &app, selected.site, &recorded)? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.json(Erased { withdrawn: true, erased }))
}

/// `DELETE /privacy/api/v1/consents/{record}`: a refusal or a withdrawal, for who has its id, which cannot be guessed.
pub(super) async fn delete_one(
    request: HttpRequest,
    app: Data<App>,
    record: Path<String>,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let none = || Problem::missing("There is no such record, or it has been erased.");
    let id: RecordId = record.parse().map_err(|_| none())?;
    let reader = app.clone();
    let found = web::block(move || consents::read(&reader, id.index())).await;
    let found = found.map_err(|_| unavailable())??.filter(|(consent, _)| consent.id == id);
    let (consent, _) = found.ok_or_else(none)?;
    if consent.event == Event::Given {
        return Err(Problem::still_stands(
            "A consent is withdrawn before its proof is erased: send the same to the address of all records, from the \
             device that gave it.",
        ));
    }
    let gone = app.eraser.erase(vec![id.index()], Cause::Visitor).await?;
    Ok(HttpResponse::Ok().json(Erased { withdrawn: false, erased: count(&gone) }))
}

/// `GET /privacy/settings/erase`: says what will happen, and asks.
pub(super) async fn ask(request: HttpRequest, app: Data<App>, selection: Query<Selection>) -> HttpResponse {
    let Some(selected) = selection.for_page(&app, &request) else { return problem::not_found(request).await };
    let page = show(&request, &app, &selected).await;
    page.unwrap_or_else(|problem| problem::answer(&request, &problem))
}

/// `POST /privacy/settings/erase`: 303 to the settings once it is done.
pub(super) async fn post(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
    payload: Payload,
) -> HttpResponse {
    let page = receive(&request, &app, &selection, payload).await;
    page.unwrap_or_else(|problem| problem::answer(&request, &problem))
}

async fn receive(
    request: &HttpRequest,
    app: &Data<App>,
    selection: &Selection,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(request, app)?;
    // The form has no fields: site and language are in the address.
    body::read(payload).await?;
    let missing = || Problem::missing("There is no such site.");
    let selected = selection.for_page(app, request).ok_or_else(missing)?;
    let Some((recorded, _)) = forget(request, app, &selected, Layer::Page).await? else {
        return show(request, app, &selected).await;
    };
    let page = frame(&app.config, selected.site, selected.language, "/settings").links.to("/settings");
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, format!("{page}&erased=1")));
    for cookie in cookies_after(request, app, selected.site, &recorded)? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.finish())
}

async fn show(
    request: &HttpRequest,
    app: &Data<App>,
    selected: &Selected<'_>,
) -> Result<HttpResponse, Problem> {
    let has_records = !own_records(request, app, selected.site).await?.is_empty();
    let frame = frame(&app.config, selected.site, selected.language, "/settings/erase");
    let content = view::erase::content(frame.words, frame.links, has_records);
    let title = frame.words.get("page.erase.title");
    Ok(pages::html(&mut HttpResponse::build(StatusCode::OK), &frame, title, &content))
}

/// Withdraws what stands for this device, and then erases its records, the withdrawal too. Nothing where the device
/// has no pseudonym: then nothing is kept that could be found.
///
/// The withdrawal comes first and is recorded like any other, so that whatever goes wrong after it, the yes has ended.
async fn forget(
    request: &HttpRequest,
    app: &Data<App>,
    selected: &Selected<'_>,
    layer: Layer,
) -> Result<Option<(Recorded, u64)>, Problem> {
    let seen = choice_cookie(request, app, selected.site)?;
    let Some(standing) = seen.and_then(|seen| seen.choice.standing) else { return Ok(None) };
    let recorded = match app.record(withdrawal(app, selected, layer, Some(standing))?, Some(standing)).await {
        // It was withdrawn so before, on another text.
        Err(SubmitError::Reused) => {
            app.record(withdrawal(app, selected, layer, None)?, Some(standing)).await?
        }
        recorded => recorded?,
    };
    let (reader, from) = (app.clone(), recorded.consent.id.index());
    let indexes =
        web::block(move || chain(&reader, from, standing.subject)).await.map_err(|_| unavailable())??;
    let gone = app.eraser.erase(indexes, Cause::Visitor).await?;
    Ok(Some((recorded, count(&gone))))
}

/// The decision to withdraw everything. Named after what it ends, so that asking again, after an answer that was lost,
/// is the same decision.
fn withdrawal(
    app: &App,
    selected: &Selected<'_>,
    layer: Layer,
    ends: Option<Standing>,
) -> Result<Decision, Problem> {
    let Selected { site, language } = *selected;
    let missing = || Problem::missing("There is no notice for this site.");
    let notice = app.notices.current(&site.id, language).ok_or_else(missing)?;
    let click: ClickId = super::settings::new_click(app)?.parse()?;
    let choices = Choices::all(notice.choice_purposes(), false);
    let decision = Decision::new(&click, notice, layer, Control::Withdraw, Actor::Person, choices)?;
    Ok(match ends {
        Some(Standing { subject, record }) => {
            let name = format!("erase {subject} {record}");
            Decision { click: Hash::of(&[name.as_bytes()]), ..decision }
        }
        None => decision,
    })
}

/// Where the records of a pseudonym are, from the newest back.
fn chain(app: &App, newest: u64, subject: Subject) -> Result<Vec<u64>, StoreError> {
    let mut indexes = Vec::new();
    let mut next = Some(newest);
    while let Some(index) = next {
        let Some((consent, _)) = consents::read(app, index)?.filter(|(c, _)| c.subject == Some(subject))
        else {
            break;
        };
        indexes.push(index);
        next = consent.previous.filter(|previous| *previous < index);
    }
    Ok(indexes)
}

fn count(gone: &[Gone]) -> u64 {
    gone.iter().map(|gone| gone.items.count()).sum()
}

fn unavailable() -> Problem {
    Problem::unavailable("The log cannot be read: try again.").retry_after(1)
}

impl From<EraseError> for Problem {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Busy => Self::unavailable("Many erasures are waiting: try again.").retry_after(10),
            EraseError::Unavailable(why) => {
                tracing::error!(why, "records could not be erased on a visitor's word");
                Self::unavailable("It could not be erased now: try again in a minute.").retry_after(60)
            }
        }
    }
}
