//! Contrast as others count it, and faults that say what would be right.

use super::{Theme, check, colour::Colour};

/// The two tables of a file, checked.
fn read(text: &str) -> Result<Theme, String> {
    #[derive(serde::Deserialize)]
    struct Tables {
        theme: Option<super::File>,
        theme_dark: Option<super::File>,
    }
    let tables: Tables = toml::from_str(text).map_err(|error| error.message().to_owned())?;
    check(tables.theme, tables.theme_dark).map_err(|faults| {
        let lines = faults.into_iter().map(|(at, key, why)| {
            let line = at.map_or(0, |at| text[..at].lines().count());
            format!("{line}: `{key}` {why}")
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

#[test]
fn contrast_is_what_wcag_counts() {
    let of = |one: &str, other: &str| {
        let [one, other]: [Colour; 2] = [one, other].map(|text| text.parse().unwrap());
        assert!((one.contrast(other) - other.contrast(one)).abs() < f64::EPSILON);
        (one.contrast(other) * 100.0).floor() / 100.0
    };
    // The pairs that everybody knows: the lightest grey on white that passes 4.5 and 3, and the one after it.
    for (one, other, ratio) in [
        ("#000", "#fff", 21.0),
        ("#fff", "#ffffff", 1.0),
        ("#767676", "#fff", 4.54),
        ("#777", "#fff", 4.47),
        ("#949494", "#fff", 3.03),
        ("#959595", "#fff", 2.99),
        ("#f00", "#fff", 3.99),
        ("#00f", "#fff", 8.59),
        ("#0f0", "#fff", 1.37),
        ("#ff0", "#000", 19.55),
        // Dark enough for the straight part of the curve.
        ("#0a0a0a", "#000", 1.06),
    ] {
        assert!((of(one, other) - ratio).abs() < 0.001, "{one} {other}: {}", of(one, other));
    }
}

#[test]
fn a_colour_is_three_or_six_digits_and_nothing_else() {
    assert_eq!("#1aF".parse::<Colour>(), "#11aaff".parse());
    assert_eq!("#0B4f86".parse::<Colour>().unwrap().to_string(), "#0b4f86");
    for wrong in
        ["", "#", "fff", "#ff", "#ffff", "#fffff", "#+ff", "#ggg", "#fff ", "red", "rgb(0,0,0)", "#11223344"]
    {
        assert_eq!(wrong.parse::<Colour>(), Err(()), "{wrong}");
    }
}

#[test]
fn the_built_in_colours_are_those_of_the_style_sheet_and_pass() {
    const SHEETS: [&str; 2] =
        [include_str!("../../../widget/src/style.css"), include_str!("../../../widget/src/lines.css")];
    // One colour of the table as it is built in: then all of them are checked, and written.
    for (table, text, accent) in [("theme", "#1a2530", "#0b4f86"), ("theme_dark", "#eef2f6", "#9ccbf5")] {
        let css = read(&format!("[{table}]\ntext = \"{text}\"")).unwrap().widget_css();
        assert!(css.contains(&format!("--koek-accent:{accent}")), "{css}");
        for property in ["text", "background", "accent", "border"] {
            let value = css.split(&format!("--koek-{property}:")).nth(1).unwrap().split(';').next().unwrap();
            let (short, long) = (value.replace("#ffffff", "#fff"), value);
            let is_there = [short.as_str(), long].iter().any(|value| {
                SHEETS.iter().any(|sheet| sheet.contains(&format!("var(--koek-{property}, {value})")))
            });
            assert!(is_there, "{property} {value}");
        }
    }
}

#[test]
fn too_little_contrast_names_the_key_what_was_found_and_what_is_needed() {
    for (text, says) in [
        (
            "[theme]\ntext = \"#777777\"",
            "2: `theme.text` has too little contrast: #777777 and `background` #ffffff are 4.47:1, and must be at \
             least 4.5:1 (WCAG 2.2, 1.4.3)",
        ),
        (
            "[theme]\naccent = \"#ff6600\"",
            "2: `theme.accent` has too little contrast: #ff6600 and `background` #ffffff are 2.93:1, and must be at least 4.5:1",
        ),
        (
            "[theme]\non_accent = \"#7aa7d0\"",
            "2: `theme.on_accent` has too little contrast: #7aa7d0 and `accent` #0b4f86 are 3.",
        ),
        (
            "[theme]\nborder = \"#ccc\"",
            "2: `theme.border` has too little contrast: #cccccc and `background` #ffffff are 1.60:1, and must be at least 3:1 (WCAG 2.2, 1.4.11)",
        ),
        ("[theme]\nfocus = \"#ff0\"", "2: `theme.focus` has too little contrast"),
        // The key that is there is named, not the one that is built in.
        (
            "[theme]\nbackground = \"#335\"",
            "2: `theme.background` has too little contrast: #333355 and `text` #1a2530 are",
        ),
        (
            "[theme_dark]\naccent = \"#0b4f86\"",
            "2: `theme_dark.accent` has too little contrast: #0b4f86 and `background` #18212a are",
        ),
        ("[theme]\naccent = \"blue\"", "2: `theme.accent` must be a colour such as"),
        ("[theme]\nradius = \"50%\"", "2: `theme.radius` must be 0, or a length"),
        ("[theme]\nradius = \"25px\"", "2: `theme.radius` must be"),
        ("[theme]\nradius = \"-1px\"", "2: `theme.radius` must be"),
        ("[theme]\nradius = \"1e1px\"", "2: `theme.radius` must be"),
        ("[theme]\nfont = \"Arial\"", "2: `theme.font` must be families"),
        ("[theme]\nfont = \"x;}*{display:none}, serif\"", "2: `theme.font` must be families"),
        ("[theme]\nfont = \"a\\\"b, serif\"", "2: `theme.font` must be families"),
        ("[theme]\nfont = \", serif\"", "2: `theme.font` must be families"),
        ("[theme_dark]\nradius = \"4px\"", "2: `theme_dark.radius` belongs in `theme`"),
        ("[theme]\ncolour = \"#000\"", "unknown field `colour`, expected one of"),
    ] {
        let found = read(text).unwrap_err();
        assert!(found.starts_with(says), "{text}: {found}");
    }
    let both = read("[theme]\ntext = \"#999\"\nborder = \"#eee\"").unwrap_err();
    assert_eq!(both.lines().count(), 3, "the focus ring follows the text: {both}");
}

#[test]
fn what_is_written_is_properties_and_nothing_else() {
    assert_eq!(read("").unwrap().widget_css(), "");
    assert!(read("[theme]\n[theme_dark]").unwrap().is_plain());
    let theme = read(
        "[theme]\naccent = \"#7A1FA2\"\nradius = \"0.50rem\"\nfont = \"Source Sans 3, sans-serif\"\n\
         [theme_dark]\nbackground = \"#000\"",
    );
    let css = theme.as_ref().unwrap().widget_css();
    assert_eq!(
        css,
        ":host{--koek-radius:0.5rem;--koek-font:\"Source Sans 3\",sans-serif;}\
         @media(prefers-color-scheme:light){:host{--koek-text:#1a2530;--koek-background:#ffffff;\
         --koek-accent:#7a1fa2;--koek-on-accent:#ffffff;--koek-border:#72808c;--koek-focus:#1a2530;}}\
         @media(prefers-color-scheme:dark){:host{--koek-text:#eef2f6;--koek-background:#000000;\
         --koek-accent:#9ccbf5;--koek-on-accent:#000000;--koek-border:#72808c;--koek-focus:#eef2f6;}}"
    );
    let pages = theme.unwrap().pages_css();
    assert!(
        pages.starts_with("@media screen{:root{--radius:0.5rem;--text:\"Source Sans 3\",sans-serif;}"),
        "{pages}"
    );
    assert!(pages.contains("--accent:#7a1fa2;--accent-strong:#7a1fa2;--on-accent:#ffffff;"), "{pages}");
}
