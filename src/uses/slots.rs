//! The two sealed cookies: what was filled in, and what is handed to the next page. Only this server reads them, and
//! it keeps nothing of what they hold.
//!
//! One cookie has a slot for each form or flow of each site; each slot has its own end, which this server's clock
//! decides. A browser that restores its session sends the cookie for longer.

use std::collections::BTreeMap;

use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{
    catalogue::Kind,
    identifier::{SiteId, SlotName},
    instant::Instant,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::spent::Ticket;
use crate::{
    config::Site,
    cookie::{Mode, Readers},
    keys::{KeyError, KeyRing},
};

/// The longest sealed cookie that is set or looked at, in bytes: browsers keep 4096 with name and attributes.
const LONGEST: usize = 3072;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// What was filled in: until it has not been changed for 4 hours.
    Form,
    /// What is handed to the next page: 30 minutes.
    Handoff,
}

impl Use {
    /// What its cookie is called; [`Mode::name`] makes a name of it.
    #[must_use]
    pub const fn base(self) -> &'static str {
        match self {
            Self::Form => "koek_form",
            Self::Handoff => "koek_handoff",
        }
    }

    /// For how long a slot counts, in seconds.
    const fn seconds(self) -> u32 {
        match self {
            Self::Form => 4 * 3600,
            Self::Handoff => 30 * 60,
        }
    }

    /// Whether a site offers it: its catalogue has the cookie, under a purpose that needs no consent.
    #[must_use]
    pub fn is_offered(self, site: &Site) -> bool {
        let exempt = site.catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Exempt);
        exempt.flat_map(|purpose| &purpose.cookies).any(|known| known.name == site.mode.name(self.base()))
    }
}

/// The slots of one sealed cookie that count.
#[derive(Debug)]
pub struct Slots {
    which: Use,
    slots: BTreeMap<String, Slot>,
}

/// One form or flow.
#[derive(Debug)]
pub struct Slot {
    /// The first second in which it no longer counts.
    pub until: Instant,
    /// What makes it one of a kind.
    pub ticket: Ticket,
    /// What the page put in it.
    pub content: Map<String, Value>,
}

/// Why a cookie cannot be set.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// More than a browser keeps.
    #[error("more than fits in a cookie")]
    TooLarge,
}

/// The format inside the seal.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed {
    v: u8,
    s: BTreeMap<String, SealedSlot>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SealedSlot {
    e: i64,
    t: String,
    d: Map<String, Value>,
}

impl Slots {
    /// The slots of the first cookie among these that was sealed here, without those whose time is over.
    pub fn find<'a>(
        which: Use,
        values: impl Iterator<Item = &'a str>,
        mode: &Mode,
        ring: &KeyRing,
        now: Instant,
    ) -> Result<Self, KeyError> {
        let name = mode.name(which.base());
        for value in values.filter(|value| value.len() <= LONGEST) {
            let Some(content) = ring.open(&name, value, now.day())? else { continue };
            if let Some(mut slots) = parse(&content) {
                slots.retain(|_, slot| slot.until > now);
                return Ok(Self { which, slots });
            }
        }
        Ok(Self { which, slots: BTreeMap::new() })
    }

    /// What is in a slot.
    #[must_use]
    pub fn get(&self, site: &SiteId, name: &SlotName) -> Option<&Slot> {
        self.slots.get(&key(site, name))
    }

    /// Fills a slot, whose time begins anew, and gives back what was in it.
    pub fn put(
        &mut self,
        site: &SiteId,
        name: &SlotName,
        content: Map<String, Value>,
        ticket: Ticket,
        now: Instant,
    ) -> Option<Slot> {
        let slot = Slot { until: now.plus_seconds(self.which.seconds()), ticket, content };
        self.slots.insert(key(site, name), slot)
    }

    /// Empties a slot.
    pub fn take(&mut self, site: &SiteId, name: &SlotName) -> Option<Slot> {
        self.slots.remove(&key(site, name))
    }

    /// The `Set-Cookie` header that keeps them for the browser's session, or ends the cookie if nothing is left.
    ///
    /// # Errors
    /// More than fits.
    pub fn set_cookie(&self, mode: &Mode, ring: &KeyRing) -> Result<String, SealError> {
        let name = mode.name(self.which.base());
        if self.slots.is_empty() {
            return Ok(mode.end(&name));
        }
        let slot = |slot: &Slot| SealedSlot {
            e: slot.until.unix(),
            t: BASE64URL_NOPAD.encode(&slot.ticket),
            d: slot.content.clone(),
        };
        let sealed =
            Sealed { v: 1, s: self.slots.iter().map(|(key, kept)| (key.clone(), slot(kept))).collect() };
        // Texts and numbers: always JSON.
        let value = ring.seal(&name, serde_json::to_vec(&sealed).unwrap_or_default())?;
        if value.len() > LONGEST {
            return Err(SealError::TooLarge);
        }
        Ok(mode.set(&name, value, Readers::Nobody, None))
    }
}

