//! The choice cookies of `widget/test/cookies.txt`: this program writes and reads them as the widget's own tests suppose.

use koektrommel_core::{
    decision::{Actor, Choices, Control, Layer},
    hash::Hash,
    identifier::PurposeId,
    instant::{Day, Instant},
    mark::Mark,
    record::{Consent, Event, RecordId},
};

use crate::{
    cookie::{ChoiceCookie, Ended, Mode},
    folder::Folder,
    keys::KeyRing,
};

const CASES: &str = include_str!("../../../widget/test/cookies.txt");

/// The answers as a cookie writes them, and the marks of the yeses.
fn answers(text: &str) -> Vec<(PurposeId, bool, Option<Mark>)> {
    let parts = |one: &str| {
        let mut parts = one.split('.');
        let id = parts.next().unwrap().parse().unwrap();
        (id, parts.next() == Some("1"), parts.next().map(|mark| mark.parse().unwrap()))
    };
    text.split('~').map(parts).collect()
}

/// The record of a decision with these answers.
fn consent(day: &str, months: &str, answers: &[(PurposeId, bool, Option<Mark>)]) -> Consent {
    let time: Instant = format!("{day}T10:15:00Z").parse().unwrap();
    let notice = Hash::from_bytes([0; 32]);
    Consent {
        id: RecordId::new(0, &notice),
        time,
        until: time.plus_months(months.parse().unwrap()),
        site: "wsn".parse().unwrap(),
        notice,
        language: "nl".parse().unwrap(),
        layer: Layer::Banner,
        control: Control::Save,
        actor: Actor::Person,
        event: Event::Given,
        choices: Choices::new(answers.iter().map(|(id, yes, _)| (id.clone(), *yes)).collect()).unwrap(),
        gpc: false,
        subject: None,
        previous: None,
    }
}

#[test]
fn the_cookies_of_the_widgets_tests_are_those_of_this_program() {
    let temp = tempfile::tempdir().unwrap();
    let ring = KeyRing::open_or_create(&Folder::open_or_create(temp.path()).unwrap()).unwrap();
    let mut given = Vec::new();
    let mut value = String::new();
    let mut seen = 0;
    for line in CASES.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let fields: Vec<_> = line.split_whitespace().collect();
        if let [day, months, chosen, payload, days] = fields[..] {
            given = answers(chosen);
            let mark = |id: &PurposeId| given.iter().find(|one| one.0 == *id).and_then(|one| one.2);
            let cookie = ChoiceCookie::of(&consent(day, months, &given), mark);
            assert_eq!(cookie.payload(), payload);
            let header = cookie.set_cookie(&Mode::SameOrigin, &ring, day.parse().unwrap()).unwrap();
            let seconds = days.parse::<u32>().unwrap() * 86_400;
            let kept = format!("Max-Age={seconds}");
            assert!(header.split("; ").any(|attribute| attribute == kept), "{line}: {header}");
            value = header.split(';').next().unwrap().split_once('=').unwrap().1.to_owned();
            continue;
        }
        let [day, stands, ended] = fields[..] else { panic!("{line}") };
        let day: Day = day.parse().unwrap();
        let mark = |id: &PurposeId| match id.as_str() {
            "changed" => Some("else".parse().unwrap()),
            _ => given.iter().find(|one| one.0 == *id).and_then(|one| one.2),
        };
        let found =
            ChoiceCookie::find([value.as_str()].into_iter(), &Mode::SameOrigin, &ring, day, mark).unwrap();
        let told = |words: Vec<String>| if words.is_empty() { "-".to_owned() } else { words.join("~") };
        let now = found.as_ref().map_or(Vec::new(), |found| {
            found.choice.choices.iter().map(|(id, yes)| format!("{id}.{}", u8::from(yes))).collect()
        });
        let over = found.map_or(Vec::new(), |found| {
            let word = |why: &Ended| if *why == Ended::Expired { "expired" } else { "changed" };
            found.ended.iter().map(|(id, why)| format!("{id}.{}", word(why))).collect()
        });
        assert_eq!((told(now).as_str(), told(over).as_str()), (stands, ended), "{line}");
        seen += 1;
    }
    assert!(seen > 20);
}
