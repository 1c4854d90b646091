//! Who may have words destroyed, which, and when not; and what nobody can do with words that are gone.

use dossier_engine::{Record, Refusal as _, erasure::Scope, testing::Ask};
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Actor, Event, Origin, Payload, Place, SubjectId, v1};

use super::world::*;
use crate::domain::{Command, Invalid, Refusal};

pub(crate) const RECORDS_MANAGER: SubjectId = SubjectId([21; 16]);
const OF_OTHERS: SubjectId = SubjectId([22; 16]);

pub(crate) fn order(by: SubjectId, scope: Scope, digests: &[u32]) -> Ask<Command> {
    Ask::by(by, Command::OrderErasure(ordered(scope, digests))).on(ENTRY)
}

fn ordered(scope: Scope, digests: &[u32]) -> v1::OrderErasure {
    v1::OrderErasure {
        scope: scope.number(),
        subject: Vec::new(),
        digests: digests.iter().map(|revision| digest(*revision).to_vec()).collect(),
        reason: "court-order".to_owned(),
        note: Some(sealed(96)),
    }
}

pub(crate) fn forget(by: impl Into<Actor>, whom: SubjectId) -> Ask<Command> {
    let command = v1::OrderErasure { subject: whom.to_vec(), ..ordered(Scope::Person, &[]) };
    match by.into() {
        Actor::Person(by) => Ask::by(by, Command::OrderErasure(command)),
        by => Ask::by(by, Command::OrderErasure(command)),
    }
}

fn confirmation(of: &Event) -> Command {
    Command::ConfirmErasure(v1::ConfirmErasure { order: Some(of.head.place.into()), destroyed: 2, kept: Vec::new() })
}

impl World {
    pub(crate) fn with_records_managers(mut self) -> Self {
        self.given(Ask::by(SYSTEM, grant(RECORDS_MANAGER, Role::RecordsManager, "", &[])));
        self.given(Ask::by(SYSTEM, grant(OF_OTHERS, Role::RecordsManager, "KEN", &[])));
        self
    }

    fn retract(&mut self) -> Event {
        self.hear(Origin::Publication, PUBLISHER, retracted())
    }
}

fn published() -> World {
    World::published().with_records_managers()
}

#[test]
fn only_a_records_manager_of_the_body_orders_it() {
    let mut world = published();
    world.retract();
    for (by, reason) in [
        (MODERATOR, NotEntitledReason::NoDesignation),
        (PUBLISHER, NotEntitledReason::NoDesignation),
        (ADMINISTRATOR, NotEntitledReason::NoDesignation),
        (OF_OTHERS, NotEntitledReason::OtherBody),
    ] {
        let refusal = world.refused(order(by, Scope::Words, &[]));
        let Refusal::NotEntitled { role, reason: found, record, .. } = refusal else { panic!("{refusal:?}") };
        assert_eq!((role, found, record), (Role::RecordsManager, reason, Record::Kept), "{by:?}");
    }
    let Payload::ErasureOrdered(ordered) = world.one(order(RECORDS_MANAGER, Scope::Words, &[])) else { panic!() };
    assert_eq!((ordered.body.as_str(), ordered.record_type.as_str()), ("KAZ", "event"));
    assert!(ordered.standing.is_empty(), "nothing stands in public");
}

#[test]
fn what_stands_in_public_is_retracted_first_and_the_refusal_names_its_publication() {
    let mut world = World::in_review().with_records_managers();
    world.given(approve(MODERATOR, 1));
    let approved = world.review().ended.expect("approved").moment.place;
    let refusal = world.refused(order(RECORDS_MANAGER, Scope::Words, &[]));
    assert_eq!(refusal, Refusal::ComesIntoPublic { because: approved }, "it is on its way");
    let published = world.publish(1);
    let refusal = world.refused(order(RECORDS_MANAGER, Scope::Words, &[]));
    assert_eq!(refusal, Refusal::StandsInPublic { because: published.head.place });
    assert_eq!(refusal.facts().record, Record::Kept);
    let last = world.last().payload.clone();
    assert!(matches!(last, Some(Payload::ModerationRefused(_))), "the refusal is history: {last:?}");
    world.hear(Origin::Publication, PUBLISHER, Payload::EntrySuspended(v1::EntrySuspended::default()));
    let refusal = world.refused(order(RECORDS_MANAGER, Scope::Words, &[]));
    assert_eq!(refusal, Refusal::StandsInPublic { because: published.head.place }, "it may be given back any time");
    world.retract();
    world.given(order(RECORDS_MANAGER, Scope::Words, &[]));
}

