//! Global Privacy Control, as a request carries it (W3C, Global Privacy Control, section 3.2).

use actix_web::HttpRequest;

/// Whether the browser says that nothing is to be sold or shared. Only the value `1` does, in any of the headers of
/// this name; a trailer is no header.
pub(super) fn is_sent(request: &HttpRequest) -> bool {
    request.headers().get_all("sec-gpc").any(|value| value.as_bytes() == b"1")
}
