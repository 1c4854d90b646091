//! What the catalogue says after things have happened.

use dossier_engine::View;
use dossier_proto::{EntryId, Origin, Place};

use super::{Catalogue, EditionKind, TurnKind};
use crate::domain::tests::world::{
    PUBLISHER, World, approved, corrected, digest, entry, reinstatement, retraction, retraction_asked, supersession,
    suspension,
};

fn catalogue(world: &World) -> Catalogue {
    let mut catalogue = Catalogue::default();
    for (event, beside) in &world.journal {
        catalogue.apply(event, beside.as_ref());
    }
    assert_eq!(catalogue.state(), &world.state);
    assert_eq!(catalogue.next().sequence, world.journal.len() as u64);
    let bytes = postcard::to_stdvec(&catalogue).unwrap();
    assert_eq!(postcard::from_bytes::<Catalogue>(&bytes).unwrap(), catalogue, "a snapshot gives it back");
    catalogue
}

fn listed(catalogue: &Catalogue) -> Vec<EntryId> {
    catalogue.newest(None).map(|(_, id)| id).collect()
}

#[test]
fn the_newest_edition_comes_first_and_each_entry_once() {
    let mut world = World::ready();
    for which in 1..=3 {
        world.receive(Some(entry(which)), approved("event", 1, None));
    }
    assert_eq!(listed(&catalogue(&world)), [entry(3), entry(2), entry(1)]);
    world.receive(Some(entry(1)), approved("event", 2, Some(1)));
    let catalogue = catalogue(&world);
    assert_eq!(listed(&catalogue), [entry(1), entry(3), entry(2)]);
    let (first, _) = catalogue.newest(None).next().unwrap();
    let rest: Vec<_> = catalogue.newest(Some(first)).map(|(_, id)| id).collect();
    assert_eq!(rest, [entry(3), entry(2)], "before a position");
    assert_eq!(catalogue.listed_at(first), Some(entry(1)));
    assert_eq!((catalogue.count(), catalogue.retracted()), (3, 0));
}

#[test]
fn editions_keep_their_digest_their_moment_and_their_registry() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(1)), approved("event", 2, Some(1)));
    let catalogue = catalogue(&world);
    let (kept, published) = catalogue.entry(entry(1)).unwrap();
    let digests: Vec<_> = published.editions.iter().map(|edition| (edition.edition, edition.digest)).collect();
    assert_eq!(digests, [(1, digest(1)), (2, digest(2))]);
    assert!(published.editions[0].at < published.editions[1].at);
    assert_eq!(published.current().unwrap().edition, 2);
    assert_eq!(published.edition(1).unwrap().digest, digest(1));
    assert_eq!(published.edition(3), None);
    assert_eq!(catalogue.by_number(&kept.number), Some(entry(1)));
    let registry = published.editions[0].registry.unwrap();
    let adopted = Place { origin: Origin::Publication, epoch: 0, sequence: 0 };
    assert_eq!(catalogue.registry_at(&registry), Some(adopted));
    assert_eq!(catalogue.registry(), Some((registry, adopted)));
}

#[test]
fn a_retracted_entry_is_not_listed_and_stays_known() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(2)), approved("event", 1, None));
    world.receive(Some(entry(1)), retraction_asked(1));
    world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
    let catalogue = catalogue(&world);
    assert_eq!(listed(&catalogue), [entry(2)]);
    assert_eq!((catalogue.count(), catalogue.retracted()), (1, 1));
    let (kept, published) = catalogue.entry(entry(1)).unwrap();
    assert_eq!(catalogue.by_number(&kept.number), Some(entry(1)));
    let retraction = published.withheld().unwrap();
    assert_eq!(retraction.reason.as_deref(), Some("published-in-error"));
    assert_eq!(retraction.requested.unwrap().edition, 1);
    assert_eq!(published.request, None);
    assert_eq!(published.editions.len(), 1);
}

