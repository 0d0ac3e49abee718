//! The parts of the widget: scripts that the bundle fetches when they are used.
//!
//! The bundle knows one hash for all of them, that of their list: a first visit is spared the others. A list is a file
//! of `sha256sum`: for each part a line with its SHA-256 and its name. Lists are kept as scripts are, so that a page
//! with a bundle of an earlier release gets the parts of that release.

use std::fs;

use super::{CONTENT_TYPE, is_short_hash, keep, kept};
use crate::{
    asset::Asset,
    folder::{Folder, FolderError, replace},
};

/// Every part, by the name that the bundle asks for it with.
const PARTS: [(&str, &str); 5] = [
    ("embeds", include_str!("../../assets/koektrommel-embeds.js")),
    ("extras", include_str!("../../assets/koektrommel-extras.js")),
    ("reopen", include_str!("../../assets/koektrommel-reopen.js")),
    ("settings", include_str!("../../assets/koektrommel-settings.js")),
    ("uses", include_str!("../../assets/koektrommel-uses.js")),
];

/// The parts that are served now.
#[derive(Debug)]
pub(super) struct Parts {
    assets: Vec<(&'static str, Asset)>,
    list: Asset,
}

impl Parts {
    /// Compresses the parts of this release and keeps them.
    pub(super) fn open(folder: &Folder) -> Result<Self, FolderError> {
        let parts = Self::new();
        parts.assets.iter().try_for_each(|(_, part)| keep(folder, part))?;
        let path = folder.path(&list_name(&parts.list.short_hash()));
        if !path.exists() {
            replace(&path, &parts.list.plain.bytes)?;
        }
        Ok(parts)
    }

    fn new() -> Self {
        let assets = PARTS.map(|(name, content)| (name, Asset::smallest(CONTENT_TYPE, content)));
        let line = |(name, part): &(&str, Asset)| {
            format!("{}  {name}\n", part.hash.to_string().trim_start_matches("sha256:"))
        };
        let list: String = assets.iter().map(line).collect();
        Self { assets: assets.into(), list: Asset::uncompressed("text/plain; charset=utf-8", list) }
    }

    /// A part that is served now, by the short hash of the list and its own name.
    pub(super) fn find(&self, list: &str, name: &str) -> Option<&Asset> {
        let mut assets = self.assets.iter().filter(|_| list == self.list.short_hash());
        assets.find(|(own, _)| *own == name).map(|(_, part)| part)
    }

    /// The part that an earlier list has by this name. Blocks on the disk.
    pub(super) fn kept(folder: &Folder, list: &str, name: &str) -> Option<Asset> {
        let content =
            is_short_hash(list).then(|| fs::read_to_string(folder.path(&list_name(list))).ok())??;
        let (hash, _) =
            content.lines().filter_map(|line| line.split_once("  ")).find(|(_, own)| *own == name)?;
        let is_whole = Asset::uncompressed(CONTENT_TYPE, content.clone()).short_hash() == list;
        is_whole.then(|| kept(folder, hash.get(..16)?))?
    }
}

fn list_name(short_hash: &str) -> String {
    format!("scripts/{short_hash}.parts")
}

#[cfg(test)]
mod tests {
    use super::{super::BUNDLE, Parts};

    #[test]
    fn the_bundle_asks_for_the_parts_that_are_here() {
        assert!(BUNDLE.contains(&Parts::new().list.short_hash()), "build the widget again");
    }
}
