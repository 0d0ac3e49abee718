//! The page to download the log from, with the downloads before.

use koektrommel_core::identifier::SiteId;
use maud::{Markup, html};

use super::{look_up, texts::Texts};
use crate::{
    calendar::{Period, local},
    download::{Format, Manifest},
};

/// The form. `period` is what it says at first; `error` what was wrong with a question before.
#[must_use]
pub fn content(texts: &Texts, error: Option<&str>, period: &Period, sites: &[&SiteId]) -> Markup {
    html! {
        h1 { (texts.downloads) }
        p.lead { (texts.downloads_text) }
        @if let Some(error) = error { div.error role="alert" { p { (error) } } }
        form.fields method="get" action="/officer/api/v1/consents" {
            input type="hidden" name="lang" value=(texts.language);
            fieldset {
                legend { (texts.period) }
                p.hint #period-hint { (texts.to_hint) }
                (date_field("from", texts.from, period.from()))
                (date_field("to", texts.to, period.to()))
            }
            div.field {
                label for="site" { (texts.site) }
                select #site name="site" {
                    option value="" { (texts.all_sites) }
                    @for site in sites { option value=(site) { (site) } }
                }
            }
            fieldset {
                legend { (texts.format) }
                @for (nth, (format, text)) in Format::ALL.iter().zip(texts.formats).enumerate() {
                    label.option {
                        input type="radio" name="format" value=(format) id={ "format-" (format) } checked[nth == 0];
                        " " (text)
                    }
                }
            }
            p.actions { button.button type="submit" { (texts.download) } }
        }
        (look_up::form(texts))
    }
}

/// The downloads before.
#[must_use]
pub fn earlier(texts: &Texts, manifests: &[Manifest]) -> Markup {
    html! {
        h2 #earlier { (texts.earlier) }
        @if manifests.is_empty() {
            p { (texts.none_earlier) }
        } @else {
            (table(texts, manifests))
        }
    }
}

fn date_field(name: &str, label: &str, value: Option<String>) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            input id=(name) name=(name) type="date" value=(value.unwrap_or_default()) aria-describedby="period-hint";
        }
    }
}

fn table(texts: &Texts, manifests: &[Manifest]) -> Markup {
    html! {
        table.data aria-labelledby="earlier" {
            thead {
                tr {
                    th scope="col" { (texts.when) }
                    th scope="col" { (texts.who) }
                    th scope="col" { (texts.file) }
                    th.number scope="col" { (texts.count) }
                    th.number scope="col" { (texts.size) }
                    th scope="col" { (texts.sum) }
                    th scope="col" { (texts.manifest) }
                }
            }
            tbody {
                @for manifest in manifests { (row(texts, manifest)) }
            }
        }
    }
}

fn row(texts: &Texts, manifest: &Manifest) -> Markup {
    let filter = |name: &str| manifest.filter.get(name).map(String::as_str);
    html! {
        tr {
            td data-label=(texts.when) {
                @if let Some(at) = manifest.begun_at { time datetime=(at) { (local(at)) } }
            }
            td data-label=(texts.who) { (manifest.officer) }
            td data-label=(texts.file) {
                (manifest.file)
                @if let Some(site) = filter("site") { ", " (site) }
                @if let Some(format) = filter("format") { ", " (format) }
            }
            td.number data-label=(texts.count) {
                @match manifest.count {
                    Some(count) if manifest.is_complete() => (count),
                    _ => (texts.incomplete),
                }
            }
            td.number data-label=(texts.size) { (manifest.size) }
            td data-label=(texts.sum) {
                @if let Some(sum) = manifest.sha256 { code { (sum) } }
            }
            td data-label=(texts.manifest) {
                a href={ "/officer/api/v1/downloads/" (manifest.index) } { (texts.manifest) " " (manifest.index) }
            }
        }
    }
}