#[test]
fn a_suspended_entry_leaves_the_list_and_comes_back_to_where_it_stood() {
    let mut world = World::ready();
    for which in 1..=3 {
        world.receive(Some(entry(which)), approved("event", 1, None));
    }
    world.ask(PUBLISHER, entry(2), &suspension("court-order"), None).unwrap();
    let suspended = catalogue(&world);
    assert_eq!(listed(&suspended), [entry(3), entry(1)]);
    assert_eq!((suspended.suspended(), suspended.count()), (1, 2));
    let turn = suspended.entry(entry(2)).unwrap().1.withheld().unwrap();
    assert_eq!((turn.kind.clone(), turn.reason.as_deref()), (TurnKind::Suspended, Some("court-order")));
    world.ask(PUBLISHER, entry(2), &reinstatement(), None).unwrap();
    let back = catalogue(&world);
    assert_eq!(listed(&back), [entry(3), entry(2), entry(1)]);
    assert_eq!(back.suspended(), 0);
    assert_eq!(back.entry(entry(2)).unwrap().1.withheld(), None);
    assert_eq!(back.entry(entry(2)).unwrap().1.turns.len(), 2, "that it was suspended stays");
}

#[test]
fn an_edition_of_a_suspended_entry_is_listed_once_it_is_given_back() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(2)), approved("event", 1, None));
    world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
    world.receive(Some(entry(1)), approved("event", 2, Some(1)));
    assert_eq!(listed(&catalogue(&world)), [entry(2)]);
    world.ask(PUBLISHER, entry(1), &reinstatement(), None).unwrap();
    assert_eq!(listed(&catalogue(&world)), [entry(1), entry(2)]);
}

#[test]
fn a_superseded_entry_leaves_the_list_and_both_know_of_each_other() {
    let mut world = World::ready();
    for which in 1..=3 {
        world.receive(Some(entry(which)), approved("event", 1, None));
    }
    world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
    let superseded = catalogue(&world);
    assert_eq!((listed(&superseded), superseded.superseded()), (vec![entry(3), entry(2)], 1));
    assert_eq!(superseded.entry(entry(2)).unwrap().1.instead_of, [entry(1)]);
    let number = "EVT-2026-00002".to_owned();
    let kind = superseded.entry(entry(1)).unwrap().1.supersession().unwrap().kind.clone();
    assert_eq!(kind, TurnKind::Superseded { by: entry(2), number });
    for (command, count) in
        [(suspension("court-order"), 0), (reinstatement(), 1), (retraction("published-in-error"), 0)]
    {
        world.ask(PUBLISHER, entry(1), &command, None).unwrap();
        let now = catalogue(&world);
        assert_eq!((listed(&now), now.superseded(), now.suspended()), (vec![entry(3), entry(2)], count, 0));
    }
}

#[test]
fn a_correction_is_known_as_one_and_rests_on_the_edition_before() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(1)), corrected(2, 1));
    let catalogue = catalogue(&world);
    let published = catalogue.entry(entry(1)).unwrap().1;
    let kinds: Vec<_> = published.editions.iter().map(|edition| edition.kind).collect();
    assert_eq!(kinds, [EditionKind::Submission, EditionKind::Correction]);
    assert_eq!(published.before(2).unwrap().digest, digest(1));
    assert_eq!((published.before(1), published.before(0)), (None, None));
}

#[test]
fn requests_wait_in_the_order_they_came_until_they_are_answered() {
    let mut world = World::ready();
    for which in 1..=3 {
        world.receive(Some(entry(which)), approved("event", 1, None));
    }
    world.receive(Some(entry(2)), retraction_asked(1));
    world.receive(Some(entry(1)), retraction_asked(1));
    world.receive(Some(entry(9)), retraction_asked(1));
    let waiting = |world: &World| catalogue(world).requests(None).map(|(_, id)| id).collect::<Vec<_>>();
    assert_eq!(waiting(&world), [entry(2), entry(1)], "one of an unknown entry is none");
    let first = catalogue(&world).requests(None).next().unwrap().0;
    assert_eq!(catalogue(&world).requests(Some(first)).map(|(_, id)| id).collect::<Vec<_>>(), [entry(1)]);
    world.receive(Some(entry(2)), retraction_asked(1));
    assert_eq!(waiting(&world), [entry(1), entry(2)], "asked again, it waits again");
    world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
    assert_eq!(waiting(&world), [entry(2)]);
}
