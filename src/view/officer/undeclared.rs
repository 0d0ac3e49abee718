//! What pages reported that the notice does not account for.

use std::collections::BTreeMap;

use koektrommel_core::identifier::SiteId;
use maud::{Markup, html};

use super::texts::Texts;
use crate::undeclared::Sighting;

/// A part of the console: what was seen on each site that looks, each with a button to forget it.
#[must_use]
pub fn content(texts: &Texts, sites: &[(&SiteId, BTreeMap<String, Sighting>)]) -> Markup {
    let is_empty = sites.iter().all(|(_, names)| names.is_empty());
    html! {
        @if !sites.is_empty() {
            h2 #undeclared { (texts.undeclared) }
            @if is_empty { p { (texts.undeclared_none) } } @else { p { (texts.undeclared_text) } (table(texts, sites)) }
        }
    }
}

fn table(texts: &Texts, sites: &[(&SiteId, BTreeMap<String, Sighting>)]) -> Markup {
    html! {
        table.data aria-labelledby="undeclared" {
            thead {
                tr {
                    th scope="col" { (texts.site) }
                    th scope="col" { (texts.name) }
                    th scope="col" { (texts.judgement) }
                    th.number scope="col" { (texts.days_seen) }
                    th scope="col" { (texts.last_seen) }
                    th scope="col" { (texts.forget) }
                }
            }
            tbody {
                @for (site, names) in sites {
                    @for (name, seen) in names { (row(texts, site, name, seen)) }
                }
            }
        }
    }
}

fn row(texts: &Texts, site: &SiteId, name: &str, seen: &Sighting) -> Markup {
    html! {
        tr {
            td data-label=(texts.site) { (site) }
            td.code data-label=(texts.name) { (name) }
            td data-label=(texts.judgement) {
                @if seen.counts() { strong { (texts.undeclared_counts) } } @else { (texts.undeclared_maybe) }
            }
            td.number data-label=(texts.days_seen) { (seen.days) }
            td data-label=(texts.last_seen) { time datetime=(seen.last) { (seen.last) } }
            td data-label=(texts.forget) {
                form method="post" action={ "/officer/undeclared/forget?lang=" (texts.language) } {
                    input type="hidden" name="site" value=(site);
                    input type="hidden" name="name" value=(name);
                    button.button-quiet type="submit" aria-label={ (texts.forget) " " (name) } { (texts.forget) }
                }
            }
        }
    }
}
