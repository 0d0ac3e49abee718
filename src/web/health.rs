//! Is the process alive, and can it do its work?

use actix_web::{HttpResponse, web::Data};

use crate::app::App;

const TEXT: &str = "text/plain; charset=utf-8";

/// `GET /healthz`
pub(super) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: whether decisions can be recorded; after a failure it tries the disk.
pub(super) async fn ready(app: Data<App>) -> HttpResponse {
    if app.ledger.is_ready().await {
        HttpResponse::Ok().content_type(TEXT).body("ready\n")
    } else {
        HttpResponse::ServiceUnavailable().content_type(TEXT).body("the log cannot be written\n")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::{
        App as ActixApp, ResponseError,
        http::header,
        test::{TestRequest, call_service, init_service},
        web::Data,
    };

    use crate::{
        app::App,
        clock::Clock,
        config,
        folder::Folder,
        ledger::SubmitError,
        store::memory::{Fault, MemoryStore},
        web::{problem::Problem, routes},
    };

    #[actix_web::test]
    async fn ready_again_once_the_disk_is() {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
        let store = Arc::new(MemoryStore::new());
        let same = Arc::<MemoryStore>::clone(&store);
        let (app, _writer) = App::start(config::load(None).unwrap(), folder, same, clock).unwrap();
        let notice = app.notices.current(&"wsn".parse().unwrap(), &"nl".parse().unwrap()).unwrap().id();
        let body = format!(
            r#"{{"id":"01980000-0000-7000-8000-000000000001","site":"wsn","notice":"{notice}","language":"nl",
            "layer":"banner","control":"accept","actor":"person","choices":{{"preferences":true,"display":true}}}}"#
        );
        let app = Data::new(app);
        let server = ActixApp::new().app_data(app.clone()).configure(|config| routes(config, &app));
        let server = init_service(server).await;
        let send = async |request: TestRequest| call_service(&server, request.to_request()).await;
        let ready = async || send(TestRequest::get().uri("/readyz")).await.status().as_u16();
        let decide = async || {
            let request = TestRequest::post().uri("/privacy/api/v1/consents").set_payload(body.clone());
            let request = request.insert_header((header::CONTENT_TYPE, "application/json"));
            send(request.insert_header(("sec-fetch-site", "same-origin"))).await
        };

        assert_eq!(ready().await, 200);
        store.fail(Fault::Unavailable);
        let refused = decide().await;
        assert_eq!(refused.status(), 503);
        assert_eq!(refused.headers().get(header::RETRY_AFTER).unwrap(), "60");
        assert_eq!((ready().await, ready().await), (503, 503));
        store.repair();
        assert_eq!(ready().await, 200, "without a decision");
        assert_eq!(app.ledger.head().frontier.size(), 0);
        assert_eq!(decide().await.status(), 201);
    }

    #[test]
    fn what_could_not_be_recorded_is_to_be_sent_again() {
        for (error, seconds) in [(SubmitError::Busy, "1"), (SubmitError::Unavailable, "60")] {
            let answer = Problem::from(error).error_response();
            assert_eq!(answer.status(), 503);
            assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), seconds);
        }
    }
}
