//! Where the server lives on another host: each cookie is ended as it was set.

use serde_json::json;

use super::{header, json as request, set};
use crate::{
    hosts::{CROSS_SITE, Host, SIBLING},
    support::{Decision, Request, Server},
};

/// The attributes of a cookie, without how long it is kept.
fn attributes(header: &str) -> String {
    let parts = header.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age="));
    parts.collect::<Vec<_>>().join("; ")
}

fn assert_ends_as_set(server: &Server, host: &Host) {
    let name = |part: &str| format!("{}_{part}", host.name);
    let display = name("display");
    let answer = set(server, "display", &json!({ "contrast": "high" }), "").expect(200);
    assert_eq!(attributes(header(&answer, &display).unwrap()), host.attributes);
    let visit = answer.set_cookie(&display).unwrap();
    let yes = Decision::accept(server).send_with(server, &visit).expect(201);
    assert_eq!(attributes(header(&yes, &display).unwrap()), host.attributes);
    let device = format!("{}; {}", yes.set_cookie(host.name).unwrap(), yes.set_cookie(&display).unwrap());
    let no = Decision::refuse(server).send_with(server, &device).expect(201);
    let ended = header(&no, &display).unwrap();
    assert!(ended.starts_with(&format!("{display}=; ")) && ended.contains("; Max-Age=0"), "{ended}");
    assert_eq!(attributes(ended), host.attributes);

    let target = "/privacy/api/v1/forms/repair";
    let fields = json!({ "site": "wsn", "fields": { "what": "kraan" } });
    let put = server.send(&request("PUT", target, &fields)).expect(204);
    assert_eq!(attributes(header(&put, &name("form")).unwrap()), format!("HttpOnly; {}", host.attributes));
    let held = put.set_cookie(&name("form")).unwrap();
    let gone = server.send(&Request::new("DELETE", target).cookie(&held)).expect(204);
    assert_eq!(attributes(header(&gone, &name("form")).unwrap()), host.attributes);
}

#[test]
fn on_a_sibling_host() {
    assert_ends_as_set(&SIBLING.serve(), &SIBLING);
}

#[test]
fn on_another_site() {
    assert_ends_as_set(&CROSS_SITE.serve(), &CROSS_SITE);
}
