//! `/privacy/settings`: the whole choice in a form, without a script.

use super::{attributes, reading};
use crate::support::{
    Decision, Log, Request, Response, Server, decision::COOKIE, get, server::Options, site::Site,
};

const SETTINGS: &str = "/privacy/settings?lang=en";

/// The form of a page, as a browser without a script would send it.
pub(crate) struct Form {
    action: String,
    hidden: Vec<(String, String)>,
    questions: Vec<String>,
    checked: Vec<(String, String)>,
}

impl Form {
    pub(crate) fn of(page: &Response) -> Self {
        let html = page.text();
        let form = html.split("<form").nth(1).unwrap().split("</form>").next().unwrap();
        let form = format!(" {form}");
        assert_eq!(attributes(&form, "method")[0], "post");
        let (mut hidden, mut questions, mut checked) = (Vec::new(), Vec::new(), Vec::new());
        for input in form.split("<input").skip(1).map(|input| input.split('>').next().unwrap()) {
            let [kind, name, value] =
                ["type", "name", "value"].map(|name| attributes(input, name)[0].to_owned());
            match kind.as_str() {
                "hidden" => hidden.push((name, value)),
                "radio" => {
                    if input.contains(" checked") {
                        checked.push((name.clone(), value));
                    }
                    if !questions.contains(&name) {
                        questions.push(name);
                    }
                }
                other => panic!("{other}"),
            }
        }
        let controls: Vec<_> =
            form.split("<button").skip(1).map(|button| attributes(button, "value")[0]).collect();
        assert_eq!(controls, ["save", "refuse", "accept"]);
        Self { action: attributes(&form, "action")[0].replace("&amp;", "&"), hidden, questions, checked }
    }

    pub(crate) fn request(&self, control: &str, answers: &[(&str, &str)]) -> Request {
        let mut fields = self.hidden.clone();
        fields.extend(answers.iter().map(|(name, value)| (format!("choice.{name}"), (*value).to_owned())));
        fields.push(("control".to_owned(), control.to_owned()));
        Request::form(&self.action, &fields)
    }

    /// With a hidden field set to something else.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.hidden
            .iter_mut()
            .filter(|(known, _)| known == name)
            .for_each(|(_, held)| *held = value.to_owned());
        self
    }
}

