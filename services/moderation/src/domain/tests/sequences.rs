//! Random sequences of everything that can happen, and what must hold after each step. The test kit decides each
//! recorded command again (P10); here stands what must hold whatever happens.

use std::collections::BTreeMap;

use dossier_engine::testing::{Ask, Dice, for_seeds};
use dossier_proto::{EntryId, Event, Origin, Payload, Place, SubjectId};

use super::world::*;
use crate::domain::{Command, Review};

const PEOPLE: [SubjectId; 8] =
    [MODERATOR, OTHER_MODERATOR, REVIEWER, MODERATOR_OF_PLEDGES, ADMINISTRATOR, CONTRIBUTOR, PUBLISHER, NOBODY];
const ENTRIES: [EntryId; 2] = [ENTRY, OTHER_ENTRY];

struct Run {
    world: World,
    submitted: BTreeMap<EntryId, Vec<Event>>,
}

impl Run {
    fn step(&mut self, dice: &mut Dice) {
        let entry = *dice.pick(&ENTRIES);
        match dice.below(20) {
            0..4 => self.submit(dice, entry),
            4..6 => self.ask_back(dice, entry),
            6 => self.world.story.wait(i64::try_from(dice.below(5)).unwrap() * hours(1)),
            7 => self.publication(dice, entry),
            8 => self.rights(dice),
            _ => self.act(dice, entry),
        }
    }

    /// Submission submits only what is with the body: a review that is open is not overtaken, most of the time.
    fn submit(&mut self, dice: &mut Dice, entry: EntryId) {
        let known = self.world.story.state().entries.get(&entry);
        if known.and_then(|known| known.review()).is_some_and(Review::is_open) && !dice.one_in(10) {
            return;
        }
        let revision = u32::try_from(dice.below(6)).unwrap() + 1;
        let author = *dice.pick(&[CONTRIBUTOR, COLLEAGUE, MODERATOR]);
        let filed = Filed {
            by: *dice.pick(&[CONTRIBUTOR, COLLEAGUE]),
            authors: vec![(author, dice.below(9))],
            equals_revision: dice.one_in(3).then(|| u32::try_from(dice.below(6)).unwrap() + 1),
            base_edition: dice.one_in(2).then(|| u32::try_from(dice.below(3)).unwrap()),
            record_type: if dice.one_in(4) { "pledge" } else { "event" },
            ..Filed::revision(revision)
        };
        let event = self.world.submit(entry, &filed);
        self.submitted.entry(entry).or_default().push(event);
    }

    fn ask_back(&mut self, dice: &mut Dice, entry: EntryId) {
        let Some(submitted) = self.submitted.get(&entry).map(|all| dice.pick(all).clone()) else { return };
        let payload = if dice.one_in(2) { recall(&submitted) } else { withdrawal(&submitted) };
        let by = dossier_proto::Actor::Person(CONTRIBUTOR);
        self.world.story.hear(by, Origin::Submission, Some(entry), payload);
    }

    fn publication(&mut self, dice: &mut Dice, entry: EntryId) {
        if dice.one_in(6) {
            let by = dossier_proto::Actor::Person(PUBLISHER);
            self.world.story.hear(by, Origin::Publication, Some(entry), retracted());
        }
    }

    fn rights(&mut self, dice: &mut Dice) {
        let whose = *dice.pick(&[MODERATOR, OTHER_MODERATOR]);
        let ask = if dice.one_in(2) {
            revoke(ADMINISTRATOR, whose, &self.world)
        } else {
            Ask::by(ADMINISTRATOR, grant(whose, dossier_identity::Role::Moderator, "", &["event"]))
        };
        let _ = self.world.ask(ask);
    }

    fn act(&mut self, dice: &mut Dice, entry: EntryId) {
        let by = *dice.pick(&PEOPLE);
        let known = self.world.story.state().entries.get(&entry).and_then(|entry| entry.review());
        let current = known.map_or(1, |review| review.revision);
        let revision = if dice.one_in(4) { u32::try_from(dice.below(6)).unwrap() + 1 } else { current };
        let ask = match dice.below(8) {
            0 => claim(by),
            1 => release(by),
            2 => comment(by, revision),
            3 => request(by, revision, vec![item(1, "title")]),
            4 => refuse(by, revision, if dice.one_in(3) { "no-such" } else { "spam" }),
            _ => approve_with(by, revision, Some(words(current))),
        };
        let ask = ask.on(entry);
        let version = self.world.story.state().entries.get(&entry).map_or(0, |entry| entry.version);
        let ask = if dice.one_in(5) { ask.expecting(version.saturating_sub(dice.below(2))) } else { ask };
        let _ = self.world.ask(ask);
    }

