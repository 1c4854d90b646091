use std::collections::BTreeSet;

use dossier_engine::testing::{Dice, for_seeds};
use dossier_identity::Role;
use dossier_proto::{
    Actor, DesignationId, Event, EventId, Head, Micros, Origin, Payload, Place, SubjectId, hash_of, must_understand,
    schema_of, v1,
};

use super::{
    By, Counts, Filed, Heads, Mark, Outline, Row, Said, Sight, Step, Trail, in_causal_order, kind, plain, sentence,
};

/// The bytes of every event there ever was.
const GOLDEN: &str = include_str!("../../../../proto/golden/events.txt");

fn golden() -> impl Iterator<Item = (&'static str, Event)> {
    GOLDEN.lines().map(|line| {
        let mut parts = line.split(' ');
        let (name, _, bytes) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
        (name, Event::decode(&hex::decode(bytes).unwrap()).unwrap())
    })
}

fn event(place: Place, recorded_at: i64, cause: Option<Place>) -> Filed {
    let payload = Payload::Expired(v1::Expired::default());
    let head = Head {
        id: EventId([u8::try_from(place.sequence % 256).unwrap(); 16]),
        place,
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: None,
        part_version: 0,
        recorded_at: Micros(recorded_at),
        wall: Micros(recorded_at),
        actor: Actor::System(place.origin),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause,
        rules: 1,
        registry: None,
        correlation: None,
    };
    let event = Event { head, payload: Some(payload) };
    let hash = hash_of(&event.encode());
    Filed { event, hash }
}

/// Everything there is.
const ALL: Heads = Heads([(u32::MAX, 0); 4]);

/// The steps of a whole trail.
fn steps(events: &[Filed], role: &dyn Fn(DesignationId) -> Option<Role>) -> Vec<Step> {
    let outline = Outline::of(events.iter().map(|filed| Row::of(&filed.event)).collect());
    let sight = Sight::new(&outline, ALL, None);
    let numbers: Vec<usize> = (1..=sight.len()).collect();
    let ordered: Vec<Filed> = in_causal_order(events.to_vec()).events;
    super::steps(&sight, &numbers, &ordered, role)
}

