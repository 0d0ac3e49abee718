//! Global Privacy Control: what a site says of it in public is what it does.

use serde_json::json;

use crate::support::{Request, Server, get, koektrommel, server::Options, site::Site};

const RESOURCE: &str = "/.well-known/gpc.json";
const SINCE: &str = "gpc = \"2026-11-22\"\n";
const SHARED: &str = "id = \"display\"\nrecipients = [\"Kaartenmaker\"]";

fn serve(site: &Site) -> Server {
    Server::start_with(Options { config: Some(site.config()), ..Options::default() })
}

#[test]
fn the_resource_is_what_the_specification_wants_and_tells_the_day_of_the_configuration() {
    let server = serve(Site::example().change("koektrommel.toml", SINCE, "gpc = \"2025-04-15\"\n"));
    for path in [RESOURCE, "/privacy/gpc.json", "/privacy/gpc.json?site=wsn"] {
        let answer = server.get(path).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.json(), json!({ "gpc": true, "lastUpdate": "2025-04-15" }), "{path}");
    }
    assert_eq!(server.send(&get(RESOURCE).header("Sec-GPC", "1")).expect(200).json()["gpc"], true);
    server.get("/privacy/gpc.json?site=other").expect(422);
    server.send(&Request::new("POST", RESOURCE)).expect(405);
}

#[test]
fn a_site_that_says_nothing_has_no_resource_and_no_sentence() {
    let mute = Site::example();
    mute.change("koektrommel.toml", SINCE, "");
    let server = serve(&mute);
    server.get(RESOURCE).expect(404);
    assert!(!server.get("/privacy/cookies").expect(200).text().contains("Global Privacy Control"));
    let server = Server::start();
    for language in ["nl", "en"] {
        for page in ["/privacy/cookies", "/privacy"] {
            let text = server.get(&format!("{page}?lang={language}")).expect(200).text();
            assert!(text.contains("Global Privacy Control"), "{page} {language}");
        }
    }
}

#[test]
fn what_is_not_true_is_not_said() {
    let check = |site: &Site| koektrommel(["check-config".as_ref(), site.config().as_os_str()]);
    let site = Site::example();
    site.change("koektrommel.toml", SINCE, "gpc = \"22-11-2026\"\n");
    let says = check(&site).refused(1);
    assert!(says.ends_with("`sites.wsn.gpc` must be a date: \"2026-11-22\""), "{says}");
    let site = Site::example();
    site.change("catalogue.toml", "id = \"form\"", "id = \"form\"\nrecipients = [\"Another\"]");
    let says = check(&site).refused(1);
    assert!(
        says.contains("`sites.wsn.gpc` must be left out: `purposes.form` is exempt and has recipients"),
        "{says}"
    );
    site.change("koektrommel.toml", SINCE, "");
    check(&site).well();
}

#[test]
fn without_a_script_exactly_1_is_a_no_to_what_is_shared() {
    let server = serve(Site::example().change("catalogue.toml", "id = \"display\"", SHARED));
    let page = |value: &str| {
        let page = server.send(&get("/privacy/settings?lang=en").header("Sec-GPC", value)).expect(200).text();
        page.split("<form class=\"choice\"").nth(1).unwrap().split("</form>").next().unwrap().to_owned()
    };
    let form = page("1");
    assert_eq!(form.matches(" checked").count(), 1, "{form}");
    assert!(form.contains("name=\"choice.display\" value=\"no\" checked"), "{form}");
    assert!(form.contains("Your browser asks us not to share anything."), "{form}");
    for other in ["0", "true", "1, 1"] {
        let form = page(other);
        assert!(!form.contains(" checked") && !form.contains("Your browser asks"), "{other}: {form}");
        assert!(form.contains("We share this with: Kaartenmaker."), "{form}");
    }
}
