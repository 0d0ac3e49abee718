//! The one thread that writes: gathers what waits, makes the records, extends the tree, signs the checkpoint,
//! appends, and only then answers.

use std::{
    collections::HashMap,
    sync::{Arc, atomic::Ordering},
};

use koektrommel_core::{
    decision::Decision,
    entry::{Entry, Salt},
    hash::Hash,
    instant::Instant,
    merkle::leaf_hash,
    record::{Consent, Record, Standing, Subject, Tag},
};
use ring::rand::{SecureRandom, SystemRandom};
use tokio::sync::{mpsc, oneshot};

use super::{Fact, Recorded, Shared, SubmitError};
use crate::{
    clock::Clock,
    store::{Batch, Head, Item, Opening, StoreError},
};

/// The most records in one batch. While one batch is being synced the next one gathers, so no timer is needed.
const LARGEST_BATCH: usize = 1024;

/// Random bytes for one record: a salt, and a pseudonym that is used if one is needed.
const RANDOM: usize = 48;

/// One thing to record, and who waits for it.
pub(super) enum Job {
    Decision {
        decision: Decision,
        standing: Option<Standing>,
        answer: oneshot::Sender<Result<Recorded, SubmitError>>,
    },
    Fact {
        fact: Fact,
        answer: oneshot::Sender<Result<u64, SubmitError>>,
    },
    /// Tries whether the store takes a batch.
    Probe {
        answer: oneshot::Sender<Result<(), SubmitError>>,
    },
}

pub(super) struct Writer {
    shared: Arc<Shared>,
    clock: Clock,
    random: SystemRandom,
}

/// A batch under construction, and the answers that go out once it is on disk.
struct Draft {
    items: Vec<Item>,
    after: Head,
    clicks: HashMap<Tag, Recorded>,
    answers: Vec<Answer>,
}

enum Answer {
    Decision(oneshot::Sender<Result<Recorded, SubmitError>>, Box<Recorded>),
    Fact(oneshot::Sender<Result<u64, SubmitError>>, u64),
    Probe(oneshot::Sender<Result<(), SubmitError>>),
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, clock: Clock) -> Self {
        Self { shared, clock, random: SystemRandom::new() }
    }

    /// Runs until every handle is gone.
    pub(super) fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(LARGEST_BATCH);
        while jobs.blocking_recv_many(&mut waiting, LARGEST_BATCH) > 0 {
            self.write(waiting.drain(..));
        }
    }

    fn write(&self, jobs: impl ExactSizeIterator<Item = Job>) {
        if !self.is_sure_of_its_head() {
            return jobs.for_each(|job| job.fail(SubmitError::Unavailable));
        }
        let before = self.shared.head();
        let time = before.time.map_or_else(|| self.clock.now(), |last| last.max(self.clock.now()));
        let mut random = vec![0; jobs.len() * RANDOM];
        let has_random = self.random.fill(&mut random).is_ok();
        let mut draft = Draft {
            items: Vec::with_capacity(jobs.len()),
            after: Head { time: Some(time), ..Head::clone(&before) },
            clicks: HashMap::new(),
            answers: Vec::with_capacity(jobs.len()),
        };
        for (job, random) in jobs.zip(random.chunks_exact(RANDOM)) {
            match job {
                _ if !has_random => job.fail(SubmitError::Unavailable),
                Job::Decision { decision, standing, answer } => match self.find(&draft, &decision) {
                    Ok(Some(recorded)) => draft.answers.push(Answer::Decision(answer, Box::new(recorded))),
                    Ok(None) => draft.add_decision(&decision, standing, time, random, answer),
                    Err(error) => drop(answer.send(Err(error))),
                },
                Job::Fact { fact, answer } => draft.add_fact(&fact.at(time), random, answer),
                Job::Probe { answer } => draft.answers.push(Answer::Probe(answer)),
            }
        }
        let is_tried = draft.answers.iter().any(|answer| matches!(answer, Answer::Probe(_)));
        let outcome = match (draft.items.is_empty(), is_tried) {
            (false, _) => self.noted(self.commit(&before, &mut draft)),
            (true, true) => self.noted(self.probe(&before)),
            (true, false) => Ok(()),
        };
        for answer in draft.answers {
            answer.send(outcome);
        }
    }

    /// Learns the head again if something went wrong since it was known; the store may need to be asked for it.
    fn is_sure_of_its_head(&self) -> bool {
        if self.shared.writable.load(Ordering::Relaxed) {
            return true;
        }
        match self.shared.store.head() {
            Ok(head) => {
                self.shared.set_head(head);
                true
            }
            Err(error) => {
                tracing::error!(%error, "the head of the log still cannot be read");
                false
            }
        }
    }

    /// Remembers whether the store does its work.
    fn noted(&self, outcome: Result<(), SubmitError>) -> Result<(), SubmitError> {
        self.shared.writable.store(outcome.is_ok(), Ordering::Relaxed);
        outcome
    }

    /// The record that this click already made, in this batch or before.
    fn find(&self, draft: &Draft, decision: &Decision) -> Result<Option<Recorded>, SubmitError> {
        let tag = Tag::of(&decision.click);
        let recorded = match draft.clicks.get(&tag) {
            Some(recorded) => Some(recorded.clone()),
            None => self.find_stored(tag).map_err(|error| {
                tracing::error!(%error, "a click could not be looked up");
                self.shared.writable.store(false, Ordering::Relaxed);
                SubmitError::Unavailable
            })?,
        };
        match recorded {
            Some(recorded) if recorded.consent.is_of(decision) => {
                Ok(Some(Recorded { repeated: true, ..recorded }))
            }
            Some(_) => Err(SubmitError::Reused),
            None => Ok(None),
        }
    }

    fn find_stored(&self, tag: Tag) -> Result<Option<Recorded>, StoreError> {
        let store = &self.shared.store;
        let Some(index) = store.find(tag)? else { return Ok(None) };
        let Some(Item { entry, opening: Some(opening) }) = store.items(index..index + 1)?.pop() else {
            return Ok(None);
        };
        match Record::from_json(&opening.record) {
            Ok(Record::Consent(consent)) => {
                Ok(Some(Recorded { consent, leaf: leaf_hash(&entry.encode()), repeated: true }))
            }
            _ => Err(StoreError::Corrupt(format!("record {index} is not what was written"))),
        }
    }

    /// Appends a batch without items: the same head once more. Its failure says nothing about the log.
    fn probe(&self, head: &Head) -> Result<(), SubmitError> {
        let batch = Batch { before: head.frontier.clone(), items: Vec::new(), after: head.clone() };
        self.shared.store.append(&batch).map_err(|error| {
            tracing::error!(%error, "the log still cannot be written");
            SubmitError::Unavailable
        })
    }

    /// Signs and appends; learns the outcome from the head where the store cannot tell.
    fn commit(&self, before: &Head, draft: &mut Draft) -> Result<(), SubmitError> {
        let frontier = &draft.after.frontier;
        let signed = self.shared.key.checkpoint(frontier.size(), frontier.root());
        draft.after.checkpoint = signed.map_err(|_| SubmitError::Unavailable)?;
        let batch = Batch {
            before: before.frontier.clone(),
            items: std::mem::take(&mut draft.items),
            after: draft.after.clone(),
        };
        let error = match self.shared.store.append(&batch) {
            Ok(()) => {
                self.shared.set_head(batch.after);
                return Ok(());
            }
            Err(error) => error,
        };
        tracing::error!(%error, records = batch.items.len(), "a batch was not appended");
        match self.shared.store.head() {
            // Appended after all. Signed and known to the store, so it may leave the process.
            Ok(head) if head == batch.after => {
                self.shared.set_head(head);
                Ok(())
            }
            Ok(head) => {
                self.shared.set_head(head);
                Err(SubmitError::Unavailable)
            }
            Err(error) => {
                tracing::error!(%error, "the head of the log cannot be read");
                Err(SubmitError::Unavailable)
            }
        }
    }
}