#[test]
fn personal_values_and_persons_can_be_erased_at_any_time() {
    let mut world = published();
    let Payload::ErasureOrdered(of_values) = world.one(order(RECORDS_MANAGER, Scope::PersonalValues, &[])) else {
        panic!()
    };
    assert_eq!(of_values.standing, digest(1).to_vec(), "it is said what stands in public");
    let Payload::ErasureOrdered(of_person) = world.one(forget(Actor::Person(RECORDS_MANAGER), CONTRIBUTOR)) else {
        panic!()
    };
    assert!(of_person.body.is_empty() && of_person.record_type.is_empty());
    let again = world.refused(forget(Actor::Person(RECORDS_MANAGER), CONTRIBUTOR));
    assert!(matches!(again, Refusal::ErasedAlready { .. }), "{again:?}");
    let refusal = world.refused(forget(Actor::Person(OF_OTHERS), COLLEAGUE));
    assert!(matches!(refusal, Refusal::NotEntitled { .. }), "a person is in entries of any body: {refusal:?}");
    world.given(forget(SYSTEM, COLLEAGUE));
    let refusal = world.refused(forget(Actor::Service(Origin::Submission), NOBODY));
    assert_eq!(refusal, Refusal::WrongActor("another service"));
}

#[test]
fn an_earlier_content_can_be_erased_while_a_corrected_one_stands() {
    let mut world = published();
    assert!(matches!(world.refused(order(RECORDS_MANAGER, Scope::Content, &[1])), Refusal::StandsInPublic { .. }));
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    world.given(approve(MODERATOR, 2));
    assert!(matches!(world.refused(order(RECORDS_MANAGER, Scope::Content, &[2])), Refusal::ComesIntoPublic { .. }));
    world.publish(2);
    let Payload::ErasureOrdered(ordered) = world.one(order(RECORDS_MANAGER, Scope::Content, &[1])) else { panic!() };
    assert_eq!(ordered.standing, digest(2).to_vec());
    let again = world.refused(order(RECORDS_MANAGER, Scope::Content, &[1]));
    assert!(matches!(again, Refusal::ErasedAlready { .. }), "{again:?}");
    assert!(matches!(world.refused(order(RECORDS_MANAGER, Scope::Content, &[1, 2])), Refusal::StandsInPublic { .. }));
}

#[test]
fn an_order_that_does_not_fit_is_told_what_does_not() {
    let mut world = published();
    world.retract();
    let erasure = |refusal: Refusal| matches!(refusal, Refusal::Invalid(Invalid::Erasure(_)));
    assert!(erasure(world.refused(order(RECORDS_MANAGER, Scope::Content, &[]))), "no digest");
    assert!(erasure(world.refused(order(RECORDS_MANAGER, Scope::Content, &[9]))), "of no content here");
    assert!(erasure(world.refused(order(RECORDS_MANAGER, Scope::Words, &[1]))), "digests name single contents");
    assert!(erasure(world.refused(forget(Actor::Person(RECORDS_MANAGER), CONTRIBUTOR).on(ENTRY))));
    let unspecified = order(RECORDS_MANAGER, Scope::Words, &[]).changed(|command| {
        if let Command::OrderErasure(order) = command {
            order.scope = 0;
        }
    });
    assert!(erasure(world.refused(unspecified)));
    let why = order(RECORDS_MANAGER, Scope::Words, &[]).changed(|command| {
        if let Command::OrderErasure(order) = command {
            order.reason = "because".to_owned();
        }
    });
    assert_eq!(world.refused(why), Refusal::Invalid(Invalid::ErasureReason));
    assert_eq!(world.refused(order(RECORDS_MANAGER, Scope::Words, &[]).on(OTHER_ENTRY)), Refusal::NotFound);
}

