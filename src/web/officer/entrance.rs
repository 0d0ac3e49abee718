//! In and out: signing in, signing out, and the one-time link for the first account.

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web::{self, Data, Query},
};
use koektrommel_core::{error::Malformed, identifier::OfficerName};
use serde::Deserialize;

use super::{
    guard,
    page::{self, Page},
};
use crate::{
    accounts::{Accounts, AccountsError, Officer, Password, Role},
    app::App,
    sessions::TooMany,
    view::officer::{entrance, texts::Texts},
    web::body::Form,
};

#[derive(Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// `GET /officer/sign-in`
pub(super) async fn form(request: HttpRequest, app: Data<App>, query: Query<Next>) -> HttpResponse {
    let texts = page::texts(&request);
    let next = guard::safe_next(&query.next);
    let content = entrance::sign_in(texts, None, "", next);
    Page::new(StatusCode::OK, texts.sign_in, content).keeping("next", next).send(&app, texts)
}

#[derive(Deserialize)]
pub(super) struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /officer/sign-in`
pub(super) async fn sign_in(request: HttpRequest, app: Data<App>, form: Form<SignIn>) -> HttpResponse {
    let texts = page::texts(&request);
    if let Some(answer) = guard::refuse_elsewhere(&request, &app) {
        return answer;
    }
    let SignIn { name, password, next } = form.0;
    // Names have small letters only; a telephone writes the first one large.
    let name = name.trim().to_lowercase();
    let again = |status, error: &str| {
        // What is no name is not shown again: it may be a password in the wrong field.
        let shown = name.parse::<OfficerName>().map(|name| name.to_string()).unwrap_or_default();
        let next = guard::safe_next(&next);
        let content = entrance::sign_in(texts, Some(error), &shown, next);
        Page::new(status, texts.sign_in, content).keeping("next", next).send(&app, texts)
    };
    let turn = match app.sessions.turn(&name).await {
        Ok(turn) => turn,
        Err(TooMany { retry_after }) => {
            let text = texts.too_many.replace("{seconds}", &retry_after.to_string());
            let mut answer = again(StatusCode::TOO_MANY_REQUESTS, &text);
            answer.headers_mut().insert(header::RETRY_AFTER, retry_after.into());
            return answer;
        }
    };
    let checked = {
        let name = name.clone();
        on_another_thread(&app, move |accounts| {
            let checked = accounts.by_password(&name, &password);
            drop(turn);
            checked
        })
        .await
    };
    match checked {
        Ok(Some(officer)) => {
            app.sessions.succeeded(&name);
            enter(&app, texts, &officer, guard::safe_next(&next))
        }
        Ok(None) => {
            tracing::warn!("a sign-in was refused");
            again(StatusCode::FORBIDDEN, texts.wrong_password)
        }
        Err(error) => failed(&app, texts, &error),
    }
}

/// `POST /officer/sign-out`
pub(super) async fn sign_out(request: HttpRequest, app: Data<App>) -> HttpResponse {
    if let Some(answer) = guard::refuse_elsewhere(&request, &app) {
        return answer;
    }
    let cookie = app.sessions.close(guard::session_cookie(&request).unwrap_or_default());
    let to = format!("/officer/sign-in?lang={}", page::texts(&request).language);
    page::redirect(&to).insert_header((header::SET_COOKIE, cookie)).finish()
}

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    token: String,
}

/// `GET /officer/welcome?token=…`
pub(super) async fn invitation(request: HttpRequest, app: Data<App>, query: Query<Token>) -> HttpResponse {
    let texts = page::texts(&request);
    if !is_invited(&app, &query.token) {
        return link_used(&app, texts);
    }
    let content = entrance::welcome(texts, None, "", &query.token);
    Page::new(StatusCode::OK, texts.welcome, content).keeping("token", &query.token).send(&app, texts)
}

#[derive(Deserialize)]
pub(super) struct Welcome {
    token: String,
    name: String,
    password: String,
    again: String,
}

/// `POST /officer/welcome`
pub(super) async fn welcome(request: HttpRequest, app: Data<App>, form: Form<Welcome>) -> HttpResponse {
    let texts = page::texts(&request);
    if let Some(answer) = guard::refuse_elsewhere(&request, &app) {
        return answer;
    }
    let Welcome { token, name, password, again } = form.0;
    if !is_invited(&app, &token) {
        return link_used(&app, texts);
    }
    let (name, password) = match check(&name, &password, &again) {
        Ok(checked) => checked,
        Err(error) => {
            let shown = name.parse::<OfficerName>().map(|name| name.to_string()).unwrap_or_default();
            let content = entrance::welcome(texts, Some(texts.of_malformed(error)), &shown, &token);
            let page = Page::new(StatusCode::UNPROCESSABLE_ENTITY, texts.welcome, content);
            return page.keeping("token", &token).send(&app, texts);
        }
    };
    let now = app.clock.now();
    let made = on_another_thread(&app, move |accounts| {
        accounts.add_first(&name, Role::Officer, &password, now)?;
        accounts.find(&name)
    });
    match made.await {
        Ok(Some(officer)) => {
            app.sessions.close_invitation();
            enter(&app, texts, &officer, "/officer")
        }
        Ok(None) | Err(AccountsError::NotFirst) => link_used(&app, texts),
        Err(error) => failed(&app, texts, &error),
    }
}

fn is_invited(app: &App, token: &str) -> bool {
    app.sessions.is_invited(token) && app.accounts.is_empty().unwrap_or(false)
}

fn check(name: &str, password: &str, again: &str) -> Result<(OfficerName, Password), Malformed> {
    let name = name.trim().to_lowercase().parse()?;
    let checked = Password::new(password, &name)?;
    if password == again {
        Ok((name, checked))
    } else {
        Err(Malformed::new("again", "must be the same password"))
    }
}

fn link_used(app: &App, texts: &'static Texts) -> HttpResponse {
    page::say(app, texts, StatusCode::GONE, texts.link_used, texts.link_used_text)
}

fn enter(app: &App, texts: &'static Texts, officer: &Officer, to: &str) -> HttpResponse {
    match app.sessions.open(officer) {
        Ok(cookie) => {
            let separator = if to.contains('?') { '&' } else { '?' };
            let to = if to.contains("lang=") {
                to.to_owned()
            } else {
                format!("{to}{separator}lang={}", texts.language)
            };
            page::redirect(&to).insert_header((header::SET_COOKIE, cookie)).finish()
        }
        Err(error) => failed(app, texts, &error.into()),
    }
}

fn failed(app: &App, texts: &'static Texts, error: &AccountsError) -> HttpResponse {
    tracing::error!(%error, "an account could not be used");
    page::broken(app, texts)
}

/// Hashing a password takes long enough to keep others waiting.
async fn on_another_thread<T: Send + 'static>(
    app: &Data<App>,
    work: impl FnOnce(&Accounts) -> Result<T, AccountsError> + Send + 'static,
) -> Result<T, AccountsError> {
    let app = app.clone();
    web::block(move || work(&app.accounts)).await.unwrap_or(Err(AccountsError::System))
}
