//! The choice cookie. Unknown, forged, expired or future-dated: no choice, asked again, never an error.

use koektrommel::{
    cookie::{ChoiceCookie, Mode},
    folder::Folder,
    keys::KeyRing,
};
use koektrommel_core::{
    decision::Choices,
    hash::Hash,
    instant::Day,
    record::{Standing, Subject},
};

use crate::support::{
    Decision, Server,
    decision::{CONSENTS, COOKIE},
    get, koektrommel,
};

const SETTINGS: &str = "/privacy/settings?lang=en";
const NONE_YET: &str = "You have not made a choice yet.";

/// The server's own key ring.
fn ring(server: &Server) -> KeyRing {
    KeyRing::open_or_create(&Folder::open(&server.data()).unwrap()).unwrap()
}

/// The UTC day on which the newest record of this server was made.
fn today(server: &Server) -> Day {
    let answer = Decision::refuse(server).send(server).expect(201).json();
    answer["time"].as_str().unwrap()[..10].parse().unwrap()
}

/// A choice that begins and ends so many days from today, on the device that made the first record.
fn choice(today: Day, from: i32, until: i32) -> ChoiceCookie {
    let day = |days: i32| Day::from_unix_days(today.unix_days().checked_add_signed(days).unwrap());
    let answers = [("display", false), ("preferences", true)];
    ChoiceCookie {
        notice: Hash::of(&[b"a notice"]),
        decided: day(from),
        expires: day(until),
        silent: day(until),
        marks: Default::default(),
        choices: Choices::new(answers.map(|(id, yes)| (id.parse().unwrap(), yes)).into()).unwrap(),
        standing: Some(Standing { subject: Subject::from_random([7; 16]), record: 0 }),
    }
}

/// The `name=value` of a choice, signed with the server's own key.
fn signed(server: &Server, choice: &ChoiceCookie, today: Day) -> String {
    choice.set_cookie(&Mode::SameOrigin, &ring(server), today).unwrap().split(';').next().unwrap().to_owned()
}

/// Fails unless this cookie counts as no choice everywhere that one is read.
#[track_caller]
fn assert_no_choice(server: &Server, cookie: &[u8], what: &str) {
    let page = server.send(&get(SETTINGS).header("Cookie", cookie));
    assert_eq!(page.status, 200, "{what}");
    assert!(page.text().contains(NONE_YET), "{what}");
    assert_eq!(page.headers("set-cookie").count(), 0, "{what}");
    let own = server.send(&get(CONSENTS).header("Cookie", cookie));
    assert_eq!((own.status, own.json()["records"].as_array().unwrap().len()), (200, 0), "{what}");
    let recorded = server.send(&Decision::refuse(server).request().header("Cookie", cookie));
    assert_eq!((recorded.status, &recorded.json()["event"]), (201, &"refused".into()), "{what}");
}

/// Fails unless this cookie counts as a choice.
#[track_caller]
fn assert_choice(server: &Server, cookie: &str) {
    let page = server.send(&get(SETTINGS).cookie(cookie)).expect(200);
    assert!(!page.text().contains(NONE_YET));
}

