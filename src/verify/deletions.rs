//! What was erased, and what the log says was: the one must be the other.
//!
//! A record that is gone without a statement was removed by somebody with access to the disk; one that a statement
//! names and that is still there was promised to be gone.

use std::ops::RangeInclusive;

use koektrommel_core::indexes::Indexes;

use super::{VerifyError, data::bad};

type Stretch = RangeInclusive<u64>;

/// Both sides, as a log is read from its beginning.
#[derive(Default)]
pub(super) struct Deletions {
    /// What is gone, in order, neighbours drawn together.
    erased: Vec<Stretch>,
    /// What statements name, and the index of each statement.
    stated: Vec<(Stretch, u64)>,
}

impl Deletions {
    /// The next item that is gone.
    pub(super) fn erased(&mut self, index: u64) {
        match self.erased.last_mut() {
            Some(last) if *last.end() + 1 == index => *last = *last.start()..=index,
            _ => self.erased.push(index..=index),
        }
    }

    /// A statement.
    pub(super) fn stated(&mut self, statement: u64, items: &Indexes) {
        self.stated.extend(items.stretches().iter().map(|stretch| (stretch.clone(), statement)));
    }

    /// Compares them. Where an erasure was interrupted, what is stated may still be there; that is returned as a
    /// sentence.
    pub(super) fn check(mut self, is_interrupted: bool) -> Result<Option<String>, VerifyError> {
        self.stated.sort_unstable_by_key(|(stretch, _)| *stretch.start());
        let mut covered = 0;
        let mut next = 0;
        for stretch in &self.erased {
            let mut at = *stretch.start();
            while at <= *stretch.end() {
                while let Some((stated, _)) =
                    self.stated.get(next).filter(|(stated, _)| *stated.start() <= at)
                {
                    covered = covered.max(*stated.end() + 1);
                    next += 1;
                }
                if covered <= at {
                    return Err(bad(
                        at,
                        "its record is gone, and no statement in the log says that it was erased",
                    ));
                }
                at = covered;
            }
        }
        let mut left = 0;
        for (stated, statement) in &self.stated {
            let place = self.erased.partition_point(|erased| *erased.end() < *stated.start());
            let gone = self.erased.get(place);
            let is_gone =
                gone.is_some_and(|gone| gone.start() <= stated.start() && stated.end() <= gone.end());
            if !is_gone && !is_interrupted {
                let first = gone
                    .filter(|gone| gone.start() <= stated.start())
                    .map_or(*stated.start(), |g| *g.end() + 1);
                let why = format!("its record is still there, and item {statement} says that it was erased");
                return Err(bad(first, why));
            }
            left += u64::from(!is_gone);
        }
        Ok((left > 0).then(|| {
            "That everything is gone that statements say was erased: an erasure was interrupted, and the next start of \
             the server finishes it."
                .to_owned()
        }))
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::indexes::Indexes;

    use super::Deletions;
    use crate::verify::{Place, VerifyError};

    fn check(erased: &[u64], stated: &[&str], is_interrupted: bool) -> Result<bool, Place> {
        let mut deletions = Deletions::default();
        erased.iter().for_each(|index| deletions.erased(*index));
        for stated in stated {
            deletions.stated(99, &stated.parse::<Indexes>().unwrap());
        }
        match deletions.check(is_interrupted) {
            Ok(sentence) => Ok(sentence.is_some()),
            Err(VerifyError::Bad(finding)) => Err(finding.place),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn what_is_gone_was_stated_and_what_was_stated_is_gone() {
        for (erased, stated) in [
            (&[][..], &[][..]),
            (&[3], &["3"]),
            (&[3, 4, 5, 9], &["9", "3-5"]),
            (&[3, 4, 5, 9], &["3-4,9", "4-5"]),
            (&[0, 1, 2, 3], &["2-3", "0", "1-2", "0-3"]),
        ] {
            assert_eq!(check(erased, stated, false), Ok(false), "{erased:?} {stated:?}");
        }
        assert_eq!(check(&[3, 4], &["3"], false), Err(Place::Item(4)), "gone without a word");
        assert_eq!(check(&[3], &[], true), Err(Place::Item(3)), "whatever was interrupted");
        assert_eq!(check(&[2, 3, 4], &["2", "4"], false), Err(Place::Item(3)));
        assert_eq!(check(&[3], &["3-4"], false), Err(Place::Item(4)), "still there");
        assert_eq!(check(&[4], &["3-4"], false), Err(Place::Item(3)));
        assert_eq!(check(&[], &["7"], false), Err(Place::Item(7)));
        assert_eq!(check(&[3], &["3-4"], true), Ok(true));
    }
}
