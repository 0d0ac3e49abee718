//! The house rules, held on the sources: which part may know which, and what no file may hold.

mod arrows;
mod review;
mod words;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// The files that may name a backend of the store, besides the backends themselves.
const CHOOSES_BACKEND: [&str; 3] = ["src/main.rs", "src/cli.rs", "src/cli/"];

/// Words that no source holds. Put together here, so that this file does not hold them.
const UNFINISHED: [&str; 9] = [
    concat!("todo", "!("),
    concat!("unimpl", "emented!("),
    concat!("dbg", "!("),
    concat!("#[ig", "nore"),
    concat!("it.o", "nly("),
    concat!("test.o", "nly("),
    concat!("test.s", "kip("),
    concat!("describe.s", "kip("),
    concat!("FIX", "ME"),
];

/// Words of what is not part of the work: tools, and places that packages come from.
const OUTSIDE: [&str; 12] = [
    concat!("chat", "gpt"),
    concat!("open", "ai"),
    concat!("anthr", "opic"),
    concat!("cl", "aude"),
    concat!("cop", "ilot"),
    concat!("llm", " agent"),
    concat!("/wo", "rk/"),
    concat!("registry.npm", "js.org"),
    concat!("static.cra", "tes.io"),
    concat!("index.cra", "tes.io"),
    concat!("proxy.golang", ".org"),
    concat!("pypi", ".org"),
];

/// Packages from npm: what the widget is built and tested with, and what it is measured beside.
const NPM_LOCKS: [&str; 2] = ["widget/package-lock.json", "benches/widget/package-lock.json"];

/// Made by a tool and not read by people.
const GENERATED: [&str; 5] =
    ["assets/koektrommel.js", "assets/koektrommel-settings.js", "Cargo.lock", NPM_LOCKS[0], NPM_LOCKS[1]];

const VERIFIER: &str = "widget/verifier/Cargo.toml";

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// Every file of the project with its path from the root; what is built or fetched is not of the project.
fn files() -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    collect(&root(), &root(), &mut files);
    assert!(files.contains_key("src/main.rs") && files.contains_key("core/src/lib.rs"));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name == ".git" {
            // A folder, or in another work tree a file.
        } else if path.is_dir() {
            let is_ours = !matches!(name.as_str(), "target" | "data" | "node_modules" | "dist");
            if is_ours && !path.is_symlink() {
                collect(root, &path, files);
            }
        } else if name != ".git" {
            // Git keeps a file of this name in a second working tree of one repository.
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(relative, fs::read(&path).unwrap());
        }
    }
}

fn texts() -> BTreeMap<String, String> {
    files().into_iter().filter_map(|(path, content)| Some((path, String::from_utf8(content).ok()?))).collect()
}

fn has_extension(path: &str, extensions: &[&str]) -> bool {
    Path::new(path).extension().is_some_and(|found| extensions.iter().any(|wanted| found == *wanted))
}

/// The code of a Rust file: without comments, and without the unit tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// Whether a word stands in a text and not within a longer one.
fn holds(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let open_start = word.starts_with(is_part);
        let open_end = word.ends_with(is_part);
        let goes_on = (open_start && before.is_some_and(is_part)) || (open_end && after.is_some_and(is_part));
        !goes_on
    })
}

#[test]
fn one_place_chooses_the_backend() {
    for (path, text) in texts() {
        let is_rust = path.starts_with("src/") && has_extension(&path, &["rs"]);
        let may =
            path.starts_with("src/store") || CHOOSES_BACKEND.iter().any(|place| path.starts_with(place));
        if is_rust && !may && !path.contains("/tests") && !path.contains("fixture") {
            // What reads a folder that no server has open names the backend too.
            let reads_folders = path.starts_with("src/verify");
            let code = code(&text);
            assert!(reads_folders || !holds(&code, "SledStore"), "{path}");
            assert!(!holds(&code, "MemoryStore"), "{path}");
        }
    }
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    for (path, text) in texts().iter().filter(|(path, _)| has_extension(path, &["rs"])) {
        assert!(text.starts_with("//! "), "{path} must begin with a line of `//!`");
        assert!(!path.ends_with("/mod.rs"), "{path}: a module is named after its file");
    }
}

#[test]
fn no_file_is_longer_than_400_lines() {
    let long: Vec<_> = texts()
        .into_iter()
        .filter(|(path, _)| has_extension(path, &["rs", "ts", "css", "js", "mjs"]) && !is_generated(path))
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > 400)
        .collect();
    assert_eq!(long, []);
}

fn is_generated(path: &str) -> bool {
    GENERATED.contains(&path)
}

#[test]
fn nothing_is_unfinished_or_left_out() {
    for (path, text) in texts() {
        for word in UNFINISHED {
            assert!(is_generated(&path) || !text.contains(word), "{path} holds `{word}`");
        }
    }
}

#[test]
fn nothing_tells_of_the_tools_or_the_network_it_was_made_with() {
    for (path, text) in texts() {
        // Cargo names the registry of each package by its public address.
        if path == "Cargo.lock" {
            continue;
        }
        let small = text.to_lowercase();
        for word in OUTSIDE {
            assert!(!small.contains(word), "{path} holds `{word}`");
        }
    }
    for path in NPM_LOCKS {
        let lock = fs::read_to_string(root().join(path)).unwrap();
        assert!(!lock.contains("\"resolved\""), "{path} names a host: packages are found by their checksum");
        assert!(lock.contains("\"integrity\""), "{path}");
    }
    let sources = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    for source in sources.lines().filter_map(|line| line.strip_prefix("source = ")) {
        assert_eq!(source, "\"registry+https://github.com/rust-lang/crates.io-index\"");
    }
}

