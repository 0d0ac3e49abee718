//! The manifests of downloads, held against what the log says of the same downloads: who asked for what and when, how
//! much went out, and its sum. What only a manifest has (bytes, lines, what was left out) is held by its own sum alone.

use koektrommel_core::{
    note::{Checkpoint, VerifierKey},
    record::{Access, Action, Record},
};

use super::{Place, VerifyError, named};
use crate::{
    download::Manifest,
    folder::Folder,
    keys::log::verify,
    store::{Store, StoreError},
};

/// Checks every manifest that is there. `restored` is the smallest size that the log was put back to, if it was: a
/// download that ended after that is known to its manifest alone.
///
/// # Errors
/// Names the first manifest that is not what was written.
pub(super) fn check(
    folder: &Folder,
    store: &dyn Store,
    keys: &[VerifierKey],
    restored: Option<u64>,
) -> Result<(), VerifyError> {
    super::files::each(&folder.path("downloads"), &mut |path, name| {
        let wrong = |why: &str| {
            VerifyError::bad(Place::Log, format!("downloads/{name} {why}: the log has the facts"))
        };
        let index = name.strip_suffix(".json").and_then(|index| index.parse().ok());
        let json = index.and_then(|index| Manifest::read(folder, index).transpose());
        let manifest = match json {
            Some(Ok(json)) => Manifest::from_json(&json),
            Some(Err(error)) if error.kind() != std::io::ErrorKind::InvalidData => {
                return Err(named(path, &error));
            }
            _ => None,
        };
        let manifest = manifest
            .filter(|manifest| index == Some(manifest.index))
            .ok_or_else(|| wrong("is not the manifest that was written"))?;
        let signed = Checkpoint::open(&manifest.checkpoint, keys, &verify);
        let is_of_a_key = keys.iter().any(|key| key.to_string() == manifest.key);
        if !is_of_a_key || signed.ok().is_none_or(|signed| signed.size != manifest.size) {
            return Err(wrong("has a checkpoint or a key that is not the log's"));
        }
        match access(store, manifest.index)? {
            Found::Access(begun) if begins(&begun, &manifest) => {}
            Found::Erased => {}
            _ => return Err(wrong("says something else of its beginning than the log")),
        }
        let Some(ended) = manifest.ended else { return Ok(()) };
        match access(store, ended)? {
            Found::Access(end) if ends(&end, &manifest) => Ok(()),
            Found::Erased => Ok(()),
            Found::Access(end) if end.begun == Some(manifest.index) => {
                Err(wrong("says something else of its end than the log"))
            }
            _ if restored.is_some_and(|size| size <= ended) => Ok(()),
            _ => Err(wrong("names an end that the log does not have")),
        }
    })
}

enum Found {
    Access(Access),
    Erased,
    /// Something else, or nothing.
    Other,
}

fn access(store: &dyn Store, index: u64) -> Result<Found, StoreError> {
    let Some(item) = store.items(index..index.saturating_add(1))?.pop() else { return Ok(Found::Other) };
    let Some(opening) = item.opening else { return Ok(Found::Erased) };
    Ok(match Record::from_json(&opening.record)? {
        Record::Access(access) => Found::Access(access),
        _ => Found::Other,
    })
}

fn begins(access: &Access, manifest: &Manifest) -> bool {
    access.action == Action::DownloadBegun
        && access.officer == manifest.officer
        && access.filter == manifest.filter
        && manifest.begun_at.is_none_or(|at| at == access.time)
}

fn ends(access: &Access, manifest: &Manifest) -> bool {
    access.action == Action::DownloadEnded
        && access.begun == Some(manifest.index)
        && access.officer == manifest.officer
        && access.filter == manifest.filter
        && access.size == manifest.size
        && (access.count, access.sha256) == (manifest.count, manifest.sha256)
        && manifest.ended_at.is_none_or(|at| at == access.time)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use koektrommel_core::{hash::Hash, record::Restoration};

    use super::super::{Elsewhere, data};
    use crate::{
        download::{Manifest, fixture::Fixture},
        ledger::Fact,
    };

    #[actix_web::test]
    async fn a_manifest_that_says_something_else_than_the_log_is_named() {
        let fixture = Fixture::with_log().await;
        fixture.state_deletion(&[3]);
        let verify = || data(&fixture.folder, &*fixture.store, &Elsewhere::default());
        verify().unwrap();
        let path = fixture.folder.path("downloads/7.json");
        let true_one = fs::read_to_string(&path).unwrap();
        let manifest = || Manifest::from_json(&true_one).unwrap();
        let later = manifest().ended_at.unwrap().plus_seconds(1);
        let lies: [fn(&mut Manifest); 9] = [
            |manifest| manifest.officer = "bert".parse().unwrap(),
            |manifest| manifest.count = Some(1),
            |manifest| manifest.sha256 = Some(Hash::of(&[b"another file"])),
            |manifest| manifest.sha256 = None,
            |manifest| drop(manifest.filter.insert("site".to_owned(), "wsn".to_owned())),
            |manifest| manifest.ended = Some(6),
            |manifest| manifest.ended = Some(99),
            |manifest| manifest.size += 1,
            |manifest| manifest.index = 8,
        ];
        // Each with a sum of its own that is right.
        let mut wrong: Vec<Manifest> = lies
            .map(|lie| {
                let mut manifest = manifest();
                lie(&mut manifest);
                manifest
            })
            .into();
        wrong.push(Manifest { ended_at: Some(later), ..manifest() });
        wrong.push(Manifest { begun_at: Some(later), ..manifest() });
        for manifest in wrong {
            fs::write(&path, manifest.to_json()).unwrap();
            let said = verify().unwrap_err().to_string();
            assert!(said.starts_with("the log: downloads/7.json "), "{said}: {manifest:?}");
        }
        fs::write(&path, &true_one).unwrap();
        verify().unwrap();
        // An end that was lost with what came after a backup; the log says that it was put back.
        let lost = Manifest { ended: Some(11), ..manifest() };
        fs::write(&path, lost.to_json()).unwrap();
        assert!(verify().unwrap_err().to_string().contains("names an end that the log does not have"));
        let restoration = Restoration { time: later, size: 9 };
        let ledger = fixture.ledger.clone();
        let stated = std::thread::spawn(move || ledger.record_blocking(Fact::Restoration(restoration)));
        assert_eq!(stated.join().unwrap().unwrap(), 11);
        verify().unwrap();
        fs::write(&path, &true_one).unwrap();
        // One of a download that never was, under a name of its own.
        fs::write(fixture.folder.path("downloads/2.json"), Manifest { index: 2, ..manifest() }.to_json())
            .unwrap();
        assert!(verify().unwrap_err().to_string().contains("downloads/2.json"));
    }
}
