//! The settings page: the whole choice in a plain form, for whoever has no script.

#[cfg(test)]
mod tests;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{Data, Payload, Query},
};
use koektrommel_core::{
    decision::{Actor, Choices, ClickId, Control, Decision, Layer},
    identifier::PurposeId,
    notice::Notice,
    record::Event,
};
use serde::Deserialize;

use super::{
    body,
    consents::{choice_cookie, cookies_after, counts, own_records, renewed},
    language::{Selected, Selection},
    origin, pages,
    problem::{self, Problem},
    signal,
    uses::{self, page::Sent},
};
use crate::{
    app::App,
    keys,
    ledger::SubmitError,
    pages::frame,
    view::{
        layout::Frame,
        settings::{Outcome, Settings, Standing, content},
    },
};

/// The purpose whose settings are the attributes of the page itself.
const DISPLAY: &str = "display";

/// What the address of this page can say besides site and language.
#[derive(Debug, Deserialize)]
pub(super) struct SettingsQuery {
    site: Option<String>,
    lang: Option<String>,
    /// `1` after a choice was just saved. Never the record: addresses are kept in histories and logs.
    saved: Option<String>,
    /// A word that shows the receipt of a choice without a trace, once.
    receipt: Option<String>,
    /// The purpose of which something was just set.
    set: Option<String>,
    /// The purpose that was just put back to how it is without settings.
    reset: Option<String>,
    /// `1` after the records were just erased.
    erased: Option<String>,
}

/// `GET /privacy/settings`
pub(super) async fn get(request: HttpRequest, app: Data<App>, query: Query<SettingsQuery>) -> HttpResponse {
    let SettingsQuery { site, lang, saved, receipt, set, reset, erased } = query.into_inner();
    let selection = Selection { site, lang };
    let Some(selected) = selection.for_page(&app, &request) else { return problem::not_found(request).await };
    let offered = receipt.and_then(|word| app.offers.take(&word, app.clock.now()));
    let outcome = match (saved.as_deref(), erased.as_deref()) {
        (Some("1"), _) => Outcome::Saved(offered),
        (_, Some("1")) => Outcome::Erased,
        _ => Outcome::None,
    };
    let sent = Sent { set, reset };
    let page = show(&request, &app, &selected, outcome, &sent, StatusCode::OK).await;
    page.unwrap_or_else(|problem| problem::answer(&request, &problem))
}

/// `POST /privacy/settings`: 303 to the page once recorded, so that going back does not send it again.
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
    let form = Form::read(request, payload).await?;
    let selection = Selection { site: form.site.clone(), lang: selection.lang.clone() };
    let selected =
        selection.for_page(app, request).ok_or_else(|| Problem::missing("There is no such site."))?;
    let Some(notice) =
        form.notice.parse().ok().and_then(|id| app.notices.served(id, &selected.site.id, selected.language))
    else {
        app.arrivals.outdated(&selected.site.id);
        return show(request, app, &selected, Outcome::Changed, &Sent::default(), StatusCode::CONFLICT).await;
    };
    let Some(decision) = form.decide(notice)? else {
        return show(
            request,
            app,
            &selected,
            Outcome::Incomplete,
            &Sent::default(),
            StatusCode::UNPROCESSABLE_ENTITY,
        )
        .await;
    };
    let decision = Decision { gpc: signal::is_sent(request), ..decision };
    let seen = choice_cookie(request, app, selected.site)?.map(|seen| seen.choice);
    if !counts(app, notice, &decision.choices, seen.as_ref()) {
        app.arrivals.outdated(&selected.site.id);
        return show(request, app, &selected, Outcome::Changed, &Sent::default(), StatusCode::CONFLICT).await;
    }
    let recorded = match app.record(decision, seen.as_ref().and_then(|choice| choice.standing)).await {
        Err(SubmitError::Reused) => {
            return show(request, app, &selected, Outcome::Again, &Sent::default(), StatusCode::CONFLICT)
                .await;
        }
        recorded => recorded?,
    };
    if !recorded.repeated {
        // The click was made with the page, by this server's clock: it says nothing of how long it was on its way.
        app.arrivals.stored(&selected.site.id, false);
    }
    if recorded.repeated && seen.is_some_and(|choice| choice.is_later_than(&recorded.consent)) {
        // This form was sent before, and another choice was made after it. That one stands until a new press.
        return show(request, app, &selected, Outcome::Again, &Sent::default(), StatusCode::CONFLICT).await;
    }
    let page = frame(&app.config, selected.site, selected.language, "/settings").links.to("/settings");
    let mut address = format!("{page}&saved=1");
    if recorded.consent.event != Event::Given {
        // Nothing on the device leads to this record: its receipt is offered now or never.
        address = format!("{address}&receipt={}", app.offers.make(recorded.consent.id, app.clock.now())?);
    }
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, address));
    for cookie in cookies_after(request, app, selected.site, &recorded)? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.finish())
}

