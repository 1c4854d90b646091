use super::*;

#[tokio::test(start_paused = true)]
async fn confirmations_come_in_order() {
    let mut under_way = UnderWay::new();
    for number in 1..=3 {
        under_way.put(number, 100);
    }
    tokio::time::advance(Duration::from_secs(1)).await;
    assert!(under_way.confirm(1).is_ok());
    assert_eq!((under_way.bytes, under_way.moved), (200, Instant::now()));
    assert!(under_way.confirm(3).is_err(), "2 was not confirmed");
    assert!(UnderWay::new().confirm(1).is_err(), "nothing is under way");
}

#[test]
fn as_much_is_under_way_as_the_server_takes() {
    let mut under_way = UnderWay::new();
    for number in 1..UNDER_WAY_EVENTS_MAX as u64 {
        under_way.put(number, 1);
        assert!(under_way.has_room());
    }
    under_way.put(UNDER_WAY_EVENTS_MAX as u64, 1);
    assert!(!under_way.has_room());
    let mut heavy = UnderWay::new();
    heavy.put(1, UNDER_WAY_BYTES_MAX);
    assert!(!heavy.has_room());
}

#[test]
fn the_servers_words_are_read() {
    let stored: Confirmation = serde_json::from_str(r#"{"stream":"X","seq":7}"#).expect("a confirmation");
    assert!(stored.error.is_none() && stored.seq == 7);
    let text =
        r#"{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 106"},"stream":"X","seq":0}"#;
    let refused: Confirmation = serde_json::from_str(text).expect("a refusal");
    assert_eq!(refused.error.expect("a refusal").description, "wrong last sequence: 106");
}
