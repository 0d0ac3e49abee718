//! The widget as it is served: the bundle with one site's notice in one language inside.

mod parts;

use std::{collections::HashMap, fs};

use koektrommel_core::{
    catalogue::{Catalogue, Kind},
    identifier::{Language, SiteId},
    json::{self, Value},
    notice::Notice,
};

use parts::Parts;

use crate::{
    asset::Asset,
    config::{Config, Site},
    cookie,
    folder::{Folder, FolderError, replace},
    notices::Notices,
};

/// The bundle, built from `widget/` and committed, so that this program needs no Node to build.
const BUNDLE: &str = include_str!("../assets/koektrommel.js");
/// The words that the bundle needs at once, in the order in which it knows them (`widget/src/words.ts`); after them
/// comes the way back to the settings. The parts of the widget fetch the others with the notice.
const WORDS: [&str; 18] = [
    "banner.title",
    "banner.text",
    "banner.link",
    "banner.new",
    "banner.changed",
    "button.refuse",
    "button.accept",
    "button.choose",
    "button.close",
    "confirm.yes",
    "confirm.some",
    "confirm.no",
    "confirm.change",
    "confirm.receipt",
    "status.shown",
    "status.waiting",
    "status.not_kept",
    "status.refused",
];
/// Where the notice goes; stands in the bundle once.
const PLACE: &str = "__KOEK__";
/// Of how many page views one looks for names that the notice does not account for.
const ONE_VIEW_IN: u64 = 10;
const CONTENT_TYPE: &str = "text/javascript; charset=utf-8";

/// The scripts of all sites and languages, the widget's parts, and the folder with those that were served before.
#[derive(Debug)]
pub struct Scripts {
    current: HashMap<(SiteId, Language), Asset>,
    parts: Parts,
    folder: Folder,
}

impl Scripts {
    /// Puts the scripts together and keeps them, so that a page that names one by its hash can have it for ever.
    pub fn open(folder: &Folder, config: &Config, notices: &Notices) -> Result<Self, FolderError> {
        let mut current = HashMap::new();
        for site in &config.sites {
            for language in &site.languages {
                let Some(notice) = notices.current(&site.id, language) else { continue };
                let asset =
                    Asset::smallest(CONTENT_TYPE, BUNDLE.replacen(PLACE, &settings(config, site, notice), 1));
                keep(folder, &asset)?;
                current.insert((site.id.clone(), language.clone()), asset);
            }
        }
        Ok(Self { current, parts: Parts::open(folder)?, folder: folder.clone() })
    }

    /// The script that is served now.
    #[must_use]
    pub fn current(&self, site: &SiteId, language: &Language) -> Option<&Asset> {
        self.current.get(&(site.clone(), language.clone()))
    }

    /// A script that is served now, by what stands between `koektrommel.` and `.js` in its address: its short hash,
    /// or that of a list of parts and the name of one of them.
    #[must_use]
    pub fn current_by_name(&self, name: &str) -> Option<&Asset> {
        match name.split_once('.') {
            Some((list, part)) => self.parts.find(list, part),
            None => self.current.values().find(|asset| asset.short_hash() == name),
        }
    }

    /// A script that was served once, by the same name. Blocks on the disk.
    #[must_use]
    pub fn kept_by_name(&self, name: &str) -> Option<Asset> {
        match name.split_once('.') {
            Some((list, part)) => Parts::kept(&self.folder, list, part),
            None => kept(&self.folder, name),
        }
    }
}

fn kept(folder: &Folder, short_hash: &str) -> Option<Asset> {
    let content = is_short_hash(short_hash).then(|| fs::read(folder.path(&file_name(short_hash))).ok())??;
    Some(Asset::uncompressed(CONTENT_TYPE, content)).filter(|asset| asset.short_hash() == short_hash)
}

/// Of exactly the form that names a file of ours, so that a name can never lead to another.
fn is_short_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn keep(folder: &Folder, asset: &Asset) -> Result<(), FolderError> {
    let path = folder.path(&file_name(&asset.short_hash()));
    if path.exists() { Ok(()) } else { replace(&path, &asset.plain.bytes) }
}

fn file_name(short_hash: &str) -> String {
    format!("scripts/{short_hash}.js")
}

