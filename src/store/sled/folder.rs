//! The store's folder: what is in it, and which of it counts.
//!
//! ```text
//! format             "koektrommel store 1" and the number of items in a volume
//! lock               held by the one program that has the store open
//! acknowledged       how many items were; sled ends its log at a damaged place, and would take back what follows
//! 000000-1.sealed    the first volume, rewritten once: sealed
//! 000001-2.sealed    the second one: sealed, and then rewritten to erase something
//! 000002-0/          the newest volume, a sled database
//! 000002-0.spare/    a copy of it while it is being opened; put back if it is refused as damaged
//! *.tmp              not finished when the program stopped; removed at the next start
//! ```
//!
//! A name appears only when everything under it is on disk, so of a volume the highest generation counts and
//! what is lower can go.

use std::{
    collections::BTreeMap,
    fs::{self, File, TryLockError},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use super::{
    super::{Head, StoreError},
    VolumeSize,
    durable::{self, damaged, refused},
    layout::{checked, close},
    live::{self, Live, Opened},
    sealed::Sealed,
    volumes::{Form, Volume, Volumes},
};

/// What the copy of a volume that is being opened ends in.
const SPARE: &str = "spare";

/// The volumes by number, each with its generation.
type Found = BTreeMap<u64, (u32, PathBuf)>;

/// The store's folder, held for this program.
pub(super) struct Folder {
    path: PathBuf,
    size: VolumeSize,
    acknowledged: File,
    /// Let go when dropped, or by the system when the program dies.
    _lock: File,
}

impl Folder {
    /// Takes the folder for this program, and makes it if it is not there. The size counts for a new one; an
    /// existing store keeps its own.
    pub(super) fn open(path: &Path, size: VolumeSize) -> Result<Self, StoreError> {
        fs::create_dir_all(path).map_err(|error| refused(path, &error))?;
        let lock_path = path.join("lock");
        let lock = File::options().create(true).append(true).open(&lock_path);
        let lock = lock.map_err(|error| refused(&lock_path, &error))?;
        take(&lock).map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::Unavailable(format!(
                "{} is in use by another program: stop that one first, or use another folder",
                path.display()
            )),
            TryLockError::Error(error) => refused(&lock_path, &error),
        })?;
        let size = format(&path.join("format"), size)?;
        let note = path.join("acknowledged");
        let acknowledged = File::options().create(true).truncate(false).read(true).write(true).open(&note);
        let acknowledged = acknowledged.map_err(|error| refused(&note, &error))?;
        Ok(Self { path: path.to_owned(), size, acknowledged, _lock: lock })
    }

    pub(super) fn size(&self) -> VolumeSize {
        self.size
    }

    /// Notes how many items are on disk. Not synced: after a loss of power it may say fewer, never more. It is a
    /// second opinion, so it may fail.
    pub(super) fn note(&self, size: u64) {
        let _ = self.acknowledged.write_all_at(&close(b"acknowledged", size.to_be_bytes().to_vec()), 0);
    }

    /// What was noted, as far as it can be read.
    fn noted(&self) -> u64 {
        let mut bytes = [0; 12];
        let read = self.acknowledged.read_exact_at(&mut bytes, 0);
        let size = read.ok().and_then(|()| checked(b"acknowledged", &bytes)?.try_into().ok());
        size.map_or(0, u64::from_be_bytes)
    }

    /// Where this generation of a volume is while it is a sled database.
    pub(super) fn live(&self, number: u64, generation: u32) -> PathBuf {
        self.path.join(format!("{number:06}-{generation}"))
    }

    /// Where this generation of a volume is once it is sealed.
    pub(super) fn sealed(&self, number: u64, generation: u32) -> PathBuf {
        self.path.join(format!("{number:06}-{generation}.sealed"))
    }

    /// Where a new generation of a volume is made. Whatever was left there is removed.
    pub(super) fn scratch(&self, number: u64) -> Result<PathBuf, StoreError> {
        let path = self.path.join(format!("{number:06}.tmp"));
        durable::remove(&path)?;
        Ok(path)
    }

    /// Makes the next volume, empty.
    pub(super) fn create(&self, number: u64) -> Result<Volume, StoreError> {
        let (scratch, path) = (self.scratch(number)?, self.live(number, 0));
        let mut db = durable::Db::create(&scratch)?;
        durable::publish(&scratch, &path)?;
        db.renamed(path);
        let live = Live { db: Arc::new(db), index: live::Index::new(self.size, number) };
        Ok(Volume { generation: 0, form: Form::Live(live) })
    }

    /// Reads what the folder holds, and puts away what a program that died left behind.
    ///
    /// With `distrust` the newest volume is written anew: what a failed fsync left in the system's memory can be
    /// read, and still may never reach the disk.
    ///
    /// If it is refused as damaged, the folder is as it was found: a person may still get out what is there.
    pub(super) fn load(&self, distrust: bool) -> Result<Volumes, StoreError> {
        for path in self.paths()? {
            if path.extension().is_some_and(|extension| extension == SPARE) {
                // The last start did not get to its end, so nothing has been added since.
                durable::put_back(&path, &path.with_extension(""))?;
            }
        }
        let mut spares = Vec::new();
        let loaded = self.read(distrust, &mut spares);
        for (spare, path) in spares {
            if matches!(loaded, Err(StoreError::Corrupt(_))) {
                durable::put_back(&spare, &path)?;
            } else {
                durable::remove(&spare)?;
            }
        }
        loaded
    }

    fn read(&self, distrust: bool, spares: &mut Vec<(PathBuf, PathBuf)>) -> Result<Volumes, StoreError> {
        let (mut found, left_over) = self.found()?;
        let mut newer = Vec::new();
        // The newest volume with a head is where the log ends. Whatever comes after it belongs to a batch that
        // was not finished, and never was acknowledged.
        let (number, generation, last) = loop {
            let Some((number, (generation, path))) = found.pop_last() else {
                if self.noted() > 0 {
                    return Err(damaged(&self.path, "every volume is missing"));
                }
                for path in &left_over {
                    durable::remove(path)?;
                }
                let first = self.create(0)?;
                return Ok(Volumes { size: self.size, head: empty(), all: vec![first] });
            };
            if is_sealed(&path) {
                return Err(damaged(&path, "the volume after it is missing"));
            }
            if !distrust && self.noted() > 0 {
                spares.extend(spare(&path).map(|spare| (spare, path.clone())));
            }
            let opened = live::open(&path, self.size, number)?;
            if opened.head.is_some() || number == 0 {
                break (number, generation, opened);
            }
            drop(opened);
            newer.push(path);
        };
        let head = last.head.clone().unwrap_or_else(empty);
        // Before anything is removed: sled takes a damaged place for the end of its log, so what looks like an
        // unfinished batch may hold acknowledged items that a person can still get out.
        if head.frontier.size() < self.noted() {
            return Err(damaged(
                &self.path,
                &format!("of {} acknowledged items the last are lost", self.noted()),
            ));
        }
        for path in left_over.iter().chain(&newer) {
            durable::remove(path)?;
        }
        let last = self.settled(number, generation, last, &head, distrust)?;
        let mut all = Vec::new();
        for (number, (generation, path)) in found {
            all.push(self.full(number, generation, &path)?);
        }
        if all.len() as u64 != number {
            return Err(damaged(&self.path, "a volume is missing"));
        }
        all.push(last);
        let volumes = Volumes { size: self.size, head, all };
        if volumes.tree().as_ref() != Some(&volumes.head.frontier) {
            return Err(damaged(&self.path, "the items do not add up to the signed tree"));
        }
        Ok(volumes)
    }

    /// The newest volume, certainly on disk, and without what its head does not know: it is copied then, so that
    /// those bytes are gone too.
    fn settled(
        &self,
        number: u64,
        generation: u32,
        found: Opened,
        head: &Head,
        distrust: bool,
    ) -> Result<Volume, StoreError> {
        if !found.more && !distrust {
            // A program that was killed may have written what it had not synced yet.
            durable::settle(found.live.db.path())?;
            return Ok(Volume { generation, form: Form::Live(found.live) });
        }
        let scratch = self.scratch(number)?;
        let generation = generation.saturating_add(1);
        let path = self.live(number, generation);
        let (mut live, _) =
            live::copy(&found.live.db, &scratch, self.size, number, head, &Default::default())?;
        durable::publish(&scratch, &path)?;
        if let Some(db) = Arc::get_mut(&mut live.db) {
            db.renamed(path);
        }
        let old = found.live.db.path().to_owned();
        drop(found);
        durable::remove(&old)?;
        Ok(Volume { generation, form: Form::Live(live) })
    }

    /// A volume before the newest one: it must be full.
    fn full(&self, number: u64, generation: u32, path: &Path) -> Result<Volume, StoreError> {
        if is_sealed(path) {
            let sealed = Sealed::open(path, self.size, number)?;
            return Ok(Volume { generation, form: Form::Sealed(Arc::new(sealed)) });
        }
        let opened = live::open_full(path, self.size, number)?;
        if !opened.live.index.is_full() {
            return Err(damaged(path, &format!("item {} is missing", opened.live.index.range().end)));
        }
        Ok(Volume { generation, form: Form::Live(opened.live) })
    }

    /// Everything in the folder.
    fn paths(&self) -> Result<Vec<PathBuf>, StoreError> {
        let refused = |error| refused(&self.path, &error);
        let entries = fs::read_dir(&self.path).map_err(refused)?;
        entries.map(|entry| entry.map(|entry| entry.path()).map_err(refused)).collect()
    }

    /// The volumes that count, and what is not finished or has been replaced and can go.
    fn found(&self) -> Result<(Found, Vec<PathBuf>), StoreError> {
        let mut found = Found::new();
        let mut left_over = Vec::new();
        for path in self.paths()? {
            if path.extension().is_some_and(|extension| extension == "tmp") {
                left_over.push(path);
                continue;
            }
            let stem = path.file_stem().and_then(|name| name.to_str()).and_then(|name| name.split_once('-'));
            let Some((number, generation)) = stem else { continue };
            let (Ok(number), Ok(generation)) = (number.parse(), generation.parse::<u32>()) else { continue };
            match found.get(&number) {
                Some((other, _)) if *other > generation => left_over.push(path),
                _ => left_over.extend(found.insert(number, (generation, path)).map(|(_, old)| old)),
            }
        }
        Ok((found, left_over))
    }
}

