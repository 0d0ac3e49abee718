//! The page that says what happens before the proofs of a visitor's choices are erased.

use maud::{Markup, html};

use super::{Links, Words};

/// The page; without records there is nothing to press.
#[must_use]
pub fn content(words: Words<'_>, links: Links<'_>, has_records: bool) -> Markup {
    html! {
        h1 { (words.get("page.erase.title")) }
        @if has_records {
            p.lead { (words.get("page.erase.intro")) }
            ul {
                li { (words.get("page.erase.withdraws")) }
                li { (words.get("page.erase.gone")) }
                li { (words.get("page.erase.left")) }
                li { (words.get("page.erase.receipt")) }
            }
            form method="post" action=(links.to("/settings/erase")) {
                div.actions {
                    button.button type="submit" { (words.get("page.erase.confirm")) }
                    a.button href=(links.to("/settings")) { (words.get("page.erase.cancel")) }
                }
            }
        } @else {
            p.lead { (words.get("page.erase.none")) }
            p { a href=(links.to("/settings")) { (words.get("page.erase.back")) } }
        }
    }
}
