//! Clocks that are wrong.

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use dossier_faults::{
    load::{Caller, Order},
    notes::Act,
    process::{Process, Started},
};
use serde_json::{Value, json};

use crate::lived::{House, Lived};

#[test]
fn a_clock_behind_the_journal_is_refused() {
    let lived = Lived::once();
    let mut process = under_fault(&lived, &["--clock-ahead=-60"]);
    let Started::Ended(ended) = process.address() else { panic!("it began") };
    assert_eq!(ended.status.code(), Some(10), "{ended:?}");
    assert!(ended.said.contains("clock") && ended.said.contains("Set"), "{}", ended.said);
    lived.is_sound();
}

/// What was recorded under a clock that was ahead is the same mistake, seen from later.
#[test]
fn a_journal_from_the_future_is_refused_until_then() {
    let lived = Lived::once();
    let ahead = House::start(&lived.data(), &lived.aside("notes.jsonl"), None, &["--clock-ahead=3600"]);
    dossier_faults::story::tell(&ahead.town, &ahead.people());
    ahead.end();
    let mut process = under_fault(&lived, &[]);
    let Started::Ended(ended) = process.address() else { panic!("it began") };
    assert_eq!(ended.status.code(), Some(10), "{ended:?}");
    lived.is_sound_as_it_lies();
    // An hour later.
    let later = House::start(&lived.data(), &lived.aside("notes.jsonl"), None, &["--clock-ahead=3601"]);
    later.settle();
    later.end();
}

/// A little ahead is borne: time stands nearly still until the clock has caught up.
#[test]
fn a_clock_set_back_by_a_little_lets_nothing_go_back() {
    let lived = Lived::once();
    let ahead = House::start(&lived.data(), &lived.aside("notes.jsonl"), None, &["--clock-ahead=3"]);
    dossier_faults::story::tell(&ahead.town, &ahead.people());
    ahead.end();
    lived.live_again();
    lived.is_sound();
}

/// What is recorded more than five seconds ahead is held by those who read it, and they say so; nothing is lost.
#[test]
fn what_is_recorded_ahead_is_held_until_then() {
    let lived = Lived::once();
    let house = House::start(&lived.data(), &lived.aside("notes.jsonl"), None, &["--clock-ahead=8"]);
    let people = house.people();
    let mut contributor = Caller::new(&house.town, "alder", people.of("contributor-kz").clone());
    begin(&mut contributor);
    house.settle();
    house.process.set_clock_right();
    let entry = begin(&mut contributor);
    let body = json!({"what_changed": "", "certify": true});
    let submit = order(Act::Submit, &format!("/contribute/api/v1/entries/{entry}/submit"), body, Some(&entry));
    assert!(contributor.order(&submit).is_done());
    // Eight seconds ahead, of which five are borne: for three it is held.
    let until = Instant::now() + Duration::from_secs(60);
    while house.get("/readyz").0 == 200 {
        assert!(Instant::now() < until, "nobody says that something is held");
        thread::sleep(Duration::from_millis(10)); // between looks
    }
    let (status, text) = house.get("/readyz");
    assert!(status == 200 || text.contains("more than five seconds ahead"), "{text}");
    house.settle();
    let mut moderator = Caller::new(&house.town, "birch", people.of("moderator-a").clone());
    assert!(moderator.read(&format!("/review/api/v1/reviews/{entry}")).is_done());
    house.end();
    lived.is_sound_as_it_lies();
}

fn under_fault(lived: &Lived, more: &[&str]) -> Process {
    Process::under_fault(Path::new(env!("CARGO_BIN_EXE_under-fault")), &lived.data(), None, more)
}

fn begin(contributor: &mut Caller) -> String {
    let content = json!({
        "title": {"en": "A meeting"},
        "description": {"en": "Delegates met."},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    });
    let body = json!({"type": "event", "language": "en", "content": content});
    let begun = contributor.order(&order(Act::Start, "/contribute/api/v1/entries", body, None));
    assert_eq!(begun.status, 201, "{begun:?}");
    begun.text("id").to_owned()
}

fn order(act: Act, path: &str, body: Value, entry: Option<&str>) -> Order {
    let entry = entry.map(ToOwned::to_owned);
    Order { act, method: "POST", path: path.to_owned(), if_match: None, body, entry, digest: None }
}
