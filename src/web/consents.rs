//! `POST /privacy/api/v1/consents` records a decision; `GET` shows a visitor the records of this device.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Payload, Query},
};
use koektrommel_core::{
    decision::{Choices, Decision},
    hash::Hash,
    identifier::PurposeId,
    merkle::leaf_hash,
    notice::Notice,
    record::{Consent, Record, Standing},
};

use super::{
    body,
    language::Selection,
    origin,
    problem::Problem,
    signal, uses,
    wire::{ConsentForm, OwnRecords, RecordBody},
};
use crate::{
    app::App,
    arrivals,
    config::Site,
    cookie::{self, ChoiceCookie, Seen},
    ledger::Recorded,
    store::StoreError,
};

/// The most records of one device that are shown.
const MOST: usize = 100;

/// `POST /privacy/api/v1/consents`
pub(super) async fn post(
    request: HttpRequest,
    app: Data<App>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let form = ConsentForm::parse(&body::read_json(&request, payload).await?)?;
    let is_late = form.id.is_older_than(arrivals::LATE, app.clock.now());
    let (site, seen, decision) = check(&request, &app, form)?;
    let decision = Decision { gpc: signal::is_sent(&request), ..decision };
    let recorded = app.record(decision, seen.as_ref().and_then(|choice| choice.standing)).await?;
    if !recorded.repeated {
        app.arrivals.stored(&site.id, is_late);
    }
    let body = RecordBody::new(&recorded.consent, &recorded.leaf, &app.config.mount);
    let mut answer = HttpResponse::Created();
    let is_overtaken =
        recorded.repeated && seen.is_some_and(|choice| choice.is_later_than(&recorded.consent));
    for cookie in cookies_after(&request, &app, site, &recorded)?.into_iter().filter(|_| !is_overtaken) {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.json(body))
}

/// `GET /privacy/api/v1/consents?site=`
pub(super) async fn get(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let site = selection.for_api(&app)?.site;
    let records = own_records(&request, &app, site).await?;
    let bodies = records.iter().map(|(consent, leaf)| RecordBody::new(consent, leaf, &app.config.mount));
    let mut answer = HttpResponse::Ok();
    if let Some(cookie) = renewed(&app, site, choice_cookie(&request, &app, site)?.as_ref())? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.json(OwnRecords { records: bodies.collect() }))
}

/// Checks the fields against the notice that they name, and against what stands for the device.
fn check<'a>(
    request: &HttpRequest,
    app: &'a App,
    form: ConsentForm,
) -> Result<(&'a Site, Option<ChoiceCookie>, Decision), Problem> {
    let site = app.config.site(Some(&form.site)).ok_or_else(|| {
        Problem::invalid("`site` must be the id of a site that this server knows.").field("site")
    })?;
    let current = app.notices.current(&site.id, &form.language).ok_or_else(|| {
        Problem::invalid("`language` must be one of the languages of the site.").field("language")
    })?;
    let outdated = || {
        app.arrivals.outdated(&site.id);
        Problem::outdated("`notice` is not the one that is served now: show the visitor the current one.")
            .field("notice")
            .current_notice(current.id().to_string())
    };
    let notice = app.notices.served(form.notice, &site.id, &form.language).ok_or_else(outdated)?;
    let seen = choice_cookie(request, app, site)?.map(|seen| seen.choice);
    if !counts(app, notice, &form.choices, seen.as_ref()) {
        return Err(outdated());
    }
    let decision = Decision::new(&form.id, notice, form.layer, form.control, form.actor, form.choices)?;
    Ok((site, seen, decision))
}

/// Whether these answers to a notice are recorded. Where what they grant has changed since, they are not, unless they
/// take back something that stands: a withdrawal is never dropped for what was left as it was beside it.
pub(super) fn counts(app: &App, notice: &Notice, choices: &Choices, seen: Option<&ChoiceCookie>) -> bool {
    app.notices.counts(notice, choices) || seen.is_some_and(|seen| seen.is_taken_back_by(choices))
}

/// The choice cookie that came with the request, verified and in force, without what no longer counts.
pub(super) fn choice_cookie(request: &HttpRequest, app: &App, site: &Site) -> Result<Option<Seen>, Problem> {
    let name = site.mode.name(cookie::NAME);
    let (values, today) = (cookies(request, &name), app.clock.now().day());
    Ok(ChoiceCookie::find(values, &site.mode, &app.ring, today, |purpose| app.notices.mark(site, purpose))?)
}

