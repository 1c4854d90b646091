//! Every reaction to another service's event, by name: each is reached by a scene, and asked for once more, at any later time, it does
//! nothing. (That a letter is not even read twice, and that what was half done before a crash is done again, is the engine's:
//! `shared/engine/tests/receiving.rs`, `tests/faults/tests/kill_at_every_point.rs`, `tests/nats/tests/twice.rs`.)

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeSet, path::Path};

use dossier_engine::{
    Decider,
    testing::{Ask, Story},
};
use dossier_proto::{Actor, Origin};
use dossier_simulation::{asking::name, scenes};

/// The events that a service's policy names.
fn named(service: &str) -> BTreeSet<String> {
    let file = format!("../../services/{service}/src/policy.rs");
    let source = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let names = source.split("Payload::").skip(1).filter_map(|rest| rest.split('(').next());
    names.filter(|name| name.chars().all(|letter| letter.is_ascii_alphanumeric())).map(str::to_owned).collect()
}

#[test]
fn every_event_that_a_policy_names_is_heard_in_some_scene() {
    let scenes = scenes::all();
    for (origin, service) in
        [(Origin::Submission, "submission"), (Origin::Moderation, "moderation"), (Origin::Publication, "publication")]
    {
        let logs = scenes.iter().flat_map(|scene| scene.town.log(origin));
        let heard: BTreeSet<String> =
            logs.filter_map(|(_, beside)| beside.as_ref()?.payload.as_ref().map(name)).collect();
        let missing: Vec<String> = named(service).into_iter().filter(|name| !heard.contains(name)).collect();
        assert!(missing.is_empty(), "{service} takes {missing:?} from the others, and no scene shows what follows");
    }
}

/// Asks for every reaction again, when everything has happened. Returns how many there are, by the event.
fn again<D: Decider + Clone>(story: &Story<D>, what: &str) -> BTreeSet<String> {
    let mut reacted = BTreeSet::new();
    let foreign: Vec<_> = story.log().iter().filter_map(|(_, beside)| beside.clone()).collect();
    for event in foreign {
        for errand in D::react(story.state(), &event) {
            let mut story = story.clone();
            let ask = Ask::by(Actor::Service(D::ORIGIN), errand.command);
            let ask = errand.entry.into_iter().fold(ask, Ask::on);
            let answer = story.ask(ask);
            let events = answer.unwrap_or_else(|refusal| panic!("{what}: a reaction was refused: {refusal}"));
            let event = name(event.payload.as_ref().unwrap());
            assert!(events.is_empty(), "{what}: {event} takes effect twice (P4): {events:?}");
            reacted.insert(event);
        }
    }
    reacted
}

#[test]
fn every_reaction_asked_for_twice_takes_effect_once() {
    let (mut moderation, mut publication) = (BTreeSet::new(), BTreeSet::new());
    for scene in scenes::all() {
        assert!(again(&scene.town.submission, scene.name).is_empty(), "submission reacts to nothing by a command");
        moderation.extend(again(&scene.town.moderation, scene.name));
        publication.extend(again(&scene.town.publication, scene.name));
    }
    // Every reaction there is: a new one stands here with its scene.
    let all = |names: &[&str]| names.iter().map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(moderation, all(&["AppealAsked", "RecallAsked", "Submitted", "WithdrawalAsked"]));
    assert_eq!(publication, all(&["Approved", "CorrectionConfirmed"]));
}
