//! The frame of every public page.

use koektrommel_core::{identifier::Language, setting::Values};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Links, Words, help};

/// What the frame needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The texts.
    pub words: Words<'a>,
    /// The addresses of the pages of this site.
    pub links: Links<'a>,
    /// The name of the corporation.
    pub controller: &'a str,
    /// How it can be reached, if that is told.
    pub contact: Option<&'a str>,
    /// Whether the site has a look of its own: a second style sheet.
    pub has_theme: bool,
    /// The page, below the mount: empty, `/cookies`, `/settings`. Where the languages lead to.
    pub path: &'a str,
    /// Whether this is that page, and not an error in its place.
    pub is_there: bool,
    /// The languages the page can be had in.
    pub languages: &'a [Language],
    /// How this device wants pages shown, where the server knows it; elsewhere `display.js` finds it.
    pub display: Option<&'a Values>,
}

/// A page with a title around its content.
#[must_use]
pub fn page(frame: &Frame<'_>, title: &str, content: &Markup) -> Markup {
    let Frame { words, links, controller, contact, has_theme, path, is_there, languages, display } = *frame;
    let (mount, language) = (links.mount, words.language);
    let link = |to: &str, key: &str| {
        html! {
            a href=(links.to(to)) aria-current=[(is_there && to == path).then_some("page")] { (words.get(key)) }
        }
    };
    html! {
        (DOCTYPE)
        (root(language, display))
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " – " (controller) }
                link rel="icon" type="image/svg+xml" href={ (mount) "/icon.svg" };
                link rel="stylesheet" href={ (mount) "/style.css" };
                @if has_theme { link rel="stylesheet" href=(links.to("/theme.css")); }
                script src={ (mount) "/display.js" } {}
                @for other in languages {
                    link rel="alternate" hreflang=(other) href=(links.to_language(path, other));
                }
            }
            body.page {
                a.skip href="#main" { (words.get("page.skip")) }
                header.header {
                    p.site { a href="/" { (controller) } }
                    nav.nav aria-label=(words.get("page.nav.label")) {
                        (link("", "page.nav.statement"))
                        (link("/cookies", "page.nav.cookies"))
                        (link("/settings", "page.nav.settings"))
                    }
                    nav.nav aria-label=(words.get("page.language.label")) {
                        @for other in languages {
                            a href=(links.to_language(path, other)) lang=(other) hreflang=(other)
                                aria-current=[(other == language).then_some("true")] {
                                (words.get(&format!("page.language.{other}")))
                            }
                        }
                    }
                }
                main.prose #main tabindex="-1" { (content) }
                footer.footer {
                    nav.nav aria-label=(words.get("page.footer.label")) {
                        a href="/" { (words.get("page.footer.home")) }
                        (link("", "page.footer.statement"))
                        (link("/cookies", "page.footer.cookies"))
                        (link("/settings", "page.footer.settings"))
                        (link("/verify", "page.footer.verify"))
                    }
                    @if let Some(contact) = contact { (help::line(contact, words)) }
                }
            }
        (PreEscaped("</html>"))
    }
}

/// The start of the page. The names of its attributes come from the catalogue, which markup with fixed names cannot
/// have; they and their values have letters, digits and hyphens only.
fn root(language: &Language, display: Option<&Values>) -> Markup {
    let set = display.into_iter().flat_map(Values::iter);
    let attributes: String = set.map(|(name, value)| format!(" data-koek-{name}=\"{value}\"")).collect();
    PreEscaped(format!("<html lang=\"{language}\"{attributes}>"))
}
