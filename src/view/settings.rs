//! The choice form, complete without a script, and what is kept of earlier choices.

use koektrommel_core::{
    catalogue::{Catalogue, Kind, Purpose, Texts},
    decision::Choices,
    hash::Hash,
    identifier::PurposeId,
    instant::Day,
    record::{Consent, RecordId},
    reference::Reference,
};
use maud::{Markup, html};

use super::{
    Links, Words, cookies, day_in_words, local_day, receipt,
    uses::{self, Own},
};
use crate::statement::date_in_words;

/// What the form and the page around it show.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// The texts.
    pub words: Words<'a>,
    /// The purposes.
    pub catalogue: &'a Catalogue,
    /// The addresses of the pages of this site.
    pub links: Links<'a>,
    /// The site, to be sent along.
    pub site: &'a str,
    /// The notice that this page is, to be sent along.
    pub notice: Hash,
    /// The click that this form will be, to be sent along.
    pub click: &'a str,
    /// What stands now.
    pub standing: Option<Standing<'a>>,
    /// Whether the browser says that nothing is to be sold or shared.
    pub gpc: bool,
    /// The device's records, newest first.
    pub records: &'a [(Consent, Hash)],
    /// What happened to a form that was sent.
    pub outcome: Outcome,
    /// What this device has set, for each purpose of which something can be set.
    pub uses: &'a [Own<'a>],
}

/// A choice that stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    /// The answers.
    pub choices: &'a Choices,
    /// The day it was made.
    pub decided: Day,
    /// The last day on which it holds.
    pub expires: Day,
}

/// What happened to a form that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// None was sent.
    None,
    /// It was recorded. The record is named this once, where the device keeps nothing to find it by.
    Saved(Option<RecordId>),
    /// Not every question was answered.
    Incomplete,
    /// It was about a text that has changed since.
    Changed,
    /// It had been sent before, and what came after it counts.
    Again,
    /// The records of this device were erased.
    Erased,
}

/// The page.
#[must_use]
pub fn content(settings: &Settings<'_>) -> Markup {
    let words = settings.words;
    html! {
        h1 { (words.get("page.settings.title")) }
        (outcome(settings))
        p.lead { (words.get("page.settings.intro")) }
        (standing(settings))
        (form(settings))
        (uses::content(settings.uses, words, settings.links, settings.site))
        h2 { (words.get("page.settings.always")) }
        p { (words.get("page.settings.always_text")) }
        ul {
            @for purpose in settings.catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Exempt) {
                li { strong { (text(&purpose.name, words)) } ": " (text(&purpose.text, words)) }
            }
        }
        p { a href=(settings.links.to("/cookies")) { (words.get("page.settings.cookies_link")) } }
        (records(settings))
        script src={ (settings.links.mount) "/settings.js" } defer {}
    }
}

fn outcome(settings: &Settings<'_>) -> Markup {
    let words = settings.words;
    let answered = |answer| settings.standing.map(|standing| names(settings, standing.choices, answer));
    let (yes, no) = (answered(true).unwrap_or_default(), answered(false).unwrap_or_default());
    html! {
        @match settings.outcome {
            Outcome::None => {},
            Outcome::Saved(record) => div.notice role="status" {
                p { strong { (words.get("page.settings.saved")) } }
                @if yes.is_empty() { p { (words.get("page.settings.saved_no")) } }
                @else {
                    p { (words.fill("page.settings.saved_yes", "purposes", &yes)) }
                    @if !no.is_empty() { p { (words.fill("page.settings.saved_no_to", "purposes", &no)) } }
                }
                @if let Some(reference) = settings.records.first().and_then(reference) {
                    p { (words.fill("page.settings.saved_reference", "reference", &reference.to_string())) }
                }
                @if let Some(record) = record {
                    p { (words.get("page.receipt.once")) }
                    p { a href=(receipt::address(settings.links, record, "page")) { (words.get("page.receipt.once_link")) } }
                }
            },
            Outcome::Erased => {
                div.notice role="status" { p { strong { (words.get("page.erase.done")) } } }
            }
            Outcome::Incomplete => (not_saved("page.settings.incomplete", words)),
            Outcome::Changed => (not_saved("page.settings.changed", words)),
            Outcome::Again => (not_saved("page.settings.again", words)),
        }
    }
}

fn not_saved(why: &str, words: Words<'_>) -> Markup {
    html! {
        div.error role="alert" {
            p { strong { (words.get("page.settings.not_saved")) } }
            p { (words.get(why)) }
        }
    }
}

fn standing(settings: &Settings<'_>) -> Markup {
    let words = settings.words;
    let language = words.language.as_str();
    html! {
        h2 { (words.get("page.settings.current")) }
        @if let Some(standing) = settings.standing {
            @let yes = names(settings, standing.choices, true);
            @let no = names(settings, standing.choices, false);
            // The cookie knows the UTC day only; a record knows the hour.
            @let decided = settings.records.first().map_or(standing.decided, |(consent, _)| local_day(consent.time));
            ul {
                @if !yes.is_empty() { li { (words.fill("page.settings.current_yes", "purposes", &yes)) } }
                @if !no.is_empty() { li { (words.fill("page.settings.current_no", "purposes", &no)) } }
            }
            p.muted {
                (words.fill("page.settings.made_on", "date", &date_in_words(decided, language))) " "
                (words.fill("page.settings.valid_until", "date", &date_in_words(standing.expires, language)))
            }
        } @else {
            p { (words.get("page.settings.none_yet")) }
        }
    }
}

