//! `GET /privacy/api/v1/choice?site=`: what stands for a device, by the server's clock and keys.
//!
//! The widget asks where it cannot know by itself: the cookie is out of the page's reach, the device's clock
//! contradicts it, or the script is older than the choice.

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
use crate::{
    app::App,
    cookie::{Ended, Seen},
};

/// The answers and their days, without the pseudonym and the record. Without a choice: an object without members.
#[derive(Default, Serialize)]
struct ChoiceBody<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<BTreeMap<&'a str, bool>>,
    /// Each yes that no longer counts, and why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    ended: BTreeMap<&'a str, &'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decided: Option<String>,
    /// The day on which every yes ends.
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
    Ok(answer.json(seen.as_ref().map_or_else(ChoiceBody::default, ChoiceBody::of)))
}

impl<'a> ChoiceBody<'a> {
    fn of(Seen { choice, ended, .. }: &'a Seen) -> Self {
        let ended = ended.iter().map(|(purpose, why)| {
            let why = match why {
                Ended::Expired => "expired",
                Ended::Changed => "changed",
            };
            (purpose.as_str(), why)
        });
        Self {
            ended: ended.collect(),
            choices: Some(choice.choices.iter().map(|(purpose, yes)| (purpose.as_str(), yes)).collect()),
            decided: Some(choice.decided.to_string()),
            valid_until: Some(choice.expires.to_string()),
        }
    }
}
