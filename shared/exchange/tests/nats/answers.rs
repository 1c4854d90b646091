//! Answers of somebody who has a service's key to the broker, and not the key it signs with: they delay, and do nothing else.

use std::sync::atomic::Ordering;

use bytes::Bytes;
use dossier_exchange::{
    FollowState, Question, Transport, TransportError,
    conformance::{Desk, PATIENCE, Shelf, signer},
};
use dossier_proto::{KeyId, Origin, v1};
use dossier_vault::{GrantedKey, Kind, MasterKey, Vault};
use prost::Message;
use tokio::time::timeout;

use crate::{
    house::{House, Reader},
    impostor,
};

const ORIGIN: Origin = Origin::Submission;
const ASKER: Origin = Origin::Moderation;

fn a_key() -> GrantedKey {
    let directory = tempfile::tempdir().expect("a directory for a vault");
    let master = MasterKey::create_or_read(directory.path().join("master.key")).expect("a master key");
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).expect("a vault");
    let id = vault.fresh(Kind::Revision).expect("a key");
    vault.grant(&[id]).expect("the key").keys.pop().expect("a vault gives the key it made")
}

fn unsigned(answer: v1::exchange_answer::Outcome) -> Bytes {
    let answer = v1::ExchangeAnswer { outcome: Some(answer) }.encode_to_vec();
    v1::SignedAnswer { answer: answer.into(), note: String::new() }.encode_to_vec().into()
}

fn refusal_of(key: KeyId) -> v1::exchange_answer::Outcome {
    let reason = v1::keys_refused::Reason::Gone.into();
    v1::exchange_answer::Outcome::KeysRefused(v1::KeysRefused { reason, key: key.0.to_vec(), asked: 0, max: 0 })
}

/// A refusal is final: the event is acted upon and its words are never read here. So it has to be the holder's, and of now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_of_a_key_that_its_holder_did_not_give_is_not_final() {
    let key = a_key();
    let asked = v1::KeysRequest { keys: vec![key.key_id().0.to_vec()] }.encode_to_vec();
    for what in ["made up", "given once"] {
        let house = House::deployed();
        let shelf = Shelf::new(ORIGIN);
        house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
        shelf.fill(2);
        house.is_stored(ORIGIN, shelf.head()).await;
        let answer = match what {
            "made up" => unsigned(refusal_of(key.key_id())),
            _ => impostor::asked_in_earnest(&house, ORIGIN, ASKER, "keys", &asked).await,
        };
        house.leaves(ORIGIN);
        let impostor = impostor::answers(&house, ORIGIN, ASKER, "keys", answer).await;
        let reader = Reader::over_needing(house.transport(ASKER), ORIGIN, vec![key.key_id()]);
        let mut status = reader.status.clone();
        let held = status.wait_for(
            |status| matches!(&status.state, FollowState::HeldForKeys(why) if why.contains("not one of its own")),
        );
        assert!(timeout(PATIENCE, held).await.is_ok_and(|held| held.is_ok()), "{what}: {:?}", reader.status.borrow());
        let again = async {
            while impostor.asked.load(Ordering::SeqCst) < 3 {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await; // between looks
            }
        };
        timeout(PATIENCE, again).await.expect("it is asked again");
        assert_eq!(reader.tray.places(), Vec::new(), "{what}: nothing was acted upon without its key");
        drop(impostor);
        house.offer(ORIGIN, shelf, Desk::with(vec![key.clone()]));
        reader.tray.holds(2).await;
        assert_eq!(reader.tray.keys(), vec![key.key_id()], "{what}");
    }
}

/// Whoever could invent what the audit service knows could keep a service from starting; whoever could invent digests, accuse it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_its_holder_did_not_sign_is_no_answer() {
    let house = House::deployed();
    let holder = Origin::Audit;
    let invented = v1::exchange_answer::Outcome::Body(Bytes::from_static(b"[]"));
    let _impostor = impostor::answers(&house, holder, ORIGIN, "known", unsigned(invented)).await;
    let asked = house.transport(ORIGIN).ask(holder, Question::Known, Bytes::new()).await;
    assert!(matches!(asked, Err(TransportError::NotItsOwn { origin: Origin::Audit, .. })), "{asked:?}");
    // Another service's signature is none either: here the holder is believed to sign with another key.
    house.offer(ORIGIN, Shelf::new(ORIGIN), Desk::with(Vec::new()));
    let wrong = std::collections::BTreeMap::from([(ORIGIN, signer(holder).verifier())]);
    // It listens at the broker by now.
    drop(house.transport_to(ORIGIN, ASKER).await);
    let transport = dossier_exchange::nats::NatsTransport::new(house.connection(ASKER), wrong);
    let asked = transport.checkpoint(ORIGIN).await.map(drop);
    assert!(matches!(asked, Err(TransportError::NotItsOwn { .. })), "{asked:?}");
    let asked = transport.checkpoint(Origin::Publication).await.map(drop);
    assert!(matches!(asked, Err(TransportError::Silent { .. })), "whose key is not known is not asked: {asked:?}");
}

/// The broker carries no question that is never asked, and takes one for a fault of the deployment, which readiness shows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_never_asked_is_not_sent() {
    let house = House::deployed();
    let mut refused = 0;
    for asker in Origin::ALL {
        for holder in Origin::ALL {
            for question in Question::ALL {
                let asked = house.transport(asker).ask(holder, question, Bytes::new()).await;
                let Err(TransportError::Silent { reason, .. }) = asked else { panic!("nobody is there: {asked:?}") };
                refused += usize::from(reason.contains("never asks"));
            }
        }
    }
    // Of 64: the others may ask moderation for people, everybody the others what they know, audit the others for digests, and files go from
    // submission to moderation and from there to publication.
    assert_eq!(refused, 64 - 3 - 12 - 3 - 2);
    for (origin, connection) in &house.connections {
        let health = connection.health().borrow().clone();
        assert_eq!((health.refused.clone(), health.complaint()), (None, None), "{origin}");
    }
}
