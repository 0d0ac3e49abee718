//! Every fault of a configuration is named with its file, its line and what would be right.

use std::fs;

use super::{BUILT_IN, load};

#[test]
fn the_built_in_example_is_right() {
    let config = load(None).unwrap();
    assert_eq!(config.mount, "/privacy");
    let site = &config.sites[0];
    let choices: Vec<_> = site.catalogue.choice_purposes().iter().map(ToString::to_string).collect();
    assert_eq!(choices, ["display", "preferences"]);
    assert_eq!((site.statements.len(), site.texts.len()), (2, 2));
}

/// Writes the example with one change and returns the faults.
fn faults_after(file: &str, from: &str, to: &str) -> String {
    let temp = tempfile::tempdir().unwrap();
    for (name, text) in BUILT_IN {
        let text = if *name == file { text.replacen(from, to, 1) } else { (*text).to_owned() };
        assert!(*name != file || text.contains(to), "{from} is not in {file}");
        fs::write(temp.path().join(name), text).unwrap();
    }
    load(Some(&temp.path().join("koektrommel.toml"))).map(|_| ()).unwrap_err().to_string()
}

#[test]
fn every_fault_names_file_line_key_and_remedy() {
    for (file, from, to, says) in [
        ("koektrommel.toml", "127.0.0.1:8080", "here", "koektrommel.toml:5: `listen` must be an address"),
        ("koektrommel.toml", "\"/privacy\"", "\"privacy/\"", "`mount` must be a path"),
        ("koektrommel.toml", "\"/privacy\"", "\"/a//b\"", "`mount` must be a path"),
        ("koektrommel.toml", "\"/privacy\"", "\"/officer\"", "`mount` must not begin"),
        ("koektrommel.toml", "\"/privacy\"", "\"/demo/privacy\"", "`mount` must not begin"),
        ("koektrommel.toml", "\"/privacy\"", "\"/readyz\"", "`mount` must not begin"),
        ("koektrommel.toml", "koektrommel.example/wsn", "https://x", "`origin` must be"),
        ("koektrommel.toml", "id = \"wsn\"", "id = \"WSN\"", "`sites.id` must be"),
        ("koektrommel.toml", "[\"nl\", \"en\"]", "[]", "`sites.wsn.languages` must be"),
        ("koektrommel.toml", "origins = []", "origins = [\"www.wsn.nl\"]", "`sites.wsn.origins` must be"),
        ("koektrommel.toml", "\"same-origin\"", "\"sibling\"", "`sites.wsn.cookie_domain` is missing"),
        (
            "catalogue.toml",
            "\"__Host-koek_form\"",
            "\"__Secure-koek_form\"",
            "`purposes.form.cookies.name` must be \"__Host-koek_form\" in mode \"same-origin\"",
        ),
        (
            "catalogue.toml",
            "\"__Host-koek_officer\"",
            "\"koek_officer\"",
            "`purposes.officer.cookies.name` must be \"__Host-koek_officer\"",
        ),
        (
            "koektrommel.toml",
            "validity_months = 6",
            "validity_months = 24",
            "`sites.wsn.validity_months` must lie",
        ),
        ("koektrommel.toml", "\"catalogue.toml\"", "\"none.toml\"", "none.toml: cannot be read"),
        ("koektrommel.toml", "en = \"statement.en.md\"", "", "`sites.wsn.statement.en` is missing"),
        (
            "koektrommel.toml",
            "demo = true",
            "demo = true\ndemos = 1",
            "koektrommel.toml:18: unknown field `demos`",
        ),
        ("koektrommel.toml", "demo = true", "demo =", "koektrommel.toml:17:"),
        ("koektrommel.toml", "months = 24", "months = 121", "`retention.access.months` must lie between 0"),
        (
            "koektrommel.toml",
            "Zo lang geldt een nee. Daarna is er niets meer om te bewijzen.",
            " ",
            "`retention.refusals.reason` must say why",
        ),
        ("koektrommel.toml", "[retention]", "[retain]", "unknown field `retain`"),
        (
            "catalogue.toml",
            "kind = \"choice\"",
            "kind = \"maybe\"",
            "`purposes.preferences.kind` must be `exempt` or `choice`",
        ),
        ("catalogue.toml", "dpv = \"RecordManagement\"", "dpv = \"Marketing\"", "marketing"),
        (
            "catalogue.toml",
            "\"banner.title\" = ",
            "\"banner.titel\" = ",
            "`texts.nl.banner.title` is missing",
        ),
        (
            "catalogue.toml",
            "basis = \"consent\"",
            "basis = \"contract\"",
            "`purposes.preferences.basis` does not go",
        ),
        (
            "statement.nl.md",
            "effective_from = \"2018-02-01\"",
            "effective_from = \"1 februari\"",
            "statement.nl.md:4: `effective_from`",
        ),
        (
            "koektrommel.toml",
            "nl = \"statement.nl.md\"",
            "nl = \"statement.en.md\"",
            "statement.en.md:3: `language` must be \"nl\"",
        ),
        ("statement.nl.md", "+++", "---", "statement.nl.md:1: must begin with"),
    ] {
        let faults = faults_after(file, from, to);
        assert!(faults.contains(says), "{to}: {faults}");
    }
}
