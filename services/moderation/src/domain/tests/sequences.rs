//! Random sequences of everything that can happen, and what must hold after each step. The test kit decides each
//! recorded command again (P10); here stands what must hold whatever happens.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::{
    erasure::Scope,
    testing::{Ask, Dice, for_seeds},
};
use dossier_proto::{Actor, EntryId, Event, Origin, Payload, Place, SubjectId, v1, v1::settle_change::Outcome};

use super::{
    erasures::{RECORDS_MANAGER, forget, order},
    world::*,
};
use crate::domain::{Command, Ending, Moment, Review};

const PEOPLE: [SubjectId; 12] = [
    MODERATOR,
    OTHER_MODERATOR,
    THIRD_MODERATOR,
    INTERNAL,
    EXTERNAL[0],
    EXTERNAL[1],
    EXTERNAL[2],
    PUBLISHER,
    REVIEWER,
    MODERATOR_OF_PLEDGES,
    CONTRIBUTOR,
    NOBODY,
];
const TYPES: [&str; 5] = ["event", "practice", "practice", "report", "report"];
const ENTRIES: [EntryId; 2] = [ENTRY, OTHER_ENTRY];

struct Run {
    world: World,
    submitted: BTreeMap<EntryId, Vec<Event>>,
    record_type: &'static str,
}

impl Run {
    fn step(&mut self, dice: &mut Dice) {
        let entry = *dice.pick(&ENTRIES);
        match dice.below(20) {
            0..3 => self.submit(dice, entry),
            3 if dice.one_in(3) => self.ask_back(dice, entry),
            4 if dice.one_in(2) => self.world.story.wait(i64::try_from(dice.below(5)).unwrap() * hours(1)),
            5..8 => self.publication(dice, entry),
            8 if dice.one_in(2) => self.rights(dice),
            8 => self.appeal(entry),
            9 if dice.one_in(3) => self.erase(dice, entry),
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
            record_type: self.record_type,
            answers: if dice.one_in(3) { vec![1] } else { Vec::new() },
            ..Filed::revision(revision)
        };
        let event = self.world.submit(entry, &filed);
        self.submitted.entry(entry).or_default().push(event);
    }

    fn ask_back(&mut self, dice: &mut Dice, entry: EntryId) {
        let Some(submitted) = self.submitted.get(&entry).map(|all| dice.pick(all).clone()) else { return };
        let payload = if dice.one_in(2) { recall(&submitted) } else { withdrawal(&submitted) };
        let by = Actor::Person(CONTRIBUTOR);
        self.world.story.hear(by, Origin::Submission, Some(entry), payload);
    }

    fn appeal(&mut self, entry: EntryId) {
        let known = self.world.story.state().entries.get(&entry).and_then(|entry| entry.review());
        let Some(review) = known.filter(|review| review.ended.is_some()) else { return };
        let payload = Payload::AppealAsked(v1::AppealAsked {
            command: None,
            refused: review.ended.map(|ended| ended.moment.place.into()),
            submitted: Some(review.submitted.place.into()),
        });
        self.world.story.hear(Actor::Person(CONTRIBUTOR), Origin::Submission, Some(entry), payload);
    }

    /// What is approved or corrected becomes an edition, or does not; now and then an entry goes away.
    fn publication(&mut self, dice: &mut Dice, entry: EntryId) {
        let Some(known) = self.world.story.state().entries.get(&entry) else { return };
        let edition = known.edition.as_ref().map_or(0, |edition| edition.edition);
        let corrected =
            known.correction.as_ref().and_then(|correction| Some((correction.confirmed?, correction.digest)));
        let approved = known.review().and_then(|review| {
            let ended = review.ended.filter(|ended| ended.how == Ending::Approved)?;
            Some((ended.moment, review.digest))
        });
        let command = |moment: Moment| Some(v1::PublishEdition { approved: Some(moment.place.into()) });
        let payload = match (corrected.or(approved), dice.below(12)) {
            (_, 0) if dice.one_in(15) => retracted(),
            (_, 1) => Payload::EntrySuspended(v1::EntrySuspended::default()),
            (_, 2) => Payload::EntryReinstated(v1::EntryReinstated::default()),
            (Some((moment, _)), 3) => {
                Payload::PublicationDeclined(v1::PublicationDeclined { command: command(moment), refusal: None })
            }
            (Some((moment, _)), 4) => {
                Payload::EditionScheduled(v1::EditionScheduled { command: command(moment), at: 0 })
            }
            (Some((moment, digest)), _) => Payload::EditionPublished(v1::EditionPublished {
                command: command(moment),
                number: "EVT-2026-00001".to_owned(),
                edition: edition + 1,
                content: Some(v1::Content { digest: digest.to_vec(), ..v1::Content::default() }),
                ..v1::EditionPublished::default()
            }),
            (None, _) => return,
        };
        self.world.story.hear(Actor::Person(PUBLISHER), Origin::Publication, Some(entry), payload);
    }

