//! `GET /privacy/api/v1/consents/{record}/receipt`: what a visitor can carry away and have checked by anybody.

use actix_web::{
    HttpResponse,
    web::{self, Data, Path},
};
use koektrommel_core::record::RecordId;

use super::{consents, problem::Problem};
use crate::app::App;

/// The receipt as a C2SP tlog-proof. Who has the record's id has the right to it: it cannot be guessed.
pub(super) async fn get(app: Data<App>, record: Path<String>) -> Result<HttpResponse, Problem> {
    let none = || Problem::missing("There is no such record, or it has been erased.");
    let id: RecordId = record.parse().map_err(|_| none())?;
    let receipt = web::block(move || {
        let is_right = consents::read(&app, id.index())?.is_some_and(|(consent, _)| consent.id == id);
        if is_right { app.ledger.receipt(id.index()) } else { Ok(None) }
    });
    let receipt = receipt.await.map_err(|_| Problem::unavailable("Try again.").retry_after(1))??;
    let receipt = receipt.ok_or_else(none)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{id}.tlog-proof\"")))
        .body(receipt.to_string()))
}
