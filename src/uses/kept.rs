//! The cookie that keeps what a visitor set of one purpose: signed, readable, and with its expiry inside.
//!
//! `v=1&k=visit&e=2026-11-22T22:15:00Z&contrast=high&text-size=150`. For this visit it needs no consent
//! (art. 11.7a lid 3 Tw); for a next one it needs a yes, and lasts no longer than that.

use koektrommel_core::{
    catalogue::Purpose,
    identifier::{PurposeId, SettingName, SettingValue},
    instant::Instant,
    setting::Values,
};
use time::Duration;

use crate::{
    cookie::{self, Mode, Readers},
    keys::{KeyError, KeyRing},
};

/// How long a copy for this visit counts, in seconds. A browser that restores its session keeps the cookie longer.
const VISIT: u32 = 12 * 3600;

/// What is kept, for what, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// What was set; never empty.
    pub values: Values,
    /// For what.
    pub lasts: Lasts,
    /// The first second in which it no longer counts.
    pub until: Instant,
}

/// For what a visitor's settings are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// This visit.
    Visit,
    /// A next visit too, because the visitor said yes to it.
    Choice,
}

/// A cookie that came in, verified and in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it says.
    pub kept: Kept,
    /// It was signed with a retired key and should be set again.
    pub renew: bool,
}

impl Lasts {
    /// The word in the cookie and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Visit => "visit",
            Self::Choice => "choice",
        }
    }
}

impl Kept {
    /// What was just set: as long as the purpose is granted, or else for this visit. Nothing where nothing differs
    /// from the default.
    #[must_use]
    pub fn new(values: Values, granted_until: Option<Instant>, now: Instant) -> Option<Self> {
        let (lasts, until) = match granted_until.filter(|until| *until > now) {
            Some(until) => (Lasts::Choice, until),
            None => (Lasts::Visit, now.plus_seconds(VISIT)),
        };
        (!values.is_empty()).then_some(Self { values, lasts, until })
    }

    /// The `Set-Cookie` header that keeps it.
    pub fn set_cookie(
        &self,
        purpose: &PurposeId,
        mode: &Mode,
        ring: &KeyRing,
        now: Instant,
    ) -> Result<String, KeyError> {
        let name = mode.name(&cookie::of_purpose(purpose));
        let value = ring.sign(&name, self.payload())?;
        let kept = match self.lasts {
            Lasts::Visit => None,
            Lasts::Choice => Some(Duration::seconds(self.until.unix() - now.unix())),
        };
        Ok(mode.set(&name, value, Readers::Pages, kept))
    }

