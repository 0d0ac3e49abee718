//! What a visitor can set, on the settings page and without a script.

use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Payload, Query},
};
use koektrommel_core::{instant::Day, setting::Values};

use super::{State, end, granted_until, preferences::keep, purpose, state};
use crate::{
    app::App,
    calendar::local_date,
    config::Site,
    pages::frame,
    view::uses::{Outcome, Own},
    web::{
        body,
        language::{Selected, Selection},
        origin,
        problem::{self, Problem},
    },
};

/// What happened to a form that was just sent, as the page's address says: the purpose, and whether it was set or
/// put back. Never the values: addresses are kept in histories and logs.
#[derive(Debug, Default)]
pub(in crate::web) struct Sent {
    /// The purpose that was set.
    pub(in crate::web) set: Option<String>,
    /// The purpose that was put back.
    pub(in crate::web) reset: Option<String>,
}

/// What this device has set of every purpose, and the headers that go with it.
pub(in crate::web) fn own<'a>(
    request: &HttpRequest,
    app: &App,
    site: &'a Site,
    sent: &Sent,
) -> Result<(Vec<Own<'a>>, Vec<String>), Problem> {
    let (mut all, mut headers) = (Vec::new(), Vec::new());
    for purpose in site.catalogue.purposes().iter().filter(|purpose| !purpose.settings.is_empty()) {
        let State { kept, header } = state(request, app, site, purpose)?;
        headers.extend(header);
        let is = |named: &Option<String>| named.as_deref() == Some(purpose.id.as_str());
        let outcome = match &kept {
            Some(_) if is(&sent.set) => Outcome::Set,
            None if is(&sent.set) => Outcome::NotKept,
            None if is(&sent.reset) => Outcome::Reset,
            _ => Outcome::None,
        };
        let until = granted_until(request, app, site, &purpose.id)?;
        let until = until.map(|until| Day::from_date(local_date(until)).unwrap_or_else(|_| until.day()));
        all.push(Own { purpose, values: kept.map(|kept| kept.values).unwrap_or_default(), until, outcome });
    }
    Ok((all, headers))
}

/// `GET /privacy/settings/{purpose}`: the place on the settings page, for whoever opens the form's address again.
pub(in crate::web) async fn get(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    selection: Query<Selection>,
) -> HttpResponse {
    let selected = selection.for_page(&app, &request);
    let known = selected.and_then(|selected| Some((selected, purpose(selected.site, &id).ok()?)));
    let Some((Selected { site, language }, purpose)) = known else {
        return problem::not_found(request).await;
    };
    let page = frame(&app.config, site, language, "/settings").links.to("/settings");
    HttpResponse::SeeOther().insert_header((header::LOCATION, format!("{page}#{}", purpose.id))).finish()
}

/// `POST /privacy/settings/{purpose}`: 303 to the settings page, which says what happened.
pub(in crate::web) async fn post(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    selection: Query<Selection>,
    payload: Payload,
) -> HttpResponse {
    let page = receive(&request, &app, &id, &selection, payload).await;
    page.unwrap_or_else(|problem| problem::answer(&request, &problem))
}

async fn receive(
    request: &HttpRequest,
    app: &App,
    id: &str,
    selection: &Selection,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(request, app)?;
    if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::wrong_type("This address takes the form that the settings page shows."));
    }
    let body = body::read(payload).await?;
    let fields: Vec<(String, String)> =
        serde_urlencoded::from_bytes(&body).map_err(|_| Problem::malformed("The form cannot be read."))?;
    let named = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    let selection = Selection { site: named("site"), lang: selection.lang.clone() };
    let selected =
        selection.for_page(app, request).ok_or_else(|| Problem::missing("There is no such site."))?;
    let purpose = purpose(selected.site, id)?;
    let (word, header) = match named("control").as_deref() {
        Some("reset") => ("reset", end(selected.site, purpose)),
        Some("set") => {
            let values = fields.iter().filter(|(name, _)| !matches!(name.as_str(), "site" | "control"));
            let values = values.map(|(name, value)| Ok((name.parse()?, value.parse()?)));
            let values = values.collect::<Result<Vec<_>, Problem>>()?;
            let (kept, header) =
                keep(request, app, selected.site, purpose, Values::new(values, &purpose.settings)?)?;
            (if kept.is_some() { "set" } else { "reset" }, header)
        }
        _ => return Err(Problem::malformed("The form does not say what to do.")),
    };
    let page = frame(&app.config, selected.site, selected.language, "/settings").links.to("/settings");
    let mut answer = HttpResponse::SeeOther();
    answer.insert_header((header::LOCATION, format!("{page}&{word}={0}#{0}", purpose.id)));
    answer.insert_header((header::SET_COOKIE, header));
    Ok(answer.finish())
}
