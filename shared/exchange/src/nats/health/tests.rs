use super::*;

fn keeper() -> HealthKeeper {
    HealthKeeper::new(Origin::Audit)
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
