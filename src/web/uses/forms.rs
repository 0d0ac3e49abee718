//! What a visitor filled in, kept for this visit in a sealed cookie of its own device; nothing of it is kept here.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{Data, Path, Payload, Query},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map as Object, Value};

use super::sealed::{self, Address};
use crate::{
    app::App,
    keys,
    uses::{numbers, slots::Use},
    web::{
        body,
        language::Selection,
        origin,
        problem::Problem,
        wire::{Map, field, missing},
    },
};

/// The longest name of a field, in bytes.
const LONGEST_NAME: usize = 64;

/// `GET /privacy/api/v1/forms/{form}?site=`
pub(in crate::web) async fn get(
    request: HttpRequest,
    app: Data<App>,
    form: Path<String>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    let address = Address::new(Use::Form, selection.for_api(&app)?.site, "form", &form)?;
    let slots = sealed::slots(&request, &app, &address)?;
    let nothing = Object::new();
    let fields = slots.get(&address.site.id, &address.name).map_or(&nothing, |slot| &slot.content);
    Ok(HttpResponse::Ok().json(Body { fields }))
}

/// `PUT /privacy/api/v1/forms/{form}`: replaces what was kept of this form; its four hours begin anew.
pub(in crate::web) async fn put(
    request: HttpRequest,
    app: Data<App>,
    form: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let members: Members = sealed::parse(&body::read_json(&request, payload).await?, "site, fields")?;
    let site = sealed::site(&app, &field("site", members.site)?)?;
    let address = Address::new(Use::Form, site, "form", &form)?;
    let fields = to_fields(members.fields.ok_or_else(|| missing("fields"))?)?;
    let mut slots = sealed::slots(&request, &app, &address)?;
    if fields.is_empty() {
        slots.take(&site.id, &address.name);
    } else {
        slots.put(&site.id, &address.name, fields, keys::random()?, app.clock.now());
    }
    sealed::done(&app, &address, &slots, "fields")
}

/// `DELETE /privacy/api/v1/forms/{form}?site=`
pub(in crate::web) async fn delete(
    request: HttpRequest,
    app: Data<App>,
    form: Path<String>,
    selection: Query<Selection>,
) -> Result<HttpResponse, Problem> {
    origin::check(&request, &app)?;
    let address = Address::new(Use::Form, selection.for_api(&app)?.site, "form", &form)?;
    let mut slots = sealed::slots(&request, &app, &address)?;
    slots.take(&address.site.id, &address.name);
    sealed::done(&app, &address, &slots, "fields")
}

/// The body of a `PUT`, each member still of any type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    site: Option<Value>,
    fields: Option<Map>,
}

/// What is kept of a form.
#[derive(Serialize)]
struct Body<'a> {
    fields: &'a Object<String, Value>,
}

/// The fields, each a short name and a text. What the answer says never tells which of them is wrong in words of the
/// visitor's.
fn to_fields(fields: Map) -> Result<Object<String, Value>, Problem> {
    let wrong = |why: &str| Problem::invalid(format!("`fields` {why}.")).field("fields");
    let Map::Object(given) = fields else { return Err(wrong("must be an object")) };
    let mut fields = Object::new();
    for (name, value) in given {
        if name.is_empty() || name.len() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(wrong("must have names of 1 to 64 bytes"));
        }
        let Value::String(text) = &value else { return Err(wrong("must have texts as its values")) };
        if numbers::holds_one(text) {
            let why =
                "must not hold a citizen service number (BSN) or a bank account (IBAN): leave that field out";
            return Err(wrong(why));
        }
        if fields.insert(name, value).is_some() {
            return Err(wrong("must name each field once"));
        }
    }
    Ok(fields)
}