fn form(settings: &Settings<'_>) -> Markup {
    let words = settings.words;
    let asked = || settings.catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Choice);
    html! {
        @if asked().next().is_some() {
            form.choice method="post" action=(settings.links.to("/settings"))
                data-consents={ (settings.links.mount) "/api/v1/consents" } {
                input type="hidden" name="site" value=(settings.site);
                input type="hidden" name="notice" value=(settings.notice);
                input type="hidden" name="id" value=(settings.click);
                @for purpose in asked() {
                    @let stands = settings.standing.and_then(|standing| standing.choices.get(&purpose.id));
                    (question(purpose, stands, settings.gpc, words))
                }
                div.actions {
                    // The first submit button is what Enter presses: it saves exactly what is shown.
                    button.button type="submit" name="control" value="save" { (words.get("page.settings.save")) }
                    button.button type="submit" name="control" value="refuse" { (words.get("page.settings.refuse_all")) }
                    button.button type="submit" name="control" value="accept" { (words.get("page.settings.accept_all")) }
                }
            }
        }
    }
}

/// A browser that asks us to share nothing has said no for its visitor, until she says something else herself.
fn question(purpose: &Purpose, stands: Option<bool>, gpc: bool, words: Words<'_>) -> Markup {
    let is_signalled = gpc && stands.is_none() && !purpose.recipients.is_empty();
    let stands = if is_signalled { Some(false) } else { stands };
    let name = format!("choice.{}", purpose.id);
    let option = |value: &str, answer: bool| {
        html! {
            label.option {
                input type="radio" name=(name) value=(value) checked[stands == Some(answer)];
                " " (words.get(&format!("page.settings.{value}")))
            }
        }
    };
    html! {
        fieldset {
            legend { (words.fill("page.settings.legend", "purpose", text(&purpose.name, words))) }
            p { (text(&purpose.text, words)) }
            (cookies::recipients(purpose, words))
            @if is_signalled { p { (words.get("page.settings.gpc")) } }
            div.options { (option("no", false)) (option("yes", true)) }
        }
    }
}

fn records(settings: &Settings<'_>) -> Markup {
    let words = settings.words;
    let column = |name: &str| words.get(&format!("page.settings.own_records.column.{name}"));
    html! {
        h2 #records { (words.get("page.settings.own_records.title")) }
        @if settings.records.is_empty() {
            p { (words.get("page.settings.own_records.empty")) }
        } @else {
            p { (words.get("page.settings.own_records.intro")) }
            div.scroll {
                table.data role="table" {
                    caption.visually-hidden { (words.get("page.settings.own_records.caption")) }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for name in ["time", "event", "choices", "reference", "receipt"] {
                                th scope="col" role="columnheader" { (column(name)) }
                            }
                        }
                    }
                    tbody role="rowgroup" {
                        @for record in settings.records {
                            @let consent = &record.0;
                            @let reference = reference(record).map(|reference| reference.to_string()).unwrap_or_default();
                            tr role="row" {
                                td role="cell" data-label=(column("time")) {
                                    time datetime=(consent.time) { (day_in_words(consent.time, words.language)) }
                                }
                                td role="cell" data-label=(column("event")) {
                                    (words.get(&format!("page.settings.own_records.event.{}", consent.event)))
                                }
                                td role="cell" data-label=(column("choices")) {
                                    @for (purpose, yes) in consent.choices.iter() {
                                        @let answer = if yes { "yes" } else { "no" };
                                        div { (name_of(settings, purpose)) ": " (words.get(&format!("page.settings.{answer}"))) }
                                    }
                                }
                                td.code role="cell" data-label=(column("reference")) { (reference) }
                                td role="cell" data-label=(column("receipt")) {
                                    (receipts(settings, consent.id, &reference))
                                }
                            }
                        }
                    }
                }
            }
            p { a href=(settings.links.to("/settings/erase")) { (words.get("page.erase.link")) } }
        }
    }
}

/// A receipt in its three forms.
fn receipts(settings: &Settings<'_>, record: RecordId, reference: &str) -> Markup {
    let link = |form: &str, key: &str, is_file: bool| {
        html! {
            div {
                a href=(receipt::address(settings.links, record, form)) download[is_file] {
                    (settings.words.fill(key, "reference", reference))
                }
            }
        }
    };
    html! {
        (link("page", "page.receipt.link_page", false))
        (link("proof", "page.settings.own_records.receipt", true))
        (link("json-ld", "page.receipt.link_json_ld", true))
    }
}

/// The number that names a record.
fn reference((consent, leaf): &(Consent, Hash)) -> Option<Reference> {
    Reference::new(consent.id.index(), leaf)
}

/// The names of the purposes that were answered so, with commas.
fn names(settings: &Settings<'_>, choices: &Choices, answer: bool) -> String {
    let ids = choices.iter().filter(|(_, yes)| *yes == answer).map(|(purpose, _)| purpose);
    ids.map(|purpose| name_of(settings, purpose)).collect::<Vec<_>>().join(", ")
}

/// The name of a purpose, or its id where the catalogue no longer has it.
fn name_of<'a>(settings: &Settings<'a>, id: &'a PurposeId) -> &'a str {
    let purpose = settings.catalogue.purposes().iter().find(|purpose| &purpose.id == id);
    purpose.map_or(id.as_str(), |purpose| text(&purpose.name, settings.words))
}

fn text<'a>(texts: &'a Texts, words: Words<'_>) -> &'a str {
    texts.get(words.language).map_or("", String::as_str)
}
