//! What a visitor sees where something went wrong.

use maud::{Markup, html};

use super::{Links, Words};

/// The kinds of page, as the keys of their texts name them.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// There is nothing here.
    NotFound,
    /// It could not be read.
    BadRequest,
    /// The text has changed meanwhile.
    Conflict,
    /// Too many at once.
    TooBusy,
    /// Our fault.
    Server,
}

impl Kind {
    const fn key(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::BadRequest => "bad_request",
            Self::Conflict => "conflict",
            Self::TooBusy => "too_busy",
            Self::Server => "server",
        }
    }

    /// The title of the page.
    #[must_use]
    pub fn title<'a>(self, words: Words<'a>) -> &'a str {
        words.get(&format!("page.error.{}.title", self.key()))
    }
}

/// Title, what to do, and a way on.
#[must_use]
pub fn content(kind: Kind, words: Words<'_>, links: Links<'_>) -> Markup {
    html! {
        h1 { (kind.title(words)) }
        p.lead { (words.get(&format!("page.error.{}.text", kind.key()))) }
        p { a href="/" { (words.get("page.error.home")) } }
        p { a href=(links.to("/settings")) { (words.get("page.error.settings")) } }
    }
}