fn at(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

/// A history as the engine would write it: each event after the one before in its journal and after its cause.
fn history(dice: &mut Dice, count: usize) -> Vec<Filed> {
    let mut last = [0_i64; 4];
    let mut next = [0_u64; 4];
    let mut all: Vec<Filed> = Vec::new();
    for _ in 0..count {
        let k = usize::try_from(dice.below(4)).unwrap();
        let cause = (!all.is_empty() && dice.one_in(2)).then(|| dice.pick(&all).event.head.clone());
        let after_cause = cause.as_ref().map_or(i64::MIN, |cause| cause.recorded_at.0 + 1);
        // Clocks of four machines, some of them behind.
        let wall = i64::try_from(dice.below(50)).unwrap() + 10 * i64::try_from(all.len()).unwrap();
        let moment = wall.max(last[k] + 1).max(after_cause);
        all.push(event(at(Origin::ALL[k], next[k]), moment, cause.map(|cause| cause.place)));
        (last[k], next[k]) = (moment, next[k] + 1);
    }
    all
}

fn shuffled(dice: &mut Dice, mut events: Vec<Filed>) -> Vec<Filed> {
    for k in (1..events.len()).rev() {
        events.swap(k, usize::try_from(dice.below(k as u64 + 1)).unwrap());
    }
    events
}

#[test]
fn no_event_stands_before_its_cause_nor_before_its_journals_earlier_events() {
    for_seeds(100, |dice| {
        let events = history(dice, 60);
        let ordered = in_causal_order(shuffled(dice, events.clone()));
        assert_eq!(ordered.before_their_cause, []);
        assert_eq!(ordered.events.len(), events.len());
        let mut seen = BTreeSet::new();
        for filed in &ordered.events {
            let head = &filed.event.head;
            assert!(head.cause.is_none_or(|cause| seen.contains(&cause)), "{} before {:?}", head.place, head.cause);
            let before = head.place.sequence.checked_sub(1).map(|sequence| Place { sequence, ..head.place });
            assert!(before.is_none_or(|before| seen.contains(&before)), "{} out of order", head.place);
            seen.insert(head.place);
        }
    });
}

#[test]
fn the_order_does_not_depend_on_how_the_events_came() {
    for_seeds(50, |dice| {
        let events = history(dice, 40);
        let doubled: Vec<_> = events.iter().chain(events.iter().take(7)).cloned().collect();
        assert_eq!(in_causal_order(shuffled(dice, events)), in_causal_order(shuffled(dice, doubled)));
    });
}

#[test]
fn events_of_the_same_moment_stand_by_place() {
    let events = vec![
        event(at(Origin::Publication, 0), 5, None),
        event(at(Origin::Submission, 1), 5, None),
        event(at(Origin::Moderation, 9), 4, None),
    ];
    let places: Vec<_> = in_causal_order(events).events.iter().map(|filed| filed.event.head.place).collect();
    assert_eq!(places, [at(Origin::Moderation, 9), at(Origin::Submission, 1), at(Origin::Publication, 0)]);
}

#[test]
fn an_event_before_its_cause_is_told() {
    let cause = event(at(Origin::Submission, 3), 100, None);
    let early = event(at(Origin::Moderation, 8), 99, Some(at(Origin::Submission, 3)));
    let same = event(at(Origin::Publication, 1), 101, Some(at(Origin::Publication, 1)));
    let ordered = in_causal_order(vec![cause, early, same]);
    assert_eq!(ordered.before_their_cause, [at(Origin::Moderation, 8), at(Origin::Publication, 1)]);
}

/// The publishing authority was said to have submitted what a contributor had.
#[test]
fn who_cleared_a_submission_is_not_said_to_have_made_it() {
    let (_, mut event) = golden().find(|(name, _)| *name == "submitted").unwrap();
    let Some(Payload::Submitted(submitted)) = &mut event.payload else { panic!("no submission") };
    submitted.clearance_asked = Some(at(Origin::Submission, 3).into());
    let sentence = sentence(&event, Some(Role::PublishingAuthority));
    assert_eq!(sentence, "A publishing authority sent moderation revision 2 (the same as revision 1), round 2.");
}

#[test]
fn steps_say_who_where_and_how_long_after_the_one_before() {
    let (_, mut submitted) = golden().find(|(name, _)| *name == "submitted").unwrap();
    submitted.head.recorded_at = Micros(1_767_225_600_500_000);
    submitted.head.place = at(Origin::Submission, 4);
    let first = event(at(Origin::Submission, 3), 1_767_225_600_000_000, None);
    let filed = Filed { hash: hash_of(&submitted.encode()), event: submitted };
    let role = |id: DesignationId| (id == DesignationId([4; 16])).then_some(Role::Contributor);
    let steps = steps(&[first, filed], &role);
    assert_eq!((steps[0].since_previous, steps[1].since_previous), (None, Some(500_000)));
    let step = &steps[1];
    assert_eq!(step.recorded, "2026-01-01T00:00:00.500000Z");
    assert_eq!((step.kind.as_str(), step.revision), ("submitted", Some(2)));
    assert_eq!(step.sentence, "A contributor submitted revision 2 (the same as revision 1), round 2.");
    assert_eq!(
        (step.by.kind, step.by.subject, step.by.role),
        (By::Person, Some(SubjectId([3; 16])), Some(Role::Contributor))
    );
    assert_eq!(step.digest.unwrap().0, [9; 32]);
    assert_eq!(step.on_behalf_of.as_ref().unwrap().as_str(), "KAZ");
    assert_eq!(step.authority.unwrap().granted, at(Origin::Moderation, 2));
    let json = serde_json::to_string(step).unwrap();
    assert_eq!(&serde_json::from_str::<Step>(&json).unwrap(), step, "the command line reads it back");
}

#[test]
fn every_kind_of_event_has_its_name_and_a_sentence() {
    for (name, event) in golden() {
        assert_eq!(kind(event.payload.as_ref()), name.replace('_', "-"));
        for role in [None, Some(Role::Moderator), Some(Role::Auditor)] {
            let told = sentence(&event, role);
            assert!(told.ends_with('.') && !told.contains("  ") && !told.contains("()"), "{name}: {told}");
            let fallback = format!(": {}.", kind(event.payload.as_ref()));
            assert!(!told.ends_with(&fallback), "{name} has no sentence of its own: {told}");
        }
    }
    let (_, mut unknown) = golden().next().unwrap();
    unknown.payload = None;
    assert_eq!(kind(None), "unknown");
    assert!(sentence(&unknown, None).contains("does not know"));
}

/// DOMAIN section 5: everything a trail shows is something the table gives to auditors, and to no administrator.
#[test]
fn a_trail_shows_what_the_table_gives_to_auditors() {
    use dossier_identity::{Sight, Stage, Thing, Viewer, sight};
    for thing in
        [Thing::ContributorName, Thing::ModeratorName, Thing::InternalNote, Thing::MessageToContributor, Thing::Content]
    {
        for stage in Stage::ALL {
            // Content of drafts is given by the table on record, and by this service not at all (P13).
            assert!(sight(Viewer::Auditor, thing, stage) >= Sight::EntitledRecorded, "{thing:?} {stage:?}");
            let public = thing == Thing::Content && stage == Stage::Published;
            let administrator = sight(Viewer::Administrator, thing, stage);
            assert!(public || administrator == Sight::Hidden, "{thing:?} {stage:?}: {administrator:?}");
        }
    }
}

/// P11: whatever an event holds is shown by the contract's own description, its sealed words as key and length alone.
#[test]
fn every_event_is_shown_as_json_without_its_sealed_words() {
    for (name, event) in golden() {
        let bytes = event.encode();
        let json = crate::api::event_as_json(&bytes);
        assert_eq!(json.get("error"), None, "{name}");
        assert!(json[name].is_object(), "{name}: {json}");
        assert_eq!(json["id"], event.head.id.to_string());
        assert_eq!(json["recorded_at"], event.head.recorded_at.0);
        let text = json.to_string();
        assert!(!text.contains("ciphertext") && !text.contains("nonce"), "{name}: {text}");
        let payload = event.payload.as_ref().unwrap();
        for part in crate::sealed_parts::said(payload) {
            let words = hex::encode(&part.sealed.ciphertext);
            assert!(!text.contains(&words), "{name} shows what is sealed");
            assert!(text.contains(&hex::encode(&part.sealed.key_id)), "{name} names the key");
        }
    }
    let unknown = crate::api::event_as_json(&[0xfa, 0x3e, 0x01, 7]);
    assert_eq!(unknown["unknown_fields"], serde_json::json!([1007]));
    assert!(crate::api::event_as_json(&[0xff; 9])["error"].is_string());
}

/// The sealed parts that the trail knows of are all there are: a new sealed field must not be forgotten.
#[test]
fn no_sealed_words_of_an_event_are_forgotten() {
    fn count(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::Object(members) if members.contains_key("sealed") && members.len() == 1 => 1,
            serde_json::Value::Object(members) => members.values().map(count).sum(),
            serde_json::Value::Array(items) => items.iter().map(count).sum(),
            _ => 0,
        }
    }
    use crate::sealed_parts::{Contents, contents, said};
    for (name, event) in golden() {
        let payload = event.payload.as_ref().unwrap();
        let content = match contents(payload) {
            Some(Contents::Draft(content) | Contents::Submitted(content)) => {
                usize::from(content.sealed.is_some()) + content.personal.len()
            }
            None => 0,
        };
        assert_eq!(said(payload).len() + content, count(&crate::api::event_as_json(&event.encode())), "{name}");
    }
}

