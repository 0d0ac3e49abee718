//! What is kept on a device under one name, and where it goes.

use alloc::string::String;

use super::{Storage, Texts};

/// One cookie or one key of local or session storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Its name; a `*` at the end stands for any rest: `_ga_*`.
    pub name: String,
    /// Where it is kept.
    pub storage: Storage,
    /// Whether scripts are kept from reading it.
    pub http_only: bool,
    /// Who stores it.
    pub set_by: String,
    /// How long it stays, in words.
    pub lifetime: Texts,
    /// What it is set with besides its name; it ends only under the same (RFC 6265, 5.3).
    pub scope: Scope,
}

/// Where a cookie goes. What is not given is as for our own: the path `/`, no domain, no partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Its `Path`.
    pub path: Option<String>,
    /// Its `Domain`, without a dot in front.
    pub domain: Option<String>,
    /// Whether it is kept apart for each site that embeds it (CHIPS).
    pub partitioned: bool,
}

impl Cookie {
    /// Whether something that is kept under this name is meant.
    #[must_use]
    pub fn covers(&self, name: &str) -> bool {
        self.name.strip_suffix('*').map_or(self.name == name, |start| name.starts_with(start))
    }

    /// What is wrong with its name or scope: the key, and what would be right.
    pub(super) fn fault(&self) -> Option<(&'static str, &'static str)> {
        let Scope { path, domain, partitioned: _ } = &self.scope;
        let is_plain = |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b";,".contains(&b));
        let start = self.name.strip_suffix('*').unwrap_or(&self.name);
        if start.is_empty() || start.contains('*') {
            return Some(("name", "must have a name, and a `*` only at its end"));
        }
        if self.scope != Scope::default() && self.storage != Storage::Cookie {
            return Some(("storage", "must be `cookie` where there is a path, a domain or a partition"));
        }
        if path.as_ref().is_some_and(|path| !path.starts_with('/') || !is_plain(path)) {
            return Some(("path", "must begin with / and have no spaces, commas or semicolons"));
        }
        let is_host = |text: &str| {
            text.contains('.')
                && !text.starts_with('.')
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.".contains(&b))
        };
        if domain.as_ref().is_some_and(|domain| !is_host(domain)) {
            return Some(("domain", "must be a domain without a dot in front: wsn.example"));
        }
        let bound = start.get(..7).is_some_and(|prefix| prefix.eq_ignore_ascii_case("__host-"));
        if bound && (domain.is_some() || path.as_ref().is_some_and(|path| path != "/")) {
            return Some((
                "name",
                "must not begin with __Host- where there is a domain or another path than /",
            ));
        }
        None
    }
}
