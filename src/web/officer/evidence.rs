//! What an inspection pack holds besides the records: texts as they were shown, pages that need no network, and how to
//! check it all.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, HEXLOWER};
use koektrommel_core::{
    hash::Hash,
    identifier::{Language, SiteId},
};

use crate::{
    app::App,
    config::Site,
    download::Contents,
    pages::frame,
    statement::Statement,
    view::{self, Links, Words},
};

/// Puts it together for one site or for all.
pub(super) fn contents(app: &App, site: Option<&SiteId>) -> Contents {
    let style = String::from_utf8_lossy(&app.style.plain.bytes);
    let mut files = vec![
        ("LEESMIJ.txt".to_owned(), include_bytes!("../../../assets/evidence/LEESMIJ.txt").to_vec()),
        ("README.txt".to_owned(), include_bytes!("../../../assets/evidence/README.txt").to_vec()),
    ];
    let sites: Vec<_> = app.config.sites.iter().filter(|one| site.is_none_or(|id| *id == one.id)).collect();
    if let Some((site, language)) = sites.first().and_then(|site| Some((*site, site.languages.first()?))) {
        let words = Words::new(&site.texts, language);
        let script = String::from_utf8_lossy(&app.verify_script.plain.bytes);
        let module = BASE64.encode(&app.verifier.plain.bytes);
        let page = view::pack::verifier(words, &style, &module, &script);
        files.push(("verify.html".to_owned(), page.into_string().into_bytes()));
    }
    let mut seen = BTreeSet::new();
    for site in sites {
        for (language, statement) in &site.statements {
            if seen.insert(Hash::of(&[statement.markdown.as_bytes()])) {
                files.extend(statement_files(app, site, language, statement, &style));
            }
        }
    }
    Contents { files, notices: notices(app, &style) }
}

fn statement_files(
    app: &App,
    site: &Site,
    language: &Language,
    statement: &Statement,
    style: &str,
) -> [(String, Vec<u8>); 2] {
    let view::layout::Frame { words, links, .. } = frame(&app.config, site, language, "");
    let content = view::statement::content(statement, words, Links { ..links });
    let page = view::pack::page(language.as_str(), &statement.title, style, &content);
    let hash = Hash::of(&[statement.markdown.as_bytes()]);
    [
        (named("statements", hash, "md"), statement.markdown.clone().into_bytes()),
        (named("statements", hash, "html"), page.into_string().into_bytes()),
    ]
}

/// Every notice that was ever served; a pack holds those that its records name.
fn notices(app: &App, style: &str) -> BTreeMap<Hash, Vec<(String, Vec<u8>)>> {
    let files = app.notices.all().map(|notice| {
        let page = view::pack::notice(notice, style).into_string();
        let files = vec![
            (named("notices", notice.id(), "json"), notice.json().as_bytes().to_vec()),
            (named("notices", notice.id(), "html"), page.into_bytes()),
        ];
        (notice.id(), files)
    });
    files.collect()
}

fn named(folder: &str, hash: Hash, extension: &str) -> String {
    format!("{folder}/{}.{extension}", HEXLOWER.encode(hash.as_bytes()))
}