/// The page with the form, as the device's cookie has it now.
async fn show(
    request: &HttpRequest,
    app: &Data<App>,
    selected: &Selected<'_>,
    outcome: Outcome,
    sent: &Sent,
    status: StatusCode,
) -> Result<HttpResponse, Problem> {
    let Selected { site, language } = *selected;
    let notice = app.notices.current(&site.id, language);
    let notice = notice.ok_or_else(|| Problem::missing("There is no notice for this site."))?;
    let seen = choice_cookie(request, app, site)?;
    let records = own_records(request, app, site).await?;
    // A browser that keeps no cookies keeps no choice either; and nobody has saved one by opening an address.
    let is_so = match outcome {
        Outcome::Saved(_) => seen.is_some(),
        Outcome::Erased => seen.as_ref().is_some_and(|seen| seen.choice.standing.is_none()),
        _ => true,
    };
    let outcome = if is_so { outcome } else { Outcome::None };
    let click = new_click(app)?;
    let (own, headers) = uses::page::own(request, app, site, sent)?;
    let display = own.iter().find(|own| own.purpose.id.as_str() == DISPLAY).map(|own| &own.values);
    let frame = Frame { display, ..frame(&app.config, site, language, "/settings") };
    let words = frame.words;
    let settings = Settings {
        words,
        catalogue: &site.catalogue,
        links: frame.links,
        site: site.id.as_str(),
        notice: notice.id(),
        click: &click,
        standing: seen.as_ref().filter(|seen| !seen.choice.choices.is_empty()).map(|seen| Standing {
            choices: &seen.choice.choices,
            decided: seen.choice.decided,
            expires: seen.choice.expires,
        }),
        gpc: signal::is_sent(request),
        records: &records,
        outcome,
        uses: &own,
    };
    let mut answer = HttpResponse::build(status);
    for cookie in headers {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    if let Some(cookie) = renewed(app, site, seen.as_ref())? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(pages::html(&mut answer, &frame, words.get("page.settings.title"), &content(&settings)))
}

/// An id for the click that this form will be: sending it twice is then one decision.
pub(super) fn new_click(app: &App) -> Result<String, Problem> {
    let milliseconds = u64::try_from(app.clock.now().unix()).unwrap_or(0) * 1000;
    let random: [u8; 10] = keys::random()?;
    Ok(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid().to_string())
}

/// What the form sent.
struct Form {
    site: Option<String>,
    notice: String,
    id: String,
    control: String,
    answers: Vec<(String, String)>,
}

impl Form {
    async fn read(request: &HttpRequest, payload: Payload) -> Result<Self, Problem> {
        if !actix_web::HttpMessage::content_type(request)
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
        {
            return Err(Problem::wrong_type("This address takes the form that it shows."));
        }
        let body = body::read(payload).await?;
        let fields: Vec<(String, String)> = serde_urlencoded::from_bytes(&body)
            .map_err(|_| Problem::malformed("The form cannot be read."))?;
        let mut form = Self {
            site: None,
            notice: String::new(),
            id: String::new(),
            control: String::new(),
            answers: Vec::new(),
        };
        for (name, value) in fields {
            match (name.as_str(), name.strip_prefix("choice.")) {
                ("site", _) => form.site = Some(value),
                ("notice", _) => form.notice = value,
                ("id", _) => form.id = value,
                ("control", _) => form.control = value,
                (_, Some(purpose)) => form.answers.push((purpose.to_owned(), value)),
                _ => return Err(Problem::malformed("The form has a field that does not belong.")),
            }
        }
        Ok(form)
    }

    /// The decision, or `None` if a question was left open.
    fn decide(&self, notice: &Notice) -> Result<Option<Decision>, Problem> {
        let click: ClickId = self.id.parse()?;
        let control: Control = self.control.parse()?;
        let purposes = notice.choice_purposes();
        let choices = match control {
            Control::Accept => Choices::all(purposes, true),
            Control::Refuse | Control::Withdraw => Choices::all(purposes, false),
            Control::Save => match self.choices(purposes)? {
                Some(choices) => choices,
                None => return Ok(None),
            },
        };
        Ok(Some(Decision::new(&click, notice, Layer::Page, control, Actor::Person, choices)?))
    }

    fn choices(&self, purposes: &[PurposeId]) -> Result<Option<Choices>, Problem> {
        let answers = self.answers.iter().map(|(purpose, answer)| {
            let answer = match answer.as_str() {
                "yes" => true,
                "no" => false,
                _ => return Err(Problem::invalid("An answer must be yes or no.").field("choices")),
            };
            Ok((purpose.parse::<PurposeId>()?, answer))
        });
        let answers = answers.collect::<Result<Vec<_>, _>>()?;
        let is_open = |purpose: &&PurposeId| answers.iter().all(|(answered, _)| answered != *purpose);
        if purposes.iter().any(|purpose| is_open(&purpose)) {
            return Ok(None);
        }
        Ok(Some(Choices::new(answers)?))
    }
}
