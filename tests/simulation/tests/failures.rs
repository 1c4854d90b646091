//! Failures of comparable systems that cross the borders between services (DOMAIN section 6; the index is `tests/FAILURES.md`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dossier_engine::testing::Ask;
use dossier_moderation::domain::Command as Moderate;
use dossier_proto::{Actor, EntryId, Event, Micros, Origin, Payload};
use dossier_publication::domain::Standing;
use dossier_simulation::{
    Town,
    asking::{moderation, submission},
    people::{AIGERIM, EXTERNAL, INTERNAL, MARTA, NOOR},
    scenes::{self, Scene},
};
use dossier_submission::domain::{Command as Write, Holder};

fn scene(name: &str) -> Scene {
    scenes::all().into_iter().find(|scene| scene.name == name).unwrap_or_else(|| panic!("no scene is called {name}"))
}

fn save(town: &mut Town, id: EntryId) -> Result<Vec<Event>, &'static str> {
    let (text, version) = (town.words.text(), submission::entry(town, id).version);
    let save = submission::save(town, id, text, &["title"]);
    town.ask_submission(Ask::by(AIGERIM, save).on(id).expecting(version))
}

fn submit(town: &mut Town, id: EntryId) {
    let submit = submission::submit(town, id);
    town.ask_submission(Ask::by(AIGERIM, submit).on(id)).unwrap();
    town.level();
}

/// The contents that became editions, the oldest first.
fn editions(town: &Town, id: EntryId) -> Vec<Vec<u8>> {
    let events = town.publication.log().iter().filter(|(event, _)| event.head.entry == Some(id));
    events
        .filter_map(|(event, _)| match &event.payload {
            Some(Payload::EditionPublished(one)) => Some(one.content.as_ref().unwrap().digest.clone()),
            _ => None,
        })
        .collect()
}

/// Seen in GeoNetwork and DKAN: publishing an approved record publishes its newer draft.
#[test]
fn geonetwork_publishing_what_is_approved_publishes_no_newer_draft() {
    let mut scene = scene("scheduled");
    let approved = submission::entry(&scene.town, scene.id).working.digest.to_vec();
    assert_eq!(save(&mut scene.town, scene.id), Err("wrong-state"), "nobody writes on what is approved");
    scene.town.wait(11 * Micros::DAY);
    scene.town.level();
    assert_eq!(editions(&scene.town, scene.id), [approved]);
    // A correction is published while a newer draft lies there: the draft stays a draft.
    let mut town = scene.town;
    town.ask_submission(Ask::by(AIGERIM, Write::OpenRevision).on(scene.id)).unwrap();
    save(&mut town, scene.id).unwrap();
    let draft = submission::entry(&town, scene.id).working.digest.to_vec();
    let propose = moderation::propose(&mut town, scene.id);
    town.ask_moderation(Ask::by(MARTA, propose).on(scene.id)).unwrap();
    let confirm = moderation::confirm(&mut town, scene.id);
    town.ask_moderation(Ask::by(NOOR, confirm).on(scene.id)).unwrap();
    town.level();
    let editions = editions(&town, scene.id);
    assert!(editions.len() == 2 && !editions.contains(&draft), "the newer draft was published");
}

/// Seen on an EU platform: moderating a draft revision unpublishes the live page.
#[test]
fn eu_platform_moderating_a_revision_leaves_the_public_edition_where_it_is() {
    let revised = {
        let mut scene = scene("a revision begun");
        save(&mut scene.town, scene.id).unwrap();
        submit(&mut scene.town, scene.id);
        scene
    };
    let public = editions(&revised.town, revised.id);
    let decisions: [fn(&mut Town, EntryId) -> Moderate; 4] = [
        |town, id| moderation::request_changes(town, id, 1),
        moderation::refuse,
        moderation::mark_duplicate,
        |town, _| moderation::hold(town, "contributor", None),
    ];
    for decide in decisions {
        let mut town = revised.town.clone();
        let command = decide(&mut town, revised.id);
        town.ask_moderation(Ask::by(MARTA, command).on(revised.id)).unwrap();
        town.level();
        let entry = &town.publication.state().entries[&revised.id];
        assert_eq!((entry.standing(), entry.edition), (Standing::Published, 1));
        assert_eq!(editions(&town, revised.id), public);
        assert!(submission::entry(&town, revised.id).is_shown());
    }
}