    fn rights(&mut self, dice: &mut Dice) {
        let whose = *dice.pick(&[MODERATOR, OTHER_MODERATOR]);
        let again = grant(whose, dossier_identity::Role::Moderator, "", &["event"]);
        let ask = match (dice.below(4), again) {
            (0..2, _) => revoke(ADMINISTRATOR, whose, &self.world),
            (2, Command::GrantDesignation(granted)) => {
                let by = *dice.pick(&[ADMINISTRATOR, MODERATOR]);
                let invite = v1::InvitePerson { subject: whose.to_vec(), designation: Some(granted) };
                Ask::by(by, Command::InvitePerson(invite))
            }
            (_, again) => Ask::by(ADMINISTRATOR, again),
        };
        let _ = self.world.ask(ask);
    }

    /// Words are ordered to be destroyed, and services say that they have.
    fn erase(&mut self, dice: &mut Dice, entry: EntryId) {
        let by = *dice.pick(&[RECORDS_MANAGER, RECORDS_MANAGER, MODERATOR]);
        let known = self.world.story.state().entries.get(&entry);
        let pending = self.world.story.state().erasures.pending(Origin::Moderation).next().cloned();
        let ask = match (dice.below(6), pending) {
            (0..2, Some(order)) => {
                let confirm = v1::ConfirmErasure { order: Some(order.place.into()), destroyed: 1, kept: Vec::new() };
                let ask = Ask::by(SYSTEM, Command::ConfirmErasure(confirm));
                order.entry.map_or(ask.clone(), |entry| ask.on(entry))
            }
            (2, _) => forget(Actor::Person(by), *dice.pick(&PEOPLE)),
            (3, _) => order(by, Scope::PersonalValues, &[]).on(entry),
            (4, _) => {
                let revision = known.and_then(|known| known.reviews.first()).map_or(1, |review| review.revision);
                order(by, Scope::Content, &[revision]).on(entry)
            }
            _ => order(by, Scope::Words, &[]).on(entry),
        };
        let _ = self.world.ask(ask);
    }

    fn act(&mut self, dice: &mut Dice, entry: EntryId) {
        let by = *dice.pick(&PEOPLE);
        let known = self.world.story.state().entries.get(&entry).and_then(|entry| entry.review());
        let current = known.map_or(1, |review| review.revision);
        let revision = if dice.one_in(8) { u32::try_from(dice.below(6)).unwrap() + 1 } else { current };
        if dice.one_in(30) {
            let _ = self.of_letters(dice, by);
            return;
        }
        let ask = match dice.below(48) {
            0 => claim(by),
            1..3 => release(by),
            3 => comment(by, revision),
            4 => request(by, revision, vec![item(1, "title"), item(2, "dates")]),
            6 => refuse(by, revision, if dice.one_in(3) { "no-such" } else { "spam" }),
            7 => object(by, revision),
            9 if dice.one_in(4) => declare_conflict(by),
            10..14 => {
                let outcome = if dice.one_in(4) { Outcome::Reopened } else { Outcome::Accepted };
                let round = u32::try_from(dice.below(6)).unwrap() + 1;
                settle(by, revision, (round, u32::try_from(dice.below(2)).unwrap() + 1), outcome)
            }
            14 => hold(by, "contributor", dice.one_in(2).then(|| self.world.story.now().plus(hours(2)))),
            15..17 => resume(by),
            17 => assign(by, *dice.pick(&PEOPLE)),
            18 => mark_duplicate(by, revision, *dice.pick(&ENTRIES)),
            _ if self.is_public(entry) && dice.one_in(2) => match dice.below(3) {
                0 => confirm(by, 50),
                _ => self.correct(dice, by, entry),
            },
            19..21 => mark_duplicate(by, revision, if entry == ENTRY { OTHER_ENTRY } else { ENTRY }),
            _ => approve_with(by, revision, Some(words(current))),
        };
        let ask = ask.on(entry);
        let version = self.world.story.state().entries.get(&entry).map_or(0, |entry| entry.version);
        let ask = if dice.one_in(8) { ask.expecting(version.saturating_sub(dice.below(2))) } else { ask };
        let _ = self.world.ask(ask);
    }

