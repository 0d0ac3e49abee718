//! What one page hands to the next, once, within half an hour, in a sealed cookie; nothing of it is kept here but the
//! tickets of what was taken.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{Data, Path, Payload},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map as Object, Value};

use super::sealed::{self, Address};
use crate::{
    app::App,
    keys,
    uses::slots::Use,
    web::{
        body, origin,
        problem::Problem,
        wire::{field, missing},
    },
};

/// The longest content of a hand-off, as JSON without spaces, in bytes.
const LONGEST: usize = 1024;

/// `PUT /privacy/api/v1/handoffs/{flow}`: replaces what was handed on in this flow.
pub(in crate::web) async fn put(
    request: HttpRequest,
    app: Data<App>,
    flow: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let members: PutMembers = sealed::parse(&body::read_json(&request, payload).await?, "site, data")?;
    let site = sealed::site(&app, &field("site", members.site)?)?;
    let address = Address::new(Use::Handoff, site, "flow", &flow)?;
    let Value::Object(data) = members.data.ok_or_else(|| missing("data"))? else {
        return Err(Problem::invalid("`data` must be an object.").field("data"));
    };
    if serde_json::to_vec(&data).map_or(usize::MAX, |json| json.len()) > LONGEST {
        return Err(Problem::too_large("`data` must not be longer than 1024 bytes.").field("data"));
    }
    let now = app.clock.now();
    let mut slots = sealed::slots(&request, &app, &address)?;
    let before = slots.put(&site.id, &address.name, data, keys::random()?, now);
    let answer = sealed::done(&app, &address, &slots, "data")?;
    if let Some(before) = before {
        app.uses.spent.spend(before.ticket, before.until, now);
    }
    Ok(answer)
}

/// `POST /privacy/api/v1/handoffs/{flow}/take`: what was handed on, once.
pub(in crate::web) async fn take(
    request: HttpRequest,
    app: Data<App>,
    flow: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let members: TakeMembers = sealed::parse(&body::read_json(&request, payload).await?, "site")?;
    let site = sealed::site(&app, &field("site", members.site)?)?;
    let address = Address::new(Use::Handoff, site, "flow", &flow)?;
    let mut slots = sealed::slots(&request, &app, &address)?;
    let slot = slots.take(&site.id, &address.name);
    let slot = slot.filter(|slot| app.uses.spent.spend(slot.ticket, slot.until, app.clock.now()));
    let Some(slot) = slot else {
        return Err(Problem::missing("Nothing was handed on in this flow, or it was taken before."));
    };
    let cookie = sealed::cookie(&app, &address, &slots, "data")?;
    Ok(HttpResponse::Ok().insert_header((header::SET_COOKIE, cookie)).json(Body { data: &slot.content }))
}

/// The body of a `PUT`, each member still of any type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PutMembers {
    site: Option<Value>,
    data: Option<Value>,
}

/// The body of a `POST`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TakeMembers {
    site: Option<Value>,
}

/// What was handed on.
#[derive(Serialize)]
struct Body<'a> {
    data: &'a Object<String, Value>,
}