    /// The first cookie among these which verifies, is in force, and says something that is still on the lists.
    pub fn find<'a>(
        values: impl Iterator<Item = &'a str>,
        purpose: &Purpose,
        mode: &Mode,
        ring: &KeyRing,
        now: Instant,
    ) -> Result<Option<Seen>, KeyError> {
        let name = mode.name(&cookie::of_purpose(&purpose.id));
        for value in values.filter(|value| value.len() <= cookie::LONGEST) {
            let Some(verified) = ring.verify(&name, value, now.day())? else { continue };
            let kept = Self::parse(&verified.value, purpose).filter(|kept| kept.until > now);
            if let Some(kept) = kept {
                return Ok(Some(Seen { kept, renew: verified.is_old }));
            }
        }
        Ok(None)
    }

    fn payload(&self) -> String {
        let mut payload = format!("v=1&k={}&e={}", self.lasts.as_str(), self.until);
        for (name, value) in self.values.iter() {
            payload.push_str(&format!("&{name}={value}"));
        }
        payload
    }

    fn parse(payload: &str, purpose: &Purpose) -> Option<Self> {
        let mut fields = payload.split('&').map(|field| field.split_once('='));
        let ("v", "1") = fields.next()?? else { return None };
        let lasts = match fields.next()?? {
            ("k", "visit") => Lasts::Visit,
            ("k", "choice") => Lasts::Choice,
            _ => return None,
        };
        let ("e", until) = fields.next()?? else { return None };
        let values: Vec<(SettingName, SettingValue)> = fields
            .map(|field| field.and_then(|(name, value)| Some((name.parse().ok()?, value.parse().ok()?))))
            .collect::<Option<_>>()?;
        let values = Values::known(values, &purpose.settings);
        let until = until.parse().ok()?;
        (!values.is_empty()).then_some(Self { values, lasts, until })
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::{catalogue::Purpose, instant::Instant, setting::Values};

    use super::{Kept, Lasts, Seen};
    use crate::{clock::Clock, config, cookie::Mode, folder::Folder, keys::KeyRing};

    fn purpose(id: &str) -> Purpose {
        let site = config::load(None).unwrap().sites.remove(0);
        site.catalogue.purpose(&id.parse().unwrap()).unwrap().clone()
    }

    fn values(given: &[(&str, &str)]) -> Values {
        let pairs = given.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        Values::new(pairs, &purpose("display").settings).unwrap()
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn value(header: &str) -> &str {
        header.split(';').next().unwrap().split_once('=').unwrap().1
    }

    #[test]
    fn the_servers_clock_ends_it_though_the_browser_still_sends_it() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let clock = Clock::manual(at("2026-11-22T10:15:00Z"));
        let display = purpose("display");
        let large = values(&[("text-size", "150"), ("contrast", "high")]);
        let find = |header: &str| {
            Kept::find([value(header)].into_iter(), &display, &Mode::SameOrigin, &ring, clock.now()).unwrap()
        };

        let visit = Kept::new(large.clone(), None, clock.now()).unwrap();
        let header = visit.set_cookie(&display.id, &Mode::SameOrigin, &ring, clock.now()).unwrap();
        assert!(
            header.ends_with(
                "v=1&k=visit&e=2026-11-22T22:15:00Z&contrast=high&text-size=150; SameSite=Lax; Secure; Path=/"
            ),
            "{header}"
        );
        assert_eq!(find(&header), Some(Seen { kept: visit, renew: false }));
        clock.set(at("2026-11-22T22:14:59Z"));
        assert!(find(&header).is_some());
        clock.set(at("2026-11-22T22:15:00Z"));
        assert_eq!(find(&header), None);

        let until = at("2027-05-22T00:00:00Z");
        let choice = Kept::new(large, Some(until), clock.now()).unwrap();
        assert_eq!((choice.lasts, choice.until), (Lasts::Choice, until));
        let header = choice.set_cookie(&display.id, &Mode::SameOrigin, &ring, clock.now()).unwrap();
        let seconds = until.unix() - clock.now().unix();
        assert!(header.ends_with(&format!("; SameSite=Lax; Secure; Path=/; Max-Age={seconds}")), "{header}");
        clock.set(at("2027-05-21T23:59:59Z"));
        assert_eq!(find(&header).unwrap().kept, choice);
        clock.set(until);
        assert_eq!(find(&header), None);
    }

    #[test]
    fn a_choice_that_is_over_keeps_for_this_visit_and_a_default_keeps_nothing() {
        let now = at("2026-11-22T10:15:00Z");
        let over = Kept::new(values(&[("contrast", "high")]), Some(now), now).unwrap();
        assert_eq!(over.lasts, Lasts::Visit);
        assert_eq!(Kept::new(values(&[("contrast", "normal")]), Some(now), now), None);
    }

    #[test]
    fn only_its_own_format_and_its_own_lists_are_read() {
        let display = purpose("display");
        let payload = "v=1&k=visit&e=2026-11-22T22:15:00Z&contrast=high&text-size=150";
        assert_eq!(Kept::parse(payload, &display).unwrap().payload(), payload);
        for (from, to) in [
            ("v=1", "v=2"),
            ("v=1&", ""),
            ("k=visit", "k=ever"),
            ("k=visit&", ""),
            ("e=2026-11-22T22:15:00Z", "e=2026-11-22"),
            ("contrast=high", "contrast"),
            ("contrast=high", "Contrast=high"),
            ("contrast=high", "contrast=High!"),
            ("&contrast=high&text-size=150", ""),
            ("&contrast=high&text-size=150", "&contrast=normal&text-size=175&other=x1"),
        ] {
            assert!(payload.contains(from));
            assert_eq!(Kept::parse(&payload.replacen(from, to, 1), &display), None, "{from} to {to}");
        }
        let rest = Kept::parse(&payload.replace("contrast=high", "colour=red"), &display).unwrap();
        assert_eq!(rest.values, values(&[("text-size", "150")]));
        assert_eq!(Kept::parse(payload, &purpose("preferences")), None);
    }

    #[test]
    fn the_longest_that_the_lists_allow_fits_in_a_cookie() {
        // As `config::settings` allows it: 400 bytes of names and values.
        let longest = "v=1&k=choice&e=9999-12-31T23:59:59Z".len() + 44 + 400;
        assert!(longest <= crate::cookie::LONGEST, "{longest}");
    }
}
