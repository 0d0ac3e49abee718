//! A site's own colours, corners and letters, which cannot be unreadable: contrast is counted before anybody sees them.

mod colour;
mod file;

#[cfg(test)]
mod tests;

use std::fmt::Write;

use self::colour::Colour;
pub(super) use self::file::{File, check};

/// How a site dresses the widget and its pages here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Theme {
    light: Option<Palette>,
    dark: Option<Palette>,
    /// Of corners, as a CSS length.
    radius: Option<String>,
    /// Families of letters, as a CSS list.
    font: Option<String>,
}

/// The colours of one scheme, all of them, so that each pair can be held against the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Palette {
    text: Colour,
    background: Colour,
    accent: Colour,
    on_accent: Colour,
    border: Colour,
    focus: Colour,
}

impl Palette {
    /// Each colour, by the name of its key.
    const fn named(&self) -> [(&'static str, Colour); 6] {
        [
            ("text", self.text),
            ("background", self.background),
            ("accent", self.accent),
            ("on_accent", self.on_accent),
            ("border", self.border),
            ("focus", self.focus),
        ]
    }

    fn get(&self, name: &str) -> Option<Colour> {
        self.named().into_iter().find(|(known, _)| *known == name).map(|(_, colour)| colour)
    }
}

impl Theme {
    /// Whether it is as it is built in.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self == &Self::default()
    }

    /// Rules for a shadow root of the widget: the properties that `widget/README.md` lists, and nothing else. They
    /// stand on the host, so that one button never gets what another does not.
    #[must_use]
    pub fn widget_css(&self) -> String {
        self.rules(
            ":host",
            &[("radius", &["--koek-radius"]), ("font", &["--koek-font"])],
            |name| match name {
                "text" => &["--koek-text"],
                "background" => &["--koek-background"],
                "accent" => &["--koek-accent"],
                "on_accent" => &["--koek-on-accent"],
                "border" => &["--koek-border"],
                _ => &["--koek-focus"],
            },
        )
    }

    /// Rules for our own pages, after `style.css`. What that has more colours for (a good outcome, a warning, a quiet
    /// line) becomes one of the six: those were counted, and none of it is told by colour alone.
    #[must_use]
    pub fn pages_css(&self) -> String {
        let rules =
            self.rules(":root", &[("radius", &["--radius"]), ("font", &["--text"])], |name| match name {
                "text" => &["--ink", "--muted", "--good", "--bad"],
                "background" => {
                    &["--paper", "--surface", "--good-wash", "--bad-wash", "--added", "--removed"]
                }
                "accent" => &["--accent", "--accent-strong"],
                "on_accent" => &["--on-accent"],
                "border" => &["--line", "--control"],
                _ => &["--focus"],
            });
        // Paper stays white.
        format!("@media screen{{{rules}}}")
    }

    fn rules(
        &self,
        element: &str,
        always: &[(&str, &[&str])],
        properties: impl Fn(&str) -> &'static [&'static str],
    ) -> String {
        let mut css = String::new();
        let mut both = String::new();
        for (name, targets) in always {
            let value = if *name == "radius" { &self.radius } else { &self.font };
            for (target, value) in targets.iter().zip(value) {
                _ = write!(both, "{target}:{value};");
            }
        }
        if !both.is_empty() {
            _ = write!(css, "{element}{{{both}}}");
        }
        for (scheme, palette) in [("light", self.light), ("dark", self.dark)] {
            let Some(palette) = palette else { continue };
            let mut set = String::new();
            for (name, colour) in palette.named() {
                for property in properties(name) {
                    _ = write!(set, "{property}:{colour};");
                }
            }
            _ = write!(css, "@media(prefers-color-scheme:{scheme}){{{element}{{{set}}}}}");
        }
        css
    }
}
