//! Who is asking, and whether they may.

use std::future::{Ready, ready};

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    error::InternalError,
    http::{StatusCode, header},
    web::Data,
};
use koektrommel_core::identifier::OfficerName;

use super::page;
use crate::{
    accounts::{Accounts, AccountsError, Officer as Account},
    app::App,
    sessions::{self, Sessions},
    web::problem::Problem,
};

/// A member of staff who may read the log. As an argument of a handler it is the guard: without a session or a
/// token the API answers 401, and whoever wants a page is led to the sign-in; with another role both answer 403.
pub(super) struct Officer {
    /// The name.
    pub(super) name: OfficerName,
}

enum Refusal {
    Unknown,
    Forbidden,
    Broken(AccountsError),
}

impl FromRequest for Officer {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(match request.app_data::<Data<App>>() {
            Some(app) => {
                admit(request, &app.accounts, &app.sessions).map_err(|why| refuse(request, app, &why))
            }
            None => Err(Problem::internal("The server is not set up.").into()),
        })
    }
}

fn admit(request: &HttpRequest, accounts: &Accounts, sessions: &Sessions) -> Result<Officer, Refusal> {
    let account = if is_api(request)
        && let Some(token) = bearer(request)
    {
        accounts.by_token(token).map_err(Refusal::Broken)?
    } else {
        signed_in(request, accounts, sessions).map_err(Refusal::Broken)?
    };
    let account = account.ok_or(Refusal::Unknown)?;
    if account.role.may_read_log() { Ok(Officer { name: account.name }) } else { Err(Refusal::Forbidden) }
}

/// The account of the request's session, if it still is what it was when the session began.
fn signed_in(
    request: &HttpRequest,
    accounts: &Accounts,
    sessions: &Sessions,
) -> Result<Option<Account>, AccountsError> {
    // The cookie is not sent from other sites. A neighbour on the same domain is another site to us all the same.
    if is_api(request) && !matches!(fetch_site(request), None | Some("same-origin" | "none")) {
        return Ok(None);
    }
    let Some(value) = session_cookie(request) else { return Ok(None) };
    let Some((name, stamp)) = sessions.find(value) else { return Ok(None) };
    let account = accounts.find(&name)?.filter(|account| account.stamp == stamp);
    if account.is_none() {
        let _header = sessions.close(value);
    }
    Ok(account)
}

fn refuse(request: &HttpRequest, app: &App, refusal: &Refusal) -> Error {
    if let Refusal::Broken(error) = refusal {
        tracing::error!(%error, "the accounts cannot be read");
    }
    if is_api(request) && !page::is_wanted(request) {
        return api_answer(refusal).into();
    }
    let texts = page::texts(request);
    let answer = match refusal {
        Refusal::Unknown => {
            let here = request.uri().path_and_query().map_or("", |uri| uri.as_str());
            let here = safe_next(here);
            page::redirect(&format!("/officer/sign-in?lang={}&next={}", texts.language, encode(here)))
                .finish()
        }
        Refusal::Forbidden => {
            page::say(app, texts, StatusCode::FORBIDDEN, texts.forbidden, texts.forbidden_text)
        }
        Refusal::Broken(_) => page::broken(app, texts),
    };
    InternalError::from_response("refused", answer).into()
}

fn api_answer(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::Unknown => {
            Problem::unauthenticated("Sign in, or send a bearer token that was made with `officer token`.")
                .challenge("Bearer")
        }
        Refusal::Forbidden => Problem::forbidden("Only an account with the role `officer` may read the log."),
        Refusal::Broken(_) => Problem::internal("The accounts cannot be read. The operator has been told."),
    }
}

fn is_api(request: &HttpRequest) -> bool {
    request.path().starts_with("/officer/api/")
}

/// The credentials of `Authorization: Bearer` (RFC 6750, 2.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The value of the session cookie.
pub(super) fn session_cookie(request: &HttpRequest) -> Option<&str> {
    let headers = request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs =
        headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == sessions::COOKIE).map(|(_, value)| value)
}

fn fetch_site(request: &HttpRequest) -> Option<&str> {
    request.headers().get("sec-fetch-site").map(|value| value.to_str().unwrap_or("?"))
}

/// The answer to a form that was not sent by one of our own pages, not even a site's. A browser that says neither
/// where it is nor where it comes from is refused too. None for our own.
pub(super) fn refuse_elsewhere(request: &HttpRequest, app: &App) -> Option<HttpResponse> {
    let text = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let is_own = match (fetch_site(request), text(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin",
        (None, Some(origin)) => text(header::HOST).is_some_and(|host| {
            origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")) == Some(host)
        }),
        (None, None) => false,
    };
    let texts = page::texts(request);
    let refused = || page::say(app, texts, StatusCode::FORBIDDEN, texts.broken, texts.elsewhere_text);
    if is_own { None } else { Some(refused()) }
}

/// Where to go after signing in: a page of the console and nothing else.
pub(super) fn safe_next(wish: &str) -> &str {
    let is_plain = wish.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>".contains(&byte));
    let is_ours = wish.strip_prefix("/officer").is_some_and(|rest| rest.is_empty() || rest.starts_with('?'));
    if is_plain && is_ours { wish } else { "/officer" }
}

/// Percent-encodes a value for a query (RFC 3986, 2.1).
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::{encode, safe_next};

    #[test]
    fn only_the_console_is_returned_to() {
        for right in ["/officer", "/officer?lang=en"] {
            assert_eq!(safe_next(right), right);
        }
        for wrong in [
            "",
            "//evil.example",
            "/officer.evil.example",
            "/officer/../evil",
            "/officer/sign-out",
            "https://evil.example/officer",
            "/\\evil.example",
            "/officer?\r\nX: y",
            "/officer?a=é",
        ] {
            assert_eq!(safe_next(wrong), "/officer", "{wrong}");
        }
        assert_eq!(encode("/officer?lang=en&x=é"), "/officer%3Flang%3Den%26x%3D%C3%A9");
    }
}