    /// How letters ended, and what was read: of things that are so and things that are not.
    fn of_letters(&mut self, dice: &mut Dice, by: SubjectId) -> Result<Vec<Event>, crate::domain::Refusal> {
        let place = dice.pick(self.world.story.log()).0.head.place;
        let outcome = i32::try_from(dice.below(4)).unwrap();
        let end = v1::LetterEnd { letter: vec![7; 16], outcome, attempts: 1 };
        let letters = vec![end; usize::try_from(dice.below(3)).unwrap()];
        let record = Command::RecordLetters(v1::RecordLetters { letters });
        self.world.ask(match dice.below(6) {
            0 => Ask::by(by, record),
            1 => Ask::by(SYSTEM, record).on(ENTRY),
            2..4 => Ask::by(SYSTEM, record),
            _ => Ask::by(by, Command::ReadInbox(v1::ReadInbox { through: Some(place.into()) })),
        })
    }

    fn is_public(&self, entry: EntryId) -> bool {
        self.world.story.state().entries.get(&entry).is_some_and(|entry| entry.is_public())
    }

    fn correct(&self, dice: &mut Dice, by: SubjectId, entry: EntryId) -> Ask<Command> {
        if dice.one_in(4) {
            return reject(by, 50);
        }
        let known = self.world.story.state().entries.get(&entry).and_then(|entry| entry.edition.clone());
        let (edition, digest) = known.map_or((1, digest(1)), |known| (known.edition, known.digest));
        propose(by, edition, 1, 50).changed(|command| {
            if let Command::ProposeCorrection(propose) = command {
                propose.base_digest = digest.to_vec();
            }
        })
    }

    /// What must hold of the journal as a whole, counted without the decider.
    fn check(&self) {
        let mut ended: BTreeMap<Place, Place> = BTreeMap::new();
        let mut versions: BTreeMap<EntryId, u64> = BTreeMap::new();
        let mut answers: BTreeMap<Place, u32> = BTreeMap::new();
        let mut appeals = Appeals::default();
        let mut opinions = Opinions::default();
        let mut gone = Gone::default();
        for (event, beside) in self.world.story.log() {
            let Some(payload) = &event.payload else { continue };
            if let Payload::Received(_) = payload {
                appeals.forgive(beside.as_ref(), &mut ended);
            }
            opinions.take(event, payload);
            if let Some(submitted) = ends(payload) {
                let before = ended.insert(submitted, event.head.place);
                assert_eq!(before, None, "{submitted} was decided twice");
            }
            if let Some(asked) = answered(payload) {
                *answers.entry(asked).or_default() += 1;
            }
            let moves = !matches!(
                payload,
                Payload::Received(_)
                    | Payload::ModerationRefused(_)
                    | Payload::ErasureOrdered(_)
                    | Payload::ErasureConfirmed(_)
            );
            gone.take(event, beside.as_ref(), payload);
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
                opinions.suffice(event.head.entry.unwrap(), approved);
            }
        }
        assert!(answers.values().all(|count| *count == 1), "each request has one answer");
        for (id, entry) in &self.world.story.state().entries {
            assert!(entry.requests.is_empty(), "no request waits");
            assert_eq!(entry.version, versions.get(id).copied().unwrap_or(0));
            let claim = entry.review().and_then(|review| review.claim).map(|claim| (claim.until, *id));
            let leases: Vec<_> = self.world.story.state().leases.iter().filter(|(_, of)| of == id).copied().collect();
            assert_eq!(leases, claim.into_iter().collect::<Vec<_>>(), "a lease for each claim");
            let held = entry.review().and_then(|review| review.held.as_ref()).and_then(|held| held.until);
            let holds: Vec<_> = self.world.story.state().holds.iter().filter(|(_, of)| of == id).copied().collect();
            assert_eq!(holds, held.map(|until| (until, *id)).into_iter().collect::<Vec<_>>(), "a timer for each hold");
            for opinion in entry.reviews.iter().flat_map(|review| &review.opinions) {
                assert!(!entry.conflicts.contains_key(&opinion.by), "who has a conflict does not count");
            }
            let open = entry.reviews.iter().filter(|review| review.ended.is_none()).count();
            assert!(open <= 1, "one review at a time");
        }
    }
}

