//! What a visitor carries away, in its three forms; by whom it can be had; and that a refusal can be carried away too.

use koektrommel_core::{json, receipt::Receipt};

use crate::support::{
    Decision, Response, Server,
    decision::{CONSENTS, notice},
    get,
};

/// What browsers accept when somebody follows a link.
const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn receipt(server: &Server, record: &str, accept: &str) -> Response {
    server.send(&get(&format!("{CONSENTS}/{record}/receipt")).header("Accept", accept))
}

fn record(answer: &Response) -> String {
    answer.json()["record"].as_str().unwrap().to_owned()
}

#[test]
fn one_address_has_three_forms_and_no_cache_keeps_any() {
    let server = Server::start();
    let id = record(&Decision::save(&server, true, false).send(&server).expect(201));
    for (accept, media_type, begins) in [
        ("*/*", "text/plain; charset=utf-8", "c2sp.org/tlog-proof@v1\n"),
        ("text/plain", "text/plain; charset=utf-8", "c2sp.org/tlog-proof@v1\n"),
        ("application/ld+json", "application/ld+json", "{\n  \"@context\": {"),
        (BROWSER, "text/html; charset=utf-8", "<!DOCTYPE html>"),
    ] {
        let answer = receipt(&server, &id, accept).expect(200);
        assert_eq!(answer.header("content-type"), Some(media_type), "{accept}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{accept}");
        assert_eq!(answer.header("vary"), Some("Accept"), "{accept}");
        assert!(answer.text().starts_with(begins), "{accept}");
        let is_file =
            answer.header("content-disposition").is_some_and(|header| header.starts_with("attachment; "));
        assert_eq!(is_file, media_type != "text/html; charset=utf-8", "{accept}");
    }
    // Without the whole name there is nothing, in any form.
    let last = if id.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &id[..35]);
    for accept in ["*/*", "application/ld+json", BROWSER] {
        let answer = receipt(&server, &wrong, accept).expect(404);
        let is_page = answer.header("content-type") == Some("text/html; charset=utf-8");
        assert_eq!(is_page, accept == BROWSER, "{accept}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{accept}");
    }
}

#[test]
fn the_machines_form_says_what_the_record_says() {
    let server = Server::start();
    let answer = Decision::save(&server, true, false).send(&server).expect(201);
    let text = receipt(&server, &record(&answer), "application/ld+json").expect(200).text();
    json::parse(&text).unwrap();
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert!(document["@context"].is_object(), "read without the network");
    let (told, kept) = (&document["dpv:hasRecordOfActivity"][0], answer.json());
    assert_eq!(told["@id"], format!("urn:uuid:{}", kept["record"].as_str().unwrap()));
    assert_eq!(told["dpv:isIndicatedAtTime"]["@value"], kept["time"]);
    assert_eq!(told["dpv:hasNotice"][0]["dct:identifier"], kept["notice"]);
    assert!(told["dct:source"].as_str().unwrap().ends_with(kept["reference"].as_str().unwrap()));
    for process in told["dpv:hasProcess"].as_array().unwrap() {
        let yes = kept["choices"][process["dct:identifier"].as_str().unwrap()].as_bool().unwrap();
        let status = if yes { "dpv:ConsentGiven" } else { "dpv:ConsentRefused" };
        assert_eq!(process["dpv:hasConsentStatus"]["@id"], status);
    }
    assert_eq!(told["dpv:hasProcess"].as_array().unwrap().len(), 2);
}

#[test]
fn a_refusal_is_carried_away_under_a_name_that_is_used_once() {
    let server = Server::start();
    let answer = Decision::refuse(&server).send(&server).expect(201);
    let subjects = [(); 2].map(|()| {
        let text = receipt(&server, &record(&answer), "application/ld+json").expect(200).text();
        let document: serde_json::Value = serde_json::from_str(&text).unwrap();
        document["dpv:hasRecordOfActivity"][0]["dpv:hasDataSubject"]["@id"].as_str().unwrap().to_owned()
    });
    assert_ne!(subjects[0], subjects[1]);
    assert!(subjects.iter().all(|subject| subject.starts_with("urn:uuid:")));
    let everything = answer.everything();
    let is_told = |name: &str| everything.windows(36).any(|part| part == &name.as_bytes()[9..]);
    assert!(!subjects.iter().any(|subject| is_told(subject)));
    let proof: Receipt = receipt(&server, &record(&answer), "*/*").expect(200).text().parse().unwrap();
    let (_, _, record) = proof.opening().unwrap();
    assert!(!String::from_utf8(record.to_vec()).unwrap().contains("subject"));
}