    /// What must hold of the journal as a whole, counted without the decider.
    fn check(&self) {
        let mut ended: BTreeMap<Place, Place> = BTreeMap::new();
        let mut versions: BTreeMap<EntryId, u64> = BTreeMap::new();
        let mut answers: BTreeMap<Place, u32> = BTreeMap::new();
        for (event, _) in self.world.story.log() {
            let Some(payload) = &event.payload else { continue };
            if let Some(submitted) = ends(payload) {
                let before = ended.insert(submitted, event.head.place);
                assert_eq!(before, None, "{submitted} was decided twice");
            }
            if let Some(asked) = answered(payload) {
                *answers.entry(asked).or_default() += 1;
            }
            let moves = !matches!(payload, Payload::Received(_) | Payload::ModerationRefused(_));
            if let (Some(entry), true) = (event.head.entry, moves) {
                let version = versions.entry(entry).or_default();
                *version += 1;
                assert_eq!(event.head.part_version, *version, "each event on a review moves its version by one");
            }
            if let Payload::Approved(approved) = payload {
                let by = event.head.actor.person().expect("a person approves");
                assert!(event.head.authority.is_some());
                let submitted =
                    submitted_content(&self.submitted, event.head.entry.unwrap(), approved.submitted.as_ref());
                assert_eq!(Some(&approved.content), submitted.as_ref().map(|submitted| &submitted.content));
                let lineage = submitted.expect("submitted").lineage;
                assert!(lineage.iter().all(|author| author.subject != by.to_vec()), "nobody approves their own words");
            }
        }
        assert!(answers.values().all(|count| *count == 1), "each request has one answer");
        for (id, entry) in &self.world.story.state().entries {
            assert!(entry.requests.is_empty(), "no request waits");
            assert_eq!(entry.version, versions.get(id).copied().unwrap_or(0));
            let claim = entry.review().and_then(|review| review.claim).map(|claim| (claim.until, *id));
            let leases: Vec<_> = self.world.story.state().leases.iter().filter(|(_, of)| of == id).copied().collect();
            assert_eq!(leases, claim.into_iter().collect::<Vec<_>>(), "a lease for each claim");
            let open = entry.reviews.iter().filter(|review| review.ended.is_none()).count();
            assert!(open <= 1, "one review at a time");
        }
    }
}

fn ends(payload: &Payload) -> Option<Place> {
    let submitted = match payload {
        Payload::Approved(event) => event.submitted,
        Payload::ChangesRequested(event) => event.submitted,
        Payload::EntryRefused(event) => event.submitted,
        Payload::RecallGranted(event) => event.submitted,
        Payload::WithdrawalGranted(event) => event.submitted,
        _ => None,
    };
    submitted.map(|place| Place::try_from(&place).unwrap())
}

fn answered(payload: &Payload) -> Option<Place> {
    let command = match payload {
        Payload::RecallGranted(event) => event.command,
        Payload::WithdrawalGranted(event) => event.command,
        Payload::RequestTooLate(event) => event.command,
        _ => None,
    };
    command.map(|command| Place::try_from(command.asked.as_ref().unwrap()).unwrap())
}

fn submitted_content(
    submitted: &BTreeMap<EntryId, Vec<Event>>,
    entry: EntryId,
    place: Option<&dossier_proto::v1::Place>,
) -> Option<dossier_proto::v1::Submitted> {
    let place = Place::try_from(place?).ok()?;
    let event = submitted.get(&entry)?.iter().find(|event| event.head.place == place)?;
    match &event.payload {
        Some(Payload::Submitted(submitted)) => Some(submitted.clone()),
        _ => None,
    }
}

#[test]
fn whatever_happens_each_submission_is_decided_once_and_by_nobody_who_wrote_it() {
    for_seeds(150, |dice| {
        let mut run = Run { world: World::ready(), submitted: BTreeMap::new() };
        for _ in 0..60 {
            run.step(dice);
            run.check();
        }
        run.world.story.replayed();
    });
}

#[test]
fn commands_of_the_service_itself_are_no_business_of_anybody() {
    let mut world = World::in_review();
    for person in PEOPLE {
        let open = Command::OpenReview(dossier_proto::v1::OpenReview {
            submitted: None,
            ..dossier_proto::v1::OpenReview::default()
        });
        world.refused(Ask::by(person, open).on(ENTRY));
    }
}
