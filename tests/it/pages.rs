//! What visitors see and what browsers are told: the statement, the cookie table, the settings without a script,
//! and the headers of every route.

mod cookies;
mod headers;
pub(crate) mod settings;
mod sites;
mod statement;

/// The texts between tags, with single spaces: what somebody reads.
pub(crate) fn reading(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = after.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace("&amp;", "&")
}

/// Every value of an attribute, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mark = format!(" {name}=\"");
    html.split(&mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[test]
fn the_reader_reads() {
    assert_eq!(reading("<p>a <b>b</b>\n c</p>&amp;"), "a b c &");
    assert_eq!(attributes("<a id=\"x\"><b id=\"y\">", "id"), ["x", "y"]);
}
