//! The log in public, as C2SP tlog-tiles wants it: its signed checkpoint, its tiles, and the keys that verify them.
//! Commitments and hashes only; nothing of them opens without a receipt.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header,
    web::{self, Data},
};
use data_encoding::BASE64URL_NOPAD;
use koektrommel_core::{hash::Hash, note::VerifierKey, tile::Tile};
use serde::Serialize;

use super::{headers, problem::Problem};
use crate::app::App;

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

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

/// `GET /privacy/log/tile/{level}/{index}` and `…/tile/entries/{index}`, each whole or, with `.p/{width}`, as far as
/// it has come. What is answered never changes, so it may be kept for ever; what is not there yet is not kept.
///
/// Bundles of entries are not compressed: 32 of every 39 bytes are a hash.
pub(super) async fn tile(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Problem> {
    // As it was sent: what the router reads may be another spelling, and a tile has only one.
    let path = request.uri().path().strip_prefix(app.config.mount.as_str());
    let tile = path.and_then(|path| path.strip_prefix("/log/tile/")?.parse::<Tile>().ok());
    let Some(tile) = tile else { return Ok(none("This is not the address of a tile.\n")) };
    let bytes = web::block(move || app.ledger.tile(tile)).await;
    let bytes = bytes.map_err(|_| Problem::unavailable("Try again.").retry_after(1))??;
    Ok(match bytes {
        Some(bytes) => HttpResponse::Ok()
            .content_type(BYTES)
            .insert_header((header::CACHE_CONTROL, headers::IMMUTABLE))
            .body(bytes),
        None => none("The log has not come to this tile yet.\n"),
    })
}

fn none(why: &'static str) -> HttpResponse {
    HttpResponse::NotFound().content_type(TEXT).body(why)
}

/// `GET /privacy/log/key`: the verifier key, as C2SP signed-note writes it. Keys that were used before follow, a line
/// each, newest first.
pub(super) async fn key(app: Data<App>) -> HttpResponse {
    let lines = app.ledger.verifiers().iter().map(|key| format!("{key}\n"));
    HttpResponse::Ok()
        .content_type(TEXT)
        .insert_header((header::CACHE_CONTROL, headers::SHORT))
        .body(lines.collect::<String>())
}

/// `GET /.well-known/jwks.json`, and `/privacy/log/jwks.json` for a site that forwards nothing else: the same keys as
/// a JWK set (RFC 7517, section 5).
pub(super) async fn jwks(app: Data<App>) -> HttpResponse {
    let keys = app.ledger.verifiers().iter().map(Jwk::new).collect();
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, headers::SHORT))
        .content_type("application/jwk-set+json")
        .json(Jwks { keys })
}

#[derive(Serialize)]
struct Jwks {
    keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037, section 2), for signatures of the algorithm `Ed25519` (RFC 9864, section 2.2).
#[derive(Serialize)]
struct Jwk {
    kty: &'static str,
    crv: &'static str,
    x: String,
    alg: &'static str,
    r#use: &'static str,
    kid: String,
}

impl Jwk {
    fn new(key: &VerifierKey) -> Self {
        let x = BASE64URL_NOPAD.encode(key.public());
        // The thumbprint (RFC 7638, section 3) of the members that RFC 8037 names, in this order.
        let thumbprint = Hash::of(&[format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#).as_bytes()]);
        let kid = BASE64URL_NOPAD.encode(thumbprint.as_bytes());
        Self { kty: "OKP", crv: "Ed25519", x, alg: "Ed25519", r#use: "sig", kid }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;
    use koektrommel_core::note::VerifierKey;

    use super::Jwk;

    /// RFC 8037, appendix A.3.
    #[test]
    fn the_thumbprint_is_that_of_the_rfc() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let public = BASE64URL_NOPAD.decode(x.as_bytes()).unwrap().try_into().unwrap();
        let key = Jwk::new(&VerifierKey::new("example.com/log", public).unwrap());
        assert_eq!((key.x.as_str(), key.kid.as_str()), (x, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
    }
}