#[test]
fn the_page_is_whole_in_the_visitors_language_and_has_nothing_inline() {
    let server = Server::start();
    for (language, title, yes) in
        [("nl", "Bewijs van uw cookiekeuze", "Ja"), ("en", "Proof of your cookie choice", "Yes")]
    {
        let decision =
            Decision::on(&notice(&server, language), "save", true, false).with("language", language);
        let answer = decision.send(&server).expect(201);
        let page = receipt(&server, &record(&answer), BROWSER).expect(200);
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"), "the address opens the record");
        let html = page.text();
        let kept = answer.json();
        for part in [
            format!("<html lang=\"{language}\">"),
            format!("<h1>{title}</h1>"),
            kept["reference"].as_str().unwrap().to_owned(),
            kept["notice"].as_str().unwrap().to_owned(),
            format!("datetime=\"{}\"", kept["time"].as_str().unwrap()),
            format!("<strong>{yes}</strong>"),
            "<th scope=\"col\">".to_owned(),
            "<th scope=\"row\"".to_owned(),
            "<caption>".to_owned(),
            format!("<blockquote lang=\"{language}\">"),
        ] {
            assert!(html.contains(&part), "{language}: {part}");
        }
        assert_eq!(html.matches("<h1").count(), 1);
        assert_eq!(
            html.matches("<script").count(),
            html.matches("<script src=\"/privacy/").count(),
            "{language}"
        );
        assert!(!html.contains(" style=") && !html.contains("<style"), "{language}");
        let other = if language == "nl" { "en" } else { "nl" };
        let translated = server.get(&format!("{CONSENTS}/{}/receipt?as=page&lang={other}", record(&answer)));
        // The page in the other language, what was shown in its own.
        let html = translated.expect(200).text();
        assert!(html.contains(&format!("<html lang=\"{other}\">")));
        assert!(html.contains(&format!("<blockquote lang=\"{language}\">")));
    }
}

/// What is between the first fence of this kind and its end, from a heading on.
fn block<'a>(document: &'a str, heading: &str, fence: &str) -> &'a str {
    let below = document.split_once(heading).unwrap().1;
    let block = below.split_once(&format!("```{fence}\n")).unwrap().1;
    block.split_once("```").unwrap().0
}

#[test]
fn the_document_shows_a_real_receipt_and_its_way_to_check_one_by_hand_works() {
    let document = include_str!("../../docs/receipts.md");
    let example = include_str!("../../core/testdata/consent.tlog-proof");
    assert_eq!(block(document, "# Receipts", "text"), example);
    let receipt: Receipt = example.parse().unwrap();
    let record = receipt.opening().unwrap().2;
    assert_eq!(block(document, "# Receipts", "json").trim_end().as_bytes(), record);

    let temp = tempfile::tempdir().unwrap();
    let write = |name: &str, content: &str| std::fs::write(temp.path().join(name), content).unwrap();
    write("log.vkey", include_str!("../../core/testdata/log.vkey"));
    let run = |receipt: &str| {
        write("consent.tlog-proof", receipt);
        let script = block(document, "By hand", "sh");
        std::process::Command::new("sh").args(["-c", script]).current_dir(temp.path()).output().unwrap()
    };
    let right = run(example);
    let says = String::from_utf8_lossy(&right.stdout);
    assert!(right.status.success() && says.ends_with("The entry is in the log.\n"), "{right:?}");
    // A changed record, proof, size and signature are found.
    let cut = |line: usize| example.lines().nth(line).unwrap();
    for (line, place) in [(1, 200), (3, 5), (9, 5), (13, 5), (15, 60)] {
        let changed = if cut(line).as_bytes()[place] == b'A' { "B" } else { "A" };
        let mut wrong = cut(line).to_owned();
        wrong.replace_range(wrong.floor_char_boundary(place)..wrong.floor_char_boundary(place) + 1, changed);
        let wrong = run(&example.replace(cut(line), &wrong));
        assert!(!wrong.status.success(), "line {line}");
    }
    let (proof, key) = (temp.path().join("consent.tlog-proof"), temp.path().join("log.vkey"));
    write("consent.tlog-proof", example);
    let [proof, key] = [proof, key].map(|path| path.to_str().unwrap().to_owned());
    crate::support::koektrommel(["verify", &proof, "--key", &key]).well();
}
