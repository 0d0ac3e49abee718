//! A receipt to print: what was chosen, when, on which text, and how to check it.

use koektrommel_core::{
    hash::Hash,
    notice::{Shown, ShownPurpose},
    record::{Consent, RecordId},
    reference::Reference,
};
use maud::{Markup, html};

use super::{Links, Words, day_in_words};
use crate::calendar::local;

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The texts.
    pub words: Words<'a>,
    /// The addresses of the pages of this site.
    pub links: Links<'a>,
    /// The record.
    pub consent: &'a Consent,
    /// The hash of its entry in the tree.
    pub leaf: &'a Hash,
    /// What was shown to the visitor.
    pub shown: &'a Shown,
    /// The name of the log.
    pub log: &'a str,
}

/// The page.
#[must_use]
pub fn content(page: &Page<'_>) -> Markup {
    let Page { words, links, consent, shown, .. } = *page;
    let answers =
        shown.purposes.iter().filter_map(|purpose| Some((purpose, consent.choices.get(&purpose.id)?)));
    html! {
        h1 { (words.get("page.receipt.title")) }
        p.lead { (words.get("page.receipt.intro")) }
        (facts(page))
        h2 #choices { (words.get("page.receipt.choices")) }
        table.data aria-labelledby="choices" {
            thead {
                tr {
                    th scope="col" { (words.get("page.receipt.column.purpose")) }
                    th scope="col" { (words.get("page.receipt.column.answer")) }
                }
            }
            tbody {
                @for (purpose, yes) in answers { (answer(page, purpose, yes)) }
            }
        }
        h2 { (words.get("page.receipt.text")) }
        p { (words.get("page.receipt.text_intro")) }
        @if let Some(text) = shown.texts.get("banner.text") {
            blockquote lang=(consent.language) { p { (text) } }
        }
        h2 { (words.get("page.receipt.use")) }
        p { (words.get("page.receipt.use_text")) }
        h2 { (words.get("page.receipt.check")) }
        p { (words.get("page.receipt.check_text")) }
        ul.screen-only {
            li { a href=(address(links, consent.id, "proof")) download { (words.get("page.receipt.proof")) } }
            li { a href=(address(links, consent.id, "json-ld")) download { (words.get("page.receipt.json_ld")) } }
            li { a href={ (links.mount) "/log/key" } { (words.get("page.receipt.key")) } }
        }
        p.screen-only { a href=(links.to("/verify")) { (words.get("page.receipt.verify")) } }
        p { (words.get("page.receipt.limits")) }
        p.screen-only { a href=(links.to("/settings")) { (words.get("page.receipt.settings")) } }
    }
}

/// Where a receipt of this record is, in one of its forms.
#[must_use]
pub fn address(links: Links<'_>, record: RecordId, form: &str) -> String {
    format!("{}/api/v1/consents/{record}/receipt?as={form}&lang={}", links.mount, links.language)
}

fn facts(page: &Page<'_>) -> Markup {
    let Page { words, consent, leaf, shown, log, .. } = *page;
    let row = |key: &str, value: Markup| {
        html! { tr { th scope="row" { (words.get(key)) } td { (value) } } }
    };
    let moment = local(consent.time);
    let day = |at| day_in_words(at, words.language);
    html! {
        table.data {
            caption { (words.get("page.receipt.facts")) }
            tbody {
                @if let Some(reference) = Reference::new(consent.id.index(), leaf) {
                    (row("page.receipt.reference", html! { strong.code { (reference) } }))
                }
                (row("page.receipt.time", html! {
                    time datetime=(consent.time) { (day(consent.time)) ", " (moment.get(11..16).unwrap_or_default()) }
                }))
                (row("page.receipt.event", html! {
                    (words.get(&format!("page.settings.own_records.event.{}", consent.event)))
                }))
                (row("page.receipt.until", html! { time datetime=(consent.until) { (day(consent.until)) } }))
                (row("page.receipt.controller", html! { (shown.controller) }))
                (row("page.receipt.version", html! { span.code { (consent.notice) } }))
                (row("page.receipt.log", html! { span.code { (log) ", " (consent.id.index()) } }))
            }
        }
    }
}

fn answer(page: &Page<'_>, purpose: &ShownPurpose, yes: bool) -> Markup {
    let key = if yes { "page.settings.yes" } else { "page.settings.no" };
    html! {
        tr {
            th scope="row" lang=(page.consent.language) {
                (purpose.name)
                p { (purpose.text) }
            }
            td data-label=(page.words.get("page.receipt.column.answer")) { strong { (page.words.get(key)) } }
        }
    }
}
