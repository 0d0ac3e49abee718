//! Headers that every answer has, and the cache rules by kind of answer (RFC 9111).

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{
        ConnectionType, StatusCode,
        header::{self, HeaderName, HeaderValue},
    },
    middleware::Next,
};

/// Nothing but our own files, no framing, no forms to elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for pages of the demonstration, which show its map in a frame once the visitor says yes.
pub(super) const POLICY_WITH_FRAME: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// For what stands in that frame.
pub(super) const POLICY_IN_FRAME: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The same for the one page that runs WebAssembly.
pub(super) const POLICY_WITH_WASM: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same for everybody and short-lived: the script, texts, the log.
pub(super) const SHORT: &str = "public, max-age=300";
/// Named by its hash.
pub(super) const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// About one visitor.
pub(super) const PRIVATE: &str = "no-store";

/// Who may embed an answer: our own pages, or the site's pages too.
pub(super) const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Adds what every answer has, and what a page has besides.
///
/// The referrer policy is `same-origin`: with `no-referrer` a browser would send `Origin: null` with our own
/// forms, and other hosts learn nothing either way.
pub(super) async fn on_every_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    if response.status() == StatusCode::REQUEST_TIMEOUT {
        // What is still to come is not waited for (RFC 9110, 15.5.9).
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    let is_page = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|media_type| media_type.as_bytes().starts_with(b"text/html"));
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::CACHE_CONTROL, PRIVATE);
    default(RESOURCE_POLICY, "same-origin");
    if is_page {
        default(header::CONTENT_SECURITY_POLICY, POLICY);
        default(header::REFERRER_POLICY, "same-origin");
        default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
        default(header::PERMISSIONS_POLICY, "camera=(), geolocation=(), microphone=(), browsing-topics=()");
    }
    Ok(response)
}
