//! When what goes, by the calendar and by a clock that is wrong; and how it is counted.

use std::sync::Arc;

use koektrommel_core::{
    instant::Instant,
    record::{Action, Cause, DataSet},
};

use super::{
    super::{Removed, Tally},
    Fixture, on_disk, terms,
};
use crate::{
    folder::Folder,
    store::{Store, memory::MemoryStore},
};

#[test]
fn each_data_set_goes_at_the_end_of_its_own_term() {
    for store in [on_disk, |_: &Folder| -> Arc<dyn Store> { Arc::new(MemoryStore::new()) }] {
        let mut log = Fixture::on(store).with_log();
        for (time, gone) in [
            ("2026-07-31T09:59:59Z", None),
            ("2026-07-31T10:00:00Z", Some("1 refusals erased (retention): 0")),
            ("2027-01-31T09:59:59Z", None),
            ("2027-01-31T10:00:00Z", Some("3 withdrawn erased (retention): 1-3")),
            ("2027-07-31T09:59:59Z", None),
            ("2027-07-31T10:00:00Z", Some("1 consents erased (retention): 4")),
            ("2028-01-31T09:59:59Z", None),
            ("2028-01-31T10:00:00Z", Some("2 access erased (retention): 5-6")),
            ("2090-01-31T10:00:00Z", None),
        ] {
            assert_eq!(log.retain_on(time), Vec::from_iter(gone), "{time}");
        }
        assert!(!log.folder.path("downloads/5.json").exists(), "the manifest names the officer");
        let left: Vec<_> = log.items().iter().map(|item| item.opening.is_some()).collect();
        assert_eq!(left, [[false; 7].as_slice(), &[true; 4]].concat(), "statements stay");
        let refusals = &log.statements()[0];
        assert_eq!((refusals.set, refusals.cause), (DataSet::Refusals, Cause::Retention));
        assert_eq!(refusals.reason.as_deref(), Some(terms().refusals.reason.as_str()));
        assert_eq!(refusals.time, "2026-07-31T10:00:00Z".parse::<Instant>().unwrap());
    }
}

#[test]
fn what_an_officer_looked_up_goes_as_other_readings_do() {
    let mut log = Fixture::on(on_disk);
    log.access(Action::LookedUp, None);
    assert!(log.retain_on("2028-01-31T09:59:59Z").is_empty());
    assert_eq!(log.retain_on("2028-01-31T10:00:00Z"), ["1 access erased (retention): 0"]);
}

#[test]
fn a_clock_that_goes_back_or_starts_wrong_erases_nothing_too_early() {
    let mut log = Fixture::on(on_disk).with_log();
    for time in ["1970-01-01T00:00:00Z", "2025-12-01T00:00:00Z", "2026-07-31T09:59:59Z"] {
        assert!(log.retain_on(time).is_empty(), "{time}");
    }
    assert_eq!(log.retain_on("2026-07-31T10:00:00Z").len(), 1);
    // What went stays gone, and the log goes on at the time of its newest statement.
    assert!(log.retain_on("2026-02-01T00:00:00Z").is_empty());
    let late = log.decide(false, None);
    assert_eq!(late.consent.time, "2026-07-31T10:00:00Z".parse().unwrap());
    assert!(log.retain_on("2027-01-30T10:00:00Z").is_empty(), "a term begins at the time on the record");
}

#[test]
fn terms_end_by_the_calendar_also_at_a_leap_day_and_when_the_clock_is_put_forward() {
    for (made, kept, gone) in [
        // Six months after the last day of August is the last of February.
        ("2027-08-31T10:00:00Z", "2028-02-29T09:59:59Z", "2028-02-29T10:00:00Z"),
        ("2026-08-31T10:00:00Z", "2027-02-28T09:59:59Z", "2027-02-28T10:00:00Z"),
        ("2028-02-29T10:00:00Z", "2028-08-29T09:59:59Z", "2028-08-29T10:00:00Z"),
        // The hour that the wall clock skips or has twice; terms are in UTC.
        ("2026-09-29T01:30:00Z", "2027-03-29T01:29:59Z", "2027-03-29T01:30:00Z"),
        ("2026-04-25T01:30:00Z", "2026-10-25T01:29:59Z", "2026-10-25T01:30:00Z"),
    ] {
        let mut log = Fixture::on(on_disk);
        log.clock.set(made.parse().unwrap());
        log.decide(false, None);
        assert!(log.retain_on(kept).is_empty(), "{made} at {kept}");
        assert_eq!(log.retain_on(gone), ["1 refusals erased (retention): 0"], "{made} at {gone}");
    }
}

#[test]
fn what_went_is_counted_as_the_log_states_it() {
    let mut log = Fixture::on(on_disk).with_log();
    let tally = Tally::new(log.ledger.clone());
    assert!(tally.removed().unwrap().is_empty());
    log.retain_on("2027-01-31T10:00:00Z");
    log.clock.set("2027-02-03T10:00:00Z".parse().unwrap());
    log.work.erase(&[4], Cause::Visitor).unwrap();
    let at = |time: &str| Some(time.parse().unwrap());
    let removed: Vec<_> = tally.removed().unwrap().into_iter().collect();
    assert_eq!(
        removed,
        [
            (DataSet::Refusals, Removed { count: 1, last: at("2027-01-31T10:00:00Z") }),
            (DataSet::Consents, Removed { count: 1, last: at("2027-02-03T10:00:00Z") }),
            (DataSet::Withdrawn, Removed { count: 3, last: at("2027-01-31T10:00:00Z") }),
        ]
    );
    assert_eq!(Tally::new(log.ledger.clone()).removed().unwrap().into_iter().collect::<Vec<_>>(), removed);
}

#[test]
fn terms_are_those_of_the_configuration() {
    let mut log = Fixture::on(on_disk).with_log();
    let mut terms = terms();
    terms.refusals.months = 0;
    let gone = log.work.retain(&terms).unwrap();
    assert_eq!(gone.iter().map(|gone| gone.set).collect::<Vec<_>>(), [DataSet::Refusals]);
}
