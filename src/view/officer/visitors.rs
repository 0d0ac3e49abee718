//! What visitors of each site are asked, and how their choices come in.

use koektrommel_core::identifier::SiteId;
use maud::{Markup, html};

use super::texts::Texts;

/// One site.
#[derive(Clone, Debug)]
pub struct Line<'a> {
    /// Which.
    pub site: &'a SiteId,
    /// What the banner asks for, by name; none where there is nothing to choose, and so no banner.
    pub asks: Vec<&'a str>,
    /// Whether some page views look for names that the notice does not account for.
    pub is_watched: bool,
    /// Whether such names were seen often enough to be the site's own.
    pub has_undeclared: bool,
    /// Decisions that were stored since the start.
    pub stored: u64,
    /// Those of them that came late.
    pub late: u64,
    /// Decisions on a text that no longer counted.
    pub outdated: u64,
}

/// A part of the console.
#[must_use]
pub fn content(texts: &Texts, lines: &[Line<'_>]) -> Markup {
    html! {
        h2 #visitors { (texts.visitors) }
        p { (texts.visitors_text) }
        table.data aria-labelledby="visitors" {
            thead {
                tr {
                    th scope="col" { (texts.site) }
                    th scope="col" { (texts.visitors) }
                    th.number scope="col" { (texts.stored) }
                    th.number scope="col" { (texts.late) }
                    th.number scope="col" { (texts.outdated) }
                }
            }
            tbody {
                @for line in lines {
                    tr {
                        td data-label=(texts.site) { (line.site) }
                        td data-label=(texts.visitors) { (seen(texts, line)) }
                        td.number data-label=(texts.stored) { (line.stored) }
                        td.number data-label=(texts.late) { (line.late) }
                        td.number data-label=(texts.outdated) { (line.outdated) }
                    }
                }
            }
        }
    }
}

/// Without a banner nobody is asked, so it has to be said when that may no longer be right.
fn seen(texts: &Texts, line: &Line<'_>) -> Markup {
    html! {
        @if !line.asks.is_empty() {
            (texts.banner_asks.replace("{purposes}", &line.asks.join(", ")))
        } @else {
            (texts.no_banner)
            @if line.has_undeclared { " " strong { (texts.no_banner_names) } }
            @if !line.is_watched { " " strong { (texts.no_banner_unwatched) } }
        }
    }
}
