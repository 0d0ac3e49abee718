//! SHA-256, the only hash in the project, and its written form.

use core::{fmt, str::FromStr};

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::error::Malformed;

/// A SHA-256 digest. Written as `sha256:` and 64 lower-case hexadecimal digits, so that no spreadsheet takes it
/// for a number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The digest of the parts, one after another.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut state = Sha256::new();
        for part in parts {
            state.update(part);
        }
        Self(state.finalize().into())
    }

    /// A digest that was calculated before.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sha256:{}", HEXLOWER.encode_display(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = || Malformed::new("hash", "must be `sha256:` and 64 lower-case hexadecimal digits");
        let digits = text.strip_prefix("sha256:").ok_or_else(wrong)?;
        let bytes = HEXLOWER.decode(digits.as_bytes()).map_err(|_| wrong())?;
        Ok(Self(bytes.try_into().map_err(|_| wrong())?))
    }
}

#[cfg(test)]
mod tests {
    use super::Hash;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let hash = Hash::of(&[b"a", b"bc"]);
        assert_eq!(
            hash.to_string(),
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "sha256:", "sha256:00", &hash.to_string().to_uppercase(), &hash.to_string()[7..]] {
            assert!(wrong.parse::<Hash>().is_err(), "{wrong}");
        }
    }
}