/// Seen in assembl: editing a pending item publishes it. (That it cannot be reached by a link: `tests/endtoend`.)
#[test]
fn assembl_editing_what_is_pending_publishes_nothing() {
    for name in ["a practice that awaits clearance", "an event in review", "on hold", "changes requested", "approved"] {
        let mut scene = scene(name);
        let is_with_its_body = name == "changes requested";
        assert_eq!(save(&mut scene.town, scene.id).is_ok(), is_with_its_body, "{name}");
        let posted = editions(&scene.town, scene.id);
        assert!(posted.is_empty(), "{name}");
        // What is public in the end is what was approved before anybody tried.
        let approved = submission::entry(&scene.town, scene.id).working.digest.to_vec();
        scene.town.level();
        let public = editions(&scene.town, scene.id);
        assert_eq!(public, if name == "approved" { vec![approved] } else { Vec::new() }, "{name}");
    }
}

/// Seen in Joinup: "needs update" on a new item publishes it.
#[test]
fn joinup_asking_for_changes_on_a_new_entry_publishes_nothing() {
    let mut scene = scene("changes requested");
    scene.town.wait(40 * Micros::DAY);
    scene.town.level();
    assert!(!scene.town.publication.state().entries.contains_key(&scene.id), "nobody approved it");
    let heard = scene.town.publication.log().iter().filter(|(event, _)| event.head.entry == Some(scene.id));
    assert_eq!(heard.count(), 0, "publication has never heard of it");
}

/// Seen in registry-core: only the submission is attributed, not later actions.
#[test]
fn registry_core_every_later_act_of_a_person_names_who_and_by_which_right() {
    let mut acts = 0;
    for scene in scenes::all() {
        for origin in [Origin::Submission, Origin::Moderation, Origin::Publication] {
            for (event, _) in scene.town.log(origin).iter().filter(|(event, _)| event.head.entry == Some(scene.id)) {
                if let Actor::Person(_) = event.head.actor {
                    assert!(event.head.authority.is_some(), "{}: by which right? {event:?}", scene.name);
                    acts += 1;
                } else {
                    let cause = event.head.cause.is_some() || matches!(event.head.actor, Actor::System(_));
                    assert!(cause, "{}: nobody did it, and nothing led to it: {event:?}", scene.name);
                }
            }
        }
    }
    assert!(acts > 100, "the scenes hold {acts} acts");
}

/// Seen in OJS: nobody can tell who has to move next; a recommendation is changed without record.
#[test]
fn ojs_an_opinion_that_is_changed_stays_on_record_and_the_next_move_is_told() {
    let mut scene = scene("a practice whose last peer is missing");
    let (town, id) = (&mut scene.town, scene.id);
    let place_of = |town: &Town, by| {
        let review = moderation::entry(town, id).unwrap().review().unwrap().clone();
        review.opinions.iter().find(|one| one.by == by && one.stage == "peer").map(|one| one.place)
    };
    let first = place_of(town, INTERNAL[0]).expect("an opinion");
    let object = moderation::object(town, id);
    town.ask_moderation(Ask::by(INTERNAL[0], object).on(id)).unwrap();
    let second = place_of(town, INTERNAL[0]).expect("an opinion");
    assert!(second > first, "the later one counts");
    let kept = &town.moderation.log()[usize::try_from(first.sequence).unwrap()].0;
    assert!(matches!(kept.payload, Some(Payload::ApprovalCounted(_))), "the earlier one is there: {kept:?}");
    assert_eq!(kept.head.actor.person(), Some(INTERNAL[0]));
    let (turn, _) = moderation::entry(town, id).unwrap().turn().unwrap();
    assert_eq!(turn.key(), "reviewer", "an opinion is still missing");
    let approve = moderation::approve(town, id);
    town.ask_moderation(Ask::by(EXTERNAL[1], approve).on(id)).unwrap();
    let (turn, _) = moderation::entry(town, id).unwrap().turn().unwrap();
    assert_eq!(turn.key(), "reviewer", "they are split: a further one is asked");
    assert_eq!(submission::entry(town, id).turn().who, Holder::Moderator, "its body is told, too");
}
