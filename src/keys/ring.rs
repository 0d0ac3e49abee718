//! The secrets that sign cookies: one active, the older ones retired.
//!
//! `cookie`'s `SignedJar` authenticates a value and not its name. So each cookie name, in each generation of the
//! secret, has its own key, derived with HKDF (RFC 5869): a value moved to another name does not verify.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use cookie::{Cookie, CookieJar, Key};
use koektrommel_core::instant::Day;
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use serde::{Deserialize, Serialize};

use super::{KeyError, random, seal};
use crate::{
    folder::{Folder, replace},
    watched::{WRONG_SUM, Watched, sum},
};

/// How long a retired secret still verifies: the longest validity of a choice.
const RETIRED_FOR_MONTHS: u8 = 12;

/// The secrets of a data folder; read again when `keys/cookies.json` changes.
pub struct KeyRing(Watched<Generations>);

/// The secrets as they are on disk.
#[derive(Default)]
pub struct Generations(Vec<Generation>);

struct Generation {
    id: u32,
    retired: Option<Day>,
    secret: [u8; 32],
    /// The derived keys that were used, by cookie name; a few names at most.
    keys: RwLock<BTreeMap<String, Key>>,
}

/// What a signed cookie turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    /// The value without its signature.
    pub value: String,
    /// Signed with a retired key: sign it again.
    pub is_old: bool,
}

impl KeyRing {
    /// The ring of a data folder; makes a first secret if there is none.
    pub fn open_or_create(folder: &Folder) -> Result<Self, KeyError> {
        let ring = Self(Watched::new(folder.path("keys/cookies.json"), parse));
        if ring.read()?.0.is_empty() {
            ring.write(&[Generation::new(1, None, random()?)])?;
        }
        Ok(ring)
    }

    /// Makes a new active secret; the one before is retired on this day and verifies until its cookies expire.
    pub fn rotate(&self, today: Day) -> Result<u32, KeyError> {
        let before = self.read()?;
        let id = before.0.iter().map(|generation| generation.id).max().unwrap_or(0) + 1;
        let mut generations = vec![Generation::new(id, None, random()?)];
        let retire =
            |old: &Generation| Generation::new(old.id, Some(old.retired.unwrap_or(today)), old.secret);
        generations.extend(before.0.iter().map(retire));
        generations.retain(|old| old.retired.is_none_or(|day| today <= day.plus_months(RETIRED_FOR_MONTHS)));
        self.write(&generations)?;
        Ok(id)
    }

    /// Signs a value for a cookie of this name with the active secret.
    pub fn sign(&self, name: &str, value: String) -> Result<String, KeyError> {
        let generations = self.read()?;
        let active = generations.0.iter().find(|generation| generation.retired.is_none());
        let key = active.ok_or_else(|| self.wrong("has no active key"))?.key(name);
        let mut jar = CookieJar::new();
        jar.signed_mut(&key).add(Cookie::new(name.to_owned(), value));
        jar.get(name).map(|cookie| cookie.value().to_owned()).ok_or(KeyError::Random)
    }

    /// Seals a content for a cookie of this name with the active secret: nobody else can read or change it.
    pub fn seal(&self, name: &str, content: Vec<u8>) -> Result<String, KeyError> {
        let generations = self.read()?;
        let active = generations.0.iter().find(|generation| generation.retired.is_none());
        seal::seal(&active.ok_or_else(|| self.wrong("has no active key"))?.secret, name, content)
    }

    /// Opens a sealed value that came in under this name.
    pub fn open(&self, name: &str, sealed: &str, today: Day) -> Result<Option<Vec<u8>>, KeyError> {
        let generations = self.read()?;
        let mut usable = generations.0.iter().filter(|generation| generation.is_usable(today));
        Ok(usable.find_map(|generation| seal::open(&generation.secret, name, sealed)))
    }