/// What everybody can read, and what was erased: counted from the events alone.
#[derive(Default)]
struct Gone {
    standing: BTreeMap<EntryId, Vec<u8>>,
    /// Everything that came in so far was erased: submission says of nothing here where its line is.
    until: BTreeSet<EntryId>,
}

impl Gone {
    fn take(&mut self, event: &Event, beside: Option<&Event>, payload: &Payload) {
        let Some(entry) = event.head.entry else { return };
        match beside.and_then(|beside| beside.payload.as_ref()) {
            Some(Payload::EditionPublished(published)) => {
                let digest = published.content.as_ref().map(|content| content.digest.clone());
                self.standing.insert(entry, digest.unwrap_or_default());
            }
            Some(Payload::EntryRetracted(_)) => drop(self.standing.remove(&entry)),
            _ => {}
        }
        match payload {
            Payload::ErasureOrdered(ordered) => {
                let command = ordered.command.as_ref().expect("an order");
                let standing = self.standing.get(&entry);
                assert_eq!(ordered.standing, standing.cloned().unwrap_or_default());
                if command.scope == Scope::Words.number() {
                    assert_eq!(standing, None, "words in public are not erased");
                    self.until.insert(entry);
                }
                assert!(standing.is_none_or(|standing| !command.digests.contains(standing)));
            }
            Payload::Approved(_) => assert!(!self.until.contains(&entry), "nobody can read that"),
            _ => {}
        }
    }
}

/// Which submissions may be decided once more: after a refusal, once.
#[derive(Default)]
struct Appeals(BTreeSet<Place>);

impl Appeals {
    fn forgive(&mut self, beside: Option<&Event>, ended: &mut BTreeMap<Place, Place>) {
        let Some(Payload::AppealAsked(asked)) = beside.and_then(|beside| beside.payload.as_ref()) else { return };
        let submitted = Place::try_from(asked.submitted.as_ref().unwrap()).unwrap();
        let refused = Place::try_from(asked.refused.as_ref().unwrap()).unwrap();
        if ended.get(&submitted) == Some(&refused) && self.0.insert(submitted) {
            ended.remove(&submitted);
        }
    }
}

/// Who approved, and who is out: counted from the events alone.
#[derive(Default)]
struct Opinions {
    approved: BTreeMap<EntryId, BTreeSet<SubjectId>>,
    out: BTreeSet<(EntryId, SubjectId)>,
}

impl Opinions {
    fn take(&mut self, event: &Event, payload: &Payload) {
        let (Some(entry), Some(by)) = (event.head.entry, event.head.actor.person()) else { return };
        match payload {
            Payload::ApprovalCounted(_) | Payload::Approved(_) => {
                assert!(!self.out.contains(&(entry, by)), "who has a conflict gives no opinion");
                self.approved.entry(entry).or_default().insert(by);
            }
            Payload::ObjectionMade(_) => {
                assert!(!self.out.contains(&(entry, by)), "who has a conflict gives no opinion");
                self.approved.entry(entry).or_default().remove(&by);
            }
            Payload::ConflictDeclared(_) => {
                self.out.insert((entry, by));
                self.approved.entry(entry).or_default().remove(&by);
            }
            _ => {}
        }
    }

