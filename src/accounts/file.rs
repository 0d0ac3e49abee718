//! The layout of `accounts.json`:
//! `{"v":1,"officers":[{"name":…,"role":…,"password":PHC string,"tokens":[{"id":…,"sha256":…,"created":…}],"created":…}],"sum":…}`.

use koektrommel_core::{hash::Hash, identifier::OfficerName, instant::Instant};
use serde::{Deserialize, Serialize};

use super::{Role, secret::PasswordHash};
use crate::watched::{WRONG_SUM, sum};

/// Everybody with an account.
#[derive(Clone, Default)]
pub(super) struct Book {
    pub(super) officers: Vec<Account>,
}

#[derive(Clone)]
pub(super) struct Account {
    pub(super) name: OfficerName,
    pub(super) role: Role,
    pub(super) password: PasswordHash,
    pub(super) tokens: Vec<StoredToken>,
    pub(super) created: Instant,
}

#[derive(Clone)]
pub(super) struct StoredToken {
    pub(super) id: String,
    pub(super) sha256: Hash,
    pub(super) created: Instant,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    v: u8,
    officers: Vec<FileAccount>,
    #[serde(default)]
    sum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileAccount {
    name: String,
    role: String,
    password: String,
    #[serde(default)]
    tokens: Vec<FileToken>,
    created: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToken {
    id: String,
    sha256: String,
    created: String,
}

/// Reads the file. No message repeats what stands in it.
pub(super) fn parse(content: &[u8]) -> Result<Book, String> {
    // The parser's own message may quote what it read.
    let mut file: File = serde_json::from_slice(content).map_err(|error| {
        format!("must be accounts of version 1 (line {}): put back the last good copy", error.line())
    })?;
    if file.v != 1 {
        return Err("was written by another version of Koektrommel: use that one".to_owned());
    }
    let stated = std::mem::take(&mut file.sum);
    let is_whole = sum(&file) == stated;
    let mut officers = Vec::<Account>::with_capacity(file.officers.len());
    for (nth, account) in file.officers.into_iter().enumerate() {
        let account = account.read().map_err(|why| format!("account {}: {why}", nth + 1))?;
        if officers.iter().any(|other| other.name == account.name) {
            return Err(format!("account {}: its name stands twice", nth + 1));
        }
        officers.push(account);
    }
    if is_whole { Ok(Book { officers }) } else { Err(WRONG_SUM.to_owned()) }
}

impl FileAccount {
    fn read(self) -> Result<Account, String> {
        let text = |error: koektrommel_core::error::Malformed| error.to_string();
        let tokens = self.tokens.into_iter().map(|token| {
            Ok(StoredToken {
                id: token.id,
                sha256: token.sha256.parse().map_err(text)?,
                created: token.created.parse().map_err(text)?,
            })
        });
        Ok(Account {
            name: self.name.parse().map_err(text)?,
            role: self.role.parse().map_err(text)?,
            password: PasswordHash::parse(self.password)?,
            tokens: tokens.collect::<Result<_, String>>()?,
            created: self.created.parse().map_err(text)?,
        })
    }
}

impl Book {
    /// The file's content.
    pub(super) fn to_json(&self) -> String {
        let officers = self.officers.iter().map(|account| FileAccount {
            name: account.name.to_string(),
            role: account.role.to_string(),
            password: account.password.as_str().to_owned(),
            tokens: account
                .tokens
                .iter()
                .map(|token| FileToken {
                    id: token.id.clone(),
                    sha256: token.sha256.to_string(),
                    created: token.created.to_string(),
                })
                .collect(),
            created: account.created.to_string(),
        });
        let mut file = File { v: 1, officers: officers.collect(), sum: String::new() };
        file.sum = sum(&file);
        // Texts and lists only: there is nothing that JSON cannot hold.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Book, parse};

    #[test]
    fn a_broken_file_is_refused_and_its_content_not_repeated() {
        for wrong in [
            "",
            r#"{"v":2,"officers":[]}"#,
            r#"{"v":1,"officers":[{"name":"geheim","role":"king","password":"geheim","tokens":[],"created":"2026-11-22T10:15:00Z"}]}"#,
            r#"{"v":1,"officers":[{"name":"geheim","role":"officer","password":"geheim","tokens":[],"created":"2026-11-22T10:15:00Z"}]}"#,
            r#"{"v":1,"officers":[],"geheim":1}"#,
        ] {
            let error = parse(wrong.as_bytes()).err().unwrap();
            assert!(!error.contains("geheim"), "{error}");
        }
        let good = Book::default().to_json();
        assert!(parse(good.as_bytes()).is_ok());
        let changed = good.replacen("sha256:", "sha256:0", 1);
        assert!(parse(changed.as_bytes()).is_err() && parse(br#"{"v":1,"officers":[]}"#).is_err());
    }
}
