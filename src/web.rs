//! The server as the world sees it: every route, in one list.

mod assets;
mod body;
mod choice;
mod consents;
mod demo;
mod ending;
mod erasure;
mod headers;
mod health;
mod language;
mod log;
mod notice;
pub mod officer;
pub mod origin;
mod pages;
pub mod problem;
mod receipt;
mod settings;
mod signal;
mod undeclared;
mod uses;
mod wire;

use std::{io, net::TcpListener};

use actix_web::{
    App as ActixApp, HttpServer, Resource, Route,
    dev::Server,
    error::InternalError,
    guard,
    middleware::from_fn,
    web::{self, Data, PathConfig, QueryConfig, ServiceConfig},
};

use self::{
    problem::Problem,
    uses::{forms, handoffs, preferences},
};
use crate::app::App;

/// Serves the application on a listener until it is told to stop.
pub fn serve(app: Data<App>, listener: TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let app = app.clone();
        ActixApp::new()
            .wrap(from_fn(headers::on_every_answer))
            .app_data(app.clone())
            .app_data(query_config())
            .app_data(path_config())
            .configure(|config| routes(config, &app))
            .default_service(web::to(problem::not_found))
    });
    Ok(server.shutdown_timeout(10).listen(listener)?.run())
}

fn routes(config: &mut ServiceConfig, app: &App) {
    config
        .configure(officer::configure)
        .service(
            web::scope(&format!("{}/api/v1", app.config.mount))
                .wrap(origin::sharing(&app.config))
                .configure(api),
        )
        .service(web::scope(&app.config.mount).configure(public))
        .service(resource("/.well-known/jwks.json", read().to(log::jwks)))
        .service(resource("/.well-known/gpc.json", read().to(signal::support)))
        .service(resource("/healthz", read().to(health::alive)))
        .service(resource("/readyz", read().to(health::ready)));
    if app.config.demo {
        config
            .service(resource("/", read().to(demo::page)))
            .service(resource("/demo/{name}", read().to(demo::file)));
    }
}

fn api(config: &mut ServiceConfig) {
    config
        .service(resource("/notice", read().to(notice::get)))
        .service(
            web::resource("/consents")
                .route(web::post().to(consents::post))
                .route(read().to(consents::get))
                .route(web::delete().to(erasure::delete_own))
                .default_service(web::to(problem::method_not_allowed("DELETE, GET, HEAD, POST"))),
        )
        .service(
            web::resource("/consents/{record}")
                .route(web::delete().to(erasure::delete_one))
                .default_service(web::to(problem::method_not_allowed("DELETE"))),
        )
        .service(resource("/choice", read().to(choice::get)))
        .service(
            web::resource("/undeclared")
                .route(web::post().to(undeclared::post))
                .default_service(web::to(problem::method_not_allowed("POST"))),
        )
        .service(resource("/consents/{record}/receipt", read().to(receipt::get)))
        .service(resource("/preferences", read().to(preferences::list)))
        .service(
            web::resource("/preferences/{purpose}")
                .route(read().to(preferences::get))
                .route(web::put().to(preferences::put))
                .route(web::delete().to(preferences::delete))
                .default_service(web::to(problem::method_not_allowed("DELETE, GET, HEAD, PUT"))),
        )
        .service(
            web::resource("/forms/{form}")
                .route(read().to(forms::get))
                .route(web::put().to(forms::put))
                .route(web::delete().to(forms::delete))
                .default_service(web::to(problem::method_not_allowed("DELETE, GET, HEAD, PUT"))),
        )
        .service(
            web::resource("/handoffs/{flow}")
                .route(web::put().to(handoffs::put))
                .default_service(web::to(problem::method_not_allowed("PUT"))),
        )
        .service(
            web::resource("/handoffs/{flow}/take")
                .route(web::post().to(handoffs::take))
                .default_service(web::to(problem::method_not_allowed("POST"))),
        )
        .default_service(web::to(problem::not_found));
}

fn public(config: &mut ServiceConfig) {
    // The most asked for first: resources are tried in this order.
    config
        .service(resource("/koektrommel.js", read().to(assets::script)))
        .service(resource("", read().to(pages::statement)))
        .service(resource("/", read().to(pages::without_slash)))
        .service(resource("/cookies", read().to(pages::cookies)))
        .service(
            web::resource("/settings")
                .route(read().to(settings::get))
                .route(web::post().to(settings::post))
                .default_service(web::to(problem::method_not_allowed("GET, HEAD, POST"))),
        )
        .service(
            web::resource("/settings/erase")
                .route(read().to(erasure::ask))
                .route(web::post().to(erasure::post))
                .default_service(web::to(problem::method_not_allowed("GET, HEAD, POST"))),
        )
        .service(
            web::resource("/settings/{purpose}")
                .route(read().to(uses::page::get))
                .route(web::post().to(uses::page::post))
                .default_service(web::to(problem::method_not_allowed("GET, HEAD, POST"))),
        )
        .service(resource("/koektrommel.{hash}.js", read().to(assets::hashed_script)))
        .service(resource("/style.css", read().to(assets::style)))
        .service(resource("/theme.css", read().to(assets::theme)))
        .service(resource("/display.js", read().to(assets::display_script)))
        .service(resource("/settings.js", read().to(assets::settings_script)))
        .service(resource("/verify", read().to(pages::verify)))
        .service(resource("/verify.js", read().to(assets::verify_script)))
        .service(resource("/verifier.wasm", read().to(assets::verifier)))
        .service(resource("/icon.svg", read().to(assets::icon)))
        .service(resource("/gpc.json", read().to(signal::support)))
        .service(resource("/log/checkpoint", read().to(log::checkpoint)))
        .service(resource("/log/key", read().to(log::key)))
        .service(resource("/log/jwks.json", read().to(log::jwks)))
        .service(resource("/log/tile/{tile:.*}", read().to(log::tile)))
        .default_service(web::to(problem::not_found));
}

/// An address that is only read.
fn resource(path: &str, route: Route) -> Resource {
    web::resource(path).route(route).default_service(web::to(problem::method_not_allowed("GET, HEAD")))
}

/// A route for GET, and for HEAD, which is answered alike without the body (RFC 9110, 9.3.2).
fn read() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

/// A query that cannot be read is the client's fault, said in our own words.
fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(|_, request| {
        let problem = Problem::malformed("The query of this address cannot be read.");
        InternalError::from_response("query", problem::answer(request, &problem)).into()
    })
}

/// A path segment that cannot be read names nothing.
fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_, request| {
        let problem = Problem::missing("There is nothing at this address.");
        InternalError::from_response("path", problem::answer(request, &problem)).into()
    })
}