/// Two sites on one host share their cookies, not what is in them.
fn key(site: &SiteId, name: &SlotName) -> String {
    format!("{site}/{name}")
}

fn parse(content: &[u8]) -> Option<BTreeMap<String, Slot>> {
    let sealed: Sealed = serde_json::from_slice(content).ok().filter(|sealed: &Sealed| sealed.v == 1)?;
    let slots = sealed.s.into_iter().map(|(key, slot)| {
        let ticket = BASE64URL_NOPAD.decode(slot.t.as_bytes()).ok()?.try_into().ok()?;
        Some((key, Slot { until: Instant::from_unix(slot.e).ok()?, ticket, content: slot.d }))
    });
    slots.collect()
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Instant;
    use serde_json::{Map, Value};

    use super::{Mode, SealError, Slots, Use};
    use crate::{clock::Clock, folder::Folder, keys::KeyRing};

    fn content(text: &str) -> Map<String, Value> {
        Map::from_iter([("what".to_owned(), text.into())])
    }

    fn value(header: &str) -> &str {
        header.split(';').next().unwrap().split_once('=').unwrap().1
    }

    #[test]
    fn the_servers_clock_ends_each_slot_though_the_browser_still_sends_it() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let start: Instant = "2026-11-22T10:15:00Z".parse().unwrap();
        let (site, repair, moving) =
            ("wsn".parse().unwrap(), "repair".parse().unwrap(), "moving".parse().unwrap());
        for (which, minutes) in [(Use::Form, 240), (Use::Handoff, 30)] {
            let clock = Clock::manual(start);
            let find = |header: &str| {
                Slots::find(which, [value(header)].into_iter(), &Mode::SameOrigin, &ring, clock.now())
                    .unwrap()
            };
            let mut slots = find("x=");
            slots.put(&site, &repair, content("kraan"), [1; 16], clock.now());
            let first = slots.set_cookie(&Mode::SameOrigin, &ring).unwrap();
            assert!(first.ends_with("; HttpOnly; SameSite=Lax; Secure; Path=/"), "{first}");
            clock.set(start.plus_seconds(minutes * 60 - 1));
            let mut slots = find(&first);
            assert_eq!(slots.get(&site, &repair).unwrap().content, content("kraan"));
            // Another slot begins its own time and leaves the first one's alone.
            slots.put(&site, &moving, content("doos"), [2; 16], clock.now());
            let second = slots.set_cookie(&Mode::SameOrigin, &ring).unwrap();
            clock.set(start.plus_seconds(minutes * 60 + 60));
            assert!(find(&first).get(&site, &repair).is_none(), "{which:?}: a minute over");
            assert!(find(&second).get(&site, &repair).is_none());
            assert!(find(&second).get(&site, &moving).is_some());
            assert!(find(&second).get(&"other".parse().unwrap(), &moving).is_none());
            // To put something again is to begin again.
            let mut slots = find(&second);
            slots.put(&site, &moving, content("kist"), [3; 16], clock.now());
            let third = slots.set_cookie(&Mode::SameOrigin, &ring).unwrap();
            clock.set(clock.now().plus_seconds(minutes * 60 - 1));
            assert!(find(&second).get(&site, &moving).is_none());
            assert_eq!(find(&third).get(&site, &moving).unwrap().content, content("kist"));
        }
    }

    #[test]
    fn what_does_not_fit_is_not_set_and_an_empty_cookie_ends() {
        let temp = tempfile::tempdir().unwrap();
        let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
        let now: Instant = "2026-11-22T10:15:00Z".parse().unwrap();
        let (site, repair) = ("wsn".parse().unwrap(), "repair".parse().unwrap());
        let mut slots = Slots::find(Use::Form, std::iter::empty(), &Mode::SameOrigin, &ring, now).unwrap();
        assert!(slots.set_cookie(&Mode::SameOrigin, &ring).unwrap().contains("Max-Age=0"));
        slots.put(&site, &repair, content(&"a".repeat(2180)), [1; 16], now);
        let header = slots.set_cookie(&Mode::SameOrigin, &ring).unwrap();
        assert!((2900..=3072).contains(&value(&header).len()), "{}", value(&header).len());
        slots.put(&site, &repair, content(&"a".repeat(2300)), [1; 16], now);
        assert!(matches!(slots.set_cookie(&Mode::SameOrigin, &ring), Err(SealError::TooLarge)));
        slots.take(&site, &repair);
        assert!(slots.set_cookie(&Mode::SameOrigin, &ring).unwrap().contains("Max-Age=0"));
    }
}
