//! A short code for a record that can be read aloud: `K7Q-M4T-92`.

use core::{fmt, str::FromStr};

use crate::{error::Malformed, hash::Hash};

/// Crockford's digits: no I, L, O or U.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const MASK: u64 = (1 << 40) - 1;
/// An odd number, so that multiplying by it modulo 2^40 can be undone: neighbours in the log then differ in most
/// letters, and a misread letter is caught by the check bits instead of naming another person's record.
const SPREAD: u64 = 0x9e_3779_b97f;
const GATHER: u64 = inverse(SPREAD);

/// Forty bits: where the record stands in the log, and eight bits of its entry's hash to catch a misread letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    index: u32,
    check: u8,
}

impl Reference {
    /// The reference of the entry at this index with this leaf hash. `None` beyond 2^32 entries.
    #[must_use]
    pub fn new(index: u64, leaf: &Hash) -> Option<Self> {
        Some(Self { index: u32::try_from(index).ok()?, check: leaf.as_bytes()[0] })
    }

    /// Where the record stands in the log.
    #[must_use]
    pub fn index(self) -> u64 {
        u64::from(self.index)
    }

    /// Whether the entry at that index is the one that was meant.
    #[must_use]
    pub fn agrees_with(self, leaf: &Hash) -> bool {
        self.check == leaf.as_bytes()[0]
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = (u64::from(self.index) << 8 | u64::from(self.check)).wrapping_mul(SPREAD) & MASK;
        for place in 0..8 {
            if place == 3 || place == 6 {
                f.write_str("-")?;
            }
            let digit = (number >> (35 - 5 * place)) as usize & 31;
            write!(f, "{}", char::from(DIGITS[digit]))?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = Malformed;

    /// Reads a code as people write it: any case, with or without hyphens and spaces, O for 0, I and L for 1.
    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed::new("reference", "must be eight letters and digits, like K7Q-M4T-92");
        let mut number = 0_u64;
        let mut places = 0;
        for byte in text.bytes().filter(|b| !matches!(b, b'-' | b' ')) {
            let byte = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let digit = DIGITS.iter().position(|d| *d == byte).ok_or(wrong)?;
            number = number << 5 | digit as u64;
            places += 1;
            if places > 8 {
                return Err(wrong);
            }
        }
        if places != 8 {
            return Err(wrong);
        }
        let number = number.wrapping_mul(GATHER) & MASK;
        let index = u32::try_from(number >> 8).map_err(|_| wrong)?;
        Ok(Self { index, check: number.to_le_bytes()[0] })
    }
}

/// The number that undoes multiplication by an odd number modulo 2^64 (Newton's method).
const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut round = 0;
    while round < 6 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, string::ToString};

    use super::Reference;
    use crate::hash::Hash;

    fn reference(index: u64) -> Reference {
        Reference::new(index, &Hash::of(&[&index.to_be_bytes()])).unwrap()
    }

    #[test]
    fn every_record_has_its_own_code_and_it_reads_back() {
        let codes: BTreeSet<_> = (0..20_000).map(|i| reference(i).to_string()).collect();
        assert_eq!(codes.len(), 20_000);
        for index in [0, 1, 255, 65_536, u64::from(u32::MAX)] {
            let code = reference(index).to_string();
            assert_eq!((code.len(), code.matches('-').count()), (10, 2));
            assert_eq!(code.parse(), Ok(reference(index)));
        }
        assert_eq!(Reference::new(1 << 32, &Hash::of(&[])), None);
    }

    #[test]
    fn reads_codes_as_people_write_them() {
        let code =
            (0..).map(|i| reference(i).to_string()).find(|c| c.contains('0') && c.contains('1')).unwrap();
        let sloppy = code.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        assert_eq!(sloppy.parse::<Reference>(), code.parse());
        for wrong in ["", "K7Q-M4T-9", "K7Q-M4T-922", "K7Q-M4T-9U", "K7Q/M4T/92", "é"] {
            assert!(wrong.parse::<Reference>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_misread_letter_is_nearly_always_caught() {
        let leaf = |index: u64| Hash::of(&[&index.to_be_bytes()]);
        let (mut wrong, mut caught) = (0, 0);
        for index in 0..50 {
            let code = reference(index).to_string();
            for (place, letter) in code.char_indices().filter(|(_, c)| *c != '-') {
                let other = if letter == '7' { '8' } else { '7' };
                let misread: Reference =
                    (code[..place].to_string() + &other.to_string() + &code[place + 1..]).parse().unwrap();
                wrong += 1;
                caught += u32::from(!misread.agrees_with(&leaf(misread.index())));
            }
        }
        assert!(caught * 100 >= wrong * 98, "{caught} of {wrong}");
    }
}