#[test]
fn broken_cookies_count_as_no_choice() {
    let server = Server::start();
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    assert_choice(&server, &yes);
    let value = yes.strip_prefix("__Host-koek=").unwrap();
    let (mac, payload) = value.split_at(44);
    let cookies: Vec<(Vec<u8>, &str)> = [
        ("".to_owned(), "no value"),
        (payload.to_owned(), "no signature"),
        (mac.to_owned(), "a signature of nothing"),
        (format!("{mac}{mac}{payload}"), "a signature twice"),
        (format!("{}{payload}", "A".repeat(43) + "="), "a forged signature"),
        (format!("{mac}{}", payload.replace(".0", ".1").replace(".1", ".0")), "turned answers"),
        (format!("{mac}{}", payload.replacen("e=20", "e=21", 1)), "a longer life"),
        (format!("{mac}{payload}&id=00000000-0000-4000-8000-000000000000"), "another pseudonym"),
        (value[1..].to_owned(), "without its first character"),
        (value[..value.len() - 1].to_owned(), "without its last character"),
        (value[..50].to_owned(), "without its second half"),
        (format!("\"{value}\""), "in quotes"),
        (value.to_lowercase(), "in small letters"),
        (value.replace('=', "%3D"), "encoded"),
        ("x".repeat(4096), "4 KB"),
        (format!("{value}{}", "x".repeat(4096)), "4 KB behind a right one"),
        ("é".repeat(100), "other letters"),
        ("=".repeat(100), "signs"),
        ("{\"v\":1}".to_owned(), "JSON"),
    ]
    .into_iter()
    .map(|(value, what)| (format!("{COOKIE}={value}").into_bytes(), what))
    .chain([
        (format!("__Host-koek_preferences={value}").into_bytes(), "under another name"),
        (format!("__host-koek={value}").into_bytes(), "under another spelling of its name"),
        (value.as_bytes().to_vec(), "without a name"),
        ([b"__Host-koek=", &[0xff, 0xfe, 0x80][..]].concat(), "no text at all"),
        (b";;;=;=;".to_vec(), "nothing but signs"),
        (COOKIE.as_bytes().to_vec(), "a name alone"),
    ])
    .collect();
    for (cookie, what) in cookies {
        assert_no_choice(&server, &cookie, what);
    }
    server.assert_well();
}

#[test]
fn a_value_signed_for_another_cookie_or_by_another_server_does_not_count() {
    let (server, other) = (Server::start(), Server::start());
    let today = today(&server);
    let right = signed(&server, &choice(today, 0, 30), today);
    assert_choice(&server, &right);
    assert_no_choice(&server, signed(&other, &choice(today, 0, 30), today).as_bytes(), "another server");
    let payload = right.strip_prefix("__Host-koek=").unwrap()[44..].to_owned();
    let moved = ring(&server).sign("__Host-koek_display", payload).unwrap();
    assert_no_choice(&server, format!("{COOKIE}={moved}").as_bytes(), "another cookie's value");
}

#[test]
fn a_signed_choice_counts_from_its_first_day_to_its_last() {
    let server = Server::start();
    let today = today(&server);
    // A day on either side leaves room for midnight while the test runs.
    for (from, until) in [(0, 180), (-180, 2), (-1, 30), (0, 365)] {
        assert_choice(&server, &signed(&server, &choice(today, from, until), today));
    }
    for (from, until, what) in [
        (-200, -1, "expired yesterday"),
        (-4000, -3000, "expired long ago"),
        (3, 180, "made in three days"),
        (3000, 4000, "made in another decade"),
    ] {
        assert_no_choice(&server, signed(&server, &choice(today, from, until), today).as_bytes(), what);
    }
}

#[test]
fn a_signed_value_of_another_format_does_not_count() {
    let server = Server::start();
    let today = today(&server);
    let ring = ring(&server);
    let payload = signed(&server, &choice(today, 0, 30), today)[COOKIE.len() + 1 + 44..].to_owned();
    for (from, to) in [
        ("v=1", "v=2"),
        ("v=1&", ""),
        ("n=", "n=x"),
        (".1", ".2"),
        (".1", ""),
        ("display", "DISPLAY"),
        ("&p=", "&q="),
        ("&e=", "&e=x"),
        ("display.0", "preferences.0"),
        ("&r=0", "&r=99999999999999999999999"),
        ("id=", "id=x"),
    ] {
        assert!(payload.contains(from), "{from}: {payload}");
        let other = ring.sign(COOKIE, payload.replacen(from, to, 1)).unwrap();
        assert_no_choice(&server, format!("{COOKIE}={other}").as_bytes(), &format!("{from} to {to}"));
    }
    for other in ["", "v=1", "é", "&&&", "v=1&n=&d=&e=&p="] {
        let other = ring.sign(COOKIE, other.to_owned()).unwrap();
        assert_no_choice(&server, format!("{COOKIE}={other}").as_bytes(), &other);
    }
}

