//! The choice cookie: the standing decision of a device, signed, readable, and with its expiry inside; and the
//! attributes of every cookie towards visitors ([`Mode`]).
//!
//! `v=1&n=<notice>&d=2026-11-22&e=2027-05-22&p=display.0~preferences.1&id=<subject>&r=<index>`; a refusal has no
//! `id` and no `r`. `Max-Age` is only advice to a browser, so what counts is `e`.

mod mode;

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{
    decision::Choices,
    hash::Hash,
    identifier::PurposeId,
    instant::{Day, Instant},
    record::{Consent, Event, Standing},
};
use time::Duration;

pub use self::mode::{Domain, Mode, Readers, without_prefix};
use crate::keys::{KeyError, KeyRing};

/// What the choice cookie is called; [`Mode::name`] makes a name of it.
pub const NAME: &str = "koek";

/// What the cookie is called in which a purpose keeps what the visitor set; [`Mode::name`] makes a name of it.
#[must_use]
pub fn of_purpose(purpose: &PurposeId) -> String {
    format!("{NAME}_{purpose}")
}

/// Longest value that is set or looked at, in bytes.
pub const LONGEST: usize = 512;

/// What a choice cookie says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceCookie {
    /// The notice that was decided on.
    pub notice: Hash,
    /// The UTC day of the decision.
    pub decided: Day,
    /// The last UTC day on which it holds.
    pub expires: Day,
    /// The answers.
    pub choices: Choices,
    /// Pseudonym and record; none after a refusal or a withdrawal.
    pub standing: Option<Standing>,
}

/// A choice cookie that came in, verified and in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it says.
    pub choice: ChoiceCookie,
    /// It was signed with a retired key and should be set again.
    pub renew: bool,
}

impl ChoiceCookie {
    /// The cookie that goes with a record.
    #[must_use]
    pub fn of(consent: &Consent) -> Self {
        let standing = consent.subject.filter(|_| consent.event == Event::Given);
        Self {
            notice: consent.notice,
            decided: consent.time.day(),
            expires: consent.until.day(),
            choices: consent.choices.clone(),
            standing: standing.map(|subject| Standing { subject, record: consent.id.index() }),
        }
    }

    /// Whether this choice was made after the decision of this record, which has come in once more; it must then
    /// stay.
    ///
    /// Records are numbered, refusals are not: their cookie knows the day only. A refusal of the same day stays,
    /// because a repeated yes must never undo a no.
    #[must_use]
    pub fn is_later_than(&self, repeated: &Consent) -> bool {
        match self.standing {
            Some(standing) => standing.record > repeated.id.index(),
            None => !self.choices.any_granted() && self.decided >= repeated.time.day(),
        }
    }

    /// The `Set-Cookie` header that keeps it for as long as it holds.
    ///
    /// Not `HttpOnly`: the widget reads it where it can, so that a return visit needs no request.
    pub fn set_cookie(&self, mode: &Mode, ring: &KeyRing, today: Day) -> Result<String, KeyError> {
        let days = i64::from(self.expires.unix_days()) - i64::from(today.unix_days());
        let name = mode.name(NAME);
        let value = ring.sign(&name, self.payload())?;
        Ok(mode.set(&name, value, Readers::Pages, Some(Duration::days(days))))
    }

    /// Until when a purpose is granted: the first second of the last day, so that nothing that rests on this choice
    /// outlives it. None without a yes.
    #[must_use]
    pub fn grants_until(&self, purpose: &PurposeId) -> Option<Instant> {
        (self.choices.get(purpose) == Some(true)).then(|| self.expires.start())
    }

