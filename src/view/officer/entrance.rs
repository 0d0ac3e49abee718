//! The forms with a password: signing in, and making the first account.

use maud::{Markup, html};

use super::texts::Texts;

/// The form to sign in. `next` is where to go then; `name` what was typed before, if that was a name.
#[must_use]
pub fn sign_in(texts: &Texts, error: Option<&str>, name: &str, next: &str) -> Markup {
    html! {
        h1 { (texts.sign_in) }
        (alert(error))
        form method="post" action={ "/officer/sign-in?lang=" (texts.language) } {
            input type="hidden" name="next" value=(next);
            (name_field(texts, name, None))
            (password_field(texts.password, "password", "current-password", None))
            p.actions { button.button type="submit" { (texts.sign_in) } }
        }
    }
}

/// The form for the first account.
#[must_use]
pub fn welcome(texts: &Texts, error: Option<&str>, name: &str, token: &str) -> Markup {
    html! {
        h1 { (texts.welcome) }
        p.lead { (texts.welcome_text) }
        (alert(error))
        form method="post" action={ "/officer/welcome?lang=" (texts.language) } {
            input type="hidden" name="token" value=(token);
            (name_field(texts, name, Some(texts.name_hint)))
            (password_field(texts.password, "password", "new-password", Some(texts.password_hint)))
            (password_field(texts.password_again, "again", "new-password", None))
            p.actions { button.button type="submit" { (texts.welcome_button) } }
        }
    }
}

fn alert(error: Option<&str>) -> Markup {
    html! {
        @if let Some(error) = error { div.error role="alert" { p { (error) } } }
    }
}

fn name_field(texts: &Texts, value: &str, hint: Option<&str>) -> Markup {
    html! {
        div.field {
            label for="name" { (texts.name) }
            @if let Some(hint) = hint { p.hint #name-hint { (hint) } }
            input #name name="name" type="text" value=(value) autocomplete="username" autocapitalize="none"
                spellcheck="false" maxlength="64" required aria-describedby=[hint.map(|_| "name-hint")];
        }
    }
}

fn password_field(label: &str, name: &str, autocomplete: &str, hint: Option<&str>) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            @if let Some(hint) = hint { p.hint id={ (name) "-hint" } { (hint) } }
            input id=(name) name=(name) type="password" autocomplete=(autocomplete) required
                aria-describedby=[hint.map(|_| format!("{name}-hint"))];
        }
    }
}
