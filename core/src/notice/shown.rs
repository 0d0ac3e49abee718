//! What a kept notice said, for whoever shows it again: texts and purposes as they were, whatever they are today.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::Notice;
use crate::{
    catalogue::{DpvPurpose, Kind, Storage},
    error::Malformed,
    identifier::PurposeId,
    json::{Value, parse_canonical},
};

const WRONG: Malformed = Malformed::new("notice", "must be a notice of version 1 in canonical JSON");

/// The words of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Who was responsible, as the visitor was told.
    pub controller: String,
    /// The purposes, in the order in which they were shown.
    pub purposes: Vec<ShownPurpose>,
    /// The texts of the widget, by key.
    pub texts: BTreeMap<String, String>,
}

/// A purpose as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPurpose {
    /// Its id.
    pub id: PurposeId,
    /// Exempt or choice.
    pub kind: Kind,
    /// The term of the Data Privacy Vocabulary.
    pub dpv: DpvPurpose,
    /// Its name.
    pub name: String,
    /// What it does, for the visitor.
    pub text: String,
    /// What is stored for it.
    pub cookies: Vec<ShownCookie>,
    /// Who else was to receive it, by name.
    pub recipients: Vec<String>,
}

/// A cookie or a key of local storage as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCookie {
    /// Its name.
    pub name: String,
    /// Where it is kept.
    pub storage: Storage,
    /// How long it stays, in words.
    pub lifetime: String,
}

impl Notice {
    /// What the notice said.
    ///
    /// # Errors
    /// A notice that was not made by [`new`](Self::new).
    pub fn shown(&self) -> Result<Shown, Malformed> {
        let Value::Object(members) = parse_canonical(self.json())? else { return Err(WRONG) };
        let Some(Value::Object(texts)) = members.get("texts") else { return Err(WRONG) };
        let texts = texts.iter().map(|(key, value)| match value {
            Value::String(text) => Ok((key.clone(), text.clone())),
            _ => Err(WRONG),
        });
        Ok(Shown {
            controller: text(&members, "controller")?,
            purposes: list(&members, "purposes")?.iter().map(purpose).collect::<Result<_, _>>()?,
            texts: texts.collect::<Result<_, _>>()?,
        })
    }
}

fn purpose(value: &Value) -> Result<ShownPurpose, Malformed> {
    let Value::Object(members) = value else { return Err(WRONG) };
    // Most purposes have none, and then it is not written.
    let recipients = members.get("recipients").map_or(Ok(&[][..]), |_| list(members, "recipients"))?;
    let recipients = recipients.iter().map(|name| match name {
        Value::String(name) => Ok(name.clone()),
        _ => Err(WRONG),
    });
    Ok(ShownPurpose {
        id: text(members, "id")?.parse()?,
        kind: text(members, "kind")?.parse()?,
        dpv: text(members, "dpv")?.parse()?,
        name: text(members, "name")?,
        text: text(members, "text")?,
        cookies: list(members, "cookies")?.iter().map(cookie).collect::<Result<_, _>>()?,
        recipients: recipients.collect::<Result<_, _>>()?,
    })
}

fn cookie(value: &Value) -> Result<ShownCookie, Malformed> {
    let Value::Object(members) = value else { return Err(WRONG) };
    Ok(ShownCookie {
        name: text(members, "name")?,
        storage: text(members, "storage")?.parse()?,
        lifetime: text(members, "lifetime")?,
    })
}

fn text(members: &BTreeMap<String, Value>, name: &str) -> Result<String, Malformed> {
    match members.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        _ => Err(WRONG),
    }
}

fn list<'a>(members: &'a BTreeMap<String, Value>, name: &str) -> Result<&'a [Value], Malformed> {
    match members.get(name) {
        Some(Value::Array(items)) => Ok(items),
        _ => Err(WRONG),
    }
}

#[cfg(test)]
mod tests {
    use crate::{catalogue::Kind, notice::tests::notice};

    #[test]
    fn says_again_what_was_shown() {
        let shown = notice("Cookies \"hier\"").shown().unwrap();
        assert_eq!(shown.controller, "WSN");
        assert_eq!(shown.texts["banner.title"], "Cookies \"hier\"");
        assert_eq!(shown.purposes.len(), 3);
        assert_eq!(shown.purposes.iter().filter(|purpose| purpose.kind == Kind::Choice).count(), 2);
        assert!(shown.purposes.iter().all(|purpose| !purpose.cookies.is_empty() && !purpose.name.is_empty()));
    }
}
