//! Every text that visitors and officers read can be read by most people: level B1, short sentences, everyday words.
//!
//! Douma's measure of Dutch is 206.84 − 77 × syllables per word − 0.93 × words per sentence; from 60 it is everyday
//! language. A hyphenator would leave `o-ver` whole and make texts easier than they are, so vowels are counted. A short
//! label is no sentence, and would flatter the mean: only what ends like a sentence counts there.

use std::{collections::BTreeMap, fs};

use koektrommel::{config, view::officer::texts::Texts};
use koektrommel_core::identifier::Language;

use super::root;

/// Of one sentence, in words.
const LONGEST_SENTENCE: usize = 15;
/// Of a surface, in words a sentence.
const MEAN_SENTENCE: f64 = 10.0;
/// Of a surface, by Douma's measure.
const EASE: f64 = 55.0;

/// Words that nobody says at the kitchen table, with another one.
const HARD: [(&str, &str); 17] = [
    ("alsmede", "en"),
    ("betrokkene", "u"),
    ("betrokkenen", "u"),
    ("conform", "volgens"),
    ("derhalve", "daarom"),
    ("desbetreffende", "deze"),
    ("dienen", "moeten"),
    ("dient", "moet"),
    ("gelieve", "wilt u"),
    ("indien", "als"),
    ("inzake", "over"),
    ("middels", "met"),
    ("omtrent", "over"),
    ("reeds", "al"),
    ("teneinde", "om"),
    ("verwerkingsgrondslag", "reden"),
    ("voornoemde", "deze"),
];
/// Visitors and officers are addressed as `u`.
const TOO_CLOSE: [&str; 6] = ["je", "jij", "jou", "jouw", "jullie", "jezelf"];

/// What somebody reads in one place, text by text.
type Surfaces = BTreeMap<String, Vec<String>>;

/// The texts of the catalogue and of the officers, the statement and the demonstration pages.
fn surfaces(code: &str) -> Surfaces {
    let language: Language = code.parse().unwrap();
    let config = config::load(None).unwrap();
    let site = &config.sites[0];
    let mut all = Surfaces::new();
    let mut add =
        |surface: &str, text: &str| all.entry(surface.to_owned()).or_default().push(text.to_owned());
    for (key, text) in &site.texts[&language] {
        let parts: Vec<_> = key.split('.').collect();
        add(&if parts[0] == "page" { parts[..2].join(".") } else { parts[0].to_owned() }, text);
    }
    for purpose in site.catalogue.purposes() {
        for texts in [&purpose.name, &purpose.text, &purpose.reason, &purpose.changed] {
            texts.get(&language).into_iter().for_each(|text| add("purposes", text));
        }
        for cookie in &purpose.cookies {
            add("purposes", &cookie.lifetime[&language]);
        }
        for setting in &purpose.settings {
            add("purposes", &setting.label[&language]);
            setting.values.iter().for_each(|value| add("purposes", &value.label[&language]));
        }
    }
    // All its fields at once: what stands between quotation marks is a text.
    let officers = format!("{:?}", Texts::of(code).unwrap());
    officers.split('"').skip(1).step_by(2).for_each(|text| add("officer", text));
    let statement = &site.statements[&language];
    reading(&statement.to_html(str::to_owned)).iter().for_each(|text| add("statement", text));
    for page in ["index", "repair", "map"] {
        let html = fs::read_to_string(root().join(format!("assets/demo/{page}.{code}.html"))).unwrap();
        let body = html.split("<body").nth(1).unwrap().split_once('>').unwrap().1;
        reading(body).iter().for_each(|text| add("demo", text));
    }
    all
}

/// The texts of a page: what stands in a paragraph, a heading, an item of a list.
fn reading(html: &str) -> Vec<String> {
    let mut texts = vec![String::new()];
    for piece in html.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or(("", piece));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        if name == "script" || name == "style" {
            continue;
        }
        let within = ["a", "strong", "em", "b", "span", "code"].contains(&name);
        if !within {
            texts.push(String::new());
        }
        texts.last_mut().unwrap().push_str(text);
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}

/// The sentences of a text, with a name for each place that is filled in.
fn sentences(text: &str) -> Vec<String> {
    let mut filled = String::new();
    for (i, part) in text.split(['{', '}']).enumerate() {
        filled.push_str(if i % 2 == 0 { part } else { "naam" });
    }
    let mut found = vec![String::new()];
    for word in filled.split_whitespace() {
        let open = found.last_mut().unwrap();
        open.push_str(word);
        open.push(' ');
        if word.ends_with(['.', '?', '!', ':', ';']) {
            found.push(String::new());
        }
    }
    found.retain(|sentence| !words(sentence).is_empty());
    found
}

fn words(sentence: &str) -> Vec<&str> {
    sentence.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).collect()
}

