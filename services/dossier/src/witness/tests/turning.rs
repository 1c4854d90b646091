//! A log signs with another key: who was given the first one follows, and nobody is led away.

use std::sync::Arc;

use dossier_exchange::{Position, ReadLimits, Source as _, conformance::Shelf};
use dossier_proof::LogProof;
use dossier_proto::Origin;
use serde_json::json;

use super::{
    super::{Looked, Taken, Trouble},
    looking::look,
    server::{Server, showing},
    *,
};
use crate::Exit;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG, &[seed; 32]).unwrap()
}

/// A log whose first key is this one, with so many events.
fn shelf(first: SigningKey, events: usize) -> Arc<Shelf> {
    let shelf = Shelf::of_log(Origin::Submission, first);
    shelf.fill(events);
    shelf
}

fn tree_of(shelf: &Shelf) -> MemoryTree {
    let limits = ReadLimits { events_max: 10_000, ..ReadLimits::default() };
    shelf.read(Position::default(), limits).unwrap().iter().map(|event| leaf_of_event(event)).collect()
}

fn turns(shelf: &Shelf) -> Vec<LogProof> {
    shelf.key_turns(0, 64).unwrap()
}

/// Shows a log, and these turns of it.
fn shows(server: &Server, shelf: &Shelf, turns: &[LogProof]) {
    let rest = showing(tree_of(shelf), shelf.checkpoint().unwrap());
    let list = json!({ "turns": turns.iter().map(ToString::to_string).collect::<Vec<_>>() }).to_string();
    server.now(move |path, body| match path {
        "/audit/log/submission/key-turns?from=0" => Some((200, String::new(), list.clone().into_bytes())),
        path => rest(path, body),
    });
}

fn cosigned(size: u64) -> Looked {
    Looked::Cosigned { origin: ORIGIN.to_owned(), size, taken: Taken::Yes }
}

/// A witness that was given the first key and has cosigned the first so many events.
fn followed(directory: &TempDir, shelf: &Shelf) -> (Node, Server) {
    let (node, server) = (node_in(directory), Server::of(honest(1)));
    shows(&server, shelf, &[]);
    look(&node, &server).unwrap();
    (node, server)
}

/// Nothing was cosigned, and no key taken, since it had cosigned this many with the first key.
fn stands(node: &Node, size: u64) {
    assert_eq!(node.kept(ORIGIN).unwrap().head().size, size, "what was cosigned stays, and nothing else is");
    assert!(node.logs().histories()[0].turns().is_empty(), "no key was taken");
}

#[test]
fn p9_a_log_is_followed_from_the_key_that_was_given_to_the_one_in_force() {
    let directory = tempfile::tempdir().unwrap();
    let log = shelf(signer(), 20);
    let (node, server) = followed(&directory, &log);
    log.fill(5);
    log.rotate(key(12));
    log.rotate(key(13));
    log.fill(300);
    shows(&server, &log, &turns(&log));
    assert_eq!(look(&node, &server).unwrap(), cosigned(327));
    assert_eq!(node.logs().histories()[0].current(), &key(13).verifier());
    assert_eq!(node.kept(ORIGIN).unwrap().head(), tree_of(&log).head());
    // It is known for good: nobody is asked for it again, also not after a start.
    drop(node);
    let node = node_in(&directory);
    log.fill(1);
    shows(&server, &log, &[]);
    server.asked.lock().unwrap().clear();
    assert_eq!(look(&node, &server).unwrap(), cosigned(328));
    assert!(!server.asked.lock().unwrap().iter().any(|path| path.contains("key-turns")));
    // The first key signs nothing any more.
    let former = shelf(signer(), 400);
    shows(&server, &former, &[]);
    let refused = look(&node, &server).unwrap_err();
    assert_eq!(refused.exit(), Exit::NotProved, "{refused}");
    assert!(refused.to_string().contains("which the log does not sign"), "{refused}");
    assert_eq!(node.kept(ORIGIN).unwrap().head().size, 328);
}

#[test]
fn a_witness_that_begins_after_a_turn_learns_it_too() {
    let directory = tempfile::tempdir().unwrap();
    let log = shelf(signer(), 3);
    log.rotate(key(12));
    let (node, server) = (node_in(&directory), Server::of(honest(1)));
    log.fill(2);
    shows(&server, &log, &turns(&log));
    assert_eq!(look(&node, &server).unwrap(), cosigned(6));
}