#[test]
fn a_record_that_is_not_there_or_not_of_this_device_shows_nothing_and_breaks_nothing() {
    let server = Server::start();
    let today = today(&server);
    Decision::accept(&server).send(&server).expect(201);
    for (device, record) in [(1, 0), (2, 1), (3, 2), (4, 4_000_000), (5, u64::from(u32::MAX)), (6, u64::MAX)]
    {
        let standing = Some(Standing { subject: Subject::from_random([device; 16]), record });
        let cookie = signed(&server, &ChoiceCookie { standing, ..choice(today, 0, 30) }, today);
        let own = server.send(&get(CONSENTS).cookie(&cookie)).expect(200);
        assert_eq!(own.json()["records"].as_array().unwrap().len(), 0, "{record}");
        server.send(&get(SETTINGS).cookie(&cookie)).expect(200);
        Decision::withdraw(&server).send_with(&server, &cookie).expect(201);
    }
    server.assert_well();
}

#[test]
fn among_several_of_the_name_the_first_that_counts_is_taken() {
    let server = Server::start();
    let today = today(&server);
    let yes = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    let expired = signed(&server, &choice(today, -200, -2), today);
    let header = format!("{COOKIE}=forged; {expired}; a=b; {yes}; {COOKIE}=");
    assert_choice(&server, &header);
    let own = server.send(&get(CONSENTS).header("Cookie", format!("{COOKIE}=forged")).header("Cookie", &yes));
    assert_eq!(own.json()["records"].as_array().unwrap().len(), 1);
}

#[test]
fn a_rotated_key_still_verifies_and_its_cookies_are_renewed_on_sight() {
    let server = Server::start();
    let old = Decision::accept(&server).send(&server).expect(201).set_cookie(COOKIE).unwrap();
    let data = server.data();
    let rotated = koektrommel(["keys", "rotate", "--data", data.to_str().unwrap()]).well();
    assert!(rotated.stdout.contains("key 2"), "{}", rotated.stdout);
    // The server runs on and was told nothing.
    for address in [SETTINGS, CONSENTS] {
        let seen = server.send(&get(address).cookie(&old)).expect(200);
        let new = seen.set_cookie(COOKIE).unwrap_or_else(|| panic!("{address} renews the cookie"));
        assert_ne!(new, old);
        assert_eq!(new[COOKIE.len() + 45..], old[COOKIE.len() + 45..], "only the signature is another");
        let again = server.send(&get(address).cookie(&new)).expect(200);
        assert_eq!(again.headers("set-cookie").count(), 0);
        assert_eq!(server.send(&get(CONSENTS).cookie(&new)).json()["records"].as_array().unwrap().len(), 1);
    }
    // A second rotation, and the first key still verifies; a decision ties on to the record of the old cookie.
    koektrommel(["keys", "rotate", "--data", data.to_str().unwrap()]).well();
    let answer = Decision::withdraw(&server).send_with(&server, &old).expect(201);
    assert_eq!(answer.json()["event"], "withdrawn");
    server.assert_well();
}

#[test]
fn a_retired_key_dies_with_the_last_of_its_cookies() {
    let temp = tempfile::tempdir().unwrap();
    let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
    let day: Day = "2026-11-22".parse().unwrap();
    let value = ring.sign(COOKIE, "v=1".to_owned()).unwrap();
    ring.rotate(day).unwrap();
    let verifies = |day: Day| ring.verify(COOKIE, &value, day).unwrap().is_some();
    assert!(verifies(day) && verifies(day.plus_months(12)));
    assert!(!verifies(Day::from_unix_days(day.plus_months(12).unix_days() + 1)));
}
