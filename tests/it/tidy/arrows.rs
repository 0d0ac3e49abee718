//! Which part of the house knows which, as `ARCHITECTURE.md` draws it.

use std::collections::{BTreeMap, BTreeSet};

use super::{code, has_extension, holds, texts};

/// The parts of `src`, each with the parts that it knows: the arrows of `ARCHITECTURE.md`. A part knows only parts
/// that stand above it here, so that no two ever know each other; all may know `core` and `evidence`.
const ARROWS: &[(&str, &[&str])] = &[
    ("arrivals", &[]),
    ("asset", &[]),
    ("clock", &[]),
    ("environment", &[]),
    ("folder", &[]),
    ("statement", &[]),
    ("store", &[]),
    ("watched", &[]),
    ("undeclared", &["folder"]),
    ("telemetry", &["environment"]),
    ("demo", &["asset"]),
    ("keys", &["folder", "watched"]),
    ("cookie", &["keys"]),
    ("config", &["cookie", "statement"]),
    ("notices", &["config", "folder"]),
    ("history", &["config", "folder"]),
    ("script", &["asset", "config", "cookie", "folder", "notices"]),
    ("ledger", &["clock", "keys", "store"]),
    ("accounts", &["clock", "folder", "keys", "watched"]),
    ("sessions", &["accounts", "clock", "keys"]),
    ("download", &["folder", "ledger", "store"]),
    ("archive", &["folder", "keys", "ledger", "store"]),
    ("verify", &["accounts", "archive", "download", "folder", "history", "keys", "store"]),
    ("retention", &["clock", "config", "download", "folder", "ledger", "store"]),
    ("control", &["archive", "clock", "config", "download", "folder", "ledger", "notices", "retention"]),
    ("view", &["download", "statement", "undeclared"]),
    ("pages", &["asset", "config", "view"]),
    ("uses", &["asset", "config", "cookie", "keys"]),
    ("dpv", &["config"]),
    ("offers", &["keys"]),
    (
        "app",
        &[
            "accounts",
            "arrivals",
            "asset",
            "clock",
            "config",
            "demo",
            "download",
            "folder",
            "history",
            "keys",
            "ledger",
            "notices",
            "offers",
            "pages",
            "retention",
            "script",
            "sessions",
            "store",
            "undeclared",
            "uses",
        ],
    ),
    (
        "web",
        &[
            "accounts",
            "app",
            "arrivals",
            "asset",
            "config",
            "cookie",
            "download",
            "dpv",
            "history",
            "keys",
            "ledger",
            "pages",
            "retention",
            "sessions",
            "statement",
            "store",
            "undeclared",
            "uses",
            "view",
        ],
    ),
    (
        "cli",
        &[
            "accounts",
            "app",
            "archive",
            "clock",
            "config",
            "control",
            "download",
            "environment",
            "folder",
            "history",
            "keys",
            "ledger",
            "retention",
            "store",
            "telemetry",
            "verify",
            "web",
        ],
    ),
    ("main", &["cli"]),
];

/// Libraries and what the system offers, with the parts that know them.
const KNOWN_IN: &[(&str, &[&str])] = &[
    ("actix_web", &["asset", "web", "cli"]),
    ("koektrommel_evidence", &["control", "download", "keys", "verify", "view", "web"]),
    ("maud", &["view", "pages", "web"]),
    ("sled", &["store", "cli"]),
    ("tokio", &["control", "download", "ledger", "retention", "sessions", "web"]),
    ("SystemTime", &["clock", "watched"]),
    ("std::env", &["environment"]),
    (
        "std::fs",
        &[
            "accounts",
            "archive",
            "cli",
            "config",
            "control",
            "download",
            "folder",
            "history",
            "keys",
            "notices",
            "retention",
            "script",
            "store",
            "undeclared",
            "verify",
            "watched",
        ],
    ),
    ("std::net", &["config", "web", "cli"]),
    ("std::process", &["cli", "main"]),
];

/// What the domain does without.
const NOT_IN_CORE: [&str; 14] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "now_utc",
    "SystemTime",
    "serde",
    "actix_web",
    "sled",
    "tokio",
    "maud",
    "ring",
    "koektrommel::",
];

/// What is different in `evidence`: it reads records as they come by.
const KNOWN_IN_EVIDENCE: [&str; 1] = ["serde"];

