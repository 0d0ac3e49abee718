//! The shape of the tables `theme` and `theme_dark`, and what must hold for them.

use serde::Deserialize;
use toml::Spanned;

use super::{Palette, Theme, colour::Colour};

type Text = Option<Spanned<String>>;

/// One of the two tables. What is not there is as it is built in.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct File {
    text: Text,
    background: Text,
    accent: Text,
    on_accent: Text,
    border: Text,
    focus: Text,
    radius: Text,
    font: Text,
}

/// The colours that `widget/src/style.css` has where nothing else is said; the text is the focus ring, too.
const LIGHT: Palette = Palette {
    text: Colour::new(0x1A_25_30),
    background: Colour::new(0xFF_FF_FF),
    accent: Colour::new(0x0B_4F_86),
    on_accent: Colour::new(0xFF_FF_FF),
    border: Colour::new(0x72_80_8C),
    focus: Colour::new(0x1A_25_30),
};
const DARK: Palette = Palette {
    text: Colour::new(0xEE_F2_F6),
    background: Colour::new(0x18_21_2A),
    accent: Colour::new(0x9C_CB_F5),
    on_accent: Colour::new(0x18_21_2A),
    border: Colour::new(0x72_80_8C),
    focus: Colour::new(0xEE_F2_F6),
};

/// What is read on what, what it must be at least, and where WCAG 2.2 says so. The focus ring has the background on
/// either side.
const PAIRS: [(&str, &str, f64, &str); 5] = [
    ("text", "background", 4.5, "1.4.3"),
    ("accent", "background", 4.5, "1.4.3"),
    ("on_accent", "accent", 4.5, "1.4.3"),
    ("border", "background", 3.0, "1.4.11"),
    ("focus", "background", 3.0, "1.4.11"),
];

/// The longest corner, in the unit it is given in.
const LONGEST_RADIUS: [(&str, f64); 3] = [("px", 24.0), ("rem", 1.5), ("em", 1.5)];
/// How long a list of families may be, in bytes: it goes to every visitor.
const LONGEST_FONT: usize = 120;
/// Families that browsers know by themselves, and that mean another thing in quotation marks.
const GENERIC: [&str; 8] = [
    "serif",
    "sans-serif",
    "monospace",
    "system-ui",
    "ui-serif",
    "ui-sans-serif",
    "ui-monospace",
    "ui-rounded",
];

/// Something wrong: where it stands in the file (a byte), the key, and what would be right.
pub(in crate::config) type Wrong = (Option<usize>, String, String);

/// Checks both tables; every fault is one.
pub(in crate::config) fn check(light: Option<File>, dark: Option<File>) -> Result<Theme, Vec<Wrong>> {
    let mut faults = Vec::new();
    let light = light.unwrap_or_default();
    let dark = dark.unwrap_or_default();
    let mut theme = Theme {
        light: palette(&light, "theme", LIGHT, &mut faults),
        dark: palette(&dark, "theme_dark", DARK, &mut faults),
        ..Theme::default()
    };
    let mut fault = |value: &Spanned<String>, key: &str, why: String| {
        faults.push((Some(value.span().start), key.to_owned(), why));
    };
    for (value, key) in [(&dark.radius, "theme_dark.radius"), (&dark.font, "theme_dark.font")] {
        if let Some(value) = value {
            fault(value, key, "belongs in `theme`: it is the same in the dark".to_owned());
        }
    }
    if let Some(value) = &light.radius {
        theme.radius = radius(value.get_ref());
        if theme.radius.is_none() {
            let why = "must be 0, or a length up to 24px, 1.5em or 1.5rem: \"8px\", \"0.5rem\"";
            fault(value, "theme.radius", why.to_owned());
        }
    }
    if let Some(value) = &light.font {
        theme.font = font(value.get_ref());
        if theme.font.is_none() {
            let why = format!(
                "must be families with commas between them, the last one that every device has: \
                 \"Source Sans 3, Arial, sans-serif\"; letters, digits, spaces and hyphens, at most {LONGEST_FONT} bytes"
            );
            fault(value, "theme.font", why);
        }
    }
    if faults.is_empty() { Ok(theme) } else { Err(faults) }
}

