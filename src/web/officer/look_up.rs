//! `POST /officer/look-up`: one choice by the reference that a visitor gave, and the earlier ones of its device.
//!
//! Looking is reading the log, so it is recorded first, with the reference, and what cannot be recorded is not shown.
//! The reference comes in a form: addresses are kept in histories and logs.

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Data},
};
use koektrommel_core::{
    hash::Hash,
    merkle::leaf_hash,
    record::{Access, Action, Consent, Standing},
    reference::Reference,
};
use serde::Deserialize;

use super::{
    guard::{self, Officer},
    page::{self, Page},
};
use crate::{app::App, store::StoreError, view::officer::look_up, web::body::Form, web::consents};

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Question {
    reference: String,
}

/// What a reference led to.
enum Found {
    /// The choice and the earlier ones, newest first.
    Records(Vec<(Consent, Hash)>),
    /// A choice that was erased.
    Erased,
    /// Nothing, or another kind of record.
    Nothing,
}

pub(super) async fn post(
    request: HttpRequest,
    app: Data<App>,
    officer: Officer,
    Form(form): Form<Question>,
) -> HttpResponse {
    if let Some(answer) = guard::refuse_elsewhere(&request, &app) {
        return answer;
    }
    let texts = page::texts(&request);
    let send = |status, content| {
        let page = Page::new(status, texts.look_up, content);
        Page { officer: Some(officer.name.as_str()), ..page }.send(&app, texts)
    };
    let Ok(reference) = form.reference.trim().parse::<Reference>() else {
        return send(StatusCode::UNPROCESSABLE_ENTITY, look_up::again(texts, texts.reference_wrong));
    };
    let access = Access {
        action: Action::LookedUp,
        time: app.clock.now(),
        officer: officer.name.clone(),
        filter: BTreeMap::from([("reference".to_owned(), reference.to_string())]),
        size: app.ledger.head().frontier.size(),
        begun: None,
        count: None,
        sha256: None,
    };
    if app.ledger.record_access(access).await.is_err() {
        return send(StatusCode::SERVICE_UNAVAILABLE, look_up::again(texts, texts.not_recorded));
    }
    let found = {
        let app = app.clone();
        web::block(move || find(&app, reference)).await
    };
    match found {
        Ok(Ok(Found::Records(records))) => {
            send(StatusCode::OK, look_up::found(texts, &app.config.mount, &records))
        }
        Ok(Ok(Found::Erased)) => send(StatusCode::GONE, look_up::again(texts, texts.reference_erased)),
        Ok(Ok(Found::Nothing)) => send(StatusCode::NOT_FOUND, look_up::again(texts, texts.reference_wrong)),
        other => {
            tracing::error!(error = ?other.map(|found| found.err()), "a reference could not be looked up");
            page::broken(&app, texts)
        }
    }
}

fn find(app: &App, reference: Reference) -> Result<Found, StoreError> {
    let index = reference.index();
    let item = app.ledger.items(index..index + 1)?.pop();
    let Some(item) = item.filter(|item| reference.agrees_with(&leaf_hash(&item.entry.encode()))) else {
        return Ok(Found::Nothing);
    };
    if item.opening.is_none() {
        return Ok(Found::Erased);
    }
    let Some((consent, leaf)) = consents::read(app, index)? else { return Ok(Found::Nothing) };
    Ok(Found::Records(match consent.subject {
        Some(subject) => consents::chain(app, Standing { subject, record: index })?,
        None => vec![(consent, leaf)],
    }))
}
