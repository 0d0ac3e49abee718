//! The privacy statement.

use maud::{Markup, PreEscaped, html};

use super::{Links, Words};
use crate::statement::{Statement, date_in_words, month_in_words};

/// Title, dates, contents and text.
#[must_use]
pub fn content(statement: &Statement, words: Words<'_>, links: Links<'_>) -> Markup {
    let language = words.language.as_str();
    let from = date_in_words(statement.effective_from, language);
    html! {
        h1 { (statement.title) }
        p.lead {
            (words.fill("page.statement.in_force", "date", &from))
            @if let Some(month) = statement.supplemented {
                " " (words.fill("page.statement.supplemented", "month",
                    &format!("{} {}", month_in_words(month.month, language), month.year)))
            }
        }
        p.muted { (words.fill("page.statement.version", "version", &statement.version)) }
        nav.contents aria-labelledby="contents" {
            h2 #contents { (words.get("page.statement.contents")) }
            ul {
                @for heading in statement.headings() {
                    li { a href={ "#" (heading.id) } { (heading.text) } }
                }
            }
        }
        (PreEscaped(statement.to_html(|rest| links.follow(rest))))
    }
}
