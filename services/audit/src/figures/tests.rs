//! Figures, from events that happened.

use dossier_proto::{Event, Micros, Origin, Payload, Place, v1};

use super::{Tables, count::Counted};
const ENTRY: dossier_proto::EntryId = dossier_proto::EntryId([0x11; 16]);

fn event(origin: Origin, sequence: u64, seconds: i64, payload: Payload) -> Event {
    let mut event = dossier_exchange::conformance::event(origin, Some(ENTRY), payload);
    event.head.place = Place { origin, epoch: 0, sequence };
    event.head.recorded_at = Micros(seconds * 1_000_000);
    event
}

fn started(counted: &mut Counted) {
    let command = v1::StartDraft {
        body: "KAZ".to_owned(),
        record_type: "event".to_owned(),
        original_language: "ru".to_owned(),
        ..v1::StartDraft::default()
    };
    counted.submitted(&event(
        Origin::Submission,
        0,
        1,
        Payload::DraftStarted(v1::DraftStarted { command: Some(command) }),
    ));
}

fn submitted(counted: &mut Counted, sequence: u64, seconds: i64) -> Place {
    let one = event(Origin::Submission, sequence, seconds, Payload::Submitted(v1::Submitted::default()));
    counted.submitted(&one);
    one.head.place
}

#[test]
fn a_decision_counts_from_its_submission_without_the_time_on_hold() {
    let mut counted = Counted::default();
    started(&mut counted);
    let first = submitted(&mut counted, 1, 100);
    let in_review = |seconds, payload| {
        let mut one = event(Origin::Moderation, 0, seconds, payload);
        one.head.cause = Some(first);
        one
    };
    counted.judged(&in_review(101, Payload::ReviewOpened(v1::ReviewOpened::default())));
    counted.judged(&in_review(110, Payload::ReviewHeld(v1::ReviewHeld::default())));
    counted.judged(&in_review(150, Payload::ReviewResumed(v1::ReviewResumed::default())));
    counted.judged(&in_review(155, Payload::ObjectionMade(v1::ObjectionMade::default())));
    let approved = v1::Approved { submitted: Some(first.into()), ..v1::Approved::default() };
    counted.judged(&in_review(200, Payload::Approved(approved.clone())));
    // It is decided once, whatever is said of it later.
    counted.judged(&in_review(900, Payload::Approved(approved)));
    let tables = Tables::of(&counted);
    assert_eq!((tables.all.decided, tables.all.approved, tables.all.overrides), (1, 1, 1));
    assert_eq!(tables.all.median_seconds, 60, "100 seconds, 40 of them on hold");
    assert_eq!(tables.by_body[0].key, "KAZ");
    assert_eq!(tables.by_language[0].key, "ru");
    assert_eq!(tables.by_month[0].key, "1970-01");
}

#[test]
fn median_and_ninetieth_are_of_the_nearest_rank_and_refusals_are_counted() {
    let mut counted = Counted::default();
    started(&mut counted);
    for k in 1..=10 {
        let place = submitted(&mut counted, k, 0);
        let refused = v1::EntryRefused { submitted: Some(place.into()), ..v1::EntryRefused::default() };
        counted.judged(&event(Origin::Moderation, k, i64::try_from(k).unwrap() * 10, Payload::EntryRefused(refused)));
    }
    let tables = Tables::of(&counted);
    assert_eq!((tables.all.refused, tables.all.approved), (10, 0));
    assert_eq!((tables.all.median_seconds, tables.all.ninetieth_seconds), (50, 90));
    assert_eq!(Tables::of(&Counted::default()).all.median_seconds, 0);
}
