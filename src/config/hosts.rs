//! Where the server lives, seen from a site's pages, and whether addresses and cookie names go with it.

use koektrommel_core::catalogue::{Catalogue, Storage};

use super::Site;
use crate::cookie::{self, Domain, Mode, without_prefix};

/// A key of a site, and what would be right for it.
pub(super) type Wrong = (&'static str, String);

/// Cookies of this program that visitors do not get: the same in every mode.
const FOR_STAFF: [&str; 1] = ["koek_officer"];

/// The mode of a site, from its keys `mode`, `cookie_domain` and `origins`.
pub(super) fn mode(mode: Option<&str>, domain: Option<&str>, origins: &[String]) -> Result<Mode, Wrong> {
    let mode = match (mode, domain) {
        (None | Some("same-origin"), None) => Mode::SameOrigin,
        (Some("cross-site"), None) => Mode::CrossSite,
        (Some("sibling"), Some(domain)) => Mode::Sibling(Domain::parse(domain).ok_or_else(|| {
            ("cookie_domain", "must be a domain without a dot in front: wsn.example".to_owned())
        })?),
        (Some("sibling"), None) => {
            let why =
                "is missing: in mode \"sibling\" it is the domain that pages and server share: wsn.example";
            return Err(("cookie_domain", why.to_owned()));
        }
        (None | Some("same-origin" | "cross-site"), Some(_)) => {
            return Err(("cookie_domain", "goes with `mode = \"sibling\"` only".to_owned()));
        }
        (Some(_), _) => {
            return Err(("mode", "must be \"same-origin\", \"sibling\" or \"cross-site\"".to_owned()));
        }
    };
    match &mode {
        Mode::SameOrigin => {}
        _ if origins.is_empty() => {
            let why =
                format!("must name where the site's pages live: mode \"{mode}\" has them on another host");
            return Err(("origins", why));
        }
        // Browsers keep these cookies over TLS only.
        _ if origins.iter().any(|origin| !origin.starts_with("https://")) => {
            return Err(("origins", format!("must begin with https:// in mode \"{mode}\"")));
        }
        Mode::Sibling(domain) if origins.iter().any(|origin| !domain.holds(host(origin))) => {
            return Err(("origins", "must all lie in `cookie_domain`".to_owned()));
        }
        Mode::Sibling(_) | Mode::CrossSite => {}
    }
    Ok(mode)
}

/// The host of an origin.
fn host(origin: &str) -> &str {
    let rest = origin.split_once("://").map_or(origin, |(_, rest)| rest);
    rest.split(':').next().unwrap_or(rest)
}

/// The first cookie of this program which the catalogue names otherwise than it is set: its purpose, and what is
/// right. A visitor would be told of a cookie that is not there.
pub(super) fn misnamed(catalogue: &Catalogue, mode: &Mode) -> Option<(String, String)> {
    catalogue.purposes().iter().find_map(|purpose| {
        let mut cookies = purpose.cookies.iter().filter(|cookie| cookie.storage == Storage::Cookie);
        cookies.find_map(|cookie| {
            let base = without_prefix(&cookie.name);
            let is_ours = base == cookie::NAME || base.starts_with("koek_");
            let right = if FOR_STAFF.contains(&base) { Mode::SameOrigin.name(base) } else { mode.name(base) };
            (is_ours && cookie.name != right).then(|| {
                let why = format!("must be \"{right}\" in mode \"{mode}\", not \"{}\"", cookie.name);
                (format!("purposes.{}.cookies.name", purpose.id), why)
            })
        })
    })
}

impl Site {
    /// Whether pages of this origin are the site's.
    #[must_use]
    pub fn has(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, mode};

    #[test]
    fn a_mode_goes_with_its_addresses() {
        let read = |name, domain, text: &str| {
            let origins: Vec<_> = text.split_whitespace().map(ToOwned::to_owned).collect();
            mode(name, domain, &origins)
        };
        assert_eq!(read(None, None, ""), Ok(Mode::SameOrigin));
        assert_eq!(read(Some("same-origin"), None, "http://a.nl"), Ok(Mode::SameOrigin));
        assert_eq!(read(Some("cross-site"), None, "https://a.nl"), Ok(Mode::CrossSite));
        let sibling = read(Some("sibling"), Some("a.nl"), "https://a.nl https://www.a.nl:8443").unwrap();
        assert_eq!(sibling.name("koek"), "__Secure-koek");
        for (name, domain, text, key, says) in [
            (Some("other"), None, "", "mode", "must be \"same-origin\","),
            (Some("sibling"), None, "https://a.nl", "cookie_domain", "is missing"),
            (Some("sibling"), Some("nl"), "https://a.nl", "cookie_domain", "must be a domain"),
            (None, Some("a.nl"), "", "cookie_domain", "goes with"),
            (Some("cross-site"), Some("a.nl"), "https://a.nl", "cookie_domain", "goes with"),
            (Some("sibling"), Some("a.nl"), "", "origins", "must name where"),
            (Some("cross-site"), None, "", "origins", "must name where"),
            (Some("cross-site"), None, "https://a.nl http://a.nl", "origins", "must begin with https://"),
            (Some("sibling"), Some("a.nl"), "https://b.a.nl https://ba.nl", "origins", "must all lie in"),
        ] {
            let (found, why) = read(name, domain, text).unwrap_err();
            assert_eq!(found, key, "{why}");
            assert!(why.starts_with(says), "{why}");
        }
    }
}
