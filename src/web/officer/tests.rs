//! Who gets in, who does not, and what a download answers.

use std::sync::Arc;

use actix_web::{
    App as ActixApp,
    dev::ServiceResponse,
    http::{StatusCode, header},
    test::{TestRequest, call_service, init_service, read_body},
    web::Data,
};
use koektrommel_core::hash::Hash;

use crate::{
    accounts::{Password, Role},
    app::App,
    clock::Clock,
    config,
    download::Manifest,
    folder::Folder,
    store::memory::MemoryStore,
};

const PASSWORD: &str = "een lang wachtwoord";

struct Server {
    _temp: tempfile::TempDir,
    app: Data<App>,
}

impl Server {
    fn new() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let folder = Folder::open_or_create(temp.path()).unwrap();
        let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
        let store = Arc::new(MemoryStore::new());
        let (app, _writer) = App::start(config::load(None).unwrap(), folder, store, clock).unwrap();
        Self { _temp: temp, app: Data::new(app) }
    }

    fn with(accounts: &[(&str, Role)]) -> Self {
        let server = Self::new();
        for (name, role) in accounts {
            let name = name.parse().unwrap();
            let password = Password::new(PASSWORD, &name).unwrap();
            server.app.accounts.add(&name, *role, &password, server.app.clock.now()).unwrap();
        }
        server
    }

    async fn send(&self, request: TestRequest) -> ServiceResponse {
        let app = ActixApp::new().app_data(self.app.clone()).configure(super::configure);
        call_service(&init_service(app).await, request.to_request()).await
    }

    async fn sign_in(&self, name: &str, password: &str) -> ServiceResponse {
        self.send(form("/officer/sign-in", &format!("name={name}&password={password}&next=/officer"))).await
    }
}

fn get(path: &str) -> TestRequest {
    TestRequest::get().uri(path)
}

fn form(path: &str, body: &str) -> TestRequest {
    TestRequest::post()
        .uri(path)
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .set_payload(body.replace(' ', "+"))
}

fn head<'a>(response: &'a ServiceResponse, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn cookie(response: &ServiceResponse) -> (header::HeaderName, String) {
    (header::COOKIE, head(response, "set-cookie").split(';').next().unwrap().to_owned())
}

async fn text(response: ServiceResponse) -> String {
    String::from_utf8(read_body(response).await.to_vec()).unwrap()
}

#[actix_web::test]
async fn strangers_are_told_to_sign_in_and_the_wrong_role_is_refused() {
    let server = Server::with(&[("wim", Role::Webteam), ("bob", Role::Board), ("ada", Role::Admin)]);
    for path in ["/officer/api/v1/consents", "/officer/api/v1/downloads/0"] {
        for request in [get(path), get(path).insert_header((header::AUTHORIZATION, "Bearer koek_x"))] {
            let response = server.send(request).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(head(&response, "www-authenticate"), "Bearer");
            assert!(text(response).await.contains("urn:koektrommel:problem:unauthenticated"));
        }
    }
    let response = server.send(get("/officer?lang=en")).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(head(&response, "location"), "/officer/sign-in?lang=en&next=/officer%3Flang%3Den");

    for name in ["wim", "bob", "ada"] {
        let token = server.app.accounts.token(&name.parse().unwrap(), server.app.clock.now()).unwrap();
        let bearer = (header::AUTHORIZATION, format!("Bearer {}", token.as_str()));
        let api = server.send(get("/officer/api/v1/consents").insert_header(bearer)).await;
        assert_eq!(api.status(), StatusCode::FORBIDDEN, "{name}");
        let session = cookie(&server.sign_in(name, PASSWORD).await);
        let page = server.send(get("/officer").insert_header(session)).await;
        assert_eq!(page.status(), StatusCode::FORBIDDEN, "{name}");
    }
    assert_eq!(server.app.ledger.head().frontier.size(), 0, "nothing was begun");
}

#[actix_web::test]
async fn the_first_officer_comes_in_by_a_link_that_works_once() {
    let server = Server::new();
    assert_eq!(server.send(get("/officer/welcome?token=x")).await.status(), StatusCode::GONE);
    let token = server.app.sessions.invite().unwrap();
    let page = text(server.send(get(&format!("/officer/welcome?token={token}"))).await).await;
    assert!(page.contains(&token) && page.contains("autocomplete=\"new-password\""), "{page}");

    let welcome = |name: &str, again: &str| {
        form("/officer/welcome", &format!("token={token}&name={name}&password={PASSWORD}&again={again}"))
    };
    for (name, again, error) in
        [("Anna de Vries", PASSWORD, "kleine letters"), ("anna", "anders", "niet hetzelfde")]
    {
        let response = server.send(welcome(name, again)).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let page = text(response).await;
        assert!(page.contains(error) && !page.contains(PASSWORD), "{page}");
    }
    let from_elsewhere = welcome("anna", PASSWORD).insert_header(("sec-fetch-site", "cross-site"));
    assert_eq!(server.send(from_elsewhere).await.status(), StatusCode::FORBIDDEN);
    let response = server.send(welcome("Anna", PASSWORD)).await;
    assert_eq!((response.status(), head(&response, "location")), (StatusCode::SEE_OTHER, "/officer?lang=nl"));
    let console = server.send(get("/officer").insert_header(cookie(&response))).await;
    assert_eq!(console.status(), StatusCode::OK);
    assert_eq!(head(&console, "cache-control"), "no-store");
    let page = text(console).await;
    assert!(page.contains("value=\"2026-11-01\"") && page.contains("value=\"2026-11-22\""), "{page}");

    assert_eq!(server.send(welcome("bert", PASSWORD)).await.status(), StatusCode::GONE);
    assert_eq!(server.app.accounts.list().unwrap().len(), 1);
}

