//! Who of the staff may sign in, and as what: `accounts.json` in the data folder.
//!
//! The file is replaced as a whole and read again when it changes, so that an account or a token that is made or
//! taken away on the command line counts at once in a server that runs. Nothing in it opens anything by itself:
//! of a password it keeps the Argon2id hash, of a token the SHA-256.

pub mod cli;
mod file;
mod role;
mod secret;

use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};

use koektrommel_core::{error::Malformed, hash::Hash, identifier::OfficerName, instant::Instant};

pub(crate) use self::secret::is_same;
use self::{
    file::{Account, Book, StoredToken},
    secret::PasswordHash,
};
pub use self::{
    role::Role,
    secret::{Password, Token},
};
use crate::{
    folder::{Folder, FolderError, give_to_owner_of_folder, replace},
    keys::KeyError,
    watched::{Watched, WatchedError},
};

/// A member of staff, known by password or token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// The name.
    pub name: OfficerName,
    /// The role.
    pub role: Role,
    /// Changes with the password, so that a session begun with the old one can be ended.
    pub stamp: Hash,
}

/// The accounts of a data folder.
pub struct Accounts {
    book: Watched<Book>,
    lock: PathBuf,
}

/// Why an account could not be used or changed.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// `accounts.json` cannot be read.
    #[error(transparent)]
    Unreadable(#[from] WatchedError),
    /// It, or the lock beside it, cannot be written.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A name, role or password is not what it should be.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// That name is taken.
    #[error("there is an account with this name already: choose another name, or remove that account first")]
    Taken,
    /// There is no such account.
    #[error("there is no account with this name")]
    Unknown,
    /// There are accounts, so a first one cannot be made.
    #[error("there is an account already")]
    NotFirst,
    /// The system gave no random bytes, or no memory to hash a password in.
    #[error("the system gave no random bytes or not enough memory")]
    System,
}

impl From<KeyError> for AccountsError {
    fn from(_: KeyError) -> Self {
        Self::System
    }
}

impl Accounts {
    /// The accounts of a data folder; none if it has no `accounts.json` yet.
    #[must_use]
    pub fn new(folder: &Folder) -> Self {
        Self {
            book: Watched::new(folder.path("accounts.json"), file::parse),
            lock: folder.path("accounts.lock"),
        }
    }

    /// Whether nobody has an account.
    pub fn is_empty(&self) -> Result<bool, AccountsError> {
        Ok(self.book.get()?.officers.is_empty())
    }

    /// Names and roles, in the order in which they were made.
    pub fn list(&self) -> Result<Vec<Officer>, AccountsError> {
        Ok(self.book.get()?.officers.iter().map(Account::officer).collect())
    }

    /// The account of this name as it is now.
    pub fn find(&self, name: &OfficerName) -> Result<Option<Officer>, AccountsError> {
        Ok(self.book.get()?.find(name).map(Account::officer))
    }

    /// Who signs in with this name and password. Takes as long for a name that does not exist as for a wrong
    /// password: some 20 ms of work in 19 MiB of memory, so never call it on a thread that serves others.
    pub fn by_password(&self, name: &str, password: &str) -> Result<Option<Officer>, AccountsError> {
        let book = self.book.get()?;
        let account = name.parse().ok().and_then(|name| book.find(&name));
        let is_right = secret::verify(password, account.map(|account| &account.password))?;
        Ok(account.filter(|_| is_right).map(Account::officer))
    }

    /// Whose token this is. Every token is compared, each in constant time.
    pub fn by_token(&self, token: &str) -> Result<Option<Officer>, AccountsError> {
        let digest = Token::digest(token);
        let mut found = None;
        for account in &self.book.get()?.officers {
            for stored in &account.tokens {
                if is_same(&stored.sha256, &digest) {
                    found = Some(account.officer());
                }
            }
        }
        Ok(found)
    }

    /// Makes an account.
    pub fn add(
        &self,
        name: &OfficerName,
        role: Role,
        password: &Password,
        now: Instant,
    ) -> Result<(), AccountsError> {
        self.change(|book| book.add(name, role, password.hash()?, now))
    }