/// Code with each `use` written out, a line for each name: `use crate::{a::B, c}` as `crate::a::B` and `crate::c`.
/// `super` becomes what it stands for in this file.
fn spelled_out(path: &str, code: &str) -> String {
    let mut module: Vec<_> = path.trim_end_matches(".rs").split('/').collect();
    if let Some(first) = module.first_mut() {
        *first = "crate";
    }
    let mut lines = Vec::new();
    let mut rest = String::new();
    for (i, piece) in code.split(';').enumerate() {
        let place = piece
            .rfind("use ")
            .filter(|at| !piece[..*at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
        match place {
            Some(at) => {
                rest.push_str(&piece[..at]);
                expand("", &piece[at + "use ".len()..], &mut lines);
            }
            None => rest.push_str(piece),
        }
        if i > 0 {
            rest.push('\n');
        }
    }
    for line in lines {
        let mut names: Vec<_> = line.split("::").collect();
        let up = names.iter().take_while(|name| **name == "super").count();
        if up > 0 {
            let above = module.len().saturating_sub(up).max(1);
            names.splice(..up, module[..above].iter().copied());
        }
        rest.push_str(&format!("{}\n", names.join("::")));
    }
    rest
}

fn expand(before: &str, tree: &str, lines: &mut Vec<String>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        lines.extend((!tree.is_empty()).then(|| format!("{before}{tree}")));
        return;
    };
    let before = format!("{before}{head}");
    let group = group.trim_end().trim_end_matches('}');
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                expand(&before, &group[start..at], lines);
                start = at + 1;
            }
            _ => {}
        }
    }
    expand(&before, &group[start..], lines);
}

/// The names that directly follow `crate::` or, in the program, `koektrommel::`.
fn parts_known(code: &str) -> BTreeSet<String> {
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    ["crate::", "koektrommel::"]
        .iter()
        .flat_map(|root| code.match_indices(root).map(|(at, _)| name(&code[at + root.len()..])))
        .filter(|name: &String| ARROWS.iter().any(|(part, _)| part == name))
        .collect()
}

/// The code of each part of `src`, written out, without tests.
fn parts() -> BTreeMap<String, Vec<(String, String)>> {
    let is_test =
        |path: &str| ["/tests", "/fixture.rs", "/contract.rs"].iter().any(|word| path.contains(word));
    let mut parts: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for (path, text) in texts() {
        let Some(below) = path.strip_prefix("src/").filter(|_| has_extension(&path, &["rs"])) else {
            continue;
        };
        let part = below.split(['/', '.']).next().unwrap_or_default();
        if part != "lib" && !is_test(&path) {
            parts.entry(part.to_owned()).or_default().push((path.clone(), spelled_out(&path, &code(&text))));
        }
    }
    parts
}

#[test]
fn the_search_finds_what_it_looks_for() {
    let code = "use std::{fs, io::{self, Read}};\npub(super) use super::pages;\n\
                use crate::{\n    app::App,\n    web::{a::{B, C}, problem::Problem},\n};\nfn f() { crate::cli::g(); }\n";
    let found = spelled_out("src/view/error.rs", code);
    for name in
        ["std::fs", "std::io::Read", "crate::view::pages", "crate::web::a::C", "crate::web::problem::Problem"]
    {
        assert!(holds(&found, name), "{name}: {found}");
    }
    let known: Vec<_> = parts_known(&found).into_iter().collect();
    assert_eq!(known, ["app", "cli", "view", "web"]);
    assert!(parts_known(&spelled_out("src/demo.rs", "use super::{asset::Asset, app};")).contains("app"));
}

#[test]
fn dependencies_run_one_way() {
    let mut faults = Vec::new();
    let mut above = BTreeSet::new();
    let parts = parts();
    let listed: BTreeSet<_> = ARROWS.iter().map(|(part, _)| (*part).to_owned()).collect();
    assert_eq!(listed, parts.keys().cloned().collect(), "the list and the parts of src are not the same");
    for (part, knows) in ARROWS {
        let mut known = BTreeSet::new();
        for (path, code) in &parts[*part] {
            for other in parts_known(code).into_iter().filter(|other| other != part) {
                if !knows.contains(&other.as_str()) {
                    faults.push(format!("{path} knows `{other}`"));
                }
                known.insert(other);
            }
            for (word, places) in KNOWN_IN {
                if holds(code, word) && !places.contains(part) {
                    faults.push(format!("{path} knows `{word}`"));
                }
            }
        }
        for other in *knows {
            if !above.contains(other) {
                faults.push(format!("`{other}` does not stand above `{part}`"));
            }
            if !known.contains(*other) {
                faults.push(format!("`{part}` does not know `{other}` any more: take it off the list"));
            }
        }
        above.insert(*part);
    }
    for (path, text) in texts() {
        let (core, evidence) = (path.starts_with("core/src/"), path.starts_with("evidence/src/"));
        let code = spelled_out(&path, &code(&text));
        let known = NOT_IN_CORE
            .iter()
            .filter(|word| (core || evidence && !KNOWN_IN_EVIDENCE.contains(word)) && holds(&code, word));
        faults.extend(known.map(|word| format!("{path} knows `{word}`")));
    }
    assert_eq!(faults, [] as [String; 0]);
}

#[test]
fn the_map_shows_every_part() {
    let document = &texts()["ARCHITECTURE.md"];
    let map = document.split("```text").nth(1).unwrap().split("```").next().unwrap();
    for (part, _) in ARROWS {
        let line = map.lines().any(|line| {
            line.strip_prefix("  ").is_some_and(|line| {
                line.split("   ").next().unwrap_or_default().split_whitespace().any(|word| word == *part)
            })
        });
        assert!(line, "{part} is not on the map");
    }
}
