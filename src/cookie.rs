//! The choice cookie: the standing decision of a device, signed, readable, and with its expiry inside; and the
//! attributes of every cookie towards visitors ([`Mode`]).
//!
//! `v=1&n=<notice>&d=2026-11-22&e=2027-05-22&p=display.0~preferences.1.AbC_&id=<subject>&r=<index>`; a refusal has no
//! `id` and no `r`. `Max-Age` is only advice to a browser, so what counts is `e`. Where a yes ends within half a year,
//! `s=2027-05-22` is the last day of the silence that follows a no.
//!
//! A yes carries the mark of what it is a yes to; cookies of before there were marks have none.

mod mode;

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{
    decision::Choices,
    hash::Hash,
    identifier::PurposeId,
    instant::{Day, Instant},
    mark::Mark,
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

/// For how many months at least nobody is asked again for what she refused.
const SILENCE_MONTHS: u8 = 6;

/// What a choice cookie says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceCookie {
    /// The notice that was decided on.
    pub notice: Hash,
    /// The UTC day of the decision.
    pub decided: Day,
    /// The UTC day on which every yes ends: the last day that is a part of it has gone before.
    pub expires: Day,
    /// The last UTC day on which a no holds.
    pub silent: Day,
    /// The answers.
    pub choices: Choices,
    /// What each yes is a yes to.
    pub marks: BTreeMap<PurposeId, Mark>,
    /// Pseudonym and record; none after a refusal or a withdrawal.
    pub standing: Option<Standing>,
}

/// Why a yes no longer counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Its time is over.
    Expired,
    /// It was given for something else than what the purpose is now.
    Changed,
}

/// A choice cookie that came in, verified and in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// What it says, without what no longer counts.
    pub choice: ChoiceCookie,
    /// What no longer counts.
    pub ended: Vec<(PurposeId, Ended)>,
    /// It should be set again: it was signed with a retired key, or names a device that has no yes any more.
    pub renew: bool,
}