    /// The first cookie of that name among these which verifies and is in force today. Unknown, forged, expired
    /// and future-dated ones count as no choice.
    pub fn find<'a>(
        values: impl Iterator<Item = &'a str>,
        mode: &Mode,
        ring: &KeyRing,
        today: Day,
    ) -> Result<Option<Seen>, KeyError> {
        let name = mode.name(NAME);
        for value in values.filter(|value| value.len() <= LONGEST) {
            let Some(verified) = ring.verify(&name, value, today)? else { continue };
            let in_force = |choice: &Self| {
                choice.expires >= today && choice.decided.unix_days() <= today.unix_days() + 1
            };
            if let Some(choice) = Self::parse(&verified.value).filter(in_force) {
                return Ok(Some(Seen { choice, renew: verified.is_old }));
            }
        }
        Ok(None)
    }

    fn payload(&self) -> String {
        let answers: Vec<_> =
            self.choices.iter().map(|(id, yes)| format!("{id}.{}", u8::from(yes))).collect();
        let mut payload = format!(
            "v=1&n={}&d={}&e={}&p={}",
            BASE64URL_NOPAD.encode(self.notice.as_bytes()),
            self.decided,
            self.expires,
            answers.join("~"),
        );
        if let Some(Standing { subject, record }) = self.standing {
            payload.push_str(&format!("&id={subject}&r={record}"));
        }
        payload
    }

    fn parse(payload: &str) -> Option<Self> {
        let fields: BTreeMap<_, _> =
            payload.split('&').map(|field| field.split_once('=')).collect::<Option<_>>()?;
        let notice = BASE64URL_NOPAD.decode(fields.get("n")?.as_bytes()).ok()?;
        let answers = fields.get("p")?.split('~').filter(|answer| !answer.is_empty()).map(|answer| {
            let (id, yes) = answer.split_once('.')?;
            Some((
                id.parse::<PurposeId>().ok()?,
                match yes {
                    "1" => true,
                    "0" => false,
                    _ => return None,
                },
            ))
        });
        let standing = match (fields.get("id"), fields.get("r")) {
            (Some(subject), Some(record)) => {
                Some(Standing { subject: subject.parse().ok()?, record: record.parse().ok()? })
            }
            _ => None,
        };
        Some(Self {
            notice: Hash::from_bytes(notice.try_into().ok()?),
            decided: fields.get("d")?.parse().ok()?,
            expires: fields.get("e")?.parse().ok()?,
            choices: Choices::new(answers.collect::<Option<_>>()?).ok()?,
            standing,
        })
        .filter(|_| fields.get("v") == Some(&"1"))
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::{
        decision::Choices,
        hash::Hash,
        instant::Day,
        record::{Standing, Subject},
    };

    use super::{ChoiceCookie, Domain, LONGEST, Mode, Seen};
    use crate::{folder::Folder, keys::KeyRing};

    fn choice() -> ChoiceCookie {
        let answers = [("preferences", true), ("display", false)];
        ChoiceCookie {
            notice: Hash::of(&[b"notice"]),
            decided: "2026-11-22".parse().unwrap(),
            expires: "2027-05-22".parse().unwrap(),
            choices: Choices::new(answers.map(|(id, yes)| (id.parse().unwrap(), yes)).into()).unwrap(),
            standing: Some(Standing { subject: Subject::from_random([7; 16]), record: 12 }),
        }
    }

    fn value(set_cookie: &str) -> &str {
        set_cookie.split(';').next().unwrap().split_once('=').unwrap().1
    }

    #[test]
    fn reads_what_it_sets_until_it_expires() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let today: Day = "2026-11-22".parse().unwrap();
        let sibling = Mode::Sibling(Domain::parse("wsn.example").unwrap());
        for mode in [Mode::SameOrigin, sibling, Mode::CrossSite] {
            for choice in [choice(), ChoiceCookie { standing: None, ..choice() }] {
                let header = choice.set_cookie(&mode, &ring, today).unwrap();
                assert!(header.contains("; Max-Age=15638400") && !header.contains("HttpOnly"), "{header}");
                assert!(header.len() < LONGEST);
                let find = |value: &str, day: &str| {
                    ChoiceCookie::find([value].into_iter(), &mode, &ring, day.parse().unwrap()).unwrap()
                };
                let seen = Some(Seen { choice, renew: false });
                assert_eq!(find(value(&header), "2026-11-22"), seen);
                assert_eq!(find(value(&header), "2027-05-22"), seen);
                assert_eq!(find(value(&header), "2027-05-23"), None);
                assert_eq!(find(value(&header), "2026-11-20"), None);
                assert_eq!(find(&value(&header).replace("display.0", "display.1"), "2026-11-22"), None);
            }
        }
    }

    #[test]
    fn only_its_own_format_is_read() {
        let payload = choice().payload();
        assert_eq!(ChoiceCookie::parse(&payload), Some(choice()));
        for (from, to) in [
            ("v=1", "v=2"),
            ("preferences.1", "preferences.2"),
            ("2026-11-22", "2026-11-99"),
            ("n=", "m="),
            ("&", ";"),
        ] {
            assert_eq!(ChoiceCookie::parse(&payload.replace(from, to)), None, "{from}");
        }
    }
}