/// Syllables of a Dutch word: its vowels, where two or three that are said as one count as one.
fn syllables(word: &str) -> usize {
    const AS_ONE: [&str; 17] = [
        "aai", "ooi", "oei", "eeu", "ieu", "aa", "ee", "oo", "uu", "ie", "oe", "eu", "ui", "ei", "ij", "au",
        "ou",
    ];
    let word = word.to_lowercase();
    let mut rest = word.as_str();
    let mut count = 0;
    while let Some(first) = rest.chars().next() {
        let long = AS_ONE.iter().find(|vowels| rest.starts_with(**vowels));
        count += usize::from("aeiouyàáâäèéêëìíîïòóôöùúûü".contains(first));
        rest = &rest[long.map_or(first.len_utf8(), |vowels| vowels.len())..];
    }
    count.max(1)
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn mean_and_ease(sentences: &[String]) -> (f64, f64) {
    let words: Vec<_> = sentences.iter().flat_map(|sentence| words(sentence)).collect();
    let syllables: usize = words.iter().map(|word| syllables(word)).sum();
    let mean = words.len() as f64 / sentences.len() as f64;
    (mean, 206.84 - 77.0 * syllables as f64 / words.len() as f64 - 0.93 * mean)
}

/// What is wrong with the texts of a language.
fn faults(code: &str, surfaces: &Surfaces) -> Vec<String> {
    let mut faults = Vec::new();
    for (surface, texts) in surfaces {
        let all: Vec<_> = texts.iter().flat_map(|text| sentences(text)).collect();
        for sentence in &all {
            let count = words(sentence).len();
            if count > LONGEST_SENTENCE {
                faults.push(format!("{surface}: {count} words: {sentence}"));
            }
            if code != "nl" {
                continue;
            }
            for word in sentence.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase) {
                if let Some((_, better)) = HARD.iter().find(|(hard, _)| *hard == word) {
                    faults.push(format!("{surface}: `{word}` is `{better}`: {sentence}"));
                }
                if TOO_CLOSE.contains(&word.as_str()) {
                    faults.push(format!("{surface}: `{word}` is no form of `u`: {sentence}"));
                }
            }
        }
        let whole: Vec<_> = all.into_iter().filter(|one| one.trim_end().ends_with(['.', '?', '!'])).collect();
        if whole.is_empty() {
            continue;
        }
        let (mean, ease) = mean_and_ease(&whole);
        if mean > MEAN_SENTENCE {
            faults.push(format!("{surface}: {mean:.1} words a sentence"));
        }
        // The measure is one of Dutch.
        if code == "nl" && ease < EASE {
            faults.push(format!("{surface}: {ease:.0} by Douma's measure, of at least {EASE}"));
        }
    }
    faults
}

#[test]
fn every_text_is_short_and_plain_in_both_languages() {
    let (nl, en) = (surfaces("nl"), surfaces("en"));
    assert!(nl.keys().eq(en.keys()), "what there is to read in one language is there in the other");
    assert!(nl.len() >= 16 && nl["officer"].len() > 60 && nl["statement"].len() > 50, "{:?}", nl.keys());
    for (code, surfaces) in [("nl", nl), ("en", en)] {
        let faults = faults(code, &surfaces);
        assert!(faults.is_empty(), "{code}:\n{}", faults.join("\n"));
    }
}

#[test]
fn a_text_that_is_hard_to_read_is_found() {
    for (word, count) in [
        ("over", 2),
        ("keuze", 2),
        ("cookies", 2),
        ("geïnd", 2),
        ("beantwoord", 3),
        ("functionele", 5),
        ("mooie", 2),
        ("nieuw", 1),
        ("IP", 1),
        ("wij", 1),
        ("naai", 1),
        ("18", 1),
    ] {
        assert_eq!(syllables(word), count, "{word}");
    }
    assert_eq!(sentences("Eén {purposes}. Twee? drie: vier").len(), 4);
    assert_eq!(reading("<p>a <b>b</b> c</p><script>x</script><li>d</li>").len(), 2);
    let of = |text: &str| faults("nl", &Surfaces::from([("x".to_owned(), vec![text.to_owned()])]));
    assert_eq!(of("Wij bewaren uw keuze een half jaar. Daarna vragen wij het weer."), [""; 0]);
    for (text, says) in [
        ("Indien u weigert, werkt alles.", "`indien` is `als`"),
        ("Wij bewaren jouw keuze.", "`jouw` is no form of `u`"),
        ("Wij doen dit en dat en dan nog wat en ook nog iets en dan is het klaar.", "18 words"),
        (
            "Persoonsgegevensverwerkingen geschieden overeenkomstig wettelijke verplichtingen.",
            "by Douma's measure",
        ),
    ] {
        assert!(of(text).iter().any(|fault| fault.contains(says)), "{text}: {:?}", of(text));
    }
}
