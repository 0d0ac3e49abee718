//! The server on every kind of host: what its cookies are like, and who may ask it what.

use crate::support::{
    Decision, Response, Server, decision::CONSENTS, get, koektrommel, server::Options, site::Site,
};

/// The origin of the site's pages where they are not the server's.
const PAGES: &str = "https://www.wsn.example";
/// What the configuration says besides `mode`, and what the cookies are then like.
const SIBLING: Host = Host {
    mode: "sibling\"\ncookie_domain = \"wsn.example",
    name: "__Secure-koek",
    attributes: "SameSite=Lax; Secure; Path=/; Domain=wsn.example",
};
const CROSS_SITE: Host = Host {
    mode: "cross-site",
    name: "__Host-koek",
    attributes: "SameSite=None; Partitioned; Secure; Path=/",
};

struct Host {
    mode: &'static str,
    name: &'static str,
    attributes: &'static str,
}

impl Host {
    fn site(&self) -> Site {
        let site = Site::example();
        site.change("koektrommel.toml", "origins = []", &format!("origins = [\"{PAGES}\"]"));
        site.change("koektrommel.toml", "same-origin\"\n", &format!("{}\"\n", self.mode));
        if self.name != "__Host-koek" {
            for part in ["", "_form", "_handoff", "_preferences", "_display"] {
                let (from, to) = (format!("\"__Host-koek{part}\""), format!("\"{}{part}\"", self.name));
                site.change("catalogue.toml", &from, &to);
            }
        }
        site
    }

    fn serve(&self) -> Server {
        Server::start_with(Options { config: Some(self.site().config()), ..Options::default() })
    }
}

/// The attributes of the cookie of this name, without how long it is kept.
fn attributes(answer: &Response, name: &str) -> String {
    let header = answer.headers("set-cookie").find(|one| one.split('=').next() == Some(name));
    let header = header.unwrap_or_else(|| panic!("{name}: {:?}", answer.headers));
    let parts = header.split("; ").skip(1).filter(|part| !part.starts_with("Max-Age="));
    parts.collect::<Vec<_>>().join("; ")
}

#[test]
fn cookies_are_named_set_read_and_ended_as_the_mode_says() {
    for host in [SIBLING, CROSS_SITE] {
        let server = host.serve();
        let accepted = Decision::accept(&server).request().header("Origin", PAGES);
        let accepted = server.send(&accepted).expect(201);
        assert_eq!(attributes(&accepted, host.name), host.attributes);
        let cookie = accepted.set_cookie(host.name).unwrap();
        let own = server.send(&get(CONSENTS).cookie(&cookie)).expect(200).json();
        assert_eq!(own["records"].as_array().unwrap().len(), 1);
        let page = server.send(&get("/privacy/settings?lang=en").cookie(&cookie)).expect(200).text();
        assert!(page.contains("Yes to: "), "{}", host.mode);
        // The cookie of another mode is no choice.
        let other = cookie.replace(host.name, "__Host-other-koek");
        let page = server.send(&get("/privacy/settings?lang=en").cookie(&other)).expect(200).text();
        assert!(page.contains("You have not made a choice yet."), "{}", host.mode);

        let display = format!("{}_display", host.name);
        let held = format!("{cookie}; {display}=1");
        let withdrawn = Decision::withdraw(&server).send_with(&server, &held).expect(201);
        assert_eq!(attributes(&withdrawn, host.name), host.attributes);
        assert_eq!(attributes(&withdrawn, &display), host.attributes);
        let ended = withdrawn.headers("set-cookie").find(|one| one.starts_with(&format!("{display}=;")));
        assert!(ended.unwrap().ends_with("; Max-Age=0"));
    }
}

#[test]
fn the_widget_is_told_of_a_cookie_only_where_the_page_can_read_it() {
    for (host, told) in [(SIBLING, true), (CROSS_SITE, false)] {
        let script = host.serve().get("/privacy/koektrommel.js").expect(200).text();
        assert_eq!(script.contains(&format!("\"cookie\":\"{}\"", host.name)), told, "{}", host.mode);
        assert!(told || !script.contains("\"cookie\":"), "{}", host.mode);
    }
    let script = Server::start().get("/privacy/koektrommel.js").expect(200).text();
    assert!(script.contains("\"cookie\":\"__Host-koek\""));
}

#[test]
fn check_config_tells_the_cookie_names_that_go_with_the_mode() {
    let site = SIBLING.site();
    let check = |site: &Site| koektrommel(["check-config".as_ref(), site.config().as_os_str()]);
    check(&site).well();
    site.change("catalogue.toml", "\"__Secure-koek_display\"", "\"__Host-koek_display\"");
    let says = check(&site).refused(1);
    let right = "`purposes.display.cookies.name` must be \"__Secure-koek_display\" in mode \"sibling\", \
                 not \"__Host-koek_display\"";
    assert!(says.ends_with(right), "{says}");
}
