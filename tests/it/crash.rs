//! The process is killed in the middle of its work, again and again, on one folder.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::support::{
    Decision, Log, Request, Server,
    decision::{CONSENTS, notice},
    http::Connection,
};

/// How many kills there are in the normal run; `KOEKTROMMEL_KILLS=1000` for a thorough one.
const KILLS: usize = 40;
const WRITERS: usize = 8;

/// What the clients know: each click they sent, and the answer if one came.
#[derive(Default)]
struct Known {
    acknowledged: Vec<(Request, Value)>,
    unanswered: Vec<Request>,
}

#[test]
fn what_was_acknowledged_is_there_once_after_every_kill() {
    let mut server = Server::start();
    let notice = notice(&server, "nl");
    let known = Arc::new(Mutex::new(Known::default()));
    let kills = std::env::var("KOEKTROMMEL_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut kills_under_load = 0;
    for round in 0..kills {
        let before = known.lock().unwrap().acknowledged.len();
        let over = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (known, over, notice, address) =
                    (Arc::clone(&known), Arc::clone(&over), notice.clone(), server.address);
                thread::spawn(move || write(&known, &over, &notice, address))
            })
            .collect();
        // The first answers are in, so the load is on; then some arbitrary part of a batch longer.
        let deadline = Instant::now() + Duration::from_secs(60);
        while known.lock().unwrap().acknowledged.len() < before + WRITERS {
            assert!(Instant::now() < deadline, "no answers:\n{}", server.output());
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(random_delay());
        server.kill();
        over.store(true, Ordering::Relaxed);
        writers.into_iter().for_each(|writer| writer.join().unwrap());
        kills_under_load += usize::from(!known.lock().unwrap().unanswered.is_empty());

        // Every other time somebody looks at the folder before the server does.
        if round % 4 == 1 {
            check_folder(&server, &known.lock().unwrap());
        }
        server.restart();
        check_running(&server, &mut known.lock().unwrap());
    }
    assert!(kills_under_load >= kills / 2, "only {kills_under_load} kills met a request on its way");
    server.kill();
    let known = known.lock().unwrap();
    let log = check_folder(&server, &known);
    // Whatever was sent and never answered was sent again, so nothing is left that nobody knows.
    assert_eq!(log.items.len(), known.acknowledged.len());
    #[allow(clippy::print_stdout, reason = "the figure is what a long run is for")]
    {
        println!("{kills} kills, {kills_under_load} under load, {} decisions, none lost", log.items.len());
    }
    assert!(!server.output().contains("panicked"), "{}", server.output());
}

/// Sends decisions until the connection breaks.
fn write(known: &Mutex<Known>, over: &AtomicBool, notice: &str, address: std::net::SocketAddr) {
    let Some(mut connection) = Connection::open(address) else { return };
    while !over.load(Ordering::Relaxed) {
        let request = Decision::on(notice, "save", true, false).request();
        match connection.send(&request) {
            Some(answer) => {
                assert_eq!(answer.status, 201, "{}", String::from_utf8_lossy(&answer.body));
                let Ok(body) = serde_json::from_slice(&answer.body) else { return };
                known.lock().unwrap().acknowledged.push((request, body));
            }
            None => {
                known.lock().unwrap().unanswered.push(request);
                return;
            }
        }
    }
}

/// Up to 20 milliseconds: a batch takes a few.
fn random_delay() -> Duration {
    let [a, b] = koektrommel::keys::random::<2>().unwrap();
    Duration::from_micros(u64::from(u16::from_be_bytes([a, b])) * 20_000 / 65_536)
}

/// Every acknowledged record is in the tree, at its index, once; and the tree is what was signed.
fn check_folder(server: &Server, known: &Known) -> Log {
    let log = Log::open(&server.data());
    let mut by_id = BTreeMap::new();
    for index in 0..log.items.len() {
        let consent = log.consent(index);
        assert_eq!(consent.id.index(), index as u64);
        assert!(by_id.insert(consent.id.to_string(), index).is_none(), "{} stands twice", consent.id);
    }
    for (_, body) in &known.acknowledged {
        let index = by_id.get(body["record"].as_str().unwrap()).copied();
        assert_eq!(index.map(|index| index as u64), body["index"].as_u64(), "{body}");
    }
    log
}

/// The server gives the same answers as before, and a retry of what was cut off is one record.
fn check_running(server: &Server, known: &mut Known) {
    server.assert_well();
    let mut connection = Connection::open(server.address).unwrap();
    for request in known.unanswered.drain(..) {
        let first = connection.send(&request).unwrap().expect(201).json();
        let again = connection.send(&request).unwrap().expect(201).json();
        assert_eq!(first, again);
        known.acknowledged.push((request, first));
    }
    // The newest are those that a crash endangers; all of them are checked at the end.
    for (request, body) in known.acknowledged.iter().rev().take(3 * WRITERS) {
        assert_eq!(&connection.send(request).unwrap().expect(201).json(), body);
        connection.send(&crate::support::get(body["receipt"].as_str().unwrap())).unwrap().expect(200);
    }
    assert_eq!(server.size(), known.acknowledged.len() as u64);
}

#[test]
fn a_polite_end_answers_what_is_on_its_way() {
    let mut server = Server::start();
    let notice = notice(&server, "nl");
    let known = Arc::new(Mutex::new(Known::default()));
    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (known, over, notice, address) =
                (Arc::clone(&known), Arc::clone(&over), notice.clone(), server.address);
            thread::spawn(move || write(&known, &over, &notice, address))
        })
        .collect();
    let deadline = Instant::now() + Duration::from_secs(60);
    while known.lock().unwrap().acknowledged.len() < 4 * WRITERS {
        assert!(Instant::now() < deadline, "no answers to {CONSENTS}");
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    over.store(true, Ordering::Relaxed);
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    check_folder(&server, &known.lock().unwrap());
}
