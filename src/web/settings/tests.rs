//! What the page says on a day that the test sets.

use std::sync::Arc;

use actix_web::{
    App as ActixApp,
    http::header,
    test::{TestRequest, call_service, init_service, read_body},
    web::{self, Data},
};

use crate::{app::App, clock::Clock, config, folder::Folder, store::memory::MemoryStore};

#[actix_web::test]
async fn days_are_those_of_the_visitors_calendar() {
    let temp = tempfile::tempdir().unwrap();
    let folder = Folder::open_or_create(temp.path()).unwrap();
    // Half past midnight on the 23rd in the Netherlands.
    let clock = Clock::manual("2026-11-22T23:30:00Z".parse().unwrap());
    let store = Arc::new(MemoryStore::new());
    let (app, _writer) = App::start(config::load(None).unwrap(), folder, store, clock).unwrap();
    let app = Data::new(app);
    let service = ActixApp::new()
        .app_data(app.clone())
        .route("/settings", web::get().to(super::get))
        .route("/settings", web::post().to(super::post));
    let service = init_service(service).await;

    let (site, language) = ("wsn".parse().unwrap(), "nl".parse().unwrap());
    let notice = app.notices.current(&site, &language).unwrap().id();
    let form = format!("site=wsn&notice={notice}&id={}&control=accept", super::new_click(&app).unwrap());
    let sent = TestRequest::post()
        .uri("/settings?lang=nl")
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(form.replace(':', "%3A"));
    let answer = call_service(&service, sent.to_request()).await;
    assert_eq!(answer.status(), 303);
    let cookie = answer.headers().get("set-cookie").unwrap().to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap().to_owned();

    let asked = TestRequest::get().uri("/settings?lang=nl").insert_header((header::COOKIE, cookie));
    let page = read_body(call_service(&service, asked.to_request()).await).await;
    let page = String::from_utf8(page.to_vec()).unwrap();
    assert!(page.contains("U koos dit op 23 november 2026."), "{page}");
    // In the table, the day for people and the moment for programs.
    assert!(page.contains("<time datetime=\"2026-11-22T23:30:00Z\">23 november 2026</time>"), "{page}");
    assert!(!page.contains("22 november"), "{page}");
}
