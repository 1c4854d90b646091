//! Preconditions and keys.

use super::*;

#[tokio::test]
async fn preconditions_are_read_strictly() {
    let house = house();
    let cases: [(&[&str], u16); 15] = [
        (&["\"d7\""], 200),
        (&["*"], 200),
        (&["\"d6\", \"d7\""], 200),
        (&["\"r1\"", "\"d7\""], 200),
        (&["\"d6\""], 200),
        (&["\"r7\""], 412),
        (&["\"e7\""], 412),
        (&["\"abc\""], 412),
        (&["\"d07\""], 412),
        (&[], 428),
        (&["W/\"d7\""], 400),
        (&["d7"], 400),
        (&["*, \"d7\""], 400),
        (&["\"d7"], 400),
        (&[""], 400),
    ];
    for (values, status) in cases {
        let headers: Vec<_> = values.iter().map(|value| ("if-match", value.as_bytes())).collect();
        let (found, text) = house.with_headers("/draft", &headers).await;
        assert_eq!(found, status, "{values:?}: {text}");
    }
    let version = async |value: &str| house.with_headers("/draft", &[("if-match", value.as_bytes())]).await.1;
    assert_eq!(version("\"d7\", \"d6\"").await, "7 None");
    assert_eq!(version("\"d6\"").await, "6 None", "the decision refuses it, as it does when it is replayed");
    assert!(version("\"r7\"").await.contains("\"current\":\"\\\"d7\\\"\""));
    assert_eq!(house.with_headers("/draft", &[("if-match", b"\xff")]).await.0, 400);
}

#[tokio::test]
async fn idempotency_keys_are_read_strictly() {
    let house = house();
    let any: (&str, &[u8]) = ("if-match", b"*");
    let ask = async |keys: &[&[u8]]| {
        let keys = keys.iter().map(|key| ("idempotency-key", *key));
        house.with_headers("/draft", &[any].into_iter().chain(keys).collect::<Vec<_>>()).await
    };
    assert_eq!(ask(&[b"8e03978e-40d5"]).await, (200, "7 Some(\"8e03978e-40d5\")".to_owned()));
    assert_eq!(ask(&[&[b'k'; 200]]).await.0, 200);
    let refused: [&[&[u8]]; 6] = [&[b""], &[&[b'k'; 201]], &[b"a b"], &[b"a\tb"], &[b"\xc3\xa9"], &[b"a", b"a"]];
    for keys in refused {
        assert_eq!(ask(keys).await.0, 400, "{keys:?}");
    }
}
