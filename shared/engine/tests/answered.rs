//! Asking whether a command took effect before, before anything is sealed for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use dossier_engine::{ExecuteError, Repeated, foresee};
use dossier_proto::{Digest, EntryId};
use toy::{NOON, Toy, ToyCommand, ToyRefusal, open, request};

#[tokio::test]
async fn what_took_effect_is_answered_as_it_was_and_nothing_else_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let asked = request("one", ToyCommand::Start(3));
    assert_eq!(engine.answered(asked.command_id, asked.request_digest).await.unwrap(), None);
    let first = engine.execute(asked.clone()).await.unwrap();
    let again = engine.answered(asked.command_id, asked.request_digest).await.unwrap().unwrap();
    assert_eq!((again.events, again.repeated), (first.events, Repeated::Yes));
    let other = engine.answered(asked.command_id, Digest([7; 32])).await;
    assert_eq!(other, Err(ExecuteError::KeyReused));
    assert_eq!(engine.journal().head().size, 1, "asking writes nothing");
}

/// What is in the same moment on its way to the disk is known, and answered when it is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_on_its_way_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    for at in 0..50 {
        let asked = request(&format!("key {at}"), ToyCommand::Start(3));
        let deciding = tokio::spawn({
            let (engine, asked) = (engine.clone(), asked.clone());
            async move { engine.execute(asked).await.unwrap() }
        });
        let known = engine.answered(asked.command_id, asked.request_digest).await.unwrap();
        if let Some(known) = &known {
            let last = known.events.last().unwrap().head.place;
            assert!(engine.recorded_at(last).is_ok(), "it is durable");
        }
        let decided = deciding.await.unwrap();
        assert!(known.is_none_or(|known| known.events == decided.events));
    }
}

#[test]
fn a_refusal_is_foreseen_on_the_state_that_is_shown() {
    let mut bump = request("one", ToyCommand::Bump);
    (bump.entry, bump.expected_version) = (Some(EntryId([1; 16])), Some(4));
    let now = NOON;
    assert_eq!(foresee::<Toy>(&Default::default(), &bump, now), Err(ToyRefusal::Version));
    assert_eq!(foresee::<Toy>(&Default::default(), &request("two", ToyCommand::Start(3)), now), Ok(()));
}