impl ChoiceCookie {
    /// The cookie that goes with a record; `mark` says what a yes to a purpose is a yes to now.
    #[must_use]
    pub fn of(consent: &Consent, mark: impl Fn(&PurposeId) -> Option<Mark>) -> Self {
        let granted = consent.choices.iter().filter(|(_, yes)| *yes);
        let marks = granted.filter_map(|(purpose, _)| Some((purpose.clone(), mark(purpose)?)));
        let standing = consent.subject.filter(|_| consent.event == Event::Given);
        Self {
            notice: consent.notice,
            decided: consent.time.day(),
            expires: consent.until.day(),
            silent: consent.until.day().max(consent.time.plus_months(SILENCE_MONTHS).day()),
            choices: consent.choices.clone(),
            marks: marks.collect(),
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

    /// Whether these answers say no to something that this choice says yes to.
    #[must_use]
    pub fn is_taken_back_by(&self, answers: &Choices) -> bool {
        self.choices.iter().any(|(purpose, yes)| yes && answers.get(purpose) == Some(false))
    }

    /// The `Set-Cookie` header that keeps it for as long as it holds.
    ///
    /// Not `HttpOnly`: the widget reads it where it can, so that a return visit needs no request.
    pub fn set_cookie(&self, mode: &Mode, ring: &KeyRing, today: Day) -> Result<String, KeyError> {
        let days = i64::from(self.last().unix_days()) - i64::from(today.unix_days());
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

    /// The day on which nothing of it holds any longer, or the last one on which a no does.
    fn last(&self) -> Day {
        if self.choices.all_granted() { self.expires } else { self.silent.max(self.expires) }
    }

    /// The first cookie of that name among these which verifies and is in force today. Unknown, forged, expired
    /// and future-dated ones count as no choice.
    ///
    /// On its last day a yes has ended and a no still stands: the cookie tells no hour, and neither may be counted
    /// wrong to the visitor's harm. `mark` says what a yes to a purpose is a yes to now; none where that is not known.
    pub fn find<'a>(
        values: impl Iterator<Item = &'a str>,
        mode: &Mode,
        ring: &KeyRing,
        today: Day,
        mark: impl Fn(&PurposeId) -> Option<Mark>,
    ) -> Result<Option<Seen>, KeyError> {
        let name = mode.name(NAME);
        for value in values.filter(|value| value.len() <= LONGEST) {
            let Some(verified) = ring.verify(&name, value, today)? else { continue };
            let in_force =
                |choice: &Self| choice.last() >= today && choice.decided.unix_days() <= today.unix_days() + 1;
            if let Some(choice) = Self::parse(&verified.value).filter(in_force) {
                return Ok(Some(choice.seen(verified.is_old, today, mark)));
            }
        }
        Ok(None)
    }

    fn seen(mut self, is_old: bool, today: Day, mark: impl Fn(&PurposeId) -> Option<Mark>) -> Seen {
        let is_over = self.expires <= today;
        let is_other = |purpose: &PurposeId| match (self.marks.get(purpose), mark(purpose)) {
            (Some(given), Some(now)) => *given != now,
            _ => false,
        };
        let ended: Vec<_> = (self.choices.iter().filter(|(_, yes)| *yes))
            .filter_map(|(purpose, _)| match (is_over, is_other(purpose)) {
                (true, _) => Some((purpose.clone(), Ended::Expired)),
                (false, true) => Some((purpose.clone(), Ended::Changed)),
                (false, false) => None,
            })
            .collect();
        self.choices = self.choices.without(|purpose| ended.iter().any(|(other, _)| other == purpose));
        // After the last yes there is nothing left to know a device by.
        let names_device = self.standing.is_some() && is_over;
        self.standing = self.standing.filter(|_| !is_over);
        Seen { choice: self, ended, renew: is_old || names_device }
    }

    fn payload(&self) -> String {
        let answer = |(id, yes): (&PurposeId, bool)| match self.marks.get(id) {
            Some(mark) if yes => format!("{id}.1.{mark}"),
            _ => format!("{id}.{}", u8::from(yes)),
        };
        let answers: Vec<_> = self.choices.iter().map(answer).collect();
        let mut payload = format!(
            "v=1&n={}&d={}&e={}&p={}",
            BASE64URL_NOPAD.encode(self.notice.as_bytes()),
            self.decided,
            self.expires,
            answers.join("~"),
        );
        if self.last() > self.expires {
            payload.push_str(&format!("&s={}", self.silent));
        }
        if let Some(Standing { subject, record }) = self.standing {
            payload.push_str(&format!("&id={subject}&r={record}"));
        }
        payload
    }

    fn parse(payload: &str) -> Option<Self> {
        let fields: BTreeMap<_, _> =
            payload.split('&').map(|field| field.split_once('=')).collect::<Option<_>>()?;
        let notice = BASE64URL_NOPAD.decode(fields.get("n")?.as_bytes()).ok()?;
        let mut marks = BTreeMap::new();
        let answers = fields.get("p")?.split('~').filter(|answer| !answer.is_empty()).map(|answer| {
            let (id, answer) = answer.split_once('.')?;
            let id: PurposeId = id.parse().ok()?;
            match (answer, answer.strip_prefix("1.")) {
                ("0", _) => Some((id, false)),
                ("1", _) => Some((id, true)),
                (_, Some(mark)) => {
                    marks.insert(id.clone(), mark.parse().ok()?);
                    Some((id, true))
                }
                _ => None,
            }
        });
        let choices = Choices::new(answers.collect::<Option<_>>()?).ok()?;
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
            silent: fields.get("s").or(fields.get("e"))?.parse().ok()?,
            choices,
            marks,
            standing,
        })
        .filter(|_| fields.get("v") == Some(&"1"))
    }
}

#[cfg(test)]
mod tests {
    mod shared;

    use koektrommel_core::{
        decision::Choices,
        hash::Hash,
        identifier::PurposeId,
        instant::Day,
        record::{Standing, Subject},
    };

    use super::{ChoiceCookie, Domain, Ended, LONGEST, Mode, Seen};
    use crate::{folder::Folder, keys::KeyRing};