#[test]
fn the_reasons_are_those_of_the_registry_in_force() {
    let mut world = published();
    world.retract();
    let listed = REGISTRY.replace(r#""version""#, r#""erasures":[{"key":"house_rule"}],"version""#);
    world.given(Ask::by(REGISTRAR, adopt(&listed)));
    assert_eq!(
        world.refused(order(RECORDS_MANAGER, Scope::Words, &[])),
        Refusal::Invalid(Invalid::ErasureReason),
        "a registry that lists reasons has its own"
    );
}

#[test]
fn nobody_lets_words_pass_that_nobody_can_read() {
    let mut world = World::in_review().with_records_managers();
    let events = world.given(order(RECORDS_MANAGER, Scope::Words, &[]));
    let because = events[0].head.place;
    assert_eq!(world.refused(approve(MODERATOR, 1)), Refusal::WordsErased { because });
    assert_eq!(world.refused(object(MODERATOR, 1)), Refusal::WordsErased { because });
    world.given(refuse(MODERATOR, 1, "spam"));
    // The entry goes on with other words, once submission has destroyed the old ones.
    let order = Some(because.into());
    let confirmed =
        v1::ErasureConfirmed { command: Some(v1::ConfirmErasure { order, destroyed: 1, kept: Vec::new() }) };
    world.story.hear(
        Actor::System(Origin::Submission),
        Origin::Submission,
        Some(ENTRY),
        Payload::ErasureConfirmed(confirmed),
    );
    world.submit(ENTRY, &Filed::revision(2));
    world.given(approve(MODERATOR, 2));
}

#[test]
fn a_correction_that_was_erased_is_not_confirmed() {
    let mut world = World::in_review_of("practice").with_records_managers();
    for by in [MODERATOR, INTERNAL, EXTERNAL[0], EXTERNAL[1], PUBLISHER] {
        world.given(approve(by, 1));
    }
    world.publish(1);
    world.given(propose(MODERATOR, 1, 1, 50));
    let events = world.given(order(RECORDS_MANAGER, Scope::Content, &[50]));
    let because = events[0].head.place;
    assert_eq!(world.refused(confirm(OTHER_MODERATOR, 50)), Refusal::WordsErased { because });
    world.given(reject(OTHER_MODERATOR, 50));
}

#[test]
fn this_service_confirms_once_and_hears_the_others() {
    let mut world = World::in_review().with_records_managers();
    let version = world.entry().version;
    let ordered = world.given(order(RECORDS_MANAGER, Scope::Words, &[])).remove(0);
    assert_eq!(
        world.refused(Ask::by(RECORDS_MANAGER, confirmation(&ordered)).on(ENTRY)),
        Refusal::WrongActor("others")
    );
    assert_eq!(world.refused(Ask::by(SYSTEM, confirmation(&ordered))), Refusal::NotFound, "it is of an entry");
    assert_eq!(world.given(Ask::by(SYSTEM, confirmation(&ordered)).on(ENTRY)).len(), 1);
    assert!(world.given(Ask::by(SYSTEM, confirmation(&ordered)).on(ENTRY)).is_empty(), "once");
    let Command::ConfirmErasure(confirm) = confirmation(&ordered) else { unreachable!() };
    for origin in [Origin::Submission, Origin::Publication, Origin::Audit] {
        let confirmed = Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(confirm.clone()) });
        world.story.hear(Actor::System(origin), origin, Some(ENTRY), confirmed);
    }
    let known = world.story.state().erasures.get(Place { ..ordered.head.place }).expect("known").clone();
    assert_eq!(known.confirmed.keys().copied().collect::<Vec<_>>(), Origin::ALL);
    assert_eq!(world.entry().version, version, "nothing of it is a move in the review");
}
