//! Many at once.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Barrier},
    thread,
};

use koektrommel::keys::log::verify;
use koektrommel_core::{note::VerifierKey, receipt::Receipt};
use serde_json::Value;

use crate::support::{Decision, Log, Response, Server, decision::notice, get, http::Connection};

/// Runs one piece of work on each of so many threads, all let go at the same moment.
fn together<T: Send + 'static>(count: usize, work: impl Fn(usize) -> T + Send + Sync + 'static) -> Vec<T> {
    let (start, work) = (Arc::new(Barrier::new(count)), Arc::new(work));
    let threads: Vec<_> = (0..count)
        .map(|n| {
            let (start, work) = (Arc::clone(&start), Arc::clone(&work));
            thread::spawn(move || {
                start.wait();
                work(n)
            })
        })
        .collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).collect()
}

#[test]
fn the_same_click_from_two_clients_at_once_is_one_record() {
    let mut server = Server::start();
    let address = server.address;
    let notice = notice(&server, "nl");
    for round in 0..20 {
        let request = Decision::on(&notice, "save", true, false).request();
        let answers = together(2, move |_| {
            let mut connection = Connection::open(address).unwrap();
            // Both connections are open before either sends.
            connection.send(&get("/healthz")).unwrap();
            connection.send(&request).unwrap()
        });
        let [one, two] = &answers[..] else { panic!() };
        assert_eq!((one.status, two.status), (201, 201));
        assert_eq!(one.json(), two.json());
        assert_eq!(one.set_cookie("__Host-koek"), two.set_cookie("__Host-koek"));
        assert_eq!(one.json()["index"], round);
    }
    server.kill();
    assert_eq!(Log::open(&server.data()).items.len(), 20);
}

#[test]
fn the_same_click_with_two_contents_at_once_is_one_record_and_one_conflict() {
    let server = Server::start();
    let address = server.address;
    let notice = notice(&server, "nl");
    for round in 1..=10 {
        let yes = Decision::on(&notice, "accept", true, true);
        let no = Decision::on(&notice, "refuse", false, false).with("id", yes.0["id"].clone());
        let requests = [yes.request(), no.request()];
        let answers = together(2, move |n| requests[n].send(address).status);
        assert_eq!(BTreeSet::from_iter(answers), BTreeSet::from([201, 409]));
        assert_eq!(server.size(), round);
    }
}

#[test]
fn sixty_four_writers_leave_no_gap_and_no_double() {
    const WRITERS: usize = 64;
    const EACH: usize = 8;
    let mut server = Server::start();
    let address = server.address;
    let notice = notice(&server, "nl");
    let answers: Vec<Vec<Response>> = together(WRITERS, move |n| {
        let mut connection = Connection::open(address).unwrap();
        let decisions = (0..EACH).map(|k| Decision::on(&notice, "save", n % 2 == 0, k % 2 == 0));
        decisions.map(|decision| connection.send(&decision.request()).unwrap().expect(201)).collect()
    });
    let bodies: Vec<Vec<Value>> =
        answers.iter().map(|all| all.iter().map(Response::json).collect()).collect();
    for of_one in &bodies {
        let indexes: Vec<_> = of_one.iter().map(|body| body["index"].as_u64().unwrap()).collect();
        assert!(
            indexes.is_sorted_by(|a, b| a < b),
            "who waits for an answer finds the next record behind it"
        );
    }
    let by_index: BTreeMap<u64, &Value> =
        bodies.iter().flatten().map(|body| (body["index"].as_u64().unwrap(), body)).collect();
    let total = (WRITERS * EACH) as u64;
    assert!(by_index.keys().copied().eq(0..total), "{:?}", by_index.keys());
    let records: BTreeSet<_> = by_index.values().map(|body| body["record"].as_str().unwrap()).collect();
    let references: BTreeSet<_> = by_index.values().map(|body| body["reference"].as_str().unwrap()).collect();
    assert_eq!((records.len(), references.len()), (by_index.len(), by_index.len()));

    let key: VerifierKey = server.get("/privacy/log/key").text().trim_end().parse().unwrap();
    let mut connection = Connection::open(address).unwrap();
    for (index, body) in &by_index {
        let receipt = connection.send(&get(body["receipt"].as_str().unwrap())).unwrap().expect(200);
        let receipt: Receipt = receipt.text().parse().unwrap();
        let verified = receipt.verify(std::slice::from_ref(&key), &verify).unwrap();
        assert_eq!((receipt.index, verified.checkpoint.size), (*index, total));
    }
    assert_eq!(server.size(), total);
    // A polite end loses nothing either.
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    let log = Log::open(&server.data());
    for (index, body) in by_index {
        let consent = log.consent(usize::try_from(index).unwrap());
        assert_eq!(consent.id.to_string(), body["record"].as_str().unwrap());
    }
}

#[test]
fn who_hangs_up_loses_the_answer_and_not_the_record() {
    use std::{io::Write, net::TcpStream};
    let mut server = Server::start();
    let decisions: Vec<_> = (0..20).map(|_| Decision::accept(&server)).collect();
    for decision in &decisions {
        let mut stream = TcpStream::connect(server.address).unwrap();
        stream.write_all(&decision.request().bytes("close")).unwrap();
        // Dropped without reading.
    }
    // The retry of the outbox: the same record, if it was made, and otherwise a new one; never two.
    for decision in &decisions {
        decision.send(&server).expect(201);
    }
    assert_eq!(server.size(), 20);
    server.kill();
    assert_eq!(Log::open(&server.data()).items.len(), 20);
}
