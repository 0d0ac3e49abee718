//! One version of the privacy statement: Markdown with its dates in front.

use std::fmt::Write;

use koektrommel_core::{hash::Hash, identifier::Language, instant::Day};
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use serde::Deserialize;
use time::Month;
use toml::Spanned;

/// A statement in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its title.
    pub title: String,
    /// The name of the version.
    pub version: String,
    /// The first day on which it is in force.
    pub effective_from: Day,
    /// The month of the latest supplement. A regulation that names no day is given none.
    pub supplemented: Option<YearMonth>,
    /// The text as Markdown, without the front matter.
    pub markdown: String,
    /// SHA-256 of the whole file.
    pub hash: Hash,
}

/// A month of a year: `2021-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonth {
    /// The year.
    pub year: u16,
    /// The month.
    pub month: Month,
}

/// A heading that can be linked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// Its anchor.
    pub id: String,
    /// Its text.
    pub text: String,
}

/// What is wrong with a statement file.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1.
    pub line: Option<usize>,
    /// The key of the front matter, or empty.
    pub key: String,
    /// What would be right.
    pub why: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    title: String,
    language: Spanned<String>,
    effective_from: Spanned<String>,
    supplemented: Option<Spanned<String>>,
    version: String,
}

const FENCE: &str = "+++\n";

impl Statement {
    /// Reads the statement in this language: TOML between two lines of `+++`, then Markdown.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn parse(file: &str, language: &Language) -> Result<Self, Fault> {
        let fault =
            |line, key: &str, why: &str| Fault { line: Some(line), key: key.to_owned(), why: why.to_owned() };
        let parts = file.strip_prefix(FENCE).and_then(|rest| rest.split_once(FENCE));
        let (front, markdown) = parts
            .ok_or_else(|| fault(1, "", "must begin with its dates as TOML between two lines of `+++`"))?;
        let line = |at: usize| front.bytes().take(at).filter(|byte| *byte == b'\n').count() + 2;
        let matter: FrontMatter = toml::from_str(front).map_err(|error| Fault {
            line: error.span().map(|span| line(span.start)),
            key: String::new(),
            why: error.message().to_owned(),
        })?;
        let wrong = |value: &Spanned<String>, key: &str, why: &str| fault(line(value.span().start), key, why);
        if matter.language.get_ref() != language.as_str() {
            let why = format!("must be \"{language}\": the language that this file stands under");
            return Err(wrong(&matter.language, "language", &why));
        }
        let effective_from = &matter.effective_from;
        Ok(Self {
            effective_from: effective_from
                .get_ref()
                .parse()
                .map_err(|_| wrong(effective_from, "effective_from", "must be a date: \"2018-02-01\""))?,
            supplemented: matter
                .supplemented
                .map(|month| {
                    YearMonth::parse(month.get_ref()).ok_or_else(|| {
                        wrong(&month, "supplemented", "must be a year and a month: \"2021-12\"")
                    })
                })
                .transpose()?,
            title: matter.title,
            version: matter.version,
            markdown: markdown.trim_start().to_owned(),
            hash: Hash::of(&[file.as_bytes()]),
        })
    }

    /// The text as HTML. HTML in the Markdown is shown as text: a statement holds words, not markup.
    ///
    /// Links into the public pages, written as `/privacy/…`, lead to the address that `page` makes of the rest.
    #[must_use]
    pub fn to_html(&self, page: impl Fn(&str) -> String) -> String {
        let events = parser(&self.markdown).map(|event| match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url =
                    below_privacy(&dest_url).map_or(dest_url.clone(), |rest| CowStr::from(page(rest)));
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            other => other,
        });
        let mut html = String::new();
        pulldown_cmark::html::push_html(&mut html, events);
        html
    }

    /// The headings of the second level.
    #[must_use]
    pub fn headings(&self) -> Vec<Heading> {
        let mut headings = Vec::new();
        let mut open: Option<Heading> = None;
        for event in parser(&self.markdown) {
            match (event, &mut open) {
                (Event::Start(Tag::Heading { level: HeadingLevel::H2, id: Some(id), .. }), _) => {
                    open = Some(Heading { id: id.into_string(), text: String::new() });
                }
                (Event::Text(text) | Event::Code(text), Some(heading)) => heading.text.push_str(&text),
                (Event::End(TagEnd::Heading(_)), _) => headings.extend(open.take()),
                _ => {}
            }
        }
        headings
    }
}

