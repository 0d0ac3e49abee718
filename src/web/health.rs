//! Is the process alive, and can it do its work?

use actix_web::{HttpResponse, web::Data};

use crate::app::App;

const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: whether decisions can be recorded.
pub(super) async fn ready(app: Data<App>) -> HttpResponse {
    if app.ledger.is_writable() {
        HttpResponse::Ok().content_type(TEXT).body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable().content_type(TEXT).body("the log cannot be written\n")
    }
}