#[test]
fn the_whole_choice_works_without_a_script() {
    let mut server = Server::start();
    let page = server.get(SETTINGS).expect(200);
    assert!(reading(&page.text()).contains("You have not made a choice yet."));
    let form = Form::of(&page);
    assert_eq!(form.questions, ["choice.preferences", "choice.display"]);
    // Nothing is chosen for the visitor.
    assert_eq!(form.checked, []);

    let saved = server.send(&form.request("save", &[("preferences", "yes"), ("display", "no")])).expect(303);
    assert_eq!(saved.header("cache-control"), Some("no-store"));
    let cookie = saved.set_cookie(COOKIE).unwrap();
    let address = saved.header("location").unwrap();
    assert!(address.ends_with("&saved=1"), "{address} goes into histories and logs");
    let after = server.send(&get(address).cookie(&cookie)).expect(200);
    let text = reading(&after.text());
    for says in [
        "Your choice is saved.",
        "You said yes to: Your preferences.",
        "You said no to: Your display settings.",
        "The number of your choice is ",
        "Consent given",
    ] {
        assert!(text.contains(says), "{says}: {text}");
    }
    let form = Form::of(&after);
    let stands = [("choice.preferences", "yes"), ("choice.display", "no")];
    assert_eq!(form.checked, stands.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let html = after.text();
    for (form, begins) in
        [("proof", "c2sp.org/tlog-proof@v1\n"), ("json-ld", "{\n  \"@context\""), ("page", "<!DOCTYPE html>")]
    {
        let form = format!("/receipt?as={form}&");
        let link =
            attributes(&html, "href").into_iter().find(|href| href.replace("&amp;", "&").contains(&form));
        assert!(
            server.get(&link.unwrap().replace("&amp;", "&")).expect(200).text().starts_with(begins),
            "{form}"
        );
    }

    let withdrawn = server.send(&form.request("refuse", &[]).cookie(&cookie)).expect(303);
    let cookie = withdrawn.set_cookie(COOKIE).unwrap();
    assert!(!cookie.contains("id="), "{cookie}");
    // Nothing on the device leads to this record any more: its receipt is offered this once.
    let offering = withdrawn.header("location").unwrap();
    let word = offering.strip_prefix(address).and_then(|rest| rest.strip_prefix("&receipt=")).unwrap();
    assert_eq!(word.len(), 22, "{offering} goes into histories and logs");
    let after = server.send(&get(offering).cookie(&cookie)).expect(200);
    let text = reading(&after.text());
    assert!(text.contains("So you can only open the proof now."), "{text}");
    let html = after.text();
    let link = attributes(&html, "href").into_iter().find(|href| href.contains("/receipt?as=page")).unwrap();
    let receipt = server.get(&link.replace("&amp;", "&")).expect(200).text();
    assert!(reading(&receipt).contains("Consent withdrawn"), "{}", reading(&receipt));
    let again = server.send(&get(offering).cookie(&cookie)).expect(200).text();
    assert!(again.contains("Your choice is saved.") && !again.contains("/receipt"), "offered twice");
    assert!(!cookie.contains(word));
    assert!(text.contains("We remember nothing for your next visit, except your no."), "{text}");
    assert!(!text.contains("The number of your choice is"), "{text}");
    server.send(&Form::of(&after).request("accept", &[]).cookie(&cookie)).expect(303);

    server.kill();
    let log = Log::open(&server.data());
    let events: Vec<_> =
        (0..3).map(|index| log.consent(index)).map(|c| (c.event.as_str(), c.layer.as_str())).collect();
    assert_eq!(events, [("given", "page"), ("withdrawn", "page"), ("given", "page")]);
}

#[test]
fn a_form_that_is_sent_twice_is_one_record() {
    let server = Server::start();
    let form = Form::of(&server.get(SETTINGS));
    let request = form.request("accept", &[]);
    let [first, second] = [(); 2].map(|()| server.send(&request).expect(303));
    assert_eq!(first.header("location"), second.header("location"));
    assert_eq!(first.set_cookie(COOKIE), second.set_cookie(COOKIE));
    assert_eq!(server.size(), 1);
    // A second press on the way, with the cookie of an earlier choice, is no other choice.
    let other = Form::of(&server.get(SETTINGS).expect(200));
    let cookie = first.set_cookie(COOKIE).unwrap();
    let [first, second] =
        [(); 2].map(|()| server.send(&other.request("refuse", &[]).cookie(&cookie)).expect(303));
    assert_eq!(first.set_cookie(COOKIE), second.set_cookie(COOKIE));
    assert_eq!(server.size(), 2);
}

/// The form that comes back after one that was used before: it says so, sets nothing, and can be used.
#[track_caller]
fn asked_again(answer: Response) -> Form {
    let answer = answer.expect(409);
    let text = reading(&answer.text());
    for says in ["Your choice is not saved.", "This page was used before. Please make your choice once more."]
    {
        assert!(text.contains(says), "{says}: {text}");
    }
    assert_eq!(answer.headers("set-cookie").count(), 0);
    Form::of(&answer)
}

#[test]
fn a_second_button_on_one_page_is_asked_again_and_then_recorded() {
    let server = Server::start();
    let form = Form::of(&server.get(SETTINGS));
    let accepted = server.send(&form.request("accept", &[])).expect(303);
    // The answer may have been lost with its cookie, or have arrived.
    asked_again(server.send(&form.request("refuse", &[])));
    let cookie = accepted.set_cookie(COOKIE).unwrap();
    let again = asked_again(server.send(&form.request("refuse", &[]).cookie(&cookie)));
    assert_eq!(server.size(), 1);
    let refused = server.send(&again.request("refuse", &[]).cookie(&cookie)).expect(303);
    assert!(!refused.set_cookie(COOKIE).unwrap().contains("id="));
    assert_eq!(server.size(), 2);
}

#[test]
fn a_form_that_comes_back_never_undoes_what_was_chosen_after_it() {
    for (before, after) in [("accept", "refuse"), ("refuse", "accept")] {
        let server = Server::start();
        let [first, second] = [(); 2].map(|()| Form::of(&server.get(SETTINGS)));
        let earlier = server.send(&first.request(before, &[])).expect(303).set_cookie(COOKIE).unwrap();
        let later = server.send(&second.request(after, &[]).cookie(&earlier)).expect(303);
        let later = later.set_cookie(COOKIE).unwrap();
        asked_again(server.send(&first.request(before, &[]).cookie(&later)));
        assert_eq!(server.size(), 2, "{before} {after}");
    }
}

#[test]
fn an_open_question_is_asked_again() {
    let server = Server::start();
    let form = Form::of(&server.get(SETTINGS));
    for answers in [&[][..], &[("preferences", "yes")], &[("display", "no")]] {
        let again = server.send(&form.request("save", answers)).expect(422);
        assert!(again.header("content-type").unwrap().starts_with("text/html"));
        let html = again.text();
        assert!(
            html.contains("role=\"alert\"") && html.contains("Choose yes or no for every question."),
            "{html}"
        );
        assert_eq!(again.headers("set-cookie").count(), 0);
        Form::of(&again);
    }
    assert_eq!(server.size(), 0);
}

#[test]
fn a_text_that_changed_is_shown_again() {
    let server = Server::start();
    let form = Form::of(&server.get(SETTINGS)).with("notice", &format!("sha256:{}", "0".repeat(64)));
    let again = server.send(&form.request("accept", &[])).expect(409);
    assert!(reading(&again.text()).contains("Our text has changed."));
    // What comes back is a form on the text of now.
    server.send(&Form::of(&again).request("accept", &[])).expect(303);
    assert_eq!(server.size(), 1);
}

#[test]
fn a_form_that_was_tampered_with_stores_nothing_and_is_not_repeated() {
    let server = Server::start();
    let form = || Form::of(&server.get(SETTINGS));
    let marker = "Zq7marker";
    let mut requests = vec![
        form().with("id", marker).request("accept", &[]),
        form().with("id", "").request("accept", &[]),
        form().with("id", "3b241101-e2bb-4255-8caf-4136c566a962").request("accept", &[]),
        form().with("notice", marker).request("accept", &[]),
        form().request(marker, &[]),
        form().request("save", &[("preferences", marker), ("display", "no")]),
        form().request("save", &[("preferences", "yes"), ("display", "no"), (marker, "yes")]),
        form().request("save", &[("preferences", "yes"), ("display", "no"), ("preferences", "no")]),
        form().request("save", &[("preferences", "yes"), ("display", "no"), ("<script>", "yes")]),
        Request::form(SETTINGS, &[(marker.to_owned(), marker.to_owned())]),
        Request::form(SETTINGS, &[]),
        Request::form(SETTINGS, &[("x".to_owned(), marker.repeat(1000))]),
        Request::post(SETTINGS, "text/plain", marker),
        Request::post(SETTINGS, "application/json", Decision::accept(&server).bytes()),
        Request::post(SETTINGS, "application/x-www-form-urlencoded", &b"control=%ff%fe&id=%zz&\xff"[..]),
    ];
    requests.push(Request::new("POST", SETTINGS));
    for request in requests {
        let answer = server.send(&request);
        assert!((400..500).contains(&answer.status), "{request:?}: {}", answer.status);
        let text = answer.text();
        assert!(text.starts_with("<!DOCTYPE html>") && !text.contains(marker), "{request:?}: {text}");
        assert_eq!(answer.headers("set-cookie").count(), 0);
    }
    assert_eq!(server.size(), 0);
    server.assert_well();
}

#[test]
fn what_the_address_says_is_not_written_into_the_page() {
    let server = Server::start();
    for saved in ["1", "%3Cscript%3Ealert(1)%3C/script%3E", "K7Q-M4T-Zq7marker%22%3E", "Zq7marker"] {
        let text = server.get(&format!("{SETTINGS}&saved={saved}")).expect(200).text();
        assert!(!text.contains("alert(1)") && !text.contains("Zq7marker"), "{text}");
        // Who chose nothing has saved nothing, whatever the address says.
        assert!(!text.contains("role=\"status\"") && !text.contains("Your choice is saved."), "{saved}");
    }
}

#[test]
fn texts_of_the_configuration_are_text_and_never_markup() {
    let site = Site::example();
    let hostile = "controller = \"<script>alert('WSN')</script> & \\\"co\\\"\"";
    site.change("koektrommel.toml", "controller = \"WSN\"", hostile);
    site.change("catalogue.toml", "nl = \"Uw cookiekeuze\"", "nl = \"<img src=x onerror=alert(2)>\"");
    // One that the script carries: it holds the banner's words only.
    let title = "\"banner.title\" = \"";
    site.change("catalogue.toml", title, &format!("{title}<img src=x onerror=alert(2)> "));
    site.change(
        "statement.nl.md",
        "## Algemeen {#general}",
        "<script>alert(3)</script>\n\n## Algemeen {#general}",
    );
    let server = Server::start_with(Options { config: Some(site.config()), ..Options::default() });
    for path in ["/privacy", "/privacy/cookies", "/privacy/settings", "/privacy/nowhere"] {
        let text = server.get(path).text();
        assert!(!text.contains("<script>alert") && !text.contains("<img src=x"), "{path}");
        assert!(text.contains("&lt;script&gt;alert"), "{path}");
    }
    // In the script, texts stand in a JSON value that cannot end the element it may be pasted into.
    let script = server.get("/privacy/koektrommel.js").expect(200).text();
    assert!(script.contains("<img src=x onerror=alert(2)>") || script.contains("\\u003cimg"));
}
