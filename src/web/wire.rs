//! The JSON that the world sends and sees. Only here does the domain meet `serde`.

mod map;

use std::collections::BTreeMap;

use koektrommel_core::{
    decision::{Actor, Choices, ClickId, Control, Layer},
    error::Malformed,
    hash::Hash,
    identifier::{Language, PurposeId, SiteId},
    record::Consent,
    reference::Reference,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use self::map::Map;
use super::problem::Problem;

/// The body of `POST /consents`, field by field: each field is right by itself, not yet with the others.
#[derive(Debug)]
pub(super) struct ConsentForm {
    pub(super) id: ClickId,
    pub(super) site: SiteId,
    pub(super) notice: Hash,
    pub(super) language: Language,
    pub(super) layer: Layer,
    pub(super) control: Control,
    pub(super) actor: Actor,
    pub(super) choices: Choices,
}

/// The closed list of members, each still of any type.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Members {
    id: Option<Value>,
    site: Option<Value>,
    notice: Option<Value>,
    language: Option<Value>,
    layer: Option<Value>,
    control: Option<Value>,
    actor: Option<Value>,
    choices: Option<Map>,
}

impl ConsentForm {
    /// Reads the body: 400 for what is not JSON or has members that do not belong, 422 for a field that is wrong.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Problem> {
        let members: Members = serde_json::from_slice(body).map_err(|error| {
            Problem::malformed(if error.is_data() {
                "The body must be one JSON object with exactly these members, each once: id, site, notice, \
                 language, layer, control, actor, choices."
            } else {
                "The body must be JSON in UTF-8."
            })
        })?;
        Ok(Self {
            id: field("id", members.id)?,
            site: field("site", members.site)?,
            notice: field("notice", members.notice)?,
            language: field("language", members.language)?,
            layer: field("layer", members.layer)?,
            control: field("control", members.control)?,
            actor: field("actor", members.actor)?,
            choices: to_choices(members.choices.ok_or_else(|| missing("choices"))?)?,
        })
    }
}

pub(super) fn missing(name: &'static str) -> Problem {
    Problem::invalid(format!("`{name}` is missing.")).field(name)
}

pub(super) fn field<T: std::str::FromStr<Err = Malformed>>(
    name: &'static str,
    value: Option<Value>,
) -> Result<T, Problem> {
    match value.ok_or_else(|| missing(name))? {
        Value::String(text) => text.parse(),
        _ => Err(Malformed::new(name, "must be a text")),
    }
    .map_err(|error: Malformed| Problem::invalid(format!("`{name}` {}.", error.why)).field(name))
}

/// The member `choices`.
fn to_choices(answers: Map) -> Result<Choices, Problem> {
    let wrong = |why: &str| Problem::invalid(format!("`choices` {why}.")).field("choices");
    let Map::Object(answers) = answers else { return Err(wrong("must be an object")) };
    let answers = answers.into_iter().map(|(purpose, answer)| match answer {
        Value::Bool(yes) => purpose
            .parse::<PurposeId>()
            .map(|purpose| (purpose, yes))
            .map_err(|_| wrong("must have the ids of purposes as its names")),
        _ => Err(wrong("must answer each purpose with true or false")),
    });
    Choices::new(answers.collect::<Result<_, _>>()?).map_err(|error| wrong(error.why))
}

/// A record as its visitor sees it: the answer to `POST /consents`, and an item of `GET /consents`.
#[derive(Debug, Serialize)]
pub(super) struct RecordBody<'a> {
    record: String,
    reference: Option<String>,
    time: String,
    index: u64,
    choices: BTreeMap<&'a str, bool>,
    valid_until: String,
    /// Where the receipt is.
    receipt: String,
    event: &'static str,
    site: &'a str,
    language: &'a str,
    notice: String,
}

impl<'a> RecordBody<'a> {
    pub(super) fn new(consent: &'a Consent, leaf: &Hash, mount: &str) -> Self {
        let index = consent.id.index();
        Self {
            record: consent.id.to_string(),
            reference: Reference::new(index, leaf).map(|reference| reference.to_string()),
            time: consent.time.to_string(),
            index,
            choices: consent.choices.iter().map(|(purpose, yes)| (purpose.as_str(), yes)).collect(),
            valid_until: consent.until.to_string(),
            receipt: format!("{mount}/api/v1/consents/{}/receipt", consent.id),
            event: consent.event.as_str(),
            site: consent.site.as_str(),
            language: consent.language.as_str(),
            notice: consent.notice.to_string(),
        }
    }
}

/// The answer to `GET /consents`.
#[derive(Debug, Serialize)]
pub(super) struct OwnRecords<'a> {
    pub(super) records: Vec<RecordBody<'a>>,
}
