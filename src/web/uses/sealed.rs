//! What the sealed cookies have in common on the wire.

use actix_web::{HttpRequest, HttpResponse, http::header};
use koektrommel_core::identifier::{SiteId, SlotName};
use serde::de::DeserializeOwned;

use crate::{
    app::App,
    config::Site,
    uses::slots::{SealError, Slots, Use},
    web::{consents::cookies, problem::Problem},
};

/// One form or flow of a site that offers them.
pub(super) struct Address<'a> {
    which: Use,
    /// The site.
    pub(super) site: &'a Site,
    /// The form or flow.
    pub(super) name: SlotName,
}

impl<'a> Address<'a> {
    /// Checks the name, and that the site's catalogue tells visitors of the cookie.
    pub(super) fn new(which: Use, site: &'a Site, what: &'static str, name: &str) -> Result<Self, Problem> {
        if !which.is_offered(site) {
            return Err(Problem::missing("The catalogue of this site does not have this cookie."));
        }
        let name = name.parse();
        let name = name.map_err(|error: koektrommel_core::error::Malformed| {
            Problem::invalid(format!("`{what}` {}.", error.why)).field(what)
        })?;
        Ok(Self { which, site, name })
    }
}

/// The site that a body names.
pub(super) fn site<'a>(app: &'a App, id: &SiteId) -> Result<&'a Site, Problem> {
    let unknown = "`site` must be the id of a site that this server knows.";
    app.config.site(Some(id)).ok_or_else(|| Problem::invalid(unknown).field("site"))
}

/// Reads a body with a closed list of members.
pub(super) fn parse<T: DeserializeOwned>(body: &[u8], members: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        Problem::malformed(if error.is_data() {
            format!("The body must be one JSON object with exactly these members, each once: {members}.")
        } else {
            "The body must be JSON in UTF-8.".to_owned()
        })
    })
}

/// What the request's cookie holds.
pub(super) fn slots(request: &HttpRequest, app: &App, address: &Address<'_>) -> Result<Slots, Problem> {
    let Address { which, site, .. } = address;
    let name = site.mode.name(which.base());
    Ok(Slots::find(*which, cookies(request, &name), &site.mode, &app.ring, app.clock.now())?)
}

/// The cookie as it is after a change.
pub(super) fn cookie(
    app: &App,
    address: &Address<'_>,
    slots: &Slots,
    field: &'static str,
) -> Result<String, Problem> {
    slots.set_cookie(&address.site.mode, &app.ring).map_err(|error| match error {
        SealError::Key(error) => error.into(),
        SealError::TooLarge => {
            Problem::too_large(format!("`{field}` is more than fits in a cookie: keep less.")).field(field)
        }
    })
}

/// The answer to a change: nothing but the cookie.
pub(super) fn done(
    app: &App,
    address: &Address<'_>,
    slots: &Slots,
    field: &'static str,
) -> Result<HttpResponse, Problem> {
    let cookie = cookie(app, address, slots, field)?;
    Ok(HttpResponse::NoContent().insert_header((header::SET_COOKIE, cookie)).finish())
}