/// The colours of one scheme, if the table has any; what it leaves out is as it is built in.
fn palette(file: &File, table: &str, built_in: Palette, faults: &mut Vec<Wrong>) -> Option<Palette> {
    let before = faults.len();
    let mut read = |text: &Text, name: &str| {
        let text = text.as_ref()?;
        let colour = text.get_ref().parse().ok();
        if colour.is_none() {
            let why = "must be a colour such as \"#0b4f86\" or \"#fff\"".to_owned();
            faults.push((Some(text.span().start), format!("{table}.{name}"), why));
        }
        colour
    };
    let given = [
        read(&file.text, "text"),
        read(&file.background, "background"),
        read(&file.accent, "accent"),
        read(&file.on_accent, "on_accent"),
        read(&file.border, "border"),
        read(&file.focus, "focus"),
    ];
    let [text, background, accent, on_accent, border, focus] = given;
    if given.iter().all(Option::is_none) {
        return None;
    }
    let text = text.unwrap_or(built_in.text);
    let background = background.unwrap_or(built_in.background);
    let palette = Palette {
        text,
        background,
        accent: accent.unwrap_or(built_in.accent),
        // As the style sheet has it: without these two keys, letters on a button are in the background's colour, and
        // the focus ring in the text's.
        on_accent: on_accent.unwrap_or(background),
        border: border.unwrap_or(built_in.border),
        focus: focus.unwrap_or(text),
    };
    if faults.len() == before {
        faults.extend(PAIRS.iter().filter_map(|pair| too_little(file, table, &palette, pair)));
    }
    Some(palette)
}

/// What is wrong where one colour cannot be told well enough from another. The fault names a key that the table has.
fn too_little(
    file: &File,
    table: &str,
    palette: &Palette,
    &(name, other, least, criterion): &(&str, &str, f64, &str),
) -> Option<Wrong> {
    let (colour, against) = (palette.get(name)?, palette.get(other)?);
    let ratio = colour.contrast(against);
    if ratio >= least {
        return None;
    }
    let is_given = |name: &str| match name {
        "text" => file.text.as_ref(),
        "background" => file.background.as_ref(),
        "accent" => file.accent.as_ref(),
        "on_accent" => file.on_accent.as_ref(),
        "border" => file.border.as_ref(),
        _ => file.focus.as_ref(),
    };
    let (key, rest) =
        if is_given(name).is_some() || is_given(other).is_none() { (name, other) } else { (other, name) };
    let (own, opposite) = (palette.get(key)?, palette.get(rest)?);
    let at = is_given(key).map(|text| text.span().start);
    // Rounded down: what is too little never reads as enough.
    let found = (ratio * 100.0).floor() / 100.0;
    let why = format!(
        "has too little contrast: {own} and `{rest}` {opposite} are {found:.2}:1, and must be at least {least}:1 \
         (WCAG 2.2, {criterion})"
    );
    Some((at, format!("{table}.{key}"), why))
}

fn radius(text: &str) -> Option<String> {
    if text == "0" {
        return Some(text.to_owned());
    }
    let (unit, longest) = LONGEST_RADIUS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number = text.strip_suffix(unit)?;
    let is_number = number.bytes().all(|b| b.is_ascii_digit() || b == b'.') && number.len() <= 6;
    let value: f64 = number.parse().ok().filter(|_| is_number)?;
    (0.0..=*longest).contains(&value).then(|| format!("{value}{unit}"))
}

fn font(text: &str) -> Option<String> {
    let family = |name: &str| {
        let name = name.trim();
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
        is_name.then(|| if GENERIC.contains(&name) { name.to_owned() } else { format!("\"{name}\"") })
    };
    let families: Vec<_> = text.split(',').map(family).collect::<Option<_>>()?;
    let is_everywhere = families.last().is_some_and(|last| GENERIC.contains(&last.as_str()));
    (text.len() <= LONGEST_FONT && is_everywhere).then(|| families.join(","))
}
