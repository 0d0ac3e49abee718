//! The cookie table, made from the catalogue and never typed by hand.

use koektrommel_core::catalogue::{Catalogue, Kind, Purpose};
use maud::{Markup, html};

use super::{Links, Words};

const COLUMNS: [&str; 6] = ["name", "purpose", "stored_by", "storage", "basis", "lifetime"];

/// Every purpose with what it stores; with `honours_gpc`, also what the site says of Global Privacy Control.
#[must_use]
pub fn content(catalogue: &Catalogue, words: Words<'_>, links: Links<'_>, honours_gpc: bool) -> Markup {
    let of_kind = |kind| catalogue.purposes().iter().filter(move |purpose| purpose.kind == kind);
    let has_choices = of_kind(Kind::Choice).next().is_some();
    html! {
        h1 { (words.get("page.cookies.title")) }
        p.lead { (words.get("page.cookies.intro")) }
        @if has_choices {
            h2 { (words.get("page.cookies.choice.title")) }
            (purposes(of_kind(Kind::Choice), words))
            p { a.button href=(links.to("/settings")) { (words.get("page.cookies.change")) } }
            @if honours_gpc { p { (words.get("page.cookies.gpc")) } }
        } @else {
            p { (words.get("page.cookies.no_choice")) }
        }
        h2 { (words.get("page.cookies.exempt.title")) }
        (purposes(of_kind(Kind::Exempt), words))
        h2 { (words.get("page.cookies.caption")) }
        (table(catalogue.purposes(), words))
    }
}

fn purposes<'a>(purposes: impl Iterator<Item = &'a Purpose>, words: Words<'_>) -> Markup {
    let text =
        |texts: &'a koektrommel_core::catalogue::Texts| texts.get(words.language).map_or("", String::as_str);
    html! {
        div.cards {
            @for purpose in purposes {
                section.card id=(purpose.id) {
                    h3 { (text(&purpose.name)) }
                    p { (text(&purpose.text)) }
                    (recipients(purpose, words))
                    @if purpose.kind == Kind::Exempt {
                        p.muted { strong { (words.get("page.cookies.reason")) } " " (text(&purpose.reason)) }
                    }
                }
            }
        }
    }
}

/// Who else receives it, if anybody does.
pub(super) fn recipients(purpose: &Purpose, words: Words<'_>) -> Markup {
    html! {
        @if !purpose.recipients.is_empty() {
            p { (words.fill("settings.recipients", "recipients", &purpose.recipients.join(", "))) }
        }
    }
}

fn table(purposes: &[Purpose], words: Words<'_>) -> Markup {
    let column = |name: &str| words.get(&format!("page.cookies.column.{name}"));
    html! {
        div.scroll {
            table.data role="table" {
                caption.visually-hidden { (words.get("page.cookies.caption")) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for name in COLUMNS { th scope="col" role="columnheader" { (column(name)) } }
                        th scope="col" role="columnheader" { (column("kind")) }
                    }
                }
                tbody role="rowgroup" {
                    @for purpose in purposes {
                        @for cookie in &purpose.cookies {
                            tr role="row" {
                                td.code role="cell" data-label=(column("name")) { (cookie.name) }
                                td role="cell" data-label=(column("purpose")) {
                                    a href={ "#" (purpose.id) } { (text_of(&purpose.name, words)) }
                                }
                                td role="cell" data-label=(column("stored_by")) { (cookie.set_by) }
                                td role="cell" data-label=(column("storage")) {
                                    (words.get(&format!("page.cookies.storage.{}", cookie.storage))) ". "
                                    @let who = if cookie.http_only { "yes" } else { "no" };
                                    (words.get(&format!("page.cookies.http_only.{who}")))
                                }
                                td role="cell" data-label=(column("basis")) {
                                    (words.get(&format!("page.cookies.basis.{}", purpose.basis)))
                                }
                                td role="cell" data-label=(column("lifetime")) { (text_of(&cookie.lifetime, words)) }
                                td role="cell" data-label=(column("kind")) {
                                    (words.get(&format!("page.cookies.kind.{}", purpose.kind)))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn text_of<'a>(texts: &'a koektrommel_core::catalogue::Texts, words: Words<'_>) -> &'a str {
    texts.get(words.language).map_or("", String::as_str)
}
