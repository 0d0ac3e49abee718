//! The road of a request, beside a handler that does nothing, in one run.
//!
//! ```text
//! cargo bench --bench road                    64 and 256 connections, three rounds of two seconds each
//! cargo bench --bench road -- 5 256           five rounds, 256 connections
//! cargo bench --bench road -- 5 256 POST      only the empty handler and the routes with that word in their name
//! ```
//!
//! Server and clients share the machine, so only the ratios mean something. `POST consents` is durable: every
//! answer comes after an fsync.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program that prints, for developers")]

#[path = "road/client.rs"]
mod client;

use std::{net::TcpListener, sync::Arc, time::Duration};

use actix_web::{App as ActixApp, HttpResponse, HttpServer, web::Data};
use koektrommel::{app::App, clock::Clock, config, folder::Folder, store::sled::SledStore, web};

use self::client::{Load, Measured, Request};

const ROUND: Duration = Duration::from_secs(2);

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let word = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-') && argument.parse::<usize>().is_err());
    let rounds = numbers.first().copied().unwrap_or(3);
    let connections = if numbers.len() > 1 { &numbers[1..] } else { &[64, 256][..] };

    let temp = tempfile::tempdir().unwrap();
    let folder = Folder::open_or_create(&temp.path().join("data")).unwrap();
    let store = Arc::new(SledStore::open(&folder.path("store")).unwrap());
    let (app, writer) = App::start(config::load(None).unwrap(), folder, store, Clock::system()).unwrap();
    let site = &app.config.sites[0];
    let notice = app.notices.current(&site.id, &site.languages[0]).unwrap().id().to_string();
    let app = Data::new(app);

    let (listener, empty) = (listen(), listen());
    let (address, empty_address) = (listener.local_addr().unwrap(), empty.local_addr().unwrap());
    let ledger = app.ledger.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async {
            let nothing = HttpServer::new(|| {
                ActixApp::new()
                    .default_service(actix_web::web::to(|| async { HttpResponse::NoContent().finish() }))
            });
            let nothing = nothing.listen(empty).unwrap().run();
            let served = web::serve(app, listener).unwrap();
            let (first, second) = (actix_web::rt::spawn(nothing), actix_web::rt::spawn(served));
            first.await.unwrap().unwrap();
            second.await.unwrap().unwrap();
        });
    });

    let routes = [
        ("an empty handler", empty_address, Request::get("/")),
        ("POST consents (durable)", address, Request::consent(&notice)),
        ("GET koektrommel.js", address, Request::get("/privacy/koektrommel.js")),
        ("GET /privacy", address, Request::get("/privacy")),
    ];
    let routes: Vec<_> = routes
        .into_iter()
        .enumerate()
        .filter(|(i, (name, ..))| *i == 0 || word.as_ref().is_none_or(|word| name.contains(word)))
        .map(|(_, route)| route)
        .collect();
    for connections in connections {
        println!("\n{connections} connections, {rounds} rounds of {} s, in turn", ROUND.as_secs());
        println!(
            "{:<26}{:>12}{:>8}{:>11}{:>11}{:>9}",
            "", "answers/s", "ratio", "p50 ms", "p99 ms", "failed"
        );
        let mut measured: Vec<Vec<Measured>> = vec![Vec::new(); routes.len()];
        for _ in 0..rounds {
            for ((_, address, request), measured) in routes.iter().zip(&mut measured) {
                measured
                    .push(Load { address: *address, connections: *connections, time: ROUND }.run(request));
            }
        }
        let medians: Vec<_> = measured.iter().map(|rounds| Measured::median(rounds)).collect();
        for ((name, ..), measured) in routes.iter().zip(&medians) {
            println!(
                "{name:<26}{:>12.0}{:>8.2}{:>11.2}{:>11.2}{:>9}",
                measured.rate,
                measured.rate / medians[0].rate,
                measured.median_ms,
                measured.p99_ms,
                measured.failed
            );
        }
    }
    println!("\nrecords on disk: {}", ledger.head().frontier.size());
    // The servers run until the process ends; the writer has answered everything by now.
    drop(writer);
}

fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}
