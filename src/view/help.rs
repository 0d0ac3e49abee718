//! Where visitors can ask: the same line at the same place of every page.

use maud::{Markup, html};

use super::Words;

/// The line, with what the configuration says of how to reach the corporation.
#[must_use]
pub fn line(contact: &str, words: Words<'_>) -> Markup {
    let (before, after) = words.get("settings.help").split_once("{contact}").unwrap_or_default();
    html! {
        p.help #help {
            (before)
            @if let Some(address) = address(contact) { a href=(address) { (contact) } } @else { (contact) }
            (after)
        }
    }
}

/// The address that a press leads to, where it is clear: of a mailbox or of a telephone.
fn address(contact: &str) -> Option<String> {
    let is_mailbox = contact.split_once('@').is_some_and(|(name, host)| {
        let plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b".+-_".contains(&b))
        };
        plain(name) && plain(host)
    });
    if is_mailbox {
        return Some(format!("mailto:{contact}"));
    }
    let is_number = contact.bytes().all(|b| b.is_ascii_digit() || b" ()+-".contains(&b));
    let number: String = contact.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    (is_number && number.len() >= 3).then(|| format!("tel:{number}"))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn only_what_is_clearly_a_mailbox_or_a_telephone_can_be_pressed() {
        for (contact, leads_to) in [
            ("privacy@wsn.example", Some("mailto:privacy@wsn.example")),
            ("088 - 123 45 67", Some("tel:0881234567")),
            ("+31 (0)88 1234567", Some("tel:+310881234567")),
            ("14010", Some("tel:14010")),
            ("the desk in the hall", None),
            ("a@b?subject=x", None),
            ("@", None),
            ("", None),
        ] {
            assert_eq!(address(contact).as_deref(), leads_to, "{contact}");
        }
    }
}
