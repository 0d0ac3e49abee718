//! The files of the demonstration home page.

use crate::asset::Asset;

/// The home page in two languages, and what it needs.
#[derive(Debug)]
pub struct Demo {
    /// The Dutch page.
    pub dutch: Asset,
    /// The English page.
    pub english: Asset,
    files: Vec<(&'static str, Asset)>,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

impl Demo {
    /// Prepares the files.
    #[must_use]
    pub fn new() -> Self {
        let html = |page: &'static str| Asset::new("text/html; charset=utf-8", page);
        Self {
            dutch: html(include_str!("../assets/demo/index.nl.html")),
            english: html(include_str!("../assets/demo/index.en.html")),
            files: vec![
                ("demo.css", Asset::new(STYLE, include_str!("../assets/demo/demo.css"))),
                ("demo.js", Asset::new(SCRIPT, include_str!("../assets/demo/demo.js"))),
                ("preferences.js", Asset::new(SCRIPT, include_str!("../assets/demo/preferences.js"))),
                ("preferences-off.js", Asset::new(SCRIPT, include_str!("../assets/demo/preferences-off.js"))),
                ("display.js", Asset::new(SCRIPT, include_str!("../assets/demo/display.js"))),
                ("repair.js", Asset::new(SCRIPT, include_str!("../assets/demo/repair.js"))),
                ("repair.nl.html", html(include_str!("../assets/demo/repair.nl.html"))),
                ("repair.en.html", html(include_str!("../assets/demo/repair.en.html"))),
                ("map.nl.html", html(include_str!("../assets/demo/map.nl.html"))),
                ("map.en.html", html(include_str!("../assets/demo/map.en.html"))),
                ("map.css", Asset::new(STYLE, include_str!("../assets/demo/map.css"))),
                ("icon.svg", Asset::new("image/svg+xml", include_str!("../assets/demo/icon.svg"))),
            ],
        }
    }

    /// A file by its name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&Asset> {
        self.files.iter().find(|(known, _)| *known == name).map(|(_, asset)| asset)
    }
}

impl Default for Demo {
    fn default() -> Self {
        Self::new()
    }
}