#[test]
fn p9_a_turn_that_the_old_key_has_not_signed_is_a_finding_and_nothing_is_cosigned() {
    let directory = tempfile::tempdir().unwrap();
    let log = shelf(signer(), 20);
    let (node, server) = followed(&directory, &log);
    // The same events, and a key of his own that somebody names as the next: he has not the key that would have to sign that.
    let thief = shelf(key(66), 20);
    thief.rotate(key(67));
    thief.fill(3);
    shows(&server, &thief, &turns(&thief));
    let found = look(&node, &server).unwrap_err();
    assert!(matches!(found, Trouble::TurnNotProven { .. }), "{found}");
    assert_eq!((found.exit(), found.key()), (Exit::NotProved, "not-proved"));
    stands(&node, 20);
    // A true turn, signed with the next key instead of the former.
    log.rotate(key(12));
    log.fill(1);
    let (good, forger) = (turns(&log).remove(0), key(12));
    let checkpoint = good.unverified().unverified();
    let forged = SignedCheckpoint::sign(&Checkpoint::new(ORIGIN, checkpoint.head()), &forger).unwrap();
    let text = good.to_string().replace(good.unverified().text(), forged.text());
    shows(&server, &log, &[text.parse().unwrap()]);
    let found = look(&node, &server).unwrap_err();
    assert!(matches!(found, Trouble::TurnNotProven { .. }), "{found}");
    stands(&node, 20);
    assert!(node.shelf().evidence_names().unwrap().is_empty(), "nobody is accused of what somebody else signed");
    // With the true one it goes on.
    shows(&server, &log, &[good]);
    assert_eq!(look(&node, &server).unwrap(), cosigned(22));
}

/// Who has stolen the key in force signs a turn of its own, on a history of its own.
#[test]
fn p9_a_turn_on_another_history_is_proof_of_two_and_its_key_is_not_taken() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, &shelf(signer(), 20));
    let other = shelf(signer(), 0);
    (0..25).for_each(|_| other.put_bytes(b"something else".to_vec()));
    other.rotate(key(66));
    other.fill(2);
    shows(&server, &other, &turns(&other));
    let found = look(&node, &server).unwrap_err();
    assert_eq!(found.exit(), Exit::Forked, "{found}");
    assert_eq!(node.shelf().forks().unwrap().len(), 1);
    stands(&node, 20);
}

#[test]
fn p9_a_turn_before_what_was_cosigned_with_the_former_key_is_kept_as_evidence() {
    let directory = tempfile::tempdir().unwrap();
    let (node, server) = followed(&directory, &shelf(signer(), 20));
    let other = shelf(signer(), 10);
    other.rotate(key(66));
    other.fill(30);
    shows(&server, &other, &turns(&other));
    let found = look(&node, &server).unwrap_err();
    assert!(matches!(found, Trouble::TurnedBefore { .. }), "{found}");
    assert_eq!(found.exit(), Exit::Forked);
    stands(&node, 20);
    let name = node.shelf().evidence_names().unwrap().remove(0);
    let kept: LogProof = node.shelf().evidence_named(&name).unwrap().unwrap().parse().unwrap();
    assert_eq!((name.starts_with("turn-"), kept), (true, turns(&other).remove(0)));
}

#[test]
fn a_list_of_turns_that_is_none_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let log = shelf(signer(), 20);
    let (node, server) = followed(&directory, &log);
    log.rotate(key(12));
    log.fill(1);
    let many = json!({ "turns": vec![turns(&log)[0].to_string(); 65] }).to_string();
    for (status, list) in [(500, ""), (200, "x"), (200, "{}"), (200, r#"{"turns":[7]}"#), (200, &many)] {
        let (rest, list) = (showing(tree_of(&log), log.checkpoint().unwrap()), list.to_owned());
        server.now(move |path, body| match path.contains("/key-turns") {
            true => Some((status, String::new(), list.clone().into_bytes())),
            false => rest(path, body),
        });
        let found = look(&node, &server).unwrap_err();
        assert!(matches!(found, Trouble::NoTurns(_)), "{found}");
        assert_eq!(found.exit(), Exit::NotProved);
        stands(&node, 20);
    }
}
