//! What an inspection pack holds besides the records: texts as they were shown, pages that need no network, and how to
//! check it all.

use std::collections::{BTreeMap, BTreeSet};

use data_encoding::{BASE64, HEXLOWER};
use koektrommel_core::{hash::Hash, identifier::SiteId};

use crate::{
    app::App,
    download::Contents,
    history::{self, HistoryError, InForce},
    pages::frame,
    statement::Statement,
    view::{self, Words},
};

/// Puts it together for one site or for all.
///
/// # Errors
/// What is kept of earlier configurations cannot be read.
pub(super) fn contents(app: &App, site: Option<&SiteId>) -> Result<Contents, HistoryError> {
    let style = String::from_utf8_lossy(&app.style.plain.bytes);
    let mut files = vec![
        ("LEESMIJ.txt".to_owned(), include_bytes!("../../../assets/evidence/LEESMIJ.txt").to_vec()),
        ("README.txt".to_owned(), include_bytes!("../../../assets/evidence/README.txt").to_vec()),
    ];
    if let Some((site, language)) =
        app.config.site(site).and_then(|site| Some((site, site.languages.first()?)))
    {
        let words = Words::new(&site.texts, language);
        let script = String::from_utf8_lossy(&app.verify_script.plain.bytes);
        let module = BASE64.encode(&app.verifier.plain.bytes);
        let page = view::pack::verifier(&site.catalogue, words, &style, &module, &script);
        files.push(("verify.html".to_owned(), page.into_string().into_bytes()));
    }
    files.extend(history::files(&app.folder)?);
    let statements = sources(app)?.into_iter().filter_map(|text| statement_files(app, &text, &style));
    files.extend(statements.flatten());
    Ok(Contents { files, notices: notices(app, &style) })
}

/// The texts of every configuration that was in force, each once.
fn sources(app: &App) -> Result<BTreeSet<String>, HistoryError> {
    let mut texts = BTreeSet::new();
    for InForce { id, .. } in history::list(&app.folder)? {
        texts.extend(history::read(&app.folder, id)?.into_iter().map(|(_, text)| text));
    }
    Ok(texts)
}

/// A statement as its file was and as a page, if this text is one.
fn statement_files(app: &App, text: &str, style: &str) -> Option<[(String, Vec<u8>); 2]> {
    let languages =
        app.config.sites.iter().flat_map(|site| site.languages.iter().map(move |one| (site, one)));
    let (site, language, statement) = languages
        .into_iter()
        .find_map(|(site, language)| Some((site, language, Statement::parse(text, language).ok()?)))?;
    let view::layout::Frame { words, links, .. } = frame(&app.config, site, language, "");
    let content = view::statement::content(&statement, words, links);
    let page = view::pack::page(language.as_str(), &statement.title, style, &content);
    Some([
        (named("statements", statement.hash, "md"), text.as_bytes().to_vec()),
        (named("statements", statement.hash, "html"), page.into_string().into_bytes()),
    ])
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
