//! What a visitor can set from a closed list, as a form without a script.

use koektrommel_core::{
    catalogue::{Purpose, Texts},
    instant::Day,
    setting::{Setting, Values},
};
use maud::{Markup, html};

use super::{Links, Words};
use crate::statement::date_in_words;

/// What this device has set of one purpose.
#[derive(Clone, Debug)]
pub struct Own<'a> {
    /// The purpose, with its lists.
    pub purpose: &'a Purpose,
    /// What was set.
    pub values: Values,
    /// Until when it is, or would be, remembered: the last day of the visitor's yes; none for this visit only.
    pub until: Option<Day>,
    /// What happened to a form that was sent.
    pub outcome: Outcome,
}

/// What happened to a form that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// None was sent.
    None,
    /// It works now.
    Set,
    /// All is as it was before anything was set.
    Reset,
    /// The browser did not keep it.
    NotKept,
}

/// One form for each purpose, or nothing where there is nothing to set.
#[must_use]
pub fn content(own: &[Own<'_>], words: Words<'_>, links: Links<'_>, site: &str) -> Markup {
    html! {
        @if !own.is_empty() {
            h2 id="uses" { (words.get("uses.title")) }
            p { (words.get("uses.intro")) }
            @for own in own { (of_purpose(own, words, links, site)) }
        }
    }
}

fn of_purpose(own: &Own<'_>, words: Words<'_>, links: Links<'_>, site: &str) -> Markup {
    let Own { purpose, values, until, outcome } = own;
    let id = purpose.id.as_str();
    html! {
        h3 id=(id) { (text(&purpose.name, words)) }
        @match outcome {
            Outcome::None => {},
            Outcome::Set => div.notice role="status" { p { strong { (words.get("uses.saved")) } } },
            Outcome::Reset => div.notice role="status" { p { strong { (words.get("uses.ended")) } } },
            Outcome::NotKept => div.error role="alert" { p { (words.get("uses.not_kept")) } },
        }
        p {
            @if let Some(until) = until {
                (words.fill("uses.kept.choice", "until", &date_in_words(*until, words.language.as_str())))
            } @else {
                (words.get("uses.kept.visit")) " "
                (words.fill("uses.longer", "purpose", text(&purpose.name, words)))
            }
        }
        form.uses method="post" action=(links.to(&format!("/settings/{id}"))) {
            input type="hidden" name="site" value=(site);
            @for setting in &purpose.settings { (question(setting, values, words)) }
            div.actions {
                button.button type="submit" name="control" value="set" { (words.get("uses.save")) }
                button.button type="submit" name="control" value="reset" { (words.get("uses.reset")) }
            }
        }
    }
}

fn question(setting: &Setting, values: &Values, words: Words<'_>) -> Markup {
    html! {
        fieldset {
            legend { (text(&setting.label, words)) }
            div.options {
                @for known in &setting.values {
                    label.option {
                        input type="radio" name=(setting.name) value=(known.value)
                            checked[values.of(setting) == &known.value];
                        " " (text(&known.label, words))
                    }
                }
            }
        }
    }
}

fn text<'a>(texts: &'a Texts, words: Words<'_>) -> &'a str {
    texts.get(words.language).map_or("", String::as_str)
}
