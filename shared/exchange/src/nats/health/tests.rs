use super::*;

fn keeper() -> HealthKeeper {
    HealthKeeper::new(Origin::Audit, "nats://broker:4222")
}

fn told(keeper: &HealthKeeper) -> BrokerHealth {
    keeper.watch().borrow().clone()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_shows_for_a_while() {
    let keeper = keeper();
    keeper.note(&Event::Connected);
    assert_eq!(told(&keeper).complaint(), None);
    for _ in 0..3 {
        let what = "Permissions Violation for Publish to \"dossier.event.moderation.-\"".to_owned();
        keeper.note(&Event::ServerError(ServerError::Other(what)));
    }
    let complaint = told(&keeper).complaint().expect("a complaint");
    assert!(complaint.contains("dossier.event.moderation") && complaint.contains("3 times"), "{complaint}");
    tokio::time::advance(REFUSED_SHOWN).await;
    assert_eq!(told(&keeper).complaint(), None, "it has not come again");
}

#[tokio::test(start_paused = true)]
async fn a_lost_broker_shows_since_when_and_why() {
    let keeper = keeper();
    assert!(told(&keeper).complaint().is_some_and(|complaint| complaint.contains("not been reached")));
    keeper.note(&Event::Connected);
    keeper.note(&Event::Disconnected);
    tokio::time::advance(Duration::from_secs(7)).await;
    keeper.note(&Event::ClientError(ClientError::Other("connection refused".to_owned())));
    let complaint = told(&keeper).complaint().expect("a complaint");
    assert!(complaint.contains("lost for 7 s") && complaint.contains("connection refused"), "{complaint}");
    keeper.note(&Event::Connected);
    assert_eq!(told(&keeper).complaint(), None);
}

#[test]
fn what_is_a_refusal() {
    for what in
        ["Permissions Violation for Subscription to \"x\"", "authorization violation", "User Authentication Expired"]
    {
        assert!(is_refusal(what), "{what}");
    }
    assert!(!is_refusal("connection refused"));
    assert_eq!(shortened(&"й".repeat(1000)).chars().count(), WHAT_CHARS_MAX);
}

/// The client drops events when too many come at once; what became of the connection must not depend on them.
#[tokio::test(start_paused = true)]
async fn a_missed_event_is_made_good() {
    let keeper = keeper();
    let said = |now, times| Connected { now, times };
    assert!(!keeper.differs(said(false, 0)), "nothing has happened");
    assert!(keeper.differs(said(true, 1)), "it was not told");
    keeper.repair(said(true, 1));
    assert_eq!((told(&keeper).complaint(), keeper.differs(said(true, 1))), (None, false));
    let since = told(&keeper).since;
    tokio::time::advance(Duration::from_secs(3)).await;
    // Lost and found again, and neither was told: whoever looks at `since` has to see another connection.
    assert!(keeper.differs(said(true, 2)));
    keeper.repair(said(true, 2));
    assert!(told(&keeper).since > since && told(&keeper).is_connected());
    assert!(keeper.differs(said(false, 2)), "lost, and it was not told");
    keeper.repair(said(false, 2));
    assert!(told(&keeper).complaint().is_some_and(|complaint| complaint.contains("lost")));
    // Told again: it is counted once.
    keeper.note(&Event::Connected);
    assert!(!keeper.differs(said(true, 3)));
}

/// Whoever looks for another instance waits longer when that one may be connecting again.
#[tokio::test(start_paused = true)]
async fn it_is_known_that_the_broker_was_away() {
    let unheard = ClientError::Other("connection refused".to_owned());
    let keeper = keeper();
    assert!(told(&keeper).was_away_lately(), "it is not there yet");
    keeper.note(&Event::Connected);
    assert!(!told(&keeper).was_away_lately(), "it was there at once");
    for event in [Event::Disconnected, Event::ClientError(unheard)] {
        keeper.note(&Event::Disconnected);
        keeper.note(&event);
        keeper.note(&Event::Connected);
        assert!(told(&keeper).was_away_lately(), "{event:?}");
        tokio::time::advance(REFUSED_SHOWN).await;
        assert!(!told(&keeper).was_away_lately(), "{event:?}");
    }
}
