//! The words that a banner stands or falls by: a yes and a no that cannot be taken for anything else.
//!
//! The Dutch supervisor (Autoriteit Persoonsgegevens, rules of thumb for cookie banners) wants clear words on the buttons,
//! and no text that coaxes. A label is therefore one of a closed list, in the languages for which there is one.

use koektrommel_core::identifier::Language;

/// The labels of the buttons that decide: language, keys, what they may say.
const LABELS: [(&str, &[&str], &[&str]); 6] = [
    ("nl", &["button.refuse", "page.settings.refuse_all"], &["Weigeren", "Alles weigeren", "Niet toestaan"]),
    ("nl", &["button.accept", "page.settings.accept_all"], &["Accepteren", "Alles accepteren", "Toestaan"]),
    ("nl", &["button.choose"], &["Zelf kiezen", "Keuze maken", "Instellingen"]),
    ("en", &["button.refuse", "page.settings.refuse_all"], &["Refuse", "Refuse all", "Reject", "Reject all"]),
    ("en", &["button.accept", "page.settings.accept_all"], &["Accept", "Accept all", "Allow", "Allow all"]),
    ("en", &["button.choose"], &["Choose myself", "Let me choose", "Choose", "Settings"]),
];

/// Words that coax, or that make a yes of reading on; in small letters.
const COAXING: [&str; 10] = [
    "beste ervaring",
    "optimale ervaring",
    "begrepen",
    "door verder te",
    "als u verder",
    "best experience",
    "best possible experience",
    "optimal experience",
    "got it",
    "by continuing",
];

/// What is wrong with a text of the catalogue, if anything.
pub(super) fn fault(language: &Language, key: &str, text: &str) -> Option<String> {
    let labels = LABELS.iter().find(|(code, keys, _)| *code == language.as_str() && keys.contains(&key));
    if let Some((_, _, labels)) = labels
        && !labels.contains(&text)
    {
        return Some(format!("must say plainly what the button does: `{}`", labels.join("`, `")));
    }
    if !key.starts_with("banner.") {
        return None;
    }
    let small = text.to_lowercase();
    let word = COAXING.iter().find(|word| says(&small, word))?;
    Some(format!("must not coax: take out `{word}`"))
}

/// Whether a text has these words, and not only longer ones that they are part of.
fn says(text: &str, words: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric();
    text.match_indices(words)
        .any(|(at, _)| !text[..at].ends_with(is_part) && !text[at + words.len()..].starts_with(is_part))
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_button_says_what_it_does_and_a_banner_does_not_coax() {
        for (language, key, text, says) in [
            ("nl", "button.accept", "OK, begrepen", "`Accepteren`, `Alles accepteren`, `Toestaan`"),
            ("nl", "button.refuse", "Meer opties", "`Weigeren`, `Alles weigeren`, `Niet toestaan`"),
            ("nl", "page.settings.refuse_all", "Verder", "`Weigeren`, `Alles weigeren`, `Niet toestaan`"),
            ("en", "button.choose", "Accept", "`Choose myself`"),
            ("nl", "banner.text", "Begrepen!", "take out `begrepen`"),
            ("nl", "banner.text", "Voor een Optimale Ervaring.", "take out `optimale ervaring`"),
            ("en", "banner.title", "By continuing you agree", "take out `by continuing`"),
        ] {
            let why = fault(&language.parse().unwrap(), key, text);
            assert!(why.as_ref().is_some_and(|why| why.contains(says)), "{key} = {text}: {why:?}");
        }
        for (language, key, text) in [
            ("nl", "button.accept", "Toestaan"),
            ("en", "button.refuse", "Reject all"),
            ("nl", "banner.text", "De cookies van de kaart zijn inbegrepen."),
            ("nl", "page.verify.empty", "Begrepen is niet verboden, buiten de banner."),
            ("fy", "button.accept", "Akseptearje"),
        ] {
            assert_eq!(fault(&language.parse().unwrap(), key, text), None, "{key} = {text}");
        }
    }
}
