//! The page that verifies a receipt or a download, in the browser of whoever has it.

use koektrommel_core::catalogue::{Catalogue, Kind};
use maud::{Markup, html};

use super::{Links, Words};

/// How the same is done without a browser.
const COMMAND: &str = "koektrommel verify bewijs.tlog-proof --key log.vkey";

/// The outcomes that the script can have to tell, each with its text below `page.verify`.
const OUTCOMES: [&str; 7] =
    ["right_receipt", "right_download", "right_pack", "wrong", "unreadable", "empty", "busy"];

/// The page of the server: it fetches the verifier, and the key that the server publishes.
#[must_use]
pub fn content(catalogue: &Catalogue, words: Words<'_>, links: Links<'_>) -> Markup {
    let mount = links.mount;
    html! {
        (form(catalogue, words, Some(mount)))
        script src={ (mount) "/verify.js" } defer {}
    }
}

/// The form, and the place for the verdict. Without JavaScript or WebAssembly it names the command. Without a mount
/// the verifier is in the page, and whoever verifies brings the key. A receipt has the ids of purposes; their names
/// are those of today.
#[must_use]
pub fn form(catalogue: &Catalogue, words: Words<'_>, mount: Option<&str>) -> Markup {
    let text = |key: &str| words.get(&format!("page.verify.{key}"));
    html! {
        h1 { (text("title")) }
        p.lead { (text("intro")) }
        p { (text("private")) }
        noscript { div.error { p { (text("no_script")) } p { code { (COMMAND) } } } }
        div.error #blocked hidden { p { (text("blocked")) } p { code { (COMMAND) } } }
        form.fields #verify hidden data-verifier=[mount.map(|mount| format!("{mount}/verifier.wasm"))]
            data-key=[mount.map(|mount| format!("{mount}/log/key"))] {
            p.field {
                label for="file" { (text("file")) }
                input #file type="file";
            }
            p.field {
                label for="text" { (text("paste")) }
                textarea #text rows="4" spellcheck="false" autocomplete="off" {}
            }
            details open[mount.is_none()] {
                summary { (text("more")) }
                p.field {
                    label for="key" { (text("key")) }
                    textarea #key rows="3" spellcheck="false" autocomplete="off" aria-describedby="key-hint" {}
                    span.hint #key-hint { (text(if mount.is_some() { "key_hint" } else { "key_hint_pack" })) }
                }
                p.field {
                    label for="checkpoint" { (text("checkpoint")) }
                    textarea #checkpoint rows="4" spellcheck="false" autocomplete="off"
                        aria-describedby="checkpoint-hint" {}
                    span.hint #checkpoint-hint { (text("checkpoint_hint")) }
                }
            }
            p { button.button type="submit" { (text("button")) } }
        }
        div #verdict role="status" {}
        template #words {
            @for outcome in OUTCOMES { span data-word=(outcome) { (text(outcome)) } }
            @for word in ["limit", "proved", "unproved", "why", "time", "reference", "choices", "yes", "no"] {
                span data-word=(word) { (text(word)) }
            }
            @for purpose in catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Choice) {
                @if let Some(name) = purpose.name.get(words.language) {
                    span data-word={ "purpose." (purpose.id) } { (name) }
                }
            }
        }
    }
}