    /// Makes the first account; refused once there is one, also when two try at the same time.
    pub fn add_first(
        &self,
        name: &OfficerName,
        role: Role,
        password: &Password,
        now: Instant,
    ) -> Result<(), AccountsError> {
        self.change(|book| {
            if !book.officers.is_empty() {
                return Err(AccountsError::NotFirst);
            }
            book.add(name, role, password.hash()?, now)
        })
    }

    /// Gives an account another password. Sessions that were begun with the old one end.
    pub fn set_password(&self, name: &OfficerName, password: &Password) -> Result<(), AccountsError> {
        self.change(|book| {
            book.find_mut(name)?.password = password.hash()?;
            Ok(())
        })
    }

    /// Takes an account away, with its tokens and sessions.
    pub fn remove(&self, name: &OfficerName) -> Result<(), AccountsError> {
        self.change(|book| {
            book.find_mut(name)?;
            book.officers.retain(|account| account.name != *name);
            Ok(())
        })
    }

    /// Makes a bearer token for an account. It is shown here and never again: only its SHA-256 is kept.
    pub fn token(&self, name: &OfficerName, now: Instant) -> Result<Token, AccountsError> {
        let token = Token::new()?;
        self.change(|book| {
            let stored = StoredToken { id: token.id(), sha256: Token::digest(token.as_str()), created: now };
            book.find_mut(name)?.tokens.push(stored);
            Ok(())
        })?;
        Ok(token)
    }

    /// Takes away the token with this id, or all tokens of the account. Returns how many went.
    pub fn revoke(&self, name: &OfficerName, id: Option<&str>) -> Result<usize, AccountsError> {
        self.change(|book| {
            let tokens = &mut book.find_mut(name)?.tokens;
            let before = tokens.len();
            tokens.retain(|token| id.is_some_and(|id| token.id != id));
            Ok(before - tokens.len())
        })
    }

    /// Reads, changes and replaces the file while no other program does.
    fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, AccountsError>,
    ) -> Result<T, AccountsError> {
        let at = |source| FolderError::Io { path: self.lock.clone(), source };
        let _lock = lock(&self.lock).map_err(at)?;
        let mut book = Book::clone(&*self.book.get()?);
        let done = change(&mut book)?;
        replace(self.book.path(), book.to_json().as_bytes())?;
        Ok(done)
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accounts(…)")
    }
}

/// Waits for the lock between programs that change accounts; let go when the file is dropped.
fn lock(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    let file = fs::File::options().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    give_to_owner_of_folder(&file, path)?;
    file.lock()?;
    Ok(file)
}

impl Book {
    fn find(&self, name: &OfficerName) -> Option<&Account> {
        self.officers.iter().find(|account| account.name == *name)
    }

    fn find_mut(&mut self, name: &OfficerName) -> Result<&mut Account, AccountsError> {
        self.officers.iter_mut().find(|account| account.name == *name).ok_or(AccountsError::Unknown)
    }

    fn add(
        &mut self,
        name: &OfficerName,
        role: Role,
        password: PasswordHash,
        created: Instant,
    ) -> Result<(), AccountsError> {
        if self.find(name).is_some() {
            return Err(AccountsError::Taken);
        }
        self.officers.push(Account { name: name.clone(), role, password, tokens: Vec::new(), created });
        Ok(())
    }
}