    /// Whoever approved by then is at least as many as the path asks for.
    fn suffice(&self, entry: EntryId, approved: &v1::Approved) {
        let wanted = match approved.record_type.as_str() {
            "practice" => 5,
            "report" => 2,
            _ => 1,
        };
        let people = &self.approved[&entry];
        assert!(people.len() >= wanted, "a {} was approved by {people:?}", approved.record_type);
    }
}

fn ends(payload: &Payload) -> Option<Place> {
    let submitted = match payload {
        Payload::MarkedDuplicate(event) => event.submitted,
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
    place: Option<&v1::Place>,
) -> Option<v1::Submitted> {
    let place = Place::try_from(place?).ok()?;
    let event = submitted.get(&entry)?.iter().find(|event| event.head.place == place)?;
    match &event.payload {
        Some(Payload::Submitted(submitted)) => Some(submitted.clone()),
        _ => None,
    }
}

#[test]
fn whatever_happens_each_submission_is_decided_once_and_by_nobody_who_wrote_it() {
    for_seeds(100, |dice| {
        let record_type = *dice.pick(&TYPES);
        let mut run = Run { world: World::ready().with_records_managers(), submitted: BTreeMap::new(), record_type };
        for step in 0..200 {
            run.step(dice);
            if step % 10 == 9 {
                run.check();
            }
        }
        run.world.story.replayed();
    });
}

#[test]
fn commands_of_the_service_itself_are_no_business_of_anybody() {
    let mut world = World::in_review();
    for person in PEOPLE {
        let open = Command::OpenReview(v1::OpenReview::default());
        world.refused(Ask::by(person, open).on(ENTRY));
    }
}

/// The random stories are worth something only if they get that far.
#[test]
fn random_stories_reach_approvals_of_every_type_and_everything_else_there_is() {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..400 {
        let mut dice = Dice::new(seed);
        let record_type = *dice.pick(&TYPES);
        let mut run = Run { world: World::ready().with_records_managers(), submitted: BTreeMap::new(), record_type };
        for _ in 0..200 {
            run.step(&mut dice);
        }
        for (event, _) in run.world.story.log() {
            let name = match event.payload.as_ref() {
                Some(Payload::Approved(approved)) if approved.record_type == "practice" => "practice approved",
                Some(Payload::Approved(approved)) if approved.record_type == "report" => "report approved",
                Some(Payload::Approved(_)) => "approved",
                Some(Payload::ObjectionMade(_)) => "objection",
                Some(Payload::ConflictDeclared(_)) => "conflict",
                Some(Payload::ChangeSettled(_)) => "settled",
                Some(Payload::ReviewHeld(_)) => "held",
                Some(Payload::ReviewResumed(_)) => "resumed",
                Some(Payload::ReviewAssigned(_)) => "assigned",
                Some(Payload::MarkedDuplicate(_)) => "duplicate",
                Some(Payload::CorrectionProposed(_)) => "proposed",
                Some(Payload::CorrectionConfirmed(_)) => "confirmed",
                Some(Payload::CorrectionRejected(_)) => "rejected",
                Some(Payload::LettersEnded(_)) => "letters",
                Some(Payload::InboxRead(_)) => "read",
                Some(Payload::ErasureOrdered(ordered)) => {
                    let command = ordered.command.as_ref().expect("an order");
                    Scope::from_number(command.scope).expect("a scope").key()
                }
                Some(Payload::ErasureConfirmed(_)) => "erasure confirmed",
                Some(Payload::ReviewOpened(opened)) if opened.command.is_some_and(|open| open.appeal.is_some()) => {
                    "appeal"
                }
                _ => continue,
            };
            *seen.entry(name).or_default() += 1;
        }
    }
    let reached: Vec<_> = seen.keys().copied().collect();
    assert_eq!(reached.len(), 21, "{seen:?}");
}
