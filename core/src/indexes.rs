//! A set of places in the log, as a deletion statement names them: ascending, each once, neighbours drawn together.
//!
//! Written as `3-5,9,12-14`: first and last of each stretch, in the one spelling that is read back.

use alloc::{string::String, vec::Vec};
use core::{
    fmt::{self, Write},
    ops::RangeInclusive,
    str::FromStr,
};

use crate::error::Malformed;

/// The largest index: the largest number that every JSON reader agrees on.
const LARGEST: u64 = (1 << 53) - 1;

/// Indexes in ascending order, without a double.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Indexes(Vec<RangeInclusive<u64>>);

impl Indexes {
    /// None.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These, in any order.
    #[must_use]
    pub fn of(mut indexes: Vec<u64>) -> Self {
        indexes.sort_unstable();
        let mut set = Self::new();
        indexes.into_iter().for_each(|index| set.push(index));
        set
    }

    /// Adds one that is not below the last one.
    fn push(&mut self, index: u64) {
        match self.0.last_mut() {
            Some(last) if index <= *last.end() => {}
            Some(last) if index == *last.end() + 1 => *last = *last.start()..=index,
            _ => self.0.push(index..=index),
        }
    }

    /// The stretches, in order; between two of them at least one index is missing.
    #[must_use]
    pub fn stretches(&self) -> &[RangeInclusive<u64>] {
        &self.0
    }

    /// Every index, in order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.0.iter().cloned().flatten()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|stretch| stretch.end() - stretch.start() + 1).sum()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this one is among them.
    #[must_use]
    pub fn contains(&self, index: u64) -> bool {
        let after = self.0.partition_point(|stretch| *stretch.end() < index);
        self.0.get(after).is_some_and(|stretch| stretch.contains(&index))
    }

    /// The largest, if there is one.
    #[must_use]
    pub fn last(&self) -> Option<u64> {
        self.0.last().map(|stretch| *stretch.end())
    }

    /// The same in parts, each of which is written in at most so many bytes (at least 40).
    #[must_use]
    pub fn split(&self, longest: usize) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut room = 0;
        for stretch in &self.0 {
            let mut text = String::new();
            let _infallible = write_stretch(stretch, &mut text);
            if room < text.len() + 1 {
                parts.push(Self::new());
                room = longest;
            }
            room -= (text.len() + 1).min(room);
            if let Some(part) = parts.last_mut() {
                part.0.push(stretch.clone());
            }
        }
        parts
    }
}

fn write_stretch(stretch: &RangeInclusive<u64>, out: &mut impl Write) -> fmt::Result {
    if stretch.start() == stretch.end() {
        write!(out, "{}", stretch.start())
    } else {
        write!(out, "{}-{}", stretch.start(), stretch.end())
    }
}

impl fmt::Display for Indexes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, stretch) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            write_stretch(stretch, f)?;
        }
        Ok(())
    }
}

impl FromStr for Indexes {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        const WRONG: Malformed =
            Malformed::new("items", "must be ascending indexes such as `3-5,9`, neighbours drawn together");
        let number = |text: &str| match text.parse::<u64>() {
            Ok(number) if number <= LARGEST && (text == "0" || !text.starts_with(['0', '+'])) => Ok(number),
            _ => Err(WRONG),
        };
        let mut set = Self::new();
        for part in text.split(',') {
            let stretch = match part.split_once('-') {
                None => {
                    let index = number(part)?;
                    index..=index
                }
                Some((first, last)) => {
                    let (first, last) = (number(first)?, number(last)?);
                    if first < last { Ok(first..=last) } else { Err(WRONG) }?
                }
            };
            // Not even neighbours: they are drawn together.
            if set.last().is_some_and(|last| *stretch.start() <= last + 1) {
                return Err(WRONG);
            }
            set.0.push(stretch);
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::Indexes;

    #[test]
    fn stretches_are_drawn_together_and_read_back() {
        let set = Indexes::of(vec![9, 3, 5, 4, 4, 12]);
        assert_eq!(set.to_string(), "3-5,9,12");
        assert_eq!((set.count(), set.last()), (5, Some(12)));
        assert_eq!(set.to_string().parse(), Ok(set.clone()));
        for index in 0..20 {
            assert_eq!(set.contains(index), [3, 4, 5, 9, 12].contains(&index), "{index}");
        }
        assert!(set.iter().eq([3, 4, 5, 9, 12]));
    }

    #[test]
    fn no_other_spelling_is_read() {
        for wrong in [
            "",
            "3,",
            ",3",
            "3-3",
            "5-3",
            "3,3",
            "4,3",
            "3,4",
            "3-5,5",
            "03",
            "+3",
            "-3",
            "3 ",
            "9007199254740992",
        ] {
            assert!(wrong.parse::<Indexes>().is_err(), "{wrong}");
        }
        assert!("0,2-4,9007199254740991".parse::<Indexes>().is_ok());
    }

    #[test]
    fn parts_are_short_and_hold_everything() {
        let set =
            Indexes::of((0..5_000).filter(|index| index % 7 != 0).chain(1 << 52..(1 << 52) + 3).collect());
        let parts = set.split(100);
        assert!(parts.len() > 10 && parts.iter().all(|part| part.to_string().len() <= 100));
        assert!(parts.iter().flat_map(Indexes::iter).eq(set.iter()));
        assert!(Indexes::new().split(100).is_empty());
    }
}
