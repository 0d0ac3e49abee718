//! The pages of an inspection pack: each is one file that needs no other and no network.

use koektrommel_core::{
    catalogue::Catalogue,
    json::{self, Value},
    notice::Notice,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Words, verify};

/// Nothing is loaded, and only what is in the page runs.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'wasm-unsafe-eval'; \
                      base-uri 'none'; form-action 'none'";

/// A page that holds its own style.
#[must_use]
pub fn page(language: &str, title: &str, style: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(style)) }
            }
            body.page { main.prose { (content) } }
        }
    }
}

/// The verifier, with the WebAssembly module (as base64) and the script in the page.
#[must_use]
pub fn verifier(catalogue: &Catalogue, words: Words<'_>, style: &str, module: &str, script: &str) -> Markup {
    let content = html! {
        (verify::form(catalogue, words, None))
        script #verifier type="text/plain" { (PreEscaped(module)) }
        script { (PreEscaped(script)) }
    };
    page(words.language.as_str(), words.get("page.verify.title"), style, &content)
}

/// A notice as it was shown: first the words of the banner, then those of the settings, then every text by its key.
#[must_use]
pub fn notice(notice: &Notice, style: &str) -> Markup {
    let Ok(Value::Object(members)) = json::parse(notice.json()) else { return html! {} };
    let texts = match members.get("texts") {
        Some(Value::Object(texts)) => texts.clone(),
        _ => Default::default(),
    };
    let text = |key: &str| texts.get(key).map_or("", string);
    let purposes = list(members.get("purposes"));
    let of_kind = |kind: &'static str| purposes.iter().filter(move |purpose| member(purpose, "kind") == kind);
    let content = html! {
        h1 { (text("banner.title")) }
        p { code { (notice.id()) } }
        section.card lang=(notice.language()) {
            p { (text("banner.text")) }
            ul { @for purpose in of_kind("choice") { li { (member(purpose, "name")) } } }
            p {
                @for button in ["refuse", "accept", "choose"] {
                    span.tag { (text(&format!("button.{button}"))) } " "
                }
            }
        }
        h2 { (text("settings.title")) }
        p { (text("settings.intro")) }
        @for purpose in of_kind("choice") {
            section.card { h3 { (name(purpose)) } (about(purpose, text("settings.recipients"))) }
        }
        h3 { (text("settings.always")) }
        @for purpose in of_kind("exempt") {
            section.card { h4 { (name(purpose)) } (about(purpose, text("settings.recipients"))) }
        }
        h2 { "texts" }
        dl { @for (key, value) in &texts { dt { code { (key) } } dd { (string(value)) } } }
    };
    page(notice.language().as_str(), text("banner.title"), style, &content)
}

fn name(purpose: &Value) -> String {
    format!("{} ({})", member(purpose, "name"), member(purpose, "id"))
}

/// What the settings say of a purpose below its name.
fn about(purpose: &Value, shared: &str) -> Markup {
    let recipients: Vec<_> = list(field(purpose, "recipients")).iter().map(string).collect();
    html! {
        @for part in ["changed", "text", "reason"] {
            @if !member(purpose, part).is_empty() { p { (member(purpose, part)) } }
        }
        ul {
            @for cookie in list(field(purpose, "cookies")) {
                li { code { (member(cookie, "name")) } " – " (member(cookie, "lifetime")) }
            }
        }
        @if !recipients.is_empty() { p { (shared.replace("{recipients}", &recipients.join(", "))) } }
    }
}

fn field<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    if let Value::Object(members) = value { members.get(name) } else { None }
}

fn member<'a>(value: &'a Value, name: &str) -> &'a str {
    field(value, name).map_or("", string)
}

fn string(value: &Value) -> &str {
    if let Value::String(text) = value { text } else { "" }
}

fn list(value: Option<&Value>) -> &[Value] {
    if let Some(Value::Array(values)) = value { values } else { &[] }
}
