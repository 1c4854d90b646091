//! Two of one service by mistake: the second finds the first.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_broker::{Broker, Proxy, Settings};
use dossier_exchange::{
    conformance::signer,
    nats::{Connection, Listening, Presence, PresenceError, TENURE_LASTS, Tenure},
};
use dossier_proto::{Origin, v1::PresenceClaim};
use futures_util::StreamExt;
use prost::Message;
use tokio::{
    sync::watch,
    time::{Instant, timeout},
};

use crate::{
    house::{HEALED_WITHIN, House, connect, connect_to},
    impostor,
};

async fn take(connection: &Arc<Connection>) -> Result<Presence, PresenceError> {
    Presence::take(Arc::clone(connection), signer(connection.origin()), Listening::Usual).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_instance_is_refused() {
    let broker = Broker::start(Settings::default());
    let first = connect(&broker, Origin::Moderation).await;
    let second = connect(&broker, Origin::Moderation).await;
    let held = take(&first).await.expect("it is the only one");
    for _ in 0..3 {
        let refused = take(&second).await.map(drop);
        assert!(matches!(refused, Err(PresenceError::Occupied { origin: Origin::Moderation, .. })), "{refused:?}");
    }
    assert!(timeout(Duration::from_millis(300), held.lost()).await.is_err(), "the first stays");
    // Another service is nobody's second instance.
    let other = connect(&broker, Origin::Audit).await;
    take(&other).await.expect("it is the only one of its name");
    // When the first is gone, there is room.
    drop(held);
    take(&second).await.expect("it is the only one now");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_start_at_once_one_stays() {
    let broker = Broker::start(Settings::default());
    for _ in 0..10 {
        let one = connect(&broker, Origin::Submission).await;
        let two = connect(&broker, Origin::Submission).await;
        let (one, two) = tokio::join!(take(&one), take(&two));
        assert_eq!(usize::from(one.is_ok()) + usize::from(two.is_ok()), 1, "{one:?} {two:?}");
    }
}

/// A broker that hung while the second started: they find each other afterwards, and the one that began later goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_could_not_see_each_other_find_out() {
    let (mut one, two) = (Broker::start(Settings::default()), Broker::start(Settings::default()));
    let first = connect(&one, Origin::Publication).await;
    let first = take(&first).await.expect("it is the only one");
    // The second has a list of servers of which one comes back in the end.
    let second = crate::house::connect_to_any(&[two.url(), one.url()], Origin::Publication).await;
    let second = match take(&second).await {
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
    let unknown = take(&connection).await.map(drop);
    assert!(matches!(unknown, Err(PresenceError::Unreachable(_))), "{unknown:?}");
}

async fn becomes(tenure: &mut watch::Receiver<Tenure>, what: &str, is: impl FnMut(&Tenure) -> bool) -> Tenure {
    let waited = timeout(3 * TENURE_LASTS, tenure.wait_for(is)).await;
    *waited.unwrap_or_else(|_| panic!("{what} in time")).expect("a place that is kept")
}

/// Everything that was ever said under a service's name, as whoever has its key to the broker can record it.
async fn recorded(house: &House, while_they_speak: impl Future<Output = ()>) -> Vec<Bytes> {
    let client = impostor::client(house, Origin::Moderation).await;
    let mut words = client.subscribe("dossier.presence.moderation").await.expect("its own subject");
    client.flush().await.expect("a broker that is there");
    while_they_speak.await;
    let mut all = Vec::new();
    while let Ok(Some(word)) = timeout(Duration::from_millis(300), words.next()).await {
        all.push(word.payload);
    }
    all
}

/// With a service's key to the broker, and without the key it signs with, nobody ends the service or keeps it from starting: not with
/// words of one's own, and not with old ones of the service.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_repeats_what_was_said_ends_nobody() {
    let house = House::deployed();
    // An earlier life of the service, with a second instance that it turned away: both sides of a true conversation.
    let old = recorded(&house, async {
        let (one, two) =
            (house.another_connection(Origin::Moderation).await, house.another_connection(Origin::Moderation).await);
        let _held = take(&one).await.expect("it is the only one");
        assert!(matches!(take(&two).await, Err(PresenceError::Occupied { .. })));
    })
    .await;
    let said = |word: &Bytes| PresenceClaim::decode(word.clone()).expect("a claim");
    assert!(
        old.iter().any(|word| said(word).established && !said(word).answers.is_empty()),
        "an older one that stays, too"
    );
    let invented = PresenceClaim { instance: vec![0; 16], established: true, asks: vec![1; 16], ..Default::default() };
    let mut words = old.clone();
    words.extend([invented.encode_to_vec().into(), Bytes::from_static(b"anybody?"), Bytes::new()]);
    // What the one says who lives now is answered with old words, and what he asks is put into them.
    let thief = impostor::client(&house, Origin::Moderation).await;
    let mut heard = thief.subscribe("dossier.presence.moderation").await.expect("its own subject");
    let mut told = 0_usize;
    let talking = async {
        while let Some(word) = heard.next().await {
            let Ok(claim) = PresenceClaim::decode(word.payload.clone()) else { continue };
            if old.contains(&word.payload) || claim.note.is_empty() || claim.instance == [0; 16] {
                continue;
            }
            let answering = |claim_of: &Bytes| PresenceClaim { answers: vec![claim.asks.clone()], ..said(claim_of) };
            for word in words.iter().cloned().chain(old.iter().map(|word| answering(word).encode_to_vec().into())) {
                thief.publish("dossier.presence.moderation", word).await.expect("a broker that is there");
            }
            told += 1;
        }
    };
    let living = async {
        let held = take(&house.connection(Origin::Moderation)).await.expect("nobody else is there");
        let mut tenure = held.tenure();
        let first = *tenure.borrow();
        becomes(&mut tenure, "it goes on hearing itself", |now| now.as_of != first.as_of).await;
        assert_eq!(tenure.borrow().number, first.number);
        assert!(timeout(Duration::from_secs(3), held.lost()).await.is_err(), "nobody ends it");
        // A true second one is found all the same.
        let second = take(&house.another_connection(Origin::Moderation).await).await.map(drop);
        assert!(matches!(second, Err(PresenceError::Occupied { .. })), "{second:?}");
    };
    tokio::select! {
        () = talking => panic!("the thief's subscription ended"),
        () = living => {}
    }
    assert!(told >= 5, "every word of the living one was answered: {told}");
}

/// The other one may be connecting again too: whoever waited for the broker listens for longer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_the_broker_was_away_it_is_listened_for_longer() {
    let mut broker = Broker::start(Settings::default());
    let first = connect(&broker, Origin::Audit).await;
    let begun = Instant::now();
    drop(take(&first).await.expect("it is the only one"));
    let usual = begun.elapsed();
    assert!(usual >= Duration::from_secs(1), "{usual:?}");
    broker.kill();
    let mut health = first.health();
    health.wait_for(|health| !health.is_connected()).await.expect("a connection");
    broker.restart();
    health.wait_for(dossier_exchange::nats::BrokerHealth::is_connected).await.expect("a connection");
    let begun = Instant::now();
    let _held = take(&first).await.expect("it is the only one");
    assert!(begun.elapsed() >= Duration::from_secs(3), "{:?}", begun.elapsed());
    // The one at work is there again, and turns others away.
    let second = take(&connect(&broker, Origin::Audit).await).await.map(drop);
    assert!(matches!(second, Err(PresenceError::Occupied { .. })), "{second:?}");
}