/// Every text between quotes in what shows texts, the server and the widget, and in the domain that they ask.
fn literals() -> BTreeSet<String> {
    let shows = |path: &str| {
        ((path.starts_with("src/") || path.starts_with("core/src/") || path.starts_with("evidence/src/"))
            && has_extension(path, &["rs"]))
            || (path.starts_with("widget/src/") && has_extension(path, &["ts"]))
    };
    texts()
        .iter()
        .filter(|(path, _)| shows(path))
        .flat_map(|(_, text)| code(text).split(['"', '\'', '`', '\n']).map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

/// Whether this key is asked for: as it is, or by `{…}` for one of its words, which then stands somewhere itself.
fn is_asked_for(key: &str, literals: &BTreeSet<String>) -> bool {
    let words: Vec<_> = key.split('.').collect();
    literals.iter().any(|literal| {
        let pattern: Vec<_> = literal.split('.').collect();
        pattern.len() == words.len()
            && pattern.len() > 1
            && pattern.iter().zip(&words).all(|(part, word)| {
                part == word || (part.starts_with('{') && part.ends_with('}') && literals.contains(*word))
            })
    })
}

#[test]
fn a_text_that_nothing_asks_for_is_found() {
    let literals = ["page.a", "page.{word}.title", "b"].map(str::to_owned).into();
    for (key, is) in [("page.a", true), ("page.b.title", true), ("page.c.title", false), ("page.b", false)] {
        assert_eq!(is_asked_for(key, &literals), is, "{key}");
    }
}

#[test]
fn every_text_is_there_in_every_language_and_none_is_unused() {
    let catalogue: toml::Table = toml::from_str(&texts()["assets/wsn/catalogue.toml"]).unwrap();
    let of = |language: &str| -> BTreeMap<&str, &str> {
        let texts = catalogue["texts"][language].as_table().unwrap();
        texts.iter().map(|(key, text)| (key.as_str(), text.as_str().unwrap())).collect()
    };
    let (nl, en) = (of("nl"), of("en"));
    assert!(nl.keys().eq(en.keys()));
    assert!(nl.len() > 50);
    let literals = literals();
    let unused: Vec<_> = nl.keys().filter(|key| !is_asked_for(key, &literals)).collect();
    assert!(unused.is_empty(), "nothing shows these texts: {unused:?}");
    for (key, text) in &nl {
        let places = |text: &str| -> BTreeSet<String> {
            text.split('{')
                .skip(1)
                .filter_map(|rest| rest.split_once('}'))
                .map(|(name, _)| name.to_owned())
                .collect()
        };
        assert_eq!(places(text), places(en[key]), "{key}: the same places are filled in in both languages");
        assert!(!text.trim().is_empty() && !en[key].trim().is_empty(), "{key}");
    }
    for (file, other) in
        [("statement.nl.md", "statement.en.md"), ("../demo/index.nl.html", "../demo/index.en.html")]
    {
        let [one, two] =
            [file, other].map(|file| fs::read_to_string(root().join("assets/wsn").join(file)).unwrap());
        let shape = |text: &str| {
            (text.matches("\n#").count(), text.matches("\n- ").count(), text.matches("<h2").count())
        };
        assert_eq!(shape(&one), shape(&two), "{file} and {other} have the same parts");
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let texts = texts();
    assert!(texts["Cargo.toml"].contains("unsafe_code = \"forbid\""));
    // The attribute that names a function for other languages counts as unsafe, though nothing in it is.
    assert!(texts[VERIFIER].contains("unsafe_code = \"deny\""));
    for (path, text) in texts.iter().filter(|(path, _)| has_extension(path, &["rs"])) {
        assert!(!code(text).contains(concat!("unsafe", " {")), "{path} is unsafe");
    }
    for manifest in texts.iter().filter(|(path, _)| path.ends_with("Cargo.toml") && *path != VERIFIER) {
        assert!(
            manifest.1.contains("[lints]\nworkspace = true"),
            "{} follows the lints of the house",
            manifest.0
        );
    }
}

#[test]
fn every_test_that_the_guarantees_name_is_there() {
    let texts = texts();
    let document = &texts["docs/guarantees.md"];
    let is_test = |name: &&str| {
        name.contains('_') && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let named: BTreeSet<_> = document.split('`').skip(1).step_by(2).filter(is_test).collect();
    assert!(named.len() > 25, "{named:?}");
    let rust: Vec<_> = texts.iter().filter(|(path, _)| has_extension(path, &["rs"])).collect();
    for name in named {
        let is_there = rust.iter().any(|(_, text)| {
            text.match_indices(&format!("fn {name}(")).any(|(at, _)| {
                let before = text[..at].trim_end().trim_end_matches("async").trim_end();
                before.ends_with("#[test]") || before.ends_with("#[actix_web::test]")
            })
        });
        assert!(is_there, "docs/guarantees.md names the test `{name}`, which is not there");
    }
    // Every row of the fault table names at least one.
    let table = document.split("## Faults").nth(1).unwrap().split("\n## ").next().unwrap();
    for row in table.lines().filter(|line| line.starts_with("| ")).skip(1) {
        assert!(row.contains('`'), "{row}");
    }
}