impl Account {
    fn officer(&self) -> Officer {
        Officer { name: self.name.clone(), role: self.role, stamp: self.password.stamp() }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use koektrommel_core::instant::Instant;

    use super::{Accounts, AccountsError, Password, Role};
    use crate::folder::Folder;

    const NOW: &str = "2026-11-22T10:15:00Z";

    fn accounts() -> (tempfile::TempDir, Accounts, Instant) {
        let temp = tempfile::tempdir().unwrap();
        let accounts = Accounts::new(&Folder::open_or_create(&temp.path().join("data")).unwrap());
        (temp, accounts, NOW.parse().unwrap())
    }

    fn password(text: &str) -> Password {
        Password::new(text, &"anna".parse().unwrap()).unwrap()
    }

    #[test]
    fn who_has_the_password_or_a_token_is_known_and_nobody_else() {
        let (temp, accounts, now) = accounts();
        let anna = "anna".parse().unwrap();
        assert!(accounts.is_empty().unwrap());
        accounts.add(&anna, Role::Officer, &password("een lang wachtwoord"), now).unwrap();
        assert!(matches!(
            accounts.add(&anna, Role::Admin, &password("een ander wachtwoord"), now),
            Err(AccountsError::Taken)
        ));
        let token = accounts.token(&anna, now).unwrap();
        let text = token.as_str().to_owned();
        assert_eq!((text.len(), &text[..5]), (48, "koek_"));

        let officer = accounts.by_password("anna", "een lang wachtwoord").unwrap().unwrap();
        assert_eq!((officer.name.as_str(), officer.role), ("anna", Role::Officer));
        assert_eq!(accounts.by_token(&text).unwrap(), Some(officer.clone()));
        for (name, password) in
            [("anna", "een lang wachtwoorD"), ("bert", "een lang wachtwoord"), ("A b", ""), ("", "")]
        {
            assert_eq!(accounts.by_password(name, password).unwrap(), None, "{name}");
        }
        for wrong in ["", "koek_", &text[..47], &format!("{text}a"), &text.replace("koek_", "kook_")] {
            assert_eq!(accounts.by_token(wrong).unwrap(), None, "{wrong}");
        }

        let file = fs::read_to_string(temp.path().join("data/accounts.json")).unwrap();
        assert!(file.contains("$argon2id$v=19$m=19456,t=2,p=1$"), "{file}");
        assert!(!file.contains(&text) && !file.contains("wachtwoord"), "{file}");
        let mode = fs::metadata(temp.path().join("data/accounts.json")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(!format!("{accounts:?} {officer:?} {token:?}").contains(&text[5..]));
    }

    #[test]
    fn a_change_by_another_program_counts_at_once() {
        let (temp, server, now) = accounts();
        let command = Accounts::new(&Folder::open(&temp.path().join("data")).unwrap());
        let anna = "anna".parse().unwrap();
        command.add_first(&anna, Role::Officer, &password("een lang wachtwoord"), now).unwrap();
        assert!(matches!(
            server.add_first(&anna, Role::Officer, &password("een lang wachtwoord"), now),
            Err(AccountsError::NotFirst)
        ));
        let before = server.find(&anna).unwrap().unwrap();
        command.set_password(&anna, &password("een nieuw wachtwoord")).unwrap();
        assert_ne!(server.find(&anna).unwrap().unwrap().stamp, before.stamp);

        let (one, two) = (command.token(&anna, now).unwrap(), command.token(&anna, now).unwrap());
        assert_eq!(command.revoke(&anna, Some(&one.id())).unwrap(), 1);
        assert_eq!(server.by_token(one.as_str()).unwrap(), None);
        assert!(server.by_token(two.as_str()).unwrap().is_some());
        assert_eq!(command.revoke(&anna, None).unwrap(), 1);
        command.remove(&anna).unwrap();
        assert!(server.is_empty().unwrap());
        assert!(matches!(command.remove(&anna), Err(AccountsError::Unknown)));
    }

    #[test]
    fn two_writers_lose_nothing() {
        let (temp, _, now) = accounts();
        std::thread::scope(|scope| {
            for name in ["a", "b", "c", "d"] {
                let accounts = Accounts::new(&Folder::open(&temp.path().join("data")).unwrap());
                scope.spawn(move || {
                    let name = name.parse().unwrap();
                    accounts.add(&name, Role::Webteam, &password("een lang wachtwoord"), now).unwrap();
                    accounts.token(&name, now).unwrap();
                });
            }
        });
        let accounts = Accounts::new(&Folder::open(&temp.path().join("data")).unwrap());
        assert_eq!(accounts.list().unwrap().len(), 4);
        assert!(accounts.book.get().unwrap().officers.iter().all(|account| account.tokens.len() == 1));
    }
}
