//! Passwords and tokens: what is shown once or typed, and what is kept of it.

use std::fmt;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use koektrommel_core::{error::Malformed, hash::Hash, identifier::OfficerName};
use subtle::ConstantTimeEq;

use super::AccountsError;
use crate::keys::random;

/// The fewest characters of a password.
pub(super) const SHORTEST: usize = 12;
/// The most bytes of a password: hashing takes time with length.
pub(super) const LONGEST: usize = 1024;
/// Shorter names stand in too many words to be forbidden in a password.
const SHORTEST_NAME_TO_AVOID: usize = 3;

/// A new password, long enough. Never written anywhere.
pub struct Password(String);

impl Password {
    /// Takes a password for the account of this name: at least 12 characters, at most 1024 bytes, and not one
    /// that contains the name.
    pub fn new(text: &str, name: &OfficerName) -> Result<Self, Malformed> {
        let wrong = |why| Err(Malformed::new("password", why));
        if text.chars().count() < SHORTEST {
            return wrong("must have at least 12 characters: a short sentence does well");
        }
        if text.len() > LONGEST {
            return wrong("must not be longer than 1024 bytes");
        }
        let name = name.as_str();
        if name.len() >= SHORTEST_NAME_TO_AVOID && text.to_lowercase().contains(name) {
            return wrong("must not contain the name of the account");
        }
        Ok(Self(text.to_owned()))
    }

    /// Hashes it with Argon2id, 19 MiB, two passes, one lane (OWASP's second choice, and the crate's default)
    /// under a random salt.
    pub(super) fn hash(&self) -> Result<PasswordHash, AccountsError> {
        let hash = Argon2::default().hash_password(self.0.as_bytes()).map_err(|_| AccountsError::System)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The PHC string of a password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct PasswordHash(String);

impl PasswordHash {
    /// Reads a PHC string of Argon2id.
    pub(super) fn parse(text: String) -> Result<Self, &'static str> {
        let wrong = "`password` must be an Argon2id hash as a PHC string";
        let hash = argon2::PasswordHash::new(&text).map_err(|_| wrong)?;
        if hash.algorithm == argon2::ARGON2ID_IDENT { Ok(Self(text)) } else { Err(wrong) }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Changes with the password and tells nothing of it: the PHC string has a random salt.
    pub(super) fn stamp(&self) -> Hash {
        Hash::of(&[b"koektrommel password stamp v1", self.0.as_bytes()])
    }
}

/// Whether the password is the one of the hash. Without a hash the same work is done and the answer is no.
pub(super) fn verify(password: &str, hash: Option<&PasswordHash>) -> Result<bool, AccountsError> {
    if password.len() > LONGEST {
        return Ok(false);
    }
    let argon2 = Argon2::default();
    let Some(hash) = hash else {
        let wasted: Result<argon2::PasswordHash, _> =
            argon2.hash_password_with_salt(password.as_bytes(), &[0; 16]);
        return wasted.map(|_| false).map_err(|_| AccountsError::System);
    };
    let hash = argon2::PasswordHash::new(hash.as_str()).map_err(|_| AccountsError::System)?;
    match argon2.verify_password(password.as_bytes(), &hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(_) => Err(AccountsError::System),
    }
}

/// A bearer token: `koek_` and 43 characters of base64url. The prefix is there for scanners of leaked secrets.
pub struct Token(String);

const PREFIX: &str = "koek_";

impl Token {
    pub(super) fn new() -> Result<Self, AccountsError> {
        Ok(Self(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&random::<32>()?))))
    }

    /// The token itself, to be shown once.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What names it when it is to be taken away: the first eight digits of its SHA-256.
    #[must_use]
    pub fn id(&self) -> String {
        let digest = Self::digest(&self.0);
        HEXLOWER.encode(digest.as_bytes().split_at(4).0)
    }

    /// What is kept of it. It has 256 random bits, so that a plain hash cannot be turned back.
    pub(super) fn digest(text: &str) -> Hash {
        Hash::of(&[text.as_bytes()])
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Compares two digests in constant time.
pub(crate) fn is_same(one: &Hash, other: &Hash) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::Password;

    #[test]
    fn a_password_is_long_and_is_not_the_name() {
        let check =
            |text: &str, name: &str| Password::new(text, &name.parse().unwrap()).map(drop).map_err(|e| e.why);
        assert_eq!(check("correct horse", "anna"), Ok(()));
        assert_eq!(check("é️é️é️é️é️é️", "anna"), Ok(()));
        assert_eq!(check("banana banana", "a"), Ok(()));
        assert!(check("elf letters", "anna").unwrap_err().contains("at least 12"));
        assert!(check(&"é".repeat(513), "anna").unwrap_err().contains("1024"));
        assert!(check("Hier is ANNA weer", "anna").unwrap_err().contains("name"));
    }
}