/// Copies a volume before it is opened: where sled finds damage, it takes the rest for free space and writes over
/// it at once. Without a copy, for which the disk may be too full, the log is opened all the same.
fn spare(path: &Path) -> Option<PathBuf> {
    let spare = path.with_extension(SPARE);
    match durable::copy(path, &spare) {
        Ok(()) => Some(spare),
        Err(error) => {
            tracing::warn!(%error, "the newest volume is opened without a copy");
            None
        }
    }
}

/// The end of a log without entries.
fn empty() -> Head {
    Head { frontier: Default::default(), checkpoint: String::new(), time: None }
}

fn is_sealed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "sealed")
}

/// Reads the format of an existing store, or writes that of a new one.
fn format(path: &Path, size: VolumeSize) -> Result<VolumeSize, StoreError> {
    match fs::read_to_string(path) {
        Ok(text) => {
            let items = text
                .strip_prefix("koektrommel store 1\nvolume ")
                .and_then(|rest| rest.trim_end().parse().ok());
            items.and_then(VolumeSize::of).ok_or_else(|| {
                StoreError::Corrupt(format!(
                    "{} names another layout than the one this program reads: start the version of Koektrommel that \
                     wrote it, or restore a backup into an empty folder",
                    path.display()
                ))
            })
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = format!("koektrommel store 1\nvolume {}\n", size.items());
            durable::write_file(path, text.as_bytes())?;
            Ok(size)
        }
        Err(error) => Err(refused(path, &error)),
    }
}

/// Takes a lock that nobody holds for longer than an instant. A program that another thread is just starting has a
/// copy of every open file until it runs, and with it a lock that was let go.
fn take(lock: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match lock.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(25)),
            taken => return taken,
        }
    }
    lock.try_lock()
}