/// One that is cut off knows after ten seconds that it may not be alone any more, before a copy of it begins; and when it is back, the copy
/// is at work and it goes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_cut_off_gives_up_its_place_before_another_takes_it() {
    let broker = Broker::start(Settings::default());
    let port = broker.url().rsplit_once(':').and_then(|(_, port)| port.parse().ok()).expect("a port");
    let proxy = Proxy::to(port);
    let first = connect_to(&format!("nats://127.0.0.1:{}", proxy.port()), Origin::Moderation).await;
    let held = take(&first).await.expect("it is the only one");
    let mut tenure = held.tenure();
    assert!(tenure.borrow().as_of.is_some());
    proxy.cut();
    let copy = connect(&broker, Origin::Moderation).await;
    let listening = Presence::take(Arc::clone(&copy), signer(Origin::Moderation), Listening::UntilAnyOtherHasShut);
    let copied = timeout(3 * TENURE_LASTS, listening).await.expect("in time").expect("nobody is heard");
    let last = tenure.borrow_and_update().as_of;
    assert_eq!(last, None, "the first had given up its place by then");
    proxy.mend();
    let lost = timeout(HEALED_WITHIN, held.lost()).await.expect("they find each other");
    assert!(matches!(lost, PresenceError::Occupied { .. }), "{lost:?}");
    assert!(
        timeout(Duration::from_secs(1), copied.lost()).await.is_err(),
        "who is at work stays, though it began later"
    );
    assert_eq!(becomes(&mut copied.tenure(), "kept", |tenure| tenure.as_of.is_some()).await.number, 1);
}

/// Where nobody has taken the place of one that was cut off, it takes it again by itself, and says that it was not certain meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_was_cut_off_takes_its_place_again() {
    let broker = Broker::start(Settings::default());
    let connection = connect(&broker, Origin::Publication).await;
    let held = take(&connection).await.expect("it is the only one");
    let mut tenure = held.tenure();
    broker.freeze();
    becomes(&mut tenure, "given up", |tenure| tenure.as_of.is_none()).await;
    broker.thaw();
    let again = becomes(&mut tenure, "taken again", |tenure| tenure.as_of.is_some()).await;
    assert_eq!(again.number, 2);
    assert!(timeout(Duration::from_millis(300), held.lost()).await.is_err());
}
