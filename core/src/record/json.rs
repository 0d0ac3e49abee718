//! How a record is written as JSON, and read back.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};
use core::{
    fmt::{self, Write},
    str::FromStr,
};

use super::{Access, Consent};
use crate::{
    decision::Choices,
    error::Malformed,
    identifier::PurposeId,
    json::{Value, object},
};

pub(super) const WRONG: Malformed =
    Malformed::new("record", "must be a record of version 1 in canonical JSON");

/// The canonical text of a decision, written in one go: this is done for every one of them, by one thread. Nothing
/// in it needs escaping, since names, words, hashes and times have none of the characters that do.
pub(super) fn consent_to_json(consent: &Consent) -> String {
    let mut out = String::with_capacity(512);
    let _infallible = write_consent(consent, &mut out);
    out
}

fn write_consent(consent: &Consent, out: &mut String) -> fmt::Result {
    write!(out, r#"{{"actor":"{}","choices":{{"#, consent.actor)?;
    for (i, (purpose, yes)) in consent.choices.iter().enumerate() {
        let comma = if i == 0 { "" } else { "," };
        write!(out, r#"{comma}"{purpose}":{yes}"#)?;
    }
    write!(out, r#"}},"control":"{}","event":"{}""#, consent.control, consent.event)?;
    if consent.gpc {
        out.write_str(r#","gpc":true"#)?;
    }
    write!(
        out,
        r#","kind":"consent","language":"{}","layer":"{}","notice":"{}""#,
        consent.language, consent.layer, consent.notice
    )?;
    if let Some(previous) = consent.previous {
        write!(out, r#","previous":{previous}"#)?;
    }
    write!(out, r#","record":"{}","site":"{}""#, consent.id, consent.site)?;
    if let Some(subject) = consent.subject {
        write!(out, r#","subject":"{subject}""#)?;
    }
    write!(out, r#","time":"{}","until":"{}","v":1}}"#, consent.time, consent.until)
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
        gpc: match members.optional("gpc") {
            None => false,
            Some(Value::Bool(true)) => true,
            Some(_) => return Err(WRONG),
        },
        subject: members.optional("subject").map(|_| members.parse("subject")).transpose()?,
        previous: members.optional("previous").map(|_| members.number("previous")).transpose()?,
    })
}

pub(super) fn access_to_json(access: &Access) -> String {
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
    object(members).to_canonical()
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
    pub(super) fn optional(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn text(&self, name: &str) -> Result<&str, Malformed> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(WRONG),
        }
    }

    pub(super) fn parse<T: FromStr<Err = Malformed>>(&self, name: &str) -> Result<T, Malformed> {
        self.text(name)?.parse()
    }

    pub(super) fn number(&self, name: &str) -> Result<u64, Malformed> {
        match self.0.get(name) {
            Some(Value::Number(number)) => Ok(*number),
            _ => Err(WRONG),
        }
    }
}
