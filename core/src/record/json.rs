//! How a record is written as JSON, and read back.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::str::FromStr;

use super::{Access, Consent};
use crate::{
    decision::Choices,
    error::Malformed,
    identifier::PurposeId,
    json::{Value, object},
};

pub(super) const WRONG: Malformed =
    Malformed::new("record", "must be a record of version 1 in canonical JSON");

pub(super) fn consent_to_json(consent: &Consent) -> Value {
    let choices: Vec<_> = consent.choices.iter().map(|(id, yes)| (id.as_str(), Value::Bool(yes))).collect();
    let mut members = Vec::from([
        ("actor", consent.actor.as_str().into()),
        ("choices", object(choices)),
        ("control", consent.control.as_str().into()),
        ("event", consent.event.as_str().into()),
        ("kind", "consent".into()),
        ("language", consent.language.as_str().into()),
        ("layer", consent.layer.as_str().into()),
        ("notice", Value::String(consent.notice.to_string())),
        ("record", Value::String(consent.id.to_string())),
        ("site", consent.site.as_str().into()),
        ("time", Value::String(consent.time.to_string())),
        ("until", Value::String(consent.until.to_string())),
        ("v", Value::Number(1)),
    ]);
    members.extend(consent.subject.map(|subject| ("subject", Value::String(subject.to_string()))));
    members.extend(consent.previous.map(|index| ("previous", Value::Number(index))));
    object(members)
}

pub(super) fn consent_from_json(members: &Members) -> Result<Consent, Malformed> {
    let Some(Value::Object(answers)) = members.0.get("choices") else { return Err(WRONG) };
    let answers = answers.iter().map(|(id, answer)| match answer {
        Value::Bool(yes) => Ok((id.parse::<PurposeId>()?, *yes)),
        _ => Err(WRONG),
    });
    Ok(Consent {
        id: members.parse("record")?,
        time: members.parse("time")?,
        until: members.parse("until")?,
        site: members.parse("site")?,
        notice: members.parse("notice")?,
        language: members.parse("language")?,
        layer: members.parse("layer")?,
        control: members.parse("control")?,
        actor: members.parse("actor")?,
        event: members.parse("event")?,
        choices: Choices::new(answers.collect::<Result<_, _>>()?)?,
        subject: members.optional("subject").map(|_| members.parse("subject")).transpose()?,
        previous: members.optional("previous").map(|_| members.number("previous")).transpose()?,
    })
}

pub(super) fn access_to_json(access: &Access) -> Value {
    let filter: Vec<_> =
        access.filter.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect();
    let mut members = Vec::from([
        ("action", access.action.as_str().into()),
        ("filter", object(filter)),
        ("kind", "access".into()),
        ("officer", access.officer.as_str().into()),
        ("size", Value::Number(access.size)),
        ("time", Value::String(access.time.to_string())),
        ("v", Value::Number(1)),
    ]);
    members.extend(access.begun.map(|index| ("begun", Value::Number(index))));
    members.extend(access.count.map(|count| ("count", Value::Number(count))));
    members.extend(access.sha256.map(|hash| ("sha256", Value::String(hash.to_string()))));
    object(members)
}

pub(super) fn access_from_json(members: &Members) -> Result<Access, Malformed> {
    let Some(Value::Object(filter)) = members.0.get("filter") else { return Err(WRONG) };
    let filter = filter.iter().map(|(name, value)| match value {
        Value::String(value) => Ok((name.clone(), value.clone())),
        _ => Err(WRONG),
    });
    Ok(Access {
        action: members.parse("action")?,
        time: members.parse("time")?,
        officer: members.parse("officer")?,
        filter: filter.collect::<Result<_, _>>()?,
        size: members.number("size")?,
        begun: members.optional("begun").map(|_| members.number("begun")).transpose()?,
        count: members.optional("count").map(|_| members.number("count")).transpose()?,
        sha256: members.optional("sha256").map(|_| members.parse("sha256")).transpose()?,
    })
}

pub(super) struct Members(pub(super) BTreeMap<String, Value>);

impl Members {
    fn optional(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, Malformed> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(WRONG),
        }
    }

    fn parse<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<T, Malformed> {
        self.text(name)?.parse()
    }

    fn number(&self, name: &str) -> Result<u64, Malformed> {
        match self.0.get(name) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(WRONG),
        }
    }
}
