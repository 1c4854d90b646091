//! The conscience over journals that tests put things into.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use dossier_identity::Role;
use dossier_proto::{Actor, Authority, DesignationId, Digest, Origin, Payload, Place, v1};
use futures_util::FutureExt as _;
use v1::report_finding::Kind;

use super::house::{ENTRY, House, MODERATOR, World};
use crate::{HeadRead, Patience, StateAsked, StateTold};

/// Nothing is waited for.
fn hasty() -> Patience {
    Patience {
        heads: Duration::from_millis(50),
        erasures: Duration::ZERO,
        states: Duration::from_millis(20),
        thorough: Duration::from_millis(50),
        heads_every: Duration::from_millis(10),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_that_somebody_has_not_confirmed_is_found_and_settled() {
    let house = House::open_with(World::new(), |config| config.conscience.patience = hasty()).await.follow();
    let by = Actor::System(Origin::Moderation);
    let order = house.world.happens(
        Origin::Moderation,
        by,
        Some(ENTRY),
        Payload::ErasureOrdered(v1::ErasureOrdered::default()),
    );
    house.until("all four are named", || house.findings().len() == 4).await;
    let findings = house.findings();
    assert!(findings.iter().all(|one| one.kind() == Kind::ErasureUnconfirmed && one.at == Some(order.into())));
    for origin in crate::COPIED {
        let command = v1::ConfirmErasure { order: Some(order.into()), destroyed: 2, kept: Vec::new() };
        let payload = Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(command) });
        house.world.happens(origin, Actor::System(origin), Some(ENTRY), payload);
    }
    let open = || house.service.engine().view().open_findings().map(|row| row.service).collect::<Vec<_>>();
    house.until("three are settled", || open() == [Some(Origin::Audit)]).await;
    assert!(house.service.open_findings().unwrap().contains("erasure-unconfirmed 1"));
    house.world.designate("auditor", Role::Auditor, "");
    house.level().await;
    let told = house.get("/findings?state=settled", Some("auditor")).await.expect(200);
    assert_eq!(told.body["items"].as_array().unwrap().len(), 3, "{}", told.text);
    assert!(told.body["items"][0]["settled_at"].is_i64(), "{}", told.text);
    let told = house.get("/findings?state=open&kind=erasure-unconfirmed&origin=moderation", Some("auditor")).await;
    let told = told.expect(200);
    assert_eq!(told.body["items"][0]["service"], "audit");
    assert_eq!(
        told.body["items"][0]["sentence"],
        "Audit has not confirmed that it destroyed what was ordered by moderation 0."
    );
    for none in ["/findings?kind=shorter", "/findings?origin=submission"] {
        let told = house.get(none, Some("auditor")).await.expect(200);
        assert_eq!(told.body["items"].as_array().unwrap().len(), 0, "{none}");
    }
    house.get("/findings?kind=nothing-of-ours", Some("auditor")).await.expect(422);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_that_stands_still_or_reads_something_else_is_found_and_settled() {
    let world = World::new();
    let told: Arc<Mutex<Option<HeadRead>>> = Arc::default();
    let tells = Arc::clone(&told);
    let house = House::open_with(world, |config| {
        config.conscience.patience = hasty();
        config.conscience.ask = Arc::new(move |origin, asked| {
            let head = *tells.lock().unwrap();
            let heads = head.filter(|_| origin == Origin::Publication).into_iter().collect();
            async move {
                match asked {
                    StateAsked::Heads => Ok(StateTold { fingerprint: Digest([0; 32]), digests: None, heads }),
                    _ => Err("it is not asked for that here".to_owned()),
                }
            }
            .boxed()
        });
    })
    .await
    .follow();
    house.world.shelves[&Origin::Submission].fill(4);
    house.level().await;
    let root = |size| {
        let copy = house.service.copies().journal(Origin::Submission).unwrap();
        Digest(*copy.root_at(0, size).unwrap().as_bytes())
    };
    let read = |size, root| *told.lock().unwrap() = Some(HeadRead { origin: Origin::Submission, epoch: 0, size, root });
    let open = || {
        let view = house.service.engine().view();
        view.open_findings().map(|row| (row.service, row.code.clone(), row.at.sequence)).collect::<Vec<_>>()
    };
    let is = |code: &str, at: u64| vec![(Some(Origin::Publication), code.to_owned(), at)];
    read(2, root(2));
    house.until("it is behind", || open() == is("behind", 2)).await;
    read(4, root(4));
    house.until("it has caught up", || open().is_empty()).await;
    read(4, Digest([9; 32]));
    house.until("it has read something else", || open() == is("another-history", 4)).await;
    read(4, root(4));
    house.until("it has read the same", || open().is_empty()).await;
    assert_eq!(house.findings().len(), 2, "each was found once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_was_never_granted_is_found() {
    let house = House::open().await.follow();
    let granted = house.world.designate("moderator", Role::Moderator, "");
    let with = |designation: DesignationId, granted: Place| {
        let mut event = dossier_exchange::conformance::event(
            Origin::Moderation,
            Some(ENTRY),
            Payload::ReviewClaimed(v1::ReviewClaimed::default()),
        );
        event.head.actor = Actor::Person(MODERATOR);
        event.head.authority = Some(Authority { designation, granted });
        house.world.shelves[&Origin::Moderation].put(event)
    };
    house.level().await;
    let copied = house.service.copies().get(granted).unwrap().unwrap();
    let known = DesignationId(copied.event.head.id.0);
    with(known, granted);
    let [another, elsewhere] = [with(DesignationId([9; 16]), granted), with(known, Place { sequence: 1, ..granted })];
    house.until("both are found", || house.findings().len() == 2).await;
    house.level().await;
    house.judged().await;
    let findings = house.findings();
    let places: Vec<_> = findings.iter().map(|one| one.at.unwrap()).collect();
    assert_eq!(places, [another.into(), elsewhere.into()]);
    assert!(findings.iter().all(|one| one.kind() == Kind::NotDecidable && one.code == "no-such-designation"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edition_whose_seal_holds_something_else_is_found() {
    let house = House::open().await.follow();
    let [_, approved, _] = house.world.published();
    house.level().await;
    house.judged().await;
    assert_eq!(house.findings(), [], "the seal of the first one holds what was judged");
    let (key, content) = house.world.content(2, r#"{"title":{"en":"As it was judged"}}"#);
    house.world.give(key);
    let other = house.world.sealed_under(key, dossier_vault::Purpose::Content, r#"{"title":{"en":"Something else"}}"#);
    let planted = house.world.edition(2, v1::Content { sealed: Some(other), ..content }, approved);
    house
        .until("it is found", || {
            house.findings().iter().any(|one| one.code == "content-differs" || one.at == Some(planted.into()))
        })
        .await;
    let found = house.findings();
    assert!(found.iter().all(|one| one.at == Some(planted.into()) && one.kind() == Kind::NotApproved), "{found:?}");
}
