//! Receipts that are offered once, right after a choice that leaves nothing to find it by.
//!
//! Whoever refuses has no identifier on the device, so the page after the form cannot know the record; and its name is
//! not for an address, which histories and logs keep. The address gets a random word instead, that is good for one
//! look within ten minutes and means nothing afterwards. Kept in memory: after a restart nothing is offered.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{instant::Instant, record::RecordId};

use crate::keys::{self, KeyError};

/// For how many seconds an offer stands.
const STANDS: u32 = 600;
/// How many stand at most; the oldest go first.
const MOST: usize = 4096;

/// The offers that stand, oldest first.
#[derive(Debug, Default)]
pub struct Offers(Mutex<VecDeque<Offer>>);

struct Offer {
    word: [u8; 16],
    record: RecordId,
    until: Instant,
}

impl Offers {
    /// Offers the receipt of a record, and returns the word that it is asked for with.
    ///
    /// # Errors
    /// The system gave no random bytes.
    pub fn make(&self, record: RecordId, now: Instant) -> Result<String, KeyError> {
        let word = keys::random()?;
        let mut offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        offers.retain(|offer| now < offer.until);
        if offers.len() >= MOST {
            offers.pop_front();
        }
        offers.push_back(Offer { word, record, until: now.plus_seconds(STANDS) });
        Ok(BASE64URL_NOPAD.encode(&word))
    }

    /// The record that was offered with this word. The offer is gone with it.
    #[must_use]
    pub fn take(&self, word: &str, now: Instant) -> Option<RecordId> {
        let word = BASE64URL_NOPAD.decode(word.as_bytes()).ok()?;
        let mut offers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = offers.iter().position(|offer| offer.word[..] == word[..])?;
        offers.remove(at).filter(|offer| now < offer.until).map(|offer| offer.record)
    }
}

/// Without the word, which opens it.
impl std::fmt::Debug for Offer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Offer(…)")
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::{hash::Hash, instant::Instant, record::RecordId};

    use super::{MOST, Offers, STANDS};

    #[test]
    fn an_offer_is_good_for_one_look_and_for_ten_minutes() {
        let (offers, now) = (Offers::default(), Instant::from_unix(1_790_000_000).unwrap());
        let record = |index| RecordId::new(index, &Hash::of(&[b"click"]));
        let words = [0, 1, 2].map(|index| offers.make(record(index), now).unwrap());
        for (index, word) in (0..).zip(&words[..2]) {
            assert_eq!(offers.take(word, now), Some(record(index)));
            assert_eq!(offers.take(word, now), None);
        }
        assert_eq!(offers.take(&words[2], now.plus_seconds(STANDS)), None);
        for wrong in ["", "x", "1", &"A".repeat(22), &"A".repeat(4000)] {
            assert_eq!(offers.take(wrong, now), None);
        }
    }

    #[test]
    fn memory_stays_flat() {
        let (offers, now) = (Offers::default(), Instant::from_unix(1_790_000_000).unwrap());
        let first = offers.make(RecordId::new(0, &Hash::of(&[])), now).unwrap();
        for index in 0..MOST as u64 {
            offers.make(RecordId::new(index, &Hash::of(&[])), now).unwrap();
        }
        let kept = offers.0.lock().unwrap().len();
        assert_eq!((kept, offers.take(&first, now)), (MOST, None));
    }
}
