//! The officer's pages: signing in, the first account, the downloads, what went, and one choice by its reference.

pub mod downloads;
pub mod entrance;
pub mod look_up;
pub mod retention;
pub mod texts;
pub mod undeclared;
pub mod visitors;

use maud::{DOCTYPE, Markup, html};

use self::texts::Texts;

/// What every page of the officer needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The texts.
    pub texts: &'static Texts,
    /// The path of the public pages, where the style is.
    pub mount: &'a str,
    /// The name of the corporation.
    pub controller: &'a str,
    /// What the links to other languages keep of the query: empty, or `&next=…`.
    pub keep: &'a str,
    /// Who is signed in.
    pub officer: Option<&'a str>,
}

/// A page with a title around its content.
#[must_use]
pub fn page(frame: &Frame<'_>, title: &str, content: &Markup) -> Markup {
    let Frame { texts, mount, controller, keep, officer } = *frame;
    html! {
        (DOCTYPE)
        html lang=(texts.language) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                title { (title) " – " (controller) }
                link rel="icon" type="image/svg+xml" href={ (mount) "/icon.svg" };
                link rel="stylesheet" href={ (mount) "/style.css" };
            }
            body.page {
                a.skip href="#main" { (texts.skip) }
                header.header {
                    p.site { a href={ "/officer?lang=" (texts.language) } { (controller) " – " (texts.console) } }
                    @if let Some(officer) = officer {
                        form method="post" action={ "/officer/sign-out?lang=" (texts.language) } {
                            p { (texts.signed_in_as) " " strong { (officer) } ". " }
                            button.button-quiet type="submit" { (texts.sign_out) }
                        }
                    }
                    nav.nav aria-label=(texts.language_label) {
                        @for other in Texts::ALL {
                            a href={ "?lang=" (other.language) (keep) } lang=(other.language) hreflang=(other.language)
                                aria-current=[(other.language == texts.language).then_some("true")] {
                                (other.language_name)
                            }
                        }
                    }
                }
                main.prose #main tabindex="-1" { (content) }
            }
        }
    }
}

/// A page that only says something, and where to go on.
#[must_use]
pub fn message(texts: &Texts, title: &str, text: &str) -> Markup {
    html! {
        h1 { (title) }
        p.lead { (text) }
        p { a href={ "/officer?lang=" (texts.language) } { (texts.go_on) } }
    }
}