/// The same choice under the active key, if it came in under a retired one.
pub(super) fn renewed(app: &App, site: &Site, seen: Option<&Seen>) -> Result<Option<String>, Problem> {
    let old = seen.filter(|seen| seen.renew);
    let today = app.clock.now().day();
    Ok(old.map(|seen| seen.choice.set_cookie(&site.mode, &app.ring, today)).transpose()?)
}

/// Every value that the request has for a cookie name.
pub(super) fn cookies<'a>(request: &'a HttpRequest, name: &'a str) -> impl Iterator<Item = &'a str> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(move |(key, _)| *key == name).map(|(_, value)| value)
}

/// The cookies that go with a recorded decision: the choice itself, and for each purpose what it does to the cookies
/// that were kept before it.
pub(super) fn cookies_after(
    request: &HttpRequest,
    app: &App,
    site: &Site,
    recorded: &Recorded,
) -> Result<Vec<String>, Problem> {
    let consent = &recorded.consent;
    let mark_now = |purpose: &PurposeId| app.notices.mark(site, purpose);
    let notice = app.notices.get(consent.notice);
    let mark_then = |purpose: &PurposeId| notice.and_then(|notice| notice.mark(purpose));
    // A yes to what has changed since: no consent to what it is now.
    let is_past = |purpose: &PurposeId| {
        let alone = Choices::new(vec![(purpose.clone(), true)]);
        consent.choices.get(purpose) == Some(true)
            && notice.zip(alone.ok()).is_some_and(|(notice, alone)| !app.notices.counts(notice, &alone))
    };
    let mut choice = ChoiceCookie::of(consent, |purpose| mark_then(purpose).or_else(|| mark_now(purpose)));
    // With the mark of then it stays in the cookie, and is asked for again as something that has changed.
    let has_its_mark =
        |purpose: &PurposeId| mark_then(purpose).is_some_and(|mark| Some(mark) != mark_now(purpose));
    choice.choices = choice.choices.without(|purpose| is_past(purpose) && !has_its_mark(purpose));
    let mut headers = vec![choice.set_cookie(&site.mode, &app.ring, app.clock.now().day())?];
    choice.choices = choice.choices.without(is_past);
    for purpose in site.catalogue.purposes() {
        headers.extend(uses::cookies_after(request, app, site, purpose, &choice)?);
    }
    Ok(headers)
}

/// The records of the device's choice cookie, newest first: the standing one and those before it.
pub(super) async fn own_records(
    request: &HttpRequest,
    app: &Data<App>,
    site: &Site,
) -> Result<Vec<(Consent, Hash)>, Problem> {
    let Some(standing) = choice_cookie(request, app, site)?.and_then(|seen| seen.choice.standing) else {
        return Ok(Vec::new());
    };
    let app = app.clone();
    let records = actix_web::web::block(move || chain(&app, standing)).await;
    Ok(records.map_err(|_| Problem::unavailable("The log cannot be read: try again.").retry_after(1))??)
}

/// A decision and those of the same device before it, newest first.
pub(super) fn chain(app: &App, standing: Standing) -> Result<Vec<(Consent, Hash)>, StoreError> {
    let mut records = Vec::new();
    let mut next = Some(standing.record);
    while let Some(index) = next.filter(|_| records.len() < MOST) {
        let Some((consent, leaf)) = read(app, index)?.filter(|(c, _)| c.subject == Some(standing.subject))
        else {
            break;
        };
        // Every link points backwards; anything else would not end.
        next = consent.previous.filter(|previous| *previous < index);
        records.push((consent, leaf));
    }
    Ok(records)
}

/// The decision at an index, if there is one and it has not been erased.
pub(super) fn read(app: &App, index: u64) -> Result<Option<(Consent, Hash)>, StoreError> {
    let Some(item) = app.ledger.items(index..index.saturating_add(1))?.pop() else { return Ok(None) };
    let Some(opening) = item.opening else { return Ok(None) };
    Ok(match Record::from_json(&opening.record)? {
        Record::Consent(consent) => Some((consent, leaf_hash(&item.entry.encode()))),
        Record::Access(_) | Record::Deletion(_) | Record::Restoration(_) => None,
    })
}
