//! The list of what a banner may not do names tests that are there.

use super::texts;

#[test]
fn every_pattern_is_kept_out_by_a_test_that_is_there() {
    let texts = texts();
    let rows: Vec<_> = texts["docs/review.md"].lines().filter(|line| line.starts_with("| ")).collect();
    let named: Vec<_> =
        rows.iter().filter_map(|row| row.trim_end().strip_suffix("` |")?.rsplit('`').next()).collect();
    assert_eq!(named.len(), 16, "{named:?}");
    let is_suite = |path: &&String| {
        path.starts_with("tests/") || path.starts_with("widget/test/") || path.starts_with("src/")
    };
    for name in named {
        let is_there = texts.iter().filter(|(path, _)| is_suite(path)).any(|(_, text)| {
            [format!("fn {name}()"), format!("test('{name}'"), format!("test(`{name}`")]
                .iter()
                .any(|test| text.contains(test))
        });
        assert!(is_there, "docs/review.md names the test `{name}`, which is not there");
    }
}