/// What follows `/privacy` in a link; none for `/privacyreglement`, which is a page of the site.
fn below_privacy(link: &str) -> Option<&str> {
    link.strip_prefix("/privacy").filter(|rest| rest.is_empty() || rest.starts_with(['/', '?', '#']))
}

fn parser(markdown: &str) -> Parser<'_> {
    Parser::new_ext(markdown, Options::ENABLE_HEADING_ATTRIBUTES | Options::ENABLE_TABLES)
}

impl YearMonth {
    fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        if year.len() != 4 || month.len() != 2 {
            return None;
        }
        Some(Self { year: year.parse().ok()?, month: Month::try_from(month.parse::<u8>().ok()?).ok()? })
    }
}

impl std::fmt::Display for YearMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.year, u8::from(self.month))
    }
}

/// A date in words: `1 februari 2018`, `1 February 2018`.
#[must_use]
pub fn date_in_words(day: Day, language: &str) -> String {
    let date = day.date();
    let mut words = format!("{} ", date.day());
    let _infallible = write!(words, "{} {}", month_in_words(date.month(), language), date.year());
    words
}

/// A month in words: `december`, `December`.
#[must_use]
pub fn month_in_words(month: Month, language: &str) -> &'static str {
    const NL: [&str; 12] = [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let names = if language == "nl" { NL } else { EN };
    names.get(usize::from(u8::from(month)) - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Fault, Heading, Statement, YearMonth, date_in_words};

    const FILE: &str = "+++\ntitle = \"T\"\nlanguage = \"nl\"\neffective_from = \"2018-02-01\"\nsupplemented = \"2021-12\"\nversion = \"2\"\n+++\n\n## Uw *rechten* {#rights}\n\n[Cookies](/privacy/cookies) <b>x</b>\n";

    fn parse(file: &str) -> Result<Statement, Fault> {
        Statement::parse(file, &"nl".parse().unwrap())
    }

    #[test]
    fn reads_dates_and_text() {
        let statement = parse(FILE).unwrap();
        assert_eq!(date_in_words(statement.effective_from, "nl"), "1 februari 2018");
        assert_eq!(statement.supplemented.as_ref().map(YearMonth::to_string).as_deref(), Some("2021-12"));
        assert_eq!(
            statement.headings(),
            [Heading { id: "rights".to_owned(), text: "Uw rechten".to_owned() }]
        );
        assert_eq!(
            statement.to_html(|rest| format!("/p{rest}")),
            "<h2 id=\"rights\">Uw <em>rechten</em></h2>\n<p><a href=\"/p/cookies\">Cookies</a> &lt;b&gt;x&lt;/b&gt;</p>\n"
        );
    }

    #[test]
    fn links_into_the_public_pages_follow_the_mount_and_others_do_not() {
        for (link, becomes) in [
            ("/privacy", "/p"),
            ("/privacy/cookies", "/p/cookies"),
            ("/privacy?lang=en", "/p?lang=en"),
            ("/privacy#rights", "/p#rights"),
            ("/privacyreglement", "/privacyreglement"),
            ("https://www.example.nl/privacy", "https://www.example.nl/privacy"),
        ] {
            let html =
                parse(&FILE.replace("/privacy/cookies", link)).unwrap().to_html(|rest| format!("/p{rest}"));
            assert!(html.contains(&format!("href=\"{becomes}\"")), "{link}: {html}");
        }
    }

    #[test]
    fn a_fault_names_its_line() {
        for (from, to, line) in [
            ("\"nl\"", "\"en\"", 3),
            ("2018-02-01", "2018-02-30", 4),
            ("2021-12", "2021-13", 5),
            ("version", "versie", 6),
            ("+++", "---", 1),
        ] {
            assert_eq!(parse(&FILE.replacen(from, to, 1)).unwrap_err().line, Some(line), "{to}");
        }
    }
}
