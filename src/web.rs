//! The server as the world sees it: every route, in one list.

mod assets;
mod consents;
mod demo;
mod headers;
mod health;
mod language;
mod log;
mod notice;
pub mod origin;
mod pages;
pub mod problem;
mod receipt;
mod settings;
mod wire;

use std::{io, net::TcpListener};

use actix_web::{
    App as ActixApp, HttpServer,
    dev::Server,
    middleware::from_fn,
    web::{self, Data, ServiceConfig},
};

use crate::app::App;

/// Serves the application on a listener until it is told to stop.
pub fn serve(app: Data<App>, listener: TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        let app = app.clone();
        ActixApp::new()
            .wrap(from_fn(headers::on_every_answer))
            .app_data(app.clone())
            .configure(|config| routes(config, &app))
            .default_service(web::to(problem::not_found))
    });
    Ok(server.shutdown_timeout(10).listen(listener)?.run())
}

fn routes(config: &mut ServiceConfig, app: &App) {
    config
        .service(web::scope(&format!("{}/api/v1", app.config.mount)).configure(api))
        .service(web::scope(&app.config.mount).configure(public))
        .route("/healthz", web::get().to(health::alive))
        .route("/readyz", web::get().to(health::ready));
    if app.config.demo {
        config
            .service(resource("/", web::get().to(demo::page)))
            .service(resource("/demo/{name}", web::get().to(demo::file)));
    }
}

fn api(config: &mut ServiceConfig) {
    config
        .service(resource("/notice", web::get().to(notice::get)))
        .service(
            web::resource("/consents")
                .route(web::post().to(consents::post))
                .route(web::get().to(consents::get))
                .default_service(web::to(problem::method_not_allowed)),
        )
        .service(resource("/consents/{record}/receipt", web::get().to(receipt::get)))
        .default_service(web::to(problem::not_found));
}

fn public(config: &mut ServiceConfig) {
    config
        .service(resource("", web::get().to(pages::statement)))
        .service(resource("/cookies", web::get().to(pages::cookies)))
        .service(
            web::resource("/settings")
                .route(web::get().to(settings::get))
                .route(web::post().to(settings::post))
                .default_service(web::to(problem::method_not_allowed)),
        )
        .service(resource("/koektrommel.js", web::get().to(assets::script)))
        .service(resource("/koektrommel.{hash}.js", web::get().to(assets::hashed_script)))
        .service(resource("/style.css", web::get().to(assets::style)))
        .service(resource("/log/checkpoint", web::get().to(log::checkpoint)))
        .service(resource("/log/key", web::get().to(log::key)))
        .default_service(web::to(problem::not_found));
}

/// A resource with one method, which also answers HEAD, and a clear answer to every other.
fn resource(path: &str, get: actix_web::Route) -> actix_web::Resource {
    web::resource(path).route(get).default_service(web::to(problem::method_not_allowed))
}
