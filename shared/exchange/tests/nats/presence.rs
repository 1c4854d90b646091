//! Two of one service by mistake: the second finds the first.

use std::{sync::Arc, time::Duration};

use dossier_broker::{Broker, Settings};
use dossier_exchange::nats::{Presence, PresenceError};
use dossier_proto::Origin;
use tokio::time::timeout;

use crate::house::{HEALED_WITHIN, connect};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_instance_is_refused() {
    let broker = Broker::start(Settings::default());
    let first = connect(&broker, Origin::Moderation).await;
    let second = connect(&broker, Origin::Moderation).await;
    let held = Presence::take(Arc::clone(&first)).await.expect("it is the only one");
    for _ in 0..3 {
        let refused = Presence::take(Arc::clone(&second)).await.map(drop);
        assert!(matches!(refused, Err(PresenceError::Occupied { origin: Origin::Moderation, .. })), "{refused:?}");
    }
    assert!(timeout(Duration::from_millis(300), held.lost()).await.is_err(), "the first stays");
    // Another service is nobody's second instance.
    let other = connect(&broker, Origin::Audit).await;
    Presence::take(other).await.expect("it is the only one of its name");
    // When the first is gone, there is room.
    drop(held);
    Presence::take(second).await.expect("it is the only one now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_start_at_once_one_stays() {
    let broker = Broker::start(Settings::default());
    for _ in 0..10 {
        let one = connect(&broker, Origin::Submission).await;
        let two = connect(&broker, Origin::Submission).await;
        let (one, two) = tokio::join!(Presence::take(one), Presence::take(two));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    }
}

/// A broker that hung while the second started: they find each other afterwards, and the one that began later goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_could_not_see_each_other_find_out() {
    let (mut one, two) = (Broker::start(Settings::default()), Broker::start(Settings::default()));
    let first = connect(&one, Origin::Publication).await;
    let first = Presence::take(first).await.expect("it is the only one");
    // The second has a list of servers of which one comes back in the end.
    let second = crate::house::connect_to_any(&[two.url(), one.url()], Origin::Publication).await;
    let second = match Presence::take(second).await {
        Ok(second) => second,
        // It happened to connect to the first's server, and was refused at once.
        Err(PresenceError::Occupied { .. }) => return,
        Err(error) => panic!("{error}"),
    };
    drop(two);
    let lost = timeout(HEALED_WITHIN, second.lost()).await.expect("they find each other");
    assert!(matches!(lost, PresenceError::Occupied { .. }), "{lost:?}");
    assert!(timeout(Duration::from_millis(300), first.lost()).await.is_err(), "the first stays");
    one.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_nothing_is_known() {
    let mut broker = Broker::start(Settings::default());
    let connection = connect(&broker, Origin::Moderation).await;
    broker.kill();
    let mut health = connection.health();
    health.wait_for(|health| !health.is_connected()).await.expect("a connection");
    let unknown = Presence::take(connection).await.map(drop);
    assert!(matches!(unknown, Err(PresenceError::Unreachable(_))), "{unknown:?}");
}
