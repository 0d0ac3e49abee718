//! A configuration on disk: the built-in example, with changes.

use std::{fs, path::Path, path::PathBuf};

use tempfile::TempDir;

/// The files of the example.
const FILES: [&str; 4] = ["koektrommel.toml", "catalogue.toml", "statement.nl.md", "statement.en.md"];

/// A folder with a configuration.
pub(crate) struct Site(TempDir);

impl Site {
    /// The example as it is.
    pub(crate) fn example() -> Self {
        let temp = tempfile::tempdir().unwrap();
        let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/wsn");
        for file in FILES {
            fs::copy(assets.join(file), temp.path().join(file)).unwrap();
        }
        Self(temp)
    }

    /// Replaces the first occurrence of a text; fails if there is none.
    #[track_caller]
    pub(crate) fn change(&self, file: &str, from: &str, to: &str) -> &Self {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(&path, text.replacen(from, to, 1)).unwrap();
        self
    }

    /// The file to start with.
    pub(crate) fn config(&self) -> PathBuf {
        self.0.path().join(FILES[0])
    }
}