    fn choice() -> ChoiceCookie {
        let answers = [("preferences", true), ("display", false)];
        ChoiceCookie {
            notice: Hash::of(&[b"notice"]),
            decided: "2026-11-22".parse().unwrap(),
            expires: "2027-05-22".parse().unwrap(),
            silent: "2027-05-22".parse().unwrap(),
            marks: [("preferences".parse().unwrap(), "AbC_".parse().unwrap())].into(),
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
                    let none = |_: &PurposeId| None;
                    ChoiceCookie::find([value].into_iter(), &mode, &ring, day.parse().unwrap(), none).unwrap()
                };
                let seen = Some(Seen { choice: choice.clone(), ended: Vec::new(), renew: false });
                assert_eq!(find(value(&header), "2026-11-22"), seen);
                assert_eq!(find(value(&header), "2027-05-21"), seen);
                let last = find(value(&header), "2027-05-22").unwrap();
                assert_eq!(last.choice.choices.iter().map(|(_, yes)| yes).collect::<Vec<_>>(), [false]);
                assert_eq!(last.ended, [("preferences".parse().unwrap(), Ended::Expired)]);
                assert_eq!((last.choice.standing, last.renew), (None, choice.standing.is_some()));
                assert_eq!(find(value(&header), "2027-05-23"), None);
                assert_eq!(find(value(&header), "2026-11-20"), None);
                assert_eq!(find(&value(&header).replace("display.0", "display.1"), "2026-11-22"), None);
            }
        }
    }

    #[test]
    fn a_yes_to_something_else_is_none_and_a_no_stands() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let today: Day = "2026-11-22".parse().unwrap();
        let find = |choice: &ChoiceCookie, now: Option<&str>| {
            let header = choice.set_cookie(&Mode::SameOrigin, &ring, today).unwrap();
            let mark = |_: &PurposeId| now.map(|mark| mark.parse().unwrap());
            let values = [value(&header)].into_iter();
            ChoiceCookie::find(values, &Mode::SameOrigin, &ring, today, mark).unwrap().unwrap()
        };
        let unmarked = ChoiceCookie { marks: Default::default(), ..choice() };
        for (choice, now) in [(choice(), Some("AbC_")), (choice(), None), (unmarked, Some("AbC_"))] {
            assert_eq!(find(&choice, now), Seen { choice, ended: Vec::new(), renew: false });
        }
        let seen = find(&choice(), Some("AbCd"));
        assert_eq!(seen.ended, [("preferences".parse().unwrap(), Ended::Changed)]);
        assert_eq!(seen.choice.choices.get(&"preferences".parse().unwrap()), None);
        assert_eq!(seen.choice.choices.get(&"display".parse().unwrap()), Some(false));
        assert_eq!((seen.choice.standing, seen.renew), (choice().standing, false));
    }

    #[test]
    fn a_no_outlives_a_short_yes() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let today: Day = "2026-11-22".parse().unwrap();
        let choice = ChoiceCookie { expires: "2026-12-22".parse().unwrap(), ..choice() };
        let header = choice.set_cookie(&Mode::SameOrigin, &ring, today).unwrap();
        assert!(header.contains("&e=2026-12-22&p=") && header.contains("&s=2027-05-22"), "{header}");
        assert!(header.contains("; Max-Age=15638400"), "{header}");
        let find = |day: &str| {
            let values = [value(&header)].into_iter();
            ChoiceCookie::find(values, &Mode::SameOrigin, &ring, day.parse().unwrap(), |_| None).unwrap()
        };
        assert_eq!(find("2026-12-21").unwrap().choice, choice);
        for day in ["2026-12-22", "2027-05-22"] {
            let seen = find(day).unwrap();
            assert!(!seen.choice.choices.any_granted() && seen.choice.choices.len() == 1, "{day}");
            assert_eq!((seen.choice.standing, seen.renew), (None, true), "{day}");
        }
        assert_eq!(find("2027-05-23"), None);
        let yes = Choices::new(vec![("display".parse().unwrap(), true)]).unwrap();
        let header =
            ChoiceCookie { choices: yes, ..choice }.set_cookie(&Mode::SameOrigin, &ring, today).unwrap();
        assert!(header.contains("; Max-Age=2592000") && !header.contains("&s="), "{header}");
    }

    #[test]
    fn only_its_own_format_is_read() {
        let payload = choice().payload();
        assert_eq!(ChoiceCookie::parse(&payload), Some(choice()));
        for (from, to) in [
            ("v=1", "v=2"),
            ("preferences.1", "preferences.2"),
            ("1.AbC_", "1.AbC"),
            ("1.AbC_", "1."),
            ("1.AbC_", "1.AbC_."),
            ("display.0", "display.0.AbC_"),
            ("2026-11-22", "2026-11-99"),
            ("n=", "m="),
            ("&", ";"),
        ] {
            assert_eq!(ChoiceCookie::parse(&payload.replace(from, to)), None, "{from}");
        }
    }
}
