//! Work on a stretch of items on all processors, with the results in order.

use std::{num::NonZero, thread};

use koektrommel_evidence::download::Workers;

/// More threads than this wait for the one that reads.
const MOST_THREADS: usize = 8;

/// Fewer items than this are not worth a thread.
const FEWEST: usize = 256;

/// All processors.
pub(super) struct Threads;

impl Workers for Threads {
    fn map<'a, T: Sync, R: Send, E: Send>(
        &self,
        items: &'a [T],
        work: impl Fn(usize, &'a T) -> Result<R, E> + Sync,
    ) -> Result<Vec<R>, E> {
        map(items, work)
    }
}

/// Applies a function to every item and returns the results in the order of the items, up to and including the
/// first error.
pub(super) fn map<'a, T: Sync, R: Send, E: Send>(
    items: &'a [T],
    work: impl Fn(usize, &'a T) -> Result<R, E> + Sync,
) -> Result<Vec<R>, E> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    // Starting a thread takes as long as some hundred items.
    let share = items.len().div_ceil(threads).max(FEWEST);
    let run = |start: usize, items: &'a [T]| {
        items.iter().enumerate().map(|(n, item)| work(start + n, item)).collect::<Result<Vec<R>, E>>()
    };
    thread::scope(|scope| {
        let mut shares = items.chunks(share).enumerate().map(|(nth, items)| (nth * share, items));
        let own = shares.next();
        let run = &run;
        let others: Vec<_> = shares.map(|(start, items)| scope.spawn(move || run(start, items))).collect();
        let mut results = own.map_or(Ok(Vec::new()), |(start, items)| run(start, items))?;
        for other in others {
            match other.join() {
                Ok(more) => results.extend(more?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(results)
    })
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn results_are_in_order_and_the_first_error_wins() {
        let items: Vec<u32> = (0..1000).collect();
        let same = map(&items, |place, item| if place == *item as usize { Ok(*item) } else { Err(()) });
        assert_eq!(same, Ok(items.clone()));
        assert_eq!(map(&items, |_, item| if item % 300 == 299 { Err(*item) } else { Ok(()) }), Err(299));
        assert_eq!(map(&[], |_, item: &u32| Ok::<_, ()>(*item)), Ok(vec![]));
    }
}
