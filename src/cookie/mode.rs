//! Where the server lives, seen from the pages of a site: it decides how every cookie towards visitors is named, set
//! and ended.

use std::{fmt, ops::RangeInclusive};

use cookie::{Cookie, SameSite};
use time::Duration;

/// How many labels of a host a cookie's domain must have at least: browsers keep no cookie for a whole `nl`.
const LABELS: usize = 2;
/// How long a label of a host may be (RFC 1035, 2.3.4).
const LABEL: RangeInclusive<usize> = 1..=63;

/// Where the server lives, seen from the pages of a site.
///
/// Every `Set-Cookie` towards a visitor is made here, so that a cookie is ended with the very name, domain and
/// partition that it was set with; a browser would keep it otherwise (RFC 6265, 5.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Under the pages' own address: the site's web server passes one path on.
    SameOrigin,
    /// Under another host of the same registrable domain. Its cookies are for the whole domain, so that the pages
    /// read them too.
    Sibling(Domain),
    /// Under another site. Its cookies are kept apart for each site that embeds it, and the pages cannot read them.
    CrossSite,
}

/// Who can read a cookie besides the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The scripts of the pages, where [`Mode`] lets them.
    Pages,
    /// Nobody: it is `HttpOnly`.
    Nobody,
}

/// The domain that pages and server have in common: `wsn.example`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(String);

impl Mode {
    /// The name in this mode of a cookie that is called `koek…` in all of them: `koek` becomes `__Host-koek`.
    ///
    /// The prefix makes browsers hold the server to the attributes: `__Host-` has no domain and the path `/`,
    /// `__Secure-` comes over TLS.
    #[must_use]
    pub fn name(&self, base: &str) -> String {
        let prefix = match self {
            Self::SameOrigin | Self::CrossSite => "__Host-",
            Self::Sibling(_) => "__Secure-",
        };
        format!("{prefix}{base}")
    }

    /// Whether scripts of the pages can read a cookie that is for them.
    #[must_use]
    pub fn pages_can_read(&self) -> bool {
        *self != Self::CrossSite
    }

    /// The `Set-Cookie` header that keeps a value under a full name: for this long, or for the browser's session.
    #[must_use]
    pub fn set(&self, name: &str, value: String, readers: Readers, kept: Option<Duration>) -> String {
        let mut cookie = self.bare(name, value);
        cookie.set_http_only((readers == Readers::Nobody).then_some(true));
        cookie.set_max_age(kept);
        cookie.to_string()
    }

    /// The `Set-Cookie` header that ends a cookie of this full name, our own or one that the pages set.
    #[must_use]
    pub fn end(&self, name: &str) -> String {
        let mut cookie = self.bare(name, String::new());
        cookie.set_max_age(Duration::ZERO);
        cookie.to_string()
    }

    /// A cookie with the attributes of this mode.
    fn bare(&self, name: &str, value: String) -> Cookie<'static> {
        let cookie = Cookie::build((name.to_owned(), value)).path("/").secure(true);
        match self {
            Self::SameOrigin => cookie.same_site(SameSite::Lax).build(),
            // With a domain, a browser does not take a cookie that is bound to its host by its name.
            Self::Sibling(_) if has_prefix(name, "__Host-") => cookie.same_site(SameSite::Lax).build(),
            Self::Sibling(Domain(domain)) => cookie.same_site(SameSite::Lax).domain(domain.clone()).build(),
            Self::CrossSite => cookie.same_site(SameSite::None).partitioned(true).build(),
        }
    }
}

/// As the configuration writes it.
impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SameOrigin => "same-origin",
            Self::Sibling(_) => "sibling",
            Self::CrossSite => "cross-site",
        })
    }
}

impl Domain {
    /// Reads a domain: small letters, two labels or more, no dot in front.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let is_label = |label: &str| {
            LABEL.contains(&label.len())
                && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let is_number = text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let is_right = text.split('.').count() >= LABELS && text.split('.').all(is_label) && !is_number;
        is_right.then(|| Self(text.to_owned()))
    }

    /// Whether a host is this domain or below it.
    #[must_use]
    pub fn holds(&self, host: &str) -> bool {
        host.strip_suffix(&self.0).is_some_and(|below| below.is_empty() || below.ends_with('.'))
    }
}

/// A cookie's name without `__Host-` or `__Secure-`. Browsers compare the prefixes without regard to case
/// (draft-ietf-httpbis-rfc6265bis, 4.1.3).
#[must_use]
pub fn without_prefix(name: &str) -> &str {
    let prefix = ["__Host-", "__Secure-"].into_iter().find(|prefix| has_prefix(name, prefix));
    prefix.map_or(name, |prefix| &name[prefix.len()..])
}

fn has_prefix(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use time::Duration;

    use super::{Domain, Mode, Readers, without_prefix};

    #[test]
    fn a_cookie_is_ended_as_it_was_set() {
        let sibling = Mode::Sibling(Domain::parse("wsn.example").unwrap());
        for (mode, name, attributes) in [
            (Mode::SameOrigin, "__Host-koek", "SameSite=Lax; Secure; Path=/"),
            (sibling, "__Secure-koek", "SameSite=Lax; Secure; Path=/; Domain=wsn.example"),
            (Mode::CrossSite, "__Host-koek", "SameSite=None; Partitioned; Secure; Path=/"),
        ] {
            assert_eq!(mode.name("koek"), name);
            let parts = |header: String| {
                let mut parts: Vec<_> = header.split("; ").map(ToOwned::to_owned).collect();
                parts.sort();
                parts
            };
            let expected = |rest: &str| parts(format!("{rest}; {attributes}"));
            let kept = Some(Duration::days(2));
            assert_eq!(
                parts(mode.set(name, "a".to_owned(), Readers::Pages, kept)),
                expected(&format!("{name}=a; Max-Age=172800"))
            );
            assert_eq!(
                parts(mode.set(name, "a".to_owned(), Readers::Nobody, None)),
                expected(&format!("{name}=a; HttpOnly"))
            );
            assert_eq!(parts(mode.end(name)), expected(&format!("{name}=; Max-Age=0")));
        }
    }

    #[test]
    fn a_name_bound_to_its_host_has_no_domain() {
        let sibling = Mode::Sibling(Domain::parse("wsn.example").unwrap());
        assert!(!sibling.end("__host-other").contains("Domain"));
        assert!(sibling.end("other").contains("; Domain=wsn.example"));
    }

    #[test]
    fn a_domain_is_what_browsers_take() {
        for right in ["wsn.example", "a-b.co.nl", "1.nl"] {
            assert!(Domain::parse(right).is_some(), "{right}");
        }
        for wrong in ["", "nl", ".wsn.nl", "wsn.nl.", "WSN.nl", "wsn.nl:443", "127.0.0.1", "https://wsn.nl"] {
            assert!(Domain::parse(wrong).is_none(), "{wrong}");
        }
        let domain = Domain::parse("wsn.nl").unwrap();
        for (host, is_below) in [("wsn.nl", true), ("www.wsn.nl", true), ("mijnwsn.nl", false), ("nl", false)]
        {
            assert_eq!(domain.holds(host), is_below, "{host}");
        }
    }

    #[test]
    fn prefixes_are_found_in_any_case() {
        for (name, bare) in [("__host-koek", "koek"), ("__Secure-koek", "koek"), ("koek", "koek"), ("é", "é")]
        {
            assert_eq!(without_prefix(name), bare);
        }
    }
}
