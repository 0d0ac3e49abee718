//! What a yes to a purpose is a yes to, in four characters.
//!
//! The choice cookie keeps the mark of each purpose that was granted. A yes under another mark was given for something
//! else, and is none. The same for everybody, so it says nothing about who holds it.

use core::{fmt, str::FromStr};

use data_encoding::BASE64URL_NOPAD;

use crate::{
    catalogue::Purpose,
    error::Malformed,
    hash::Hash,
    identifier::Language,
    json::{Value, object},
};

/// The first 24 bits of a hash over who asks and what a purpose comes to: kind, basis, what is stored and for how
/// long, who receives it, and its revision. Wording is no part of it, in whatever language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark([u8; 3]);

impl Mark {
    /// The mark of a purpose as it is now. Lifetimes are read in one language, the site's first, so that every
    /// language has the same mark.
    #[must_use]
    pub fn of(purpose: &Purpose, controller: &str, language: Option<&Language>) -> Self {
        let cookies = purpose.cookies.iter().map(|cookie| {
            let lifetime = language.and_then(|language| cookie.lifetime.get(language));
            object([
                ("lifetime", lifetime.map_or("", |text| text).into()),
                ("name", cookie.name.as_str().into()),
                ("set_by", cookie.set_by.as_str().into()),
                ("storage", cookie.storage.as_str().into()),
            ])
        });
        let recipients = purpose.recipients.iter().map(|name| name.as_str().into());
        let parts = object([
            ("basis", purpose.basis.as_str().into()),
            ("controller", controller.into()),
            ("cookies", Value::Array(cookies.collect())),
            ("dpv", purpose.dpv.as_str().into()),
            ("id", purpose.id.as_str().into()),
            ("kind", purpose.kind.as_str().into()),
            ("recipients", Value::Array(recipients.collect())),
            ("revision", Value::Number(purpose.revision.into())),
        ]);
        let hash = Hash::of(&[b"koektrommel mark v1\0", parts.to_canonical().as_bytes()]);
        let [a, b, c, ..] = *hash.as_bytes();
        Self([a, b, c])
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", BASE64URL_NOPAD.encode_display(&self.0))
    }
}

impl FromStr for Mark {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("mark", "must be four characters of base64url");
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| wrong)?;
        bytes.try_into().map(Self).map_err(|_| wrong)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::Mark;
    use crate::catalogue::{
        Basis, Kind, Purpose, Texts,
        tests::{nl, purpose},
    };

    #[test]
    fn wording_changes_nothing_and_substance_everything() {
        let mark = |purpose: &Purpose| Mark::of(purpose, "WSN", Some(&nl()));
        let first = purpose("display", Kind::Choice);
        let text = |text: &str| Texts::from([(nl(), text.to_string())]);
        let reworded = Purpose { name: text("x"), text: text("y"), changed: text("z"), ..first.clone() };
        assert_eq!(mark(&reworded), mark(&first));

        let mut changes = vec![
            Purpose { kind: Kind::Exempt, ..first.clone() },
            Purpose { basis: Basis::Contract, ..first.clone() },
            Purpose { recipients: vec!["Another".to_string()], ..first.clone() },
            Purpose { revision: 2, ..first.clone() },
            Purpose { cookies: vec![], ..first.clone() },
            purpose("other", Kind::Choice),
        ];
        let mut longer = first.clone();
        longer.cookies[0].lifetime = text("12 maanden");
        changes.push(longer);
        for changed in changes {
            assert_ne!(mark(&changed), mark(&first), "{changed:?}");
        }
        assert_ne!(Mark::of(&first, "Another", Some(&nl())), mark(&first));
    }

    #[test]
    fn four_characters_that_a_cookie_takes() {
        let mark = Mark([0xff, 0xef, 0x00]);
        assert_eq!(mark.to_string(), "_-8A");
        assert_eq!("_-8A".parse(), Ok(mark));
        for wrong in ["", "_-8", "_-8AA", "_-8AAAAA", "+/8A", "_-8="] {
            assert!(wrong.parse::<Mark>().is_err(), "{wrong}");
        }
    }
}
