//! The addresses of the four functional uses of cookies, and what a decision does to what was kept before it.

pub(super) mod forms;
pub(super) mod handoffs;
pub(super) mod page;
pub(super) mod preferences;
mod sealed;

use actix_web::HttpRequest;
use koektrommel_core::{catalogue::Purpose, identifier::PurposeId, instant::Instant};

use super::{
    consents::{choice_cookie, cookies},
    ending,
    problem::Problem,
};
use crate::{
    app::App,
    config::Site,
    cookie::{self, ChoiceCookie},
    uses::kept::{Kept, Lasts, Seen},
};

/// What a device has set of one purpose.
#[derive(Debug, Default)]
pub(super) struct State {
    /// What is kept, if it counts.
    pub(super) kept: Option<Kept>,
    /// What the answer should tell the browser: to take it under the active key, or to drop what does not count.
    pub(super) header: Option<String>,
}

/// The purpose of this id, if a visitor can set something of it.
pub(super) fn purpose<'a>(site: &'a Site, id: &str) -> Result<&'a Purpose, Problem> {
    let id: Option<PurposeId> = id.parse().ok();
    let purpose = id.and_then(|id| site.catalogue.purpose(&id));
    let purpose = purpose.filter(|purpose| !purpose.settings.is_empty());
    purpose.ok_or_else(|| Problem::missing("This site has nothing to set under this name."))
}

/// What the request's cookies say of this purpose. What was kept for a next visit counts only while there is a yes.
pub(super) fn state(
    request: &HttpRequest,
    app: &App,
    site: &Site,
    purpose: &Purpose,
) -> Result<State, Problem> {
    let Some(Seen { kept, renew }) = find(request, app, site, purpose)? else { return Ok(State::default()) };
    if kept.lasts == Lasts::Choice && granted_until(request, app, site, &purpose.id)?.is_none() {
        return Ok(State { kept: None, header: Some(end(site, purpose)) });
    }
    let header =
        renew.then(|| kept.set_cookie(&purpose.id, &site.mode, &app.ring, app.clock.now())).transpose()?;
    Ok(State { kept: Some(kept), header })
}

/// Until when the choice cookie of this request grants a purpose.
pub(super) fn granted_until(
    request: &HttpRequest,
    app: &App,
    site: &Site,
    purpose: &PurposeId,
) -> Result<Option<Instant>, Problem> {
    let seen = choice_cookie(request, app, site)?;
    let until = seen.and_then(|seen| seen.choice.grants_until(purpose));
    Ok(until.filter(|until| *until > app.clock.now()))
}

fn find(request: &HttpRequest, app: &App, site: &Site, purpose: &Purpose) -> Result<Option<Seen>, Problem> {
    let name = site.mode.name(&cookie::of_purpose(&purpose.id));
    Ok(Kept::find(cookies(request, &name), purpose, &site.mode, &app.ring, app.clock.now())?)
}

/// The header that ends what was set of a purpose.
pub(super) fn end(site: &Site, purpose: &Purpose) -> String {
    site.mode.end(&site.mode.name(&cookie::of_purpose(&purpose.id)))
}

/// The cookies of a purpose after a decision on it.
///
/// A yes keeps what was set for this visit until the choice ends. A no ends everything that the purpose keeps, but
/// not what was set for this visit: that needs no consent. Scripts cannot end an `HttpOnly` cookie, so the server
/// does.
pub(super) fn cookies_after(
    request: &HttpRequest,
    app: &App,
    site: &Site,
    purpose: &Purpose,
    choice: &ChoiceCookie,
) -> Result<Vec<String>, Problem> {
    let now = app.clock.now();
    let kept = if purpose.settings.is_empty() { None } else { find(request, app, site, purpose)? };
    let own = site.mode.name(&cookie::of_purpose(&purpose.id));
    match choice.choices.get(&purpose.id) {
        None => Ok(Vec::new()),
        Some(true) => {
            let kept =
                kept.and_then(|seen| Kept::new(seen.kept.values, choice.grants_until(&purpose.id), now));
            Ok(kept
                .map(|kept| kept.set_cookie(&purpose.id, &site.mode, &app.ring, now))
                .transpose()?
                .into_iter()
                .collect())
        }
        Some(false) => {
            let for_this_visit = kept.is_some_and(|seen| seen.kept.lasts == Lasts::Visit);
            Ok(ending::of(request, &site.mode, purpose, for_this_visit.then_some(&own)))
        }
    }
}