#[test]
fn a_trail_is_printed_in_lines_that_words_cannot_break() {
    let (_, approved) = golden().find(|(name, _)| *name == "approved").unwrap();
    let filed = Filed { hash: hash_of(&approved.encode()), event: approved };
    let mut steps = steps(&[filed], &|_| Some(Role::Moderator));
    steps[0].by.name = Some("A. Oak".to_owned());
    let said = |what: &str, mark, text: Option<&str>| Said {
        what: what.to_owned(),
        item: None,
        field: None,
        language: None,
        mark,
        text: text.map(ToOwned::to_owned),
        content: None,
    };
    steps[0].said =
        vec![said("note", Mark::Said, Some("fine\u{1b}[2J\nsecond line")), said("what-changed", Mark::Erased, None)];
    let trail = Trail {
        entry: dossier_proto::EntryId([2; 16]),
        number: Some("EVT-2026-00001".to_owned()),
        body: "KAZ".parse().unwrap(),
        record_type: "event".to_owned(),
        steps,
        before_their_cause: vec![at(Origin::Moderation, 8)],
        total: 1,
        matching: 1,
        counts: Counts::default(),
        waiting: Vec::new(),
        as_of: None,
        next: None,
    };
    let mut text = String::new();
    plain::write(&trail, &mut text).unwrap();
    assert!(text.starts_with("event of KAZ, "), "{text}");
    assert!(text.contains("A moderator approved revision 2."), "{text}");
    assert!(text.contains("by A. Oak, on behalf of KAZ, designated by moderation 2"), "{text}");
    assert!(text.contains("note: fine [2J second line"), "{text}");
    assert!(text.contains("what changed: (erased)"), "{text}");
    assert!(text.contains("WARNING: moderation 8"), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
}
