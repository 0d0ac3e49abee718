//! What a visitor can set from a closed list: the lists, and what this device has set.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Payload, Query},
};
use koektrommel_core::{catalogue::Purpose, identifier::SiteId, setting::Values};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{State, end, granted_until, purpose, sealed, state};
use crate::{
    app::App,
    config::Site,
    uses::kept::Kept,
    web::{
        assets::send,
        body,
        headers::SHORT,
        language::Selection,
        origin,
        problem::Problem,
        wire::{Map, field, missing},
    },
};

/// `GET /privacy/api/v1/preferences?site=&lang=`
pub(in crate::web) async fn list(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let selected = selection.for_api(&app)?;
    let list = app.uses.list(&selected.site.id, selected.language);
    let list = list.ok_or_else(|| Problem::missing("There are no settings for this site."))?;
    Ok(send(&request, list, SHORT))
}

/// `GET /privacy/api/v1/preferences/{purpose}?site=`
pub(in crate::web) async fn get(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let site = selection.for_api(&app)?.site;
    let purpose = purpose(site, &id)?;
    let State { kept, header } = state(&request, &app, site, purpose)?;
    Ok(answer(purpose, kept.as_ref(), header))
}

/// `PUT /privacy/api/v1/preferences/{purpose}`: replaces all that was set of this purpose.
pub(in crate::web) async fn put(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let form = Form::parse(&body::read_json(&request, payload).await?)?;
    let site = sealed::site(&app, &form.site)?;
    let purpose = purpose(site, &id)?;
    let values = form.values(purpose)?;
    let (kept, header) = keep(&request, &app, site, purpose, values)?;
    Ok(answer(purpose, kept.as_ref(), Some(header)))
}

/// `DELETE /privacy/api/v1/preferences/{purpose}?site=`
pub(in crate::web) async fn delete(
    request: HttpRequest,
    app: Data<App>,
    id: Path<String>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let site = selection.for_api(&app)?.site;
    let ended = end(site, purpose(site, &id)?);
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, ended)).finish())
}

/// Keeps what was just set, as long as the visitor's choice allows; and the header that says so to the browser.
pub(in crate::web) fn keep(
    request: &HttpRequest,
    app: &App,
    site: &Site,
    purpose: &Purpose,
    values: Values,
) -> Result<(Option<Kept>, String), Problem> {
    let now = app.clock.now();
    let kept = Kept::new(values, granted_until(request, app, site, &purpose.id)?, now);
    let header = match &kept {
        Some(kept) => kept.set_cookie(&purpose.id, &site.mode, &app.ring, now)?,
        None => end(site, purpose),
    };
    Ok((kept, header))
}

/// What a device has set, as its page sees it.
#[derive(Serialize)]
struct Body<'a> {
    purpose: &'a str,
    values: BTreeMap<&'a str, &'a str>,
    kept: Option<&'static str>,
    until: Option<String>,
}

fn answer(purpose: &Purpose, kept: Option<&Kept>, header: Option<String>) -> HttpResponse {
    let values = kept.into_iter().flat_map(|kept| kept.values.iter());
    let body = Body {
        purpose: purpose.id.as_str(),
        values: values.map(|(name, value)| (name.as_str(), value.as_str())).collect(),
        kept: kept.map(|kept| kept.lasts.as_str()),
        until: kept.map(|kept| kept.until.to_string()),
    };
    let mut answer = HttpResponse::Ok();
    if let Some(header) = header {
        answer.append_header((header::SET_COOKIE, header));
    }
    answer.json(body)
}

/// The body of a `PUT`.
struct Form {
    site: SiteId,
    values: Vec<(String, Value)>,
}

/// The closed list of members, each still of any type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    site: Option<Value>,
    values: Option<Map>,
}

impl Form {
    fn parse(body: &[u8]) -> Result<Self, Problem> {
        let members: Members = sealed::parse(body, "site, values")?;
        let site = field("site", members.site)?;
        match members.values.ok_or_else(|| missing("values"))? {
            Map::Object(values) => Ok(Self { site, values }),
            Map::Other => Err(wrong("must be an object")),
        }
    }

    fn values(self, purpose: &Purpose) -> Result<Values, Problem> {
        let pairs = self.values.into_iter().map(|(name, value)| {
            let name = name.parse().map_err(|_| wrong("must have the names of settings of this purpose"))?;
            let value = value.as_str().and_then(|value| value.parse().ok());
            Ok((name, value.ok_or_else(|| wrong("must have values from the list of each setting"))?))
        });
        let pairs = pairs.collect::<Result<Vec<_>, Problem>>()?;
        Values::new(pairs, &purpose.settings).map_err(|error| wrong(error.why))
    }
}

fn wrong(why: &str) -> Problem {
    Problem::invalid(format!("`values` {why}.")).field("values")
}
