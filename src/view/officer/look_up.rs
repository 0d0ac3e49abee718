//! One choice by its reference, and what came before it.

use koektrommel_core::{
    hash::Hash,
    record::{Consent, Event},
    reference::Reference,
};
use maud::{Markup, html};

use super::texts::Texts;
use crate::calendar::local;

/// The form as a part of a page.
#[must_use]
pub fn form(texts: &Texts) -> Markup {
    headed(texts, &html! { h2 #look-up { (texts.look_up) } }, None)
}

/// The form as a page of its own, with what was wrong with a reference before.
#[must_use]
pub fn again(texts: &Texts, wrong: &str) -> Markup {
    headed(texts, &html! { h1 #look-up { (texts.look_up) } }, Some(wrong))
}

fn headed(texts: &Texts, heading: &Markup, wrong: Option<&str>) -> Markup {
    html! {
        (heading)
        p { (texts.look_up_text) }
        @if let Some(wrong) = wrong { div.error role="alert" { p { (wrong) } } }
        form.fields method="post" action={ "/officer/look-up?lang=" (texts.language) } aria-labelledby="look-up" {
            div.field {
                label for="reference" { (texts.reference) }
                p.hint #reference-hint { (texts.reference_hint) }
                input #reference name="reference" type="text" required maxlength="20" autocomplete="off"
                    autocapitalize="characters" spellcheck="false" aria-describedby="reference-hint";
            }
            p.actions { button.button type="submit" { (texts.look_up_button) } }
        }
    }
}

/// What was found: the choice and the earlier ones of its device, newest first.
#[must_use]
pub fn found(texts: &Texts, mount: &str, records: &[(Consent, Hash)]) -> Markup {
    let is_alone = records.iter().all(|(consent, _)| consent.subject.is_none());
    html! {
        h1 { (texts.found) }
        @if is_alone { p { (texts.alone) } }
        table.data {
            caption { (texts.chain) }
            thead {
                tr {
                    @for column in [
                        texts.reference, texts.when, texts.event, texts.answers, texts.until, texts.site, texts.notice,
                        texts.record,
                    ] {
                        th scope="col" { (column) }
                    }
                }
            }
            tbody {
                @for record in records { (row(texts, mount, record)) }
            }
        }
        (form(texts))
        p { a href={ "/officer?lang=" (texts.language) } { (texts.downloads) } }
    }
}

fn row(texts: &Texts, mount: &str, (consent, leaf): &(Consent, Hash)) -> Markup {
    let [given, refused, withdrawn] = texts.events;
    let event = match consent.event {
        Event::Given => given,
        Event::Refused => refused,
        Event::Withdrawn => withdrawn,
    };
    let reference = Reference::new(consent.id.index(), leaf).map(|reference| reference.to_string());
    html! {
        tr {
            th.code scope="row" { (reference.unwrap_or_default()) }
            td data-label=(texts.when) { time datetime=(consent.time) { (local(consent.time)) } }
            td data-label=(texts.event) { (event) }
            td data-label=(texts.answers) {
                @for (purpose, yes) in consent.choices.iter() {
                    div { (purpose) ": " (if yes { texts.yes } else { texts.no }) }
                }
            }
            td data-label=(texts.until) { time datetime=(consent.until) { (local(consent.until)) } }
            td data-label=(texts.site) { (consent.site) }
            td.code data-label=(texts.notice) { (consent.notice) }
            td.code data-label=(texts.record) {
                a href={ (mount) "/api/v1/consents/" (consent.id) "/receipt?as=page" } { (consent.id) }
            }
        }
    }
}
