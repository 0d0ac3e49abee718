//! The log in public: its signed checkpoint and the key that verifies it.

use actix_web::{HttpResponse, http::header, web::Data};

use crate::app::App;

const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /privacy/log/checkpoint`: a C2SP checkpoint. A log without entries has none yet.
pub(super) async fn checkpoint(app: Data<App>) -> HttpResponse {
    let head = app.ledger.head();
    if head.checkpoint.is_empty() {
        return HttpResponse::NotFound().content_type(TEXT).body("The log has no entries yet.\n");
    }
    HttpResponse::Ok()
        .content_type(TEXT)
        .insert_header((header::CACHE_CONTROL, "public, max-age=5"))
        .body(head.checkpoint.clone())
}

/// `GET /privacy/log/key`: the verifier key, as C2SP signed-note writes it.
pub(super) async fn key(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(TEXT)
        .insert_header((header::CACHE_CONTROL, super::headers::SHORT))
        .body(format!("{}\n", app.ledger.verifier()))
}
