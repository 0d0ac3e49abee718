//! `GET /privacy/api/v1/choice?site=`: the standing choice of a device, for pages that cannot read its cookie.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Query},
};
use serde::Serialize;

use super::{
    consents::{choice_cookie, renewed},
    language::Selection,
    problem::Problem,
};
use crate::{app::App, cookie::ChoiceCookie};

/// The answers and their days, without the pseudonym and the record. Without a choice: an object without members.
#[derive(Default, Serialize)]
struct ChoiceBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<BTreeMap<&'a str, bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<String>,
}

/// `GET /privacy/api/v1/choice`
pub(super) async fn get(
    request: HttpRequest,
    app: Data<App>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let site = selection.for_api(&app)?.site;
    let seen = choice_cookie(&request, &app, site)?;
    let mut answer = HttpResponse::Ok();
    if let Some(cookie) = renewed(&app, site, seen.as_ref())? {
        answer.append_header((header::SET_COOKIE, cookie));
    }
    Ok(answer.json(seen.as_ref().map_or_else(ChoiceBody::default, |seen| ChoiceBody::of(&seen.choice))))
}

impl<'a> ChoiceBody<'a> {
    fn of(choice: &'a ChoiceCookie) -> Self {
        Self {
            choices: Some(choice.choices.iter().map(|(purpose, yes)| (purpose.as_str(), yes)).collect()),
            decided: Some(choice.decided.to_string()),
            valid_until: Some(choice.expires.to_string()),
        }
    }
}