/// What the widget is told, as a JavaScript object.
fn settings(config: &Config, site: &Site, notice: &Notice) -> String {
    let Ok(Value::Object(mut members)) = json::parse(notice.json()) else { return "{}".to_owned() };
    members.retain(|name, _| matches!(name.as_str(), "site" | "language" | "purposes" | "texts"));
    if let Some(Value::Object(texts)) = members.remove("texts") {
        let way_back =
            if site.catalogue.choice_purposes().is_empty() { "notice.link" } else { "settings.link" };
        let word = |key: &&str| texts.get(*key).cloned().unwrap_or_else(|| "".into());
        let words = WORDS.iter().chain([&way_back]).map(word);
        members.insert("texts".to_owned(), Value::Array(words.collect()));
    }
    if let Some(Value::Array(purposes)) = members.get_mut("purposes") {
        purposes.iter_mut().for_each(shorten);
    }
    let languages = site.languages.iter().map(|language| language.as_str().into()).collect();
    // Where the page cannot read the cookie, the widget is not told of one, and asks.
    if site.mode.pages_can_read() {
        members.insert("cookie".to_owned(), Value::String(site.mode.name(cookie::NAME)));
    }
    members.extend([
        ("languages".to_owned(), Value::Array(languages)),
        ("mount".to_owned(), config.mount.as_str().into()),
        ("notice".to_owned(), Value::String(notice.id().to_string())),
    ]);
    members.extend(site.tools_json());
    if let Some(names) = left_by_scripts(&site.catalogue) {
        members.insert("kept".to_owned(), Value::String(names));
        // Has the script fetch the part that looks for them; to Google's tags, no signals say nothing.
        members.entry("signals".to_owned()).or_insert_with(|| Value::Object(Default::default()));
    }
    if !site.theme.is_plain() {
        members.insert("theme".to_owned(), Value::String(site.theme.widget_css()));
    }
    if site.watch_undeclared {
        members.insert("watch".to_owned(), Value::Number(ONE_VIEW_IN));
    }
    literal(&Value::Object(members))
}

/// A value as JavaScript: canonical JSON, with no quotes around the names that need none.
fn literal(value: &Value) -> String {
    let joined = |all: Vec<String>| all.join(",");
    match value {
        Value::Array(items) => format!("[{}]", joined(items.iter().map(literal).collect())),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let is_plain = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') && !name.is_empty();
                let name = if is_plain { name.clone() } else { Value::from(name.as_str()).to_canonical() };
                format!("{name}:{}", literal(value))
            };
            format!("{{{}}}", joined(members.iter().map(member).collect()))
        }
        one => one.to_canonical(),
    }
}

/// Leaves of a purpose what the bundle uses; the rest is in the API's answer and on the cookie page. What is exempt is
/// never named by the banner, and has no mark, by which the bundle tells it from a choice.
fn shorten(purpose: &mut Value) {
    let Value::Object(members) = purpose else { return };
    let is_choice = members.get("kind") == Some(&Kind::Choice.as_str().into());
    members.retain(|member, _| match member.as_str() {
        "id" => true,
        "changed" | "mark" | "name" | "recipients" => is_choice,
        _ => false,
    });
}

/// How the names begin that scripts of the site may have left on the device for what visitors choose, as a regular
/// expression. Not our own cookies: they may be there without a yes, for one visit, and tell themselves when they end.
fn left_by_scripts(catalogue: &Catalogue) -> Option<String> {
    let choices = catalogue.purposes().iter().filter(|purpose| purpose.kind == Kind::Choice);
    let theirs = choices.flat_map(|purpose| {
        let own = cookie::of_purpose(&purpose.id);
        let seen = purpose.cookies.iter().filter(|cookie| !cookie.http_only);
        seen.filter(move |cookie| cookie::without_prefix(&cookie.name) != own)
    });
    let literal = |name: &str| -> String {
        let escape = |c: char| if c.is_ascii_alphanumeric() || c == '_' { vec![c] } else { vec!['\\', c] };
        name.trim_end_matches('*').chars().flat_map(escape).collect()
    };
    let names: Vec<_> = theirs.map(|cookie| literal(&cookie.name)).collect();
    (!names.is_empty()).then(|| names.join("|"))
}

#[cfg(test)]
mod tests {
    use koektrommel_core::json;

    use super::{BUNDLE, PLACE, WORDS, literal};

    #[test]
    fn a_literal_has_quotes_where_they_are_needed() {
        let text = r#"{"":0,"a-b":[true,{}],"a_b":"c\"d","e.f":{"g":[]},"h1":1}"#;
        let Ok(value) = json::parse(text) else { panic!("{text}") };
        assert_eq!(literal(&value), r#"{"":0,"a-b":[true,{}],a_b:"c\"d","e.f":{g:[]},"h1":1}"#);
    }

    #[test]
    fn the_bundle_has_one_place_for_the_notice() {
        assert_eq!(BUNDLE.matches(PLACE).count(), 1);
    }

    #[test]
    fn the_bundle_knows_the_words_in_the_same_order() {
        let source = include_str!("../widget/src/words.ts");
        let keys = source.lines().filter_map(|line| line.strip_prefix("  '")?.strip_suffix("',"));
        assert_eq!(keys.collect::<Vec<_>>(), WORDS);
        let name = |key: &str| {
            let rest = key.split_once('.').map_or(key, |(_, rest)| rest);
            rest.split('_').map(|part| part[..1].to_uppercase() + &part[1..]).collect::<String>()
        };
        let enumerated: Vec<_> =
            source.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(',')).collect();
        let names: Vec<_> = WORDS.iter().map(|key| name(key)).collect();
        assert_eq!(enumerated[..WORDS.len()], names, "each by its place in the list");
        assert_eq!(enumerated[WORDS.len()], "Way");
    }
}
