//! Bodies.

use super::*;

#[tokio::test]
async fn sound_json_is_read() {
    let house = house();
    assert_eq!(house.post(SOUND).await, (200, json!("place true titleSome(3) null")));
    let escaped = r#"{"what_changed":"\u00e9\ud83d\ude00","certify":false,"content":{"a":[1,2.5,-3,null,"x"]}}"#;
    let (status, text) = house.post(escaped).await;
    assert_eq!((status, text), (200, json!("é😀 false  {\"a\":[1,2.5,-3,null,\"x\"]}")));
}

#[tokio::test]
async fn broken_json_is_told_with_its_line_and_column() {
    let house = house();
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let nested = format!(r#"{{"what_changed":"a","certify":true,"content":{}{}}}"#, "[".repeat(32), "]".repeat(32));
    let many = format!("[{}1]", "1,".repeat(20_001));
    let cases: [(&[u8], u64, &str); 17] = [
        (b"", 1, "EOF"),
        (b"{", 1, "EOF"),
        (b"{\n\"a\" 1}", 2, "expected `:`"),
        (b"{} {}", 1, "trailing"),
        (b"\xef\xbb\xbf{}", 1, "expected value"),
        (b"{\n\"a\": \"\xff\"}", 2, "UTF-8"),
        (b"\xed\xa0\x80", 1, "UTF-8"),
        (br#"{"what_changed":"\ud800"}"#, 1, "hex escape"),
        (b"{\"a\":\"\x00\"}", 1, "control character"),
        (b"{\"a\":1e400}", 1, "out of range"),
        (b"NaN", 1, "expected value"),
        (b"{'a':1}", 1, "key must be a string"),
        (b"{\"a\":1,\n\n\"a\":2}", 3, "stands twice"),
        (b"{\"what_changed\":\"a\",\"what_changed\":\"b\",\"certify\":true}", 1, "stands twice"),
        (deep.as_bytes(), 1, "deep"),
        (nested.as_bytes(), 1, "deep"),
        (many.as_bytes(), 1, "values"),
    ];
    for (text, line, words) in cases {
        let (status, problem) = house.post(text.to_vec()).await;
        let shown = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
        assert_eq!((status, &problem["type"]), (400, &json!("/problems/malformed-json")), "{shown}: {problem}");
        assert_eq!(problem["line"], line, "{shown}: {problem}");
        assert!(problem["detail"].as_str().unwrap().contains(words), "{shown}: {problem}");
    }
    assert_eq!(house.post("{\n  \"a\": \"é\", \n \"\u{e9}\" 1}").await.1["column"], 7, "columns count bytes");
    assert_eq!(house.post(SOUND).await.0, 200);
}

#[tokio::test]
async fn json_that_does_not_fit_is_told_with_pointers() {
    let house = house();
    let cases = [
        ("null", vec![""]),
        ("[]", vec![""]),
        ("7", vec![""]),
        ("{}", vec![""]),
        (r#"{"what_changed": 7, "certify": true}"#, vec!["/what_changed"]),
        (r#"{"what_changed": "a", "certify": "yes"}"#, vec!["/certify"]),
        (r#"{"what_changed": "a", "certify": true, "items": [{"field": "t"}, {"field": 1}]}"#, vec!["/items/1/field"]),
        (r#"{"what_changed": "a", "certify": true, "items": [{"field": "t", "page": 256}]}"#, vec!["/items/0/page"]),
        (r#"{"what_changed": "a", "certify": true, "items": {"0": {}}}"#, vec!["/items"]),
        (r#"{"what_changed": "a", "certify": true, "certifiy": true}"#, vec!["/certifiy"]),
        (
            r#"{"what_changed": "a", "certify": true, "items": [{"field": "t", "a/b~c": [1]}], "x": {}}"#,
            vec!["/items/0/a~1b~0c", "/x"],
        ),
        (r#"{"what_changed": "a", "certifiy": true}"#, vec!["", "/certifiy"]),
    ];
    for (text, pointers) in cases {
        let (status, problem) = house.post(text).await;
        assert_eq!((status, &problem["type"]), (422, &json!("/problems/invalid-request")), "{text}: {problem}");
        let found: Vec<_> =
            problem["errors"].as_array().unwrap().iter().map(|error| error["pointer"].clone()).collect();
        assert_eq!(found, pointers, "{text}: {problem}");
    }
    let long_key = format!(r#"{{"what_changed": "a", "certify": true, "{}": 1}}"#, "k".repeat(100_000));
    assert!(house.post(long_key).await.1.to_string().len() < 1_000, "an answer is never as long as what it refuses");
    let many: String = (0..10_000).map(|number| format!(r#","k{number}":1"#)).collect();
    let (status, problem) = house.post(format!(r#"{{"what_changed":"a","certify":true{many}}}"#)).await;
    assert_eq!((status, problem["errors"].as_array().unwrap().len()), (422, 100));
}

/// They were: `[{}]` took the place of a body, and its first item that of the first member.
#[tokio::test]
async fn arrays_are_not_read_as_objects() {
    let house = house();
    for (text, pointer) in [
        (r#"["a", true]"#, ""),
        (r#"["a", true, [], {}]"#, ""),
        (r#"{"what_changed": "a", "certify": true, "items": [["t", 1]]}"#, "/items/0"),
    ] {
        let (status, problem) = house.post(text).await;
        assert_eq!((status, &problem["errors"][0]["pointer"]), (422, &json!(pointer)), "{text}: {problem}");
    }
}

#[tokio::test]
async fn content_types_and_sizes_are_checked_first() {
    let house = house();
    let taken =
        ["application/json", "Application/JSON; Charset=\"UTF-8\"", "application/merge-patch+json;charset=utf-8"];
    for content_type in taken {
        assert_eq!(house.post_as(Some(content_type)).await, 200, "{content_type}");
    }
    let refused = [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
        "json",
        "",
        "application/+json",
        "text/x+json",
    ];
    for content_type in refused {
        assert_eq!(house.post_as(Some(content_type)).await, 415, "{content_type}");
    }
    assert_eq!(house.post_as(None).await, 415);
    let twice = Request::post("/submit")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::CONTENT_TYPE, "text/plain")
        .body(SOUND.into());
    assert_eq!(house.ask(twice.unwrap()).await.0, 400);

    let text_of = |length: usize| format!(r#"{{"what_changed":"{}","certify":true}}"#, "a".repeat(length));
    let overhead = text_of(0).len();
    assert_eq!(house.post(text_of(1024 * 1024 - overhead)).await.0, 200);
    assert_eq!(house.post(text_of(1024 * 1024 - overhead + 1)).await.0, 413);
    let (status, problem) = house.post("x".repeat(10 * 1024 * 1024)).await;
    assert_eq!((status, &problem["limit_bytes"]), (413, &json!(1024 * 1024)));
    let pieces = std::iter::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 65_536]))).take(100);
    let streamed = Body::from_stream(stream(pieces));
    assert_eq!(house.post(streamed).await.0, 413, "a body of no announced length");
    let broken = [Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("the line broke"))];
    let (status, problem) = house.post(Body::from_stream(stream(broken.into_iter()))).await;
    assert_eq!((status, &problem["type"]), (400, &json!("/problems/malformed-request")));
    let slow = [Err(crate::extract::BodyTooSlow)];
    assert_eq!(house.post(Body::from_stream(stream(slow.into_iter().map(|slow: Result<Bytes, _>| slow)))).await.0, 408);
    assert_eq!(house.post(SOUND).await.0, 200);
}

/// An iterator as a stream that is always ready.
fn stream<I: Iterator + Unpin>(items: I) -> impl futures_util::Stream<Item = I::Item> {
    futures_util::stream::iter(items)
}

proptest! {
    /// Whatever the bytes are, reading them ends in a value or a problem of the 400s.
    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Err(problem) = strict_json::<Submit>(&bytes) {
            prop_assert!(problem.kind().status().is_client_error());
        }
    }

    /// Likely JSON, cut and changed anywhere.
    #[test]
    fn no_damage_to_sound_json_breaks_the_reader(at in 0..SOUND.len(), byte: u8, cut in 0..SOUND.len()) {
        let mut bytes = SOUND.as_bytes().to_vec();
        bytes[at] = byte;
        bytes.truncate(SOUND.len() - cut);
        if let Err(problem) = strict_json::<Submit>(&bytes) {
            prop_assert!(problem.kind().status().is_client_error());
        }
    }
}
