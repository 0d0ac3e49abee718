//! The end of what a purpose kept, once it is refused or withdrawn: each cookie with the path, domain and partition that
//! it was set with, since a browser would keep it otherwise. Scripts cannot end an `HttpOnly` cookie, so the server does.

use std::collections::BTreeSet;

use ::cookie::Cookie as SetCookie;
use actix_web::{HttpRequest, http::header};
use koektrommel_core::catalogue::{Cookie, Purpose, Scope, Storage};
use time::Duration;

use crate::cookie::Mode;

/// The `Set-Cookie` headers that end the cookies of a purpose: those that came with the request, and those that do not
/// come here because they are for another path; not the one that is `spared`.
pub(super) fn of(
    request: &HttpRequest,
    mode: &Mode,
    purpose: &Purpose,
    spared: Option<&String>,
) -> Vec<String> {
    // A cookie that is only named like a key of local storage is somebody else's.
    let cookies = purpose.cookies.iter().filter(|cookie| cookie.storage == Storage::Cookie);
    let headers = cookies.flat_map(|cookie| {
        let is_elsewhere = cookie.scope.path.as_deref().is_some_and(|path| path != "/");
        let unseen = (is_elsewhere && !cookie.name.ends_with('*')).then_some(cookie.name.as_str());
        let names: BTreeSet<_> = names(request).filter(|name| cookie.covers(name)).chain(unseen).collect();
        names
            .into_iter()
            .filter(|name| spared.is_none_or(|spared| spared != name))
            .map(|name| end(mode, cookie, name))
            .collect::<Vec<_>>()
    });
    headers.collect()
}

/// The names of the cookies that came with a request.
fn names(request: &HttpRequest) -> impl Iterator<Item = &str> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let pairs = headers.flat_map(|header| header.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).map(|(name, _)| name)
}

/// As the catalogue says that it was set, or where that says nothing, as we set our own.
fn end(mode: &Mode, cookie: &Cookie, name: &str) -> String {
    let Scope { path, domain, partitioned } = cookie.scope.clone();
    if cookie.scope == Scope::default() {
        return mode.end(name);
    }
    let mut ended = SetCookie::build((name.to_owned(), "")).path(path.unwrap_or_else(|| "/".to_owned()));
    ended = ended.secure(true).max_age(Duration::ZERO).partitioned(partitioned);
    if let Some(domain) = domain {
        ended = ended.domain(domain);
    }
    ended.build().to_string()
}
