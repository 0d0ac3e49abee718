//! The leaf of the log: a salted commitment to a record, and the day it was made.
//!
//! The entry is public and permanent. It says that something was recorded on a day; what it was can be checked
//! by whoever holds the record and its salt, and cannot be guessed by anybody who does not: a decision has only
//! a few possible contents, so the salt is what keeps them secret, and destroying it is what forgets them.

use core::fmt;

use crate::{error::Malformed, hash::Hash, instant::Day};

/// Thirty-two random bytes that open one commitment. Destroying them is what makes an erased record unguessable.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Takes random bytes as a salt.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// SHA-256 over the salt and then the record's bytes.
    #[must_use]
    pub fn commit(&self, record: &[u8]) -> Hash {
        Hash::of(&[&self.0, record])
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// One leaf of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The UTC day on which the record was made; the record itself knows the second.
    pub day: Day,
    /// SHA-256 over the salt and the record.
    pub commitment: Hash,
}

impl Entry {
    /// Length of the encoded entry, in bytes.
    pub const LENGTH: usize = 37;
    const VERSION: u8 = 1;

    /// Commits to a record made on this day.
    #[must_use]
    pub fn new(day: Day, salt: &Salt, record: &[u8]) -> Self {
        Self { day, commitment: salt.commit(record) }
    }

    /// The bytes that the tree hashes: a version byte, the day as a big-endian `u32`, the commitment.
    #[must_use]
    pub fn encode(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[0] = Self::VERSION;
        bytes[1..5].copy_from_slice(&self.day.unix_days().to_be_bytes());
        bytes[5..].copy_from_slice(self.commitment.as_bytes());
        bytes
    }

    /// Reads encoded bytes; every other length or version is refused.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let wrong = Malformed::new("entry", "must be 37 bytes of version 1");
        let bytes: &[u8; Self::LENGTH] = bytes.try_into().map_err(|_| wrong)?;
        let (version, rest) = bytes.split_first().ok_or(wrong)?;
        let (day, commitment) = rest.split_first_chunk::<4>().ok_or(wrong)?;
        if *version != Self::VERSION {
            return Err(wrong);
        }
        Ok(Self {
            day: Day::from_unix_days(u32::from_be_bytes(*day)),
            commitment: Hash::from_bytes(commitment.try_into().map_err(|_| wrong)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Entry, Salt};
    use crate::instant::Day;

    #[test]
    fn reads_what_it_writes() {
        let entry = Entry::new(Day::from_unix_days(20_779), &Salt::from_bytes([7; 32]), b"{}");
        let bytes = entry.encode();
        assert_eq!(bytes[..5], [1, 0, 0, 0x51, 0x2b]);
        assert_eq!(Entry::decode(&bytes), Ok(entry));
        assert!(Entry::decode(&bytes[..36]).is_err());
        let mut newer = bytes;
        newer[0] = 2;
        assert!(Entry::decode(&newer).is_err());
    }

    #[test]
    fn another_salt_is_another_commitment() {
        assert_ne!(Salt::from_bytes([1; 32]).commit(b"{}"), Salt::from_bytes([2; 32]).commit(b"{}"));
    }
}