#[actix_web::test]
async fn signing_in_is_slowed_down_and_sessions_end() {
    let server = Server::with(&[("anna", Role::Officer)]);
    let without_origin = TestRequest::post()
        .uri("/officer/sign-in")
        .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
        .set_payload("name=anna&password=x");
    assert_eq!(server.send(without_origin).await.status(), StatusCode::FORBIDDEN);
    let elsewhere =
        form("/officer/sign-in", "name=anna&password=x").insert_header(("sec-fetch-site", "same-site"));
    assert_eq!(server.send(elsewhere).await.status(), StatusCode::FORBIDDEN);
    for _ in 0..5 {
        let response = server.sign_in("anna", "verkeerd").await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(!text(response).await.contains("verkeerd\""));
    }
    let response = server.sign_in("anna", PASSWORD).await;
    assert_eq!((response.status(), head(&response, "retry-after")), (StatusCode::TOO_MANY_REQUESTS, "2"));
    server.app.clock.set("2026-11-22T10:15:02Z".parse().unwrap());
    let session = cookie(&server.sign_in("Anna", PASSWORD).await);
    let console = || server.send(get("/officer").insert_header(session.clone()));
    assert_eq!(console().await.status(), StatusCode::OK);

    let anna = "anna".parse().unwrap();
    let other = Password::new("een ander wachtwoord", &anna).unwrap();
    server.app.accounts.set_password(&anna, &other).unwrap();
    assert_eq!(console().await.status(), StatusCode::SEE_OTHER, "another password");

    let session = cookie(&server.sign_in("anna", "een ander wachtwoord").await);
    let out = server.send(form("/officer/sign-out", "").insert_header(session.clone())).await;
    assert!(head(&out, "set-cookie").contains("Max-Age=0"));
    let after = server.send(get("/officer").insert_header(session)).await;
    assert_eq!(after.status(), StatusCode::SEE_OTHER, "signed out");
}

#[actix_web::test]
async fn a_download_says_where_its_manifest_is() {
    let server = Server::with(&[("anna", Role::Officer)]);
    let token = server.app.accounts.token(&"anna".parse().unwrap(), server.app.clock.now()).unwrap();
    let bearer = (header::AUTHORIZATION, format!("Bearer {}", token.as_str()));
    let send = |path: &str| server.send(get(path).insert_header(bearer.clone()));
    let response = send("/officer/api/v1/consents?from=2026-11-01&to=&site=wsn&format=csv").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(head(&response, "content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        head(&response, "content-disposition"),
        "attachment; filename=\"toestemmingen_2026-11-01_2026-11-22.csv\""
    );
    assert_eq!(head(&response, "x-koektrommel-checkpoint-size"), "1");
    let link = "</officer/api/v1/downloads/0>; rel=\"describedby\"; type=\"application/json\"";
    assert_eq!(head(&response, "link"), link);
    let body = read_body(response).await;
    assert!(body.starts_with("\u{feff}Volgnummer;".as_bytes()));

    let manifest = text(send("/officer/api/v1/downloads/0").await).await;
    let manifest = Manifest::from_json(&manifest).unwrap();
    assert_eq!((manifest.sha256, manifest.count), (Some(Hash::of(&[&body])), Some(0)));
    for unknown in ["1", "99", "x", "..%2f..%2fkeys"] {
        let response = send(&format!("/officer/api/v1/downloads/{unknown}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{unknown}");
    }
    let session = cookie(&server.sign_in("anna", PASSWORD).await);
    let page = text(server.send(get("/officer?lang=en").insert_header(session.clone())).await).await;
    assert!(page.contains("/officer/api/v1/downloads/0") && page.contains(&Hash::of(&[&body]).to_string()));

    // One that was damaged is never shown as true, and does not take the console away.
    std::fs::write(server.app.folder.path("downloads/1.json"), "{\"index\":1}").unwrap();
    let page = server.send(get("/officer?lang=en").insert_header(session.clone())).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = text(page).await;
    assert!(page.contains("/officer/api/v1/downloads/0") && !page.contains("/officer/api/v1/downloads/1"));
    let damaged = send("/officer/api/v1/downloads/1").await;
    assert_eq!(damaged.status(), StatusCode::INTERNAL_SERVER_ERROR);
    std::fs::remove_file(server.app.folder.path("downloads/1.json")).unwrap();

    let before = server.app.ledger.head().frontier.size();
    for (query, field) in [
        ("from=2026-02-30", "from"),
        ("to=morgen", "to"),
        ("from=2026-02-02&to=2026-02-01", "to"),
        ("site=other", "site"),
        ("format=pdf", "format"),
    ] {
        let response = send(&format!("/officer/api/v1/consents?{query}")).await;
        assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(text(response).await.contains(&format!("\"field\":\"{field}\"")), "{query}");
    }
    let browser = |request: TestRequest| request.insert_header((header::ACCEPT, "text/html,*/*;q=0.8"));
    let wrong = get("/officer/api/v1/consents?from=2026-02-02&to=2026-02-01").insert_header(session.clone());
    let response = server.send(browser(wrong)).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text(response).await.contains("role=\"alert\""));
    let response = server.send(browser(get("/officer/api/v1/consents"))).await;
    assert_eq!(head(&response, "location"), "/officer/sign-in?lang=nl&next=/officer", "the session is over");
    let neighbour =
        get("/officer/api/v1/consents").insert_header(session).insert_header(("sec-fetch-site", "same-site"));
    assert_eq!(server.send(neighbour).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(server.app.ledger.head().frontier.size(), before, "nothing was begun");
}
