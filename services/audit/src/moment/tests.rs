//! Where an entry stands, and who knew what when: over events that are put together by hand.

use dossier_proto::{
    Actor, Event, EventId, Head, Micros, Origin, Payload, Place, hash_of, must_understand, schema_of, v1,
};

use super::{Happened, Public, Stand, Work, axes};
use crate::trail::Filed;

/// A history that is written down event by event.
#[derive(Default)]
struct Story(Vec<Filed>);

fn at(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

impl Story {
    fn tell(&mut self, origin: Origin, seconds: i64, payload: Payload) -> Place {
        let place = at(origin, self.0.len() as u64);
        let head = Head {
            id: EventId([0; 16]),
            place,
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry: None,
            part_version: 0,
            recorded_at: Micros(seconds * Micros::SECOND),
            wall: Micros(seconds * Micros::SECOND),
            actor: Actor::System(origin),
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: None,
            rules: 1,
            registry: None,
            correlation: None,
        };
        let event = Event { head, payload: Some(payload) };
        let hash = hash_of(&event.encode());
        self.0.push(Filed { event, hash });
        place
    }

    fn started(&mut self, seconds: i64) {
        let command = v1::StartDraft { content: Some(content(1)), ..v1::StartDraft::default() };
        self.tell(Origin::Submission, seconds, Payload::DraftStarted(v1::DraftStarted { command: Some(command) }));
    }

    fn submitted(&mut self, seconds: i64, revision: u32) -> Place {
        let submitted = v1::Submitted { content: Some(content(revision)), round: revision, ..v1::Submitted::default() };
        self.tell(Origin::Submission, seconds, Payload::Submitted(submitted))
    }

    fn received(&mut self, by: Origin, seconds: i64, of: Place) {
        let received = v1::Received { place: Some(of.into()), hash: vec![0; 32] };
        self.tell(by, seconds, Payload::Received(received));
    }

    fn approved(&mut self, seconds: i64, submitted: Place, revision: u32) -> Place {
        let approved = v1::Approved {
            submitted: Some(submitted.into()),
            content: Some(content(revision)),
            ..v1::Approved::default()
        };
        self.tell(Origin::Moderation, seconds, Payload::Approved(approved))
    }

    fn published(&mut self, seconds: i64, approved: Place, edition: u32) {
        let published = v1::EditionPublished {
            command: Some(v1::PublishEdition { approved: Some(approved.into()) }),
            number: "EVT-2026-00001".to_owned(),
            edition,
            content: Some(content(edition)),
            ..v1::EditionPublished::default()
        };
        self.tell(Origin::Publication, seconds, Payload::EditionPublished(published));
    }

    fn stand(&self) -> Stand {
        Stand::of(self.0.iter().map(|filed| &filed.event))
    }

    fn work(&self) -> Work {
        self.stand().work.unwrap().state
    }

    fn public(&self) -> Public {
        self.stand().public.unwrap().state
    }
}

fn content(revision: u32) -> v1::Content {
    v1::Content { revision, digest: vec![u8::try_from(revision).unwrap(); 32], ..v1::Content::default() }
}

#[test]
fn an_entry_stands_where_its_last_event_that_counts_put_it() {
    let mut story = Story::default();
    assert_eq!(story.stand(), Stand::default());
    story.started(1);
    assert_eq!(story.work(), Work::Draft);
    let submitted = story.submitted(2, 1);
    assert_eq!(story.work(), Work::InReview);
    story.tell(Origin::Moderation, 3, Payload::ReviewHeld(v1::ReviewHeld::default()));
    assert_eq!(story.work(), Work::OnHold);
    story.tell(Origin::Moderation, 4, Payload::ReviewResumed(v1::ReviewResumed::default()));
    let other = v1::ChangesRequested { submitted: Some(at(Origin::Submission, 99).into()), ..Default::default() };
    story.tell(Origin::Moderation, 5, Payload::ChangesRequested(other));
    assert_eq!(story.work(), Work::InReview, "that was about another submission");
    let approved = story.approved(6, submitted, 1);
    assert_eq!((story.work(), story.stand().public), (Work::Approved, None));
    story.published(7, approved, 1);
    assert_eq!((story.work(), story.public()), (Work::Published, Public::Published));
    story.tell(Origin::Publication, 8, Payload::EntrySuspended(v1::EntrySuspended::default()));
    assert_eq!((story.work(), story.public()), (Work::Published, Public::Suspended));
    story.tell(Origin::Submission, 9, Payload::RevisionOpened(v1::RevisionOpened::default()));
    assert_eq!((story.work(), story.public()), (Work::Draft, Public::Suspended));
    let again = story.submitted(10, 2);
    story.tell(Origin::Submission, 11, Payload::Withdrawn(v1::Withdrawn::default()));
    assert_eq!(story.work(), Work::Published, "the edition is all there is again");
    story.approved(12, again, 2);
    assert_eq!(story.work(), Work::Published, "what was withdrawn is not approved any more");
    story.tell(Origin::Publication, 13, Payload::EntryReinstated(v1::EntryReinstated::default()));
    assert_eq!(story.public(), Public::Published);
    story.tell(Origin::Publication, 14, Payload::EntryRetracted(v1::EntryRetracted::default()));
    assert_eq!((story.work(), story.public()), (Work::Retracted, Public::Retracted));
}

#[test]
fn what_happened_and_what_was_known_are_told_apart() {
    let mut story = Story::default();
    story.started(1);
    let submitted = story.submitted(10, 1);
    story.received(Origin::Moderation, 20, submitted);
    let approved = story.approved(30, submitted, 1);
    story.received(Origin::Submission, 40, approved);
    let at = |seconds: i64| Happened::new(&story.0, Micros(seconds * Micros::SECOND));
    let work = |stand: Stand| stand.work.map(|work| work.state);
    let happened = |seconds| work(Stand::of(at(seconds).by_then()));
    let known = |seconds, to| work(Stand::of(at(seconds).known_to(to)));
    assert_eq!((happened(15), known(15, Origin::Moderation)), (Some(Work::InReview), None));
    assert_eq!(known(20, Origin::Moderation), Some(Work::InReview), "it was received");
    assert_eq!((happened(35), known(35, Origin::Submission)), (Some(Work::Approved), Some(Work::InReview)));
    assert_eq!(known(40, Origin::Submission), Some(Work::Approved));
    let on_the_way = at(15).on_the_way(10);
    assert_eq!(on_the_way.len(), 1);
    assert_eq!((on_the_way[0].place, on_the_way[0].to), (submitted, Origin::Moderation));
    assert_eq!((on_the_way[0].happened_at, on_the_way[0].known_at), (Micros(10_000_000), Micros(20_000_000)));
    assert_eq!(at(25).on_the_way(10), [], "all was known");
    assert_eq!(at(35).on_the_way(0), [], "no more than wanted");
}

#[test]
fn a_difference_names_what_is_another_and_nothing_else() {
    let mut story = Story::default();
    story.started(1);
    let before = story.stand();
    assert_eq!(axes(&before, &before), []);
    story.submitted(2, 1);
    let found = axes(&before, &story.stand());
    let names: Vec<_> = found.iter().map(|axis| axis.what.as_str()).collect();
    assert_eq!(names, ["work", "submitted", "round"]);
    assert_eq!((&found[0].from["state"], &found[0].to["state"]), (&"draft".into(), &"in-review".into()));
    assert!(found[1].from.is_null());
}