impl Draft {
    fn add_decision(
        &mut self,
        decision: &Decision,
        standing: Option<Standing>,
        time: Instant,
        random: &[u8],
        answer: oneshot::Sender<Result<Recorded, SubmitError>>,
    ) {
        let mut fresh = [0; 16];
        fresh.copy_from_slice(&random[32..]);
        let index = self.after.frontier.size();
        let consent = Consent::new(decision, index, time, standing, Subject::from_random(fresh));
        let tag = Tag::of(&decision.click);
        let leaf = self.add(&Record::Consent(consent.clone()), Some(tag), random);
        let recorded = Recorded { consent, leaf, repeated: false };
        self.clicks.insert(tag, recorded.clone());
        self.answers.push(Answer::Decision(answer, Box::new(recorded)));
    }

    fn add_fact(
        &mut self,
        record: &Record,
        random: &[u8],
        answer: oneshot::Sender<Result<u64, SubmitError>>,
    ) {
        let index = self.after.frontier.size();
        self.add(record, None, random);
        self.answers.push(Answer::Fact(answer, index));
    }

    fn add(&mut self, record: &Record, tag: Option<Tag>, random: &[u8]) -> Hash {
        let mut salt = [0; 32];
        salt.copy_from_slice(&random[..32]);
        let salt = Salt::from_bytes(salt);
        let bytes: Box<[u8]> = record.to_json().into_bytes().into();
        let entry = Entry::new(record.time().day(), &salt, &bytes);
        let leaf = leaf_hash(&entry.encode());
        self.after.frontier.push(leaf);
        self.items.push(Item { entry, opening: Some(Opening { tag, salt, record: bytes }) });
        leaf
    }
}

impl Job {
    fn fail(self, error: SubmitError) {
        match self {
            Self::Decision { answer, .. } => drop(answer.send(Err(error))),
            Self::Fact { answer, .. } => drop(answer.send(Err(error))),
            Self::Probe { answer } => drop(answer.send(Err(error))),
        }
    }
}

impl Answer {
    /// Tells the waiter. Who no longer waits loses the answer, not the record.
    fn send(self, outcome: Result<(), SubmitError>) {
        match self {
            Self::Decision(waiter, recorded) => drop(waiter.send(outcome.map(|()| *recorded))),
            Self::Fact(waiter, index) => drop(waiter.send(outcome.map(|()| index))),
            Self::Probe(waiter) => drop(waiter.send(outcome)),
        }
    }
}
