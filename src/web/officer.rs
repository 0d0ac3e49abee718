//! What only staff may do: sign in, download the log, and look up one choice.
//!
//! Pages are for people with a session; `/officer/api` takes a session or a bearer token. No answer may be cached.

mod console;
mod downloads;
mod entrance;
mod evidence;
mod guard;
mod look_up;
mod page;
mod undeclared;

use actix_web::web::{self, ServiceConfig};

use super::{problem, read};

/// Every route under `/officer`.
pub fn configure(config: &mut ServiceConfig) {
    let wrong_method = |allowed| web::to(problem::method_not_allowed(allowed));
    config.service(
        web::scope("/officer")
            .service(
                web::resource("").route(read().to(console::get)).default_service(wrong_method("GET, HEAD")),
            )
            .service(
                web::resource("/sign-in")
                    .route(read().to(entrance::form))
                    .route(web::post().to(entrance::sign_in))
                    .default_service(wrong_method("GET, HEAD, POST")),
            )
            .service(
                web::resource("/sign-out")
                    .route(web::post().to(entrance::sign_out))
                    .default_service(wrong_method("POST")),
            )
            .service(
                web::resource("/welcome")
                    .route(read().to(entrance::invitation))
                    .route(web::post().to(entrance::welcome))
                    .default_service(wrong_method("GET, HEAD, POST")),
            )
            .service(
                web::resource("/look-up")
                    .route(web::post().to(look_up::post))
                    .default_service(wrong_method("POST")),
            )
            .service(
                web::resource("/api/v1/consents")
                    // No HEAD: every download is recorded, and this would be one without a byte.
                    .route(web::get().to(downloads::get))
                    .default_service(wrong_method("GET")),
            )
            .service(
                web::resource("/api/v1/evidence")
                    .route(web::get().to(downloads::evidence))
                    .default_service(wrong_method("GET")),
            )
            .service(
                web::resource("/api/v1/downloads/{index}")
                    .route(read().to(downloads::manifest))
                    .default_service(wrong_method("GET, HEAD")),
            )
            .service(
                web::resource("/api/v1/undeclared")
                    .route(read().to(undeclared::get))
                    .route(web::delete().to(undeclared::delete))
                    .default_service(wrong_method("GET, HEAD, DELETE")),
            )
            .service(
                web::resource("/undeclared/forget")
                    .route(web::post().to(undeclared::post))
                    .default_service(wrong_method("POST")),
            )
            .default_service(web::to(problem::not_found)),
    );
}

#[cfg(test)]
mod tests;
