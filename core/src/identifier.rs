//! Short names that stand in routes, records and cookies: a site, a purpose, a language.

use core::{fmt, str::FromStr};

use crate::error::Malformed;

/// Makes a name type: a checked, immutable text with one field name and one rule.
macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal, $why:literal, $is_right:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(alloc::boxed::Box<str>);

        impl $type {
            /// The name as text.
            #[must_use]
            pub const fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                let is_right: fn(&str) -> bool = $is_right;
                if is_right(text) { Ok(Self(text.into())) } else { Err(Malformed::new($what, $why)) }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// One website that embeds the widget.
    SiteId,
    "site",
    "must be the id of a site: 1 to 32 characters from a-z, 0-9 and -, starting with a letter",
    is_slug
);

name!(
    /// One use of storage on the visitor's device.
    PurposeId,
    "purpose",
    "must be the id of a purpose: 1 to 32 characters from a-z, 0-9 and -, starting with a letter",
    is_slug
);

name!(
    /// A language as in the `lang` attribute, without a script or region: `nl`, `en`, `fry`.
    Language,
    "language",
    "must be a language code of two or three letters: `nl`",
    |text| matches!(text.len(), 2..=3) && text.bytes().all(|b| b.is_ascii_lowercase())
);

name!(
    /// What a visitor can set: `text-size`. One letter is too short: those are the fields of the cookie itself.
    SettingName,
    "setting",
    "must be the name of a setting: 2 to 32 characters from a-z, 0-9 and -, starting with a letter",
    |text| is_slug(text) && text.len() >= 2
);

name!(
    /// One value of a setting: `150`, `high`.
    SettingValue,
    "value",
    "must be the value of a setting: 1 to 32 characters from a-z, 0-9 and -",
    |text| matches!(text.len(), 1..=32) && text.bytes().all(is_slug_byte)
);

name!(
    /// A form or a flow of the site, as its pages name it.
    SlotName,
    "name",
    "must be 1 to 32 characters from a-z, 0-9 and -, starting with a letter",
    is_slug
);

name!(
    /// A member of staff with an account.
    OfficerName,
    "name",
    "must be 1 to 64 characters from a-z, 0-9, `.`, `_`, `@` and -, starting with a letter",
    |text| starts_with_letter(text)
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._@-".contains(&b))
);

fn starts_with_letter(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_lowercase())
}

fn is_slug(text: &str) -> bool {
    starts_with_letter(text) && text.len() <= 32 && text.bytes().all(is_slug_byte)
}

const fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::{Language, OfficerName, PurposeId, SettingName, SettingValue, SiteId, SlotName};

    #[test]
    fn names_are_short_and_plain() {
        for right in ["wsn", "a", "site-2", &"a".repeat(32)] {
            assert_eq!(right.parse::<SiteId>().unwrap().as_str(), right);
        }
        for wrong in ["", "WSN", "2site", "-a", "a b", "a.b", "a~b", "é", &"a".repeat(33)] {
            assert!(wrong.parse::<PurposeId>().is_err(), "{wrong}");
        }
        for wrong in ["", "v", "2x", "Text", "text_size", "a=b", "a&b", &"a".repeat(33)] {
            assert!(wrong.parse::<SettingName>().is_err(), "{wrong}");
        }
        for wrong in ["", "High", "1.5", "a b", "a&b", "é", &"1".repeat(33)] {
            assert!(wrong.parse::<SettingValue>().is_err() && wrong.parse::<SlotName>().is_err(), "{wrong}");
        }
        assert!("150".parse::<SettingValue>().is_ok() && "150".parse::<SlotName>().is_err());
        for wrong in ["", "n", "NL", "nl-NL", "dutch"] {
            assert!(wrong.parse::<Language>().is_err(), "{wrong}");
        }
        assert!("j.de-vries@wsn".parse::<OfficerName>().is_ok());
        assert!("J. de Vries".parse::<OfficerName>().is_err());
    }
}