    /// Checks a signed value that came in under this name: the active secret first, then the retired ones.
    pub fn verify(&self, name: &str, signed: &str, today: Day) -> Result<Option<Verified>, KeyError> {
        let generations = self.read()?;
        let mut usable = generations.0.iter().filter(|generation| generation.is_usable(today));
        Ok(usable.find_map(|generation| {
            let jar = CookieJar::new();
            let cookie = Cookie::new(name.to_owned(), signed.to_owned());
            let value = jar.signed(&generation.key(name)).verify(cookie)?.value().to_owned();
            Some(Verified { value, is_old: generation.retired.is_some() })
        }))
    }

    fn read(&self) -> Result<Arc<Generations>, KeyError> {
        self.0.get().map_err(|error| self.wrong(&error.to_string()))
    }

    fn write(&self, generations: &[Generation]) -> Result<(), KeyError> {
        let mut file = File {
            v: 1,
            keys: generations
                .iter()
                .map(|generation| Entry {
                    id: generation.id,
                    retired: generation.retired.map(|day| day.to_string()),
                    secret: data_encoding::BASE64.encode(&generation.secret),
                })
                .collect(),
            sum: String::new(),
        };
        file.sum = sum(&file);
        let json = serde_json::to_vec_pretty(&file).map_err(|error| self.wrong(&error.to_string()))?;
        Ok(replace(self.0.path(), &json)?)
    }

    fn wrong(&self, why: &str) -> KeyError {
        KeyError::Content { path: self.0.path().to_owned(), why: why.to_owned() }
    }
}

impl Generation {
    const fn new(id: u32, retired: Option<Day>, secret: [u8; 32]) -> Self {
        Self { id, retired, secret, keys: RwLock::new(BTreeMap::new()) }
    }

    /// Active, or retired so lately that its cookies may still count.
    fn is_usable(&self, today: Day) -> bool {
        self.retired.is_none_or(|day| today <= day.plus_months(RETIRED_FOR_MONTHS))
    }

    /// The key for cookies of this name.
    fn key(&self, cookie_name: &str) -> Key {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner).get(cookie_name).cloned();
        known.unwrap_or_else(|| {
            let key = self.derive(cookie_name);
            self.keys
                .write()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(cookie_name.to_owned(), key.clone());
            key
        })
    }

    fn derive(&self, cookie_name: &str) -> Key {
        struct SixtyFour;
        impl KeyType for SixtyFour {
            fn len(&self) -> usize {
                64
            }
        }
        let mut bytes = [0; 64];
        let extracted = Salt::new(HKDF_SHA256, b"koektrommel cookie v1").extract(&self.secret);
        // Fails only for more than 255 blocks of output; 64 bytes are two.
        if let Ok(key) = extracted.expand(&[cookie_name.as_bytes()], SixtyFour) {
            let _two_blocks = key.fill(&mut bytes);
        }
        Key::from(&bytes)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    v: u8,
    keys: Vec<Entry>,
    #[serde(default)]
    sum: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<String>,
    secret: String,
}

fn parse(content: &[u8]) -> Result<Generations, String> {
    // The parser's own message may quote what it read, and that is a secret.
    let mut file: File = serde_json::from_slice(content).map_err(|error| {
        format!("must be a key ring of version 1 (line {}): put back the last good copy", error.line())
    })?;
    if file.v != 1 {
        return Err("was written by another version of Koektrommel: use that one".to_owned());
    }
    let stated = std::mem::take(&mut file.sum);
    let is_whole = sum(&file) == stated;
    let generations = file.keys.into_iter().map(|entry| {
        let secret = data_encoding::BASE64
            .decode(entry.secret.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok());
        let retired =
            entry.retired.map(|day| day.parse()).transpose().map_err(|_| "`retired` must be a date")?;
        Ok(Generation::new(entry.id, retired, secret.ok_or("`secret` must be 32 bytes as base64")?))
    });
    let generations = Generations(generations.collect::<Result<Vec<_>, &str>>()?);
    if generations.0.iter().filter(|generation| generation.retired.is_none()).count() == 1 {
        if is_whole { Ok(generations) } else { Err(WRONG_SUM.to_owned()) }
    } else {
        Err("must have exactly one key that is not retired".to_owned())
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing(…)")
    }
}

