//! The list has every sentence that the sources can say: they are read, so that a new one without Dutch is found.

use super::{LIST, holes, sentence};

/// Literals of the sources that nobody is told, by how they begin.
const NOT_SAID: [&str; 4] = ["koektrommel ", "\\\"koektrommel archive", "the ZIP", "{}  {}\\n"];
/// What a place is called in English; `finding` has its Dutch.
const PLACES: [&str; 5] = ["line {}", "the lines do not add up", "item {}", "the log", "the receipt"];

/// The string literals of a source, without those of comments and tests; a place is `{}` in each.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]").next().unwrap();
    let source: Vec<&str> = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let source = source.join("\n").replace("\\\"", "\u{1}").replace("b'\"'", "").replace("'\"'", "");
    let literals = source.split('"').skip(1).step_by(2);
    literals.map(|literal| plain(&literal.replace('\u{1}', "\\\""))).collect()
}

/// On one line, and without the names of what stands in its places.
fn plain(literal: &str) -> String {
    let lines: Vec<&str> = literal.split("\\\n").collect();
    let first = lines.first().copied().unwrap_or_default().to_owned();
    let line = lines.iter().skip(1).fold(first, |line, more| line + more.trim_start());
    let mut parts = line.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str("{}");
        text.push_str(part.split_once('}').map_or("", |(_, after)| after));
    }
    text
}

/// Whether a line of the list has all of a literal. Some are put together from two literals.
fn is_in_the_list(literal: &str) -> bool {
    let parts: Vec<&str> = literal.split("{}").map(|part| part.trim_matches([':', ' '])).collect();
    LIST.iter().any(|(english, _)| parts.iter().all(|part| english.contains(part)))
}

#[test]
fn every_sentence_of_a_verdict_has_its_dutch() {
    let mut seen = 0;
    for source in [
        include_str!("../download.rs"),
        include_str!("../pack.rs"),
        include_str!("../receipt.rs"),
        include_str!("../verdict.rs"),
    ] {
        for literal in literals(source) {
            let is_sentence = literal.trim().contains(' ') && literal.chars().any(char::is_alphabetic);
            let is_said = !NOT_SAID.iter().any(|start| literal.starts_with(start));
            if is_sentence && is_said && !PLACES.contains(&literal.as_str()) {
                seen += 1;
                assert!(is_in_the_list(&literal), "no Dutch for: {literal}");
            }
        }
    }
    assert!(seen > 60, "{seen} sentences were found");
    // What the domain refuses: a part and what is wrong with it.
    let mut seen = 0;
    for source in [
        include_str!("../../../core/src/note.rs"),
        include_str!("../../../core/src/receipt.rs"),
        include_str!("../../../core/src/merkle.rs"),
        include_str!("../../../core/src/entry.rs"),
        include_str!("../../../core/src/hash.rs"),
        include_str!("../../../core/src/instant.rs"),
        include_str!("../../../core/src/record.rs"),
        include_str!("../../../core/src/record/json.rs"),
    ] {
        for pair in literals(source).windows(2) {
            let (what, why) = (&pair[0], &pair[1]);
            if why.starts_with("must ") || why.starts_with("of the old tree ") {
                seen += 1;
                let said = format!("`{what}` {why}");
                assert!(sentence(&said).is_some(), "no Dutch for: {said}");
            }
        }
    }
    assert!(seen > 30, "{seen} refusals were found");
}

#[test]
fn the_dutch_has_the_places_of_the_english_and_short_sentences() {
    for (english, dutch) in LIST {
        let count = english.matches("{}").count();
        for place in dutch.split('{').skip(1) {
            let (nth, _) = place.split_once('}').unwrap();
            assert!(nth.parse::<usize>().unwrap() < count, "{dutch}");
        }
        for sentence in dutch.split_inclusive(['.', ':']).filter(|sentence| sentence.contains(' ')) {
            assert!(sentence.split_whitespace().count() <= 15, "{sentence}");
        }
    }
}

#[test]
fn what_stands_in_a_sentence_is_kept_and_what_it_says_is_put_into_dutch_too() {
    for (english, dutch) in [
        (
            "The log a/b holds this record, exactly so, as item 4 of 9.",
            "Het logboek a/b heeft precies deze keuze. Het is onderdeel 4 van 9.",
        ),
        (
            "line 1: the checkpoint does not verify: `note` must be signed by a known key",
            "regel 1: de ondertekende stand van het logboek klopt niet: het is niet met deze sleutel ondertekend",
        ),
        (
            "the key given: `key` must be a name, a key id and an Ed25519 key, with `+` between",
            "De sleutel die u gaf: dit is geen hele sleutel: een naam, een nummer en de sleutel, met + ertussen.",
        ),
    ] {
        assert_eq!(sentence(english).as_deref(), Some(dutch));
    }
    assert_eq!(sentence("Something else."), None);
    assert_eq!(holes("a {} b {}", "a x b b y"), Some(vec!["x", "b y"]));
    assert_eq!(holes("a {} b", "a x"), None);
}
