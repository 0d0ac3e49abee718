//! The thread of a server that forgets: once a day by itself, and when somebody asks.
//!
//! To erase is to write a stretch of the log anew, and while that is the newest one, decisions wait. So what comes in
//! meanwhile is gathered, and the thread rests nine times as long as it worked: whoever asks over and over takes at
//! most a tenth of the disk's time.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError},
    },
    thread,
    time::{Duration, Instant},
};

use koektrommel_core::{instant::Day, record::Cause};
use tokio::sync::oneshot;

use super::{EraseError, Gone, Quiet, Work};
use crate::config::Retention;

/// How often the calendar is looked at.
const LOOK: Duration = if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(60) };
/// How many may wait.
const WAITING: usize = 256;
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(20);

/// Hands erasures to the thread; clones share it. The thread ends with the last of them.
#[derive(Clone)]
pub struct Eraser {
    jobs: SyncSender<Job>,
    quiet: Quiet,
    ran: Arc<Mutex<Option<Ran>>>,
}

/// The newest run over everything that could have reached its term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ran {
    /// When.
    pub at: koektrommel_core::instant::Instant,
    /// Nothing is left that had to go.
    pub went_well: bool,
}

/// The system gave no thread.
#[derive(Debug, thiserror::Error)]
#[error("the thread that erases could not be started: {0}")]
pub struct Stopped(#[from] std::io::Error);

type Answer = oneshot::Sender<Result<Vec<Gone>, EraseError>>;

enum Job {
    Erase(Vec<u64>, Cause, Answer),
    Retain(Answer),
}

impl Eraser {
    /// Starts the thread. Its first run is now.
    pub fn start(work: Work, terms: Retention) -> Result<Self, Stopped> {
        let (sender, jobs) = mpsc::sync_channel(WAITING);
        let (quiet, ran) = (work.quiet(), Arc::default());
        let told = Arc::clone(&ran);
        thread::Builder::new()
            .name("erase".to_owned())
            .spawn(move || Runner { work, terms, ran: None, told }.run(&jobs))?;
        Ok(Self { jobs: sender, quiet, ran })
    }

    /// The newest run; none since the start.
    #[must_use]
    pub fn ran(&self) -> Option<Ran> {
        *self.ran.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Erases these records; see [`Work::erase`]. What is gathered goes together.
    pub async fn erase(&self, indexes: Vec<u64>, cause: Cause) -> Result<Vec<Gone>, EraseError> {
        let (answer, done) = oneshot::channel();
        self.hand_in(Job::Erase(indexes, cause, answer))?;
        done.await.unwrap_or_else(|_| Err(ended()))
    }

    /// As [`erase`](Self::erase), for a thread of its own.
    pub fn erase_blocking(&self, indexes: Vec<u64>, cause: Cause) -> Result<Vec<Gone>, EraseError> {
        let (answer, done) = oneshot::channel();
        self.hand_in(Job::Erase(indexes, cause, answer))?;
        done.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    /// Erases what has reached the end of its term, now; for a thread of its own.
    pub fn retain_blocking(&self) -> Result<Vec<Gone>, EraseError> {
        let (answer, done) = oneshot::channel();
        self.hand_in(Job::Retain(answer))?;
        done.blocking_recv().unwrap_or_else(|_| Err(ended()))
    }

    /// What holds every erasure up.
    #[must_use]
    pub fn quiet(&self) -> Quiet {
        self.quiet.clone()
    }

    fn hand_in(&self, job: Job) -> Result<(), EraseError> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => EraseError::Busy,
            TrySendError::Disconnected(_) => ended(),
        })
    }
}

fn ended() -> EraseError {
    EraseError::Unavailable("the server is stopping".to_owned())
}

struct Runner {
    work: Work,
    terms: Retention,
    /// The day of the last run that went well.
    ran: Option<Day>,
    /// What others are told of it.
    told: Arc<Mutex<Option<Ran>>>,
}

impl Runner {
    fn run(mut self, jobs: &Receiver<Job>) {
        let mut waiting = Vec::new();
        loop {
            self.daily();
            match jobs.recv_timeout(LOOK) {
                Ok(job) => waiting.push(job),
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => return,
            }
            while !waiting.is_empty() {
                waiting.extend(jobs.try_iter().take(WAITING));
                let begun = Instant::now();
                self.serve(&mut waiting);
                let rest = begun + (begun.elapsed() * 10).min(LONGEST_REST);
                while let Some(left) =
                    rest.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
                {
                    match jobs.recv_timeout(left) {
                        Ok(job) if waiting.len() < WAITING => waiting.push(job),
                        Ok(job) => job.fail(),
                        Err(RecvTimeoutError::Timeout) => break,
                        Err(RecvTimeoutError::Disconnected) => return self.serve(&mut waiting),
                    }
                }
            }
        }
    }

    /// The run of the day, if there was none yet.
    fn daily(&mut self) {
        let today = self.work.clock.now().day();
        if self.ran == Some(today) {
            return;
        }
        match self.retain() {
            Ok(gone) => {
                self.ran = Some(today);
                for gone in gone {
                    tracing::info!(set = %gone.set, records = gone.items.count(), "records reached the end of their term");
                }
            }
            Err(error) => tracing::error!(%error, "records at the end of their term are still there"),
        }
    }

    fn retain(&mut self) -> Result<Vec<Gone>, EraseError> {
        let outcome = self.work.retain(&self.terms);
        let ran = Ran { at: self.work.clock.now(), went_well: outcome.is_ok() };
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(ran);
        outcome
    }

    /// Does everything that waits; all erasures of one cause as one, so that no statement tells who asked with whom.
    fn serve(&mut self, waiting: &mut Vec<Job>) {
        for cause in [Cause::Visitor, Cause::Request, Cause::Retention] {
            let mut indexes = Vec::new();
            let mut answers = Vec::new();
            for job in waiting.extract_if(.., |job| matches!(job, Job::Erase(_, other, _) if *other == cause))
            {
                if let Job::Erase(own, _, answer) = job {
                    indexes.extend_from_slice(&own);
                    answers.push((own, answer));
                }
            }
            if answers.is_empty() {
                continue;
            }
            let outcome = self.work.erase(&indexes, cause);
            for (own, answer) in answers {
                // Who no longer waits loses the answer, not the erasure.
                drop(answer.send(outcome.as_deref().map(|gone| part(gone, &own)).map_err(again)));
            }
        }
        for job in waiting.drain(..) {
            if let Job::Retain(answer) = job {
                drop(answer.send(self.retain()));
            }
        }
    }
}

/// What went of somebody's own.
fn part(gone: &[Gone], own: &[u64]) -> Vec<Gone> {
    let parts = gone.iter().map(|gone| {
        let items = own.iter().copied().filter(|index| gone.items.contains(*index)).collect();
        Gone { items: koektrommel_core::indexes::Indexes::of(items), ..gone.clone() }
    });
    parts.filter(|part| !part.items.is_empty()).collect()
}

/// The same error for each who waits.
fn again(error: &EraseError) -> EraseError {
    match error {
        EraseError::Busy => EraseError::Busy,
        EraseError::Unavailable(why) => EraseError::Unavailable(why.clone()),
    }
}

impl Job {
    fn fail(self) {
        match self {
            Self::Erase(.., answer) | Self::Retain(answer) => drop(answer.send(Err(EraseError::Busy))),
        }
    }
}
