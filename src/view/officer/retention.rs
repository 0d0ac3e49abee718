//! How long what is kept, why, and what went.

use koektrommel_core::{instant::Instant, record::DataSet};
use maud::{Markup, html};

use super::texts::Texts;
use crate::calendar::local;

/// One data set.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// Which.
    pub set: DataSet,
    /// How long it is kept, in calendar months.
    pub months: u8,
    /// Why so long, in the words of the configuration.
    pub reason: &'a str,
    /// How many of its records went so far.
    pub removed: u64,
    /// When the last of them went.
    pub last: Option<Instant>,
}

/// A part of the console. `ran` is when the daily run last was, and whether it went well; none since the start is none.
#[must_use]
pub fn content(texts: &Texts, ran: Option<(Instant, bool)>, lines: &[Line<'_>]) -> Markup {
    let said = match ran {
        Some((_, true)) => texts.retention_ran,
        Some((_, false)) => texts.retention_failed,
        None => texts.retention_not_yet,
    };
    let (before, after) = said.split_once("{when}").unwrap_or((said, ""));
    html! {
        h2 #retention { (texts.retention) }
        p { (texts.retention_text) }
        p class=[matches!(ran, Some((_, false))).then_some("error")] {
            (before)
            @if let Some((at, _)) = ran { time datetime=(at) { (local(at)) } }
            (after)
        }
        table.data aria-labelledby="retention" {
            thead {
                tr {
                    th scope="col" { (texts.data_set) }
                    th scope="col" { (texts.term) }
                    th scope="col" { (texts.reason) }
                    th.number scope="col" { (texts.removed) }
                    th scope="col" { (texts.last_removed) }
                }
            }
            tbody { @for line in lines { (row(texts, line)) } }
        }
    }
}

fn row(texts: &Texts, line: &Line<'_>) -> Markup {
    let place = DataSet::ALL.iter().position(|set| *set == line.set);
    let (name, from) = place.and_then(|place| texts.data_sets.get(place)).copied().unwrap_or_default();
    let months = if line.months == 1 { texts.month } else { texts.months };
    html! {
        tr {
            td data-label=(texts.data_set) { (name) }
            td data-label=(texts.term) { (line.months) " " (months) " " (from) }
            td data-label=(texts.reason) { (line.reason) }
            td.number data-label=(texts.removed) { (line.removed) }
            td data-label=(texts.last_removed) {
                @match line.last {
                    Some(at) => time datetime=(at) { (local(at)) },
                    None => (texts.never_removed),
                }
            }
        }
    }
}