#[cfg(test)]
mod tests {
    use koektrommel_core::instant::Day;

    use super::{KeyRing, Verified};
    use crate::folder::Folder;

    fn day(days: u32) -> Day {
        Day::from_unix_days(20_000 + days)
    }

    #[test]
    fn an_old_key_verifies_until_its_cookies_expire() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let ring = KeyRing::open_or_create(&folder).unwrap();
        let first = ring.sign("a", "v=1".to_owned()).unwrap();
        let read = |signed: &str, today| ring.verify("a", signed, today).unwrap();
        let valid = |is_old| Some(Verified { value: "v=1".to_owned(), is_old });

        assert_eq!(read(&first, day(0)), valid(false));
        assert_eq!(ring.rotate(day(0)).unwrap(), 2);
        assert_eq!(read(&first, day(0)), valid(true));
        let second = ring.sign("a", "v=1".to_owned()).unwrap();
        assert_ne!(first, second);
        assert_eq!(read(&second, day(0)), valid(false));
        assert_eq!(ring.rotate(day(1)).unwrap(), 3);
        assert_eq!(read(&first, day(365)), valid(true));
        assert_eq!(read(&first, day(367)), None);
        ring.rotate(day(400)).unwrap();
        assert_eq!((read(&first, day(400)), read(&second, day(400))), (None, None));
    }

    #[test]
    fn a_value_belongs_to_its_name_and_to_its_secret() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ring = KeyRing::open_or_create(&Folder::open_or_create(one.path()).unwrap()).unwrap();
        let other = KeyRing::open_or_create(&Folder::open_or_create(two.path()).unwrap()).unwrap();
        let signed = ring.sign("a", "v=1".to_owned()).unwrap();
        assert_eq!(ring.verify("b", &signed, day(0)).unwrap(), None);
        assert_eq!(other.verify("a", &signed, day(0)).unwrap(), None);
        for wrong in [
            "",
            "v=1",
            &signed[1..],
            &signed[..signed.len() - 1],
            &format!("{signed} "),
            "é".repeat(60).as_str(),
        ] {
            assert_eq!(ring.verify("a", wrong, day(0)).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_sealed_is_read_by_nobody_else_and_under_no_other_name() {
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let ring = KeyRing::open_or_create(&Folder::open_or_create(one.path()).unwrap()).unwrap();
        let other = KeyRing::open_or_create(&Folder::open_or_create(two.path()).unwrap()).unwrap();
        let sealed = ring.seal("a", b"kraan lekt".to_vec()).unwrap();
        assert_ne!(sealed, ring.seal("a", b"kraan lekt".to_vec()).unwrap(), "no two are alike");
        let open = |sealed: &str| ring.open("a", sealed, day(0)).unwrap();
        assert_eq!(open(&sealed).unwrap(), b"kraan lekt");
        assert_eq!(ring.open("b", &sealed, day(0)).unwrap(), None);
        assert_eq!(other.open("a", &sealed, day(0)).unwrap(), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(std::str::from_utf8(&changed).unwrap()), None, "{at}");
        }
        for wrong in ["", "AAAA", &sealed[1..], &sealed[..sealed.len() - 1], "é", &"A".repeat(4096)] {
            assert_eq!(open(wrong), None);
        }
        assert!(!ring.sign("a", "kraan lekt".to_owned()).unwrap().contains(&sealed));
        ring.rotate(day(0)).unwrap();
        assert_eq!(open(&sealed).unwrap(), b"kraan lekt");
        assert_eq!(ring.open("a", &sealed, day(367)).unwrap(), None);
    }

    #[test]
    fn a_broken_file_is_named_and_its_secrets_are_not() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        KeyRing::open_or_create(&folder).unwrap();
        let path = folder.path("keys/cookies.json");
        std::fs::write(&path, r#"{"v":1,"keys":[{"id":1,"secret":"c2VjcmV0"}]}"#).unwrap();
        let error = KeyRing::open_or_create(&folder).unwrap_err().to_string();
        assert!(error.contains("cookies.json") && !error.contains("c2VjcmV0"), "{error}");
    }
}
