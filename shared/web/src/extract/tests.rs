//! Extractors against hostile input, through a small app: every answer is in the 400s, and a sound request afterwards
//! succeeds.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::FromRef,
    routing::{get, post},
};
use bytes::Bytes;
use dossier_identity::Accounts;
use dossier_proto::{EntryId, Micros};
use dossier_vault::{MasterKey, Vault};
use http::{Request, StatusCode, header};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{
    Bearer, IdempotencyKey, IfMatch, MinSequence, OptionalCaller, StrictJson, StrictPath, StrictQuery, strict_json,
};
use crate::{Answer, Cursor, PageSize, Part, Problem, ProblemKind};

#[derive(Debug, Deserialize)]
struct Submit {
    what_changed: String,
    certify: bool,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    content: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Item {
    field: String,
    page: Option<u8>,
}

#[derive(Debug, Deserialize)]
struct Filters {
    text: Option<String>,
    #[serde(default)]
    country: Vec<String>,
    limit: Option<PageSize>,
    cursor: Option<Cursor>,
    page: Option<u32>,
}

#[derive(Clone)]
struct App {
    accounts: Arc<Accounts>,
}

impl FromRef<App> for Arc<Accounts> {
    fn from_ref(app: &App) -> Self {
        Self::clone(&app.accounts)
    }
}

async fn submit(StrictJson(body): StrictJson<Submit>) -> String {
    let fields: Vec<_> = body.items.iter().map(|item| format!("{}{:?}", item.field, item.page)).collect();
    format!("{} {} {} {}", body.what_changed, body.certify, fields.join(","), body.content.unwrap_or_default())
}

async fn list(StrictQuery(filters): StrictQuery<Filters>, MinSequence(min): MinSequence) -> Answer<String> {
    let from = filters.cursor.map(|cursor| cursor.number("entries")).transpose();
    let from = from.map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(error.to_string()))?;
    let limit = filters.limit.unwrap_or_default().get();
    Ok(format!("{:?} {:?} {limit} {from:?} {:?} {min:?}", filters.text, filters.country, filters.page))
}

async fn save(if_match: IfMatch, IdempotencyKey(key): IdempotencyKey) -> Answer<String> {
    let expected = if_match.required(Part::Draft)?;
    Ok(format!("{} {key:?}", expected.for_command(Part::Draft, 7)?))
}

struct House {
    app: Router,
    token: String,
    subject: String,
    _data: TempDir,
}

fn house() -> House {
    let data = TempDir::new().unwrap();
    let master = MasterKey::create_or_read(data.path().join("master.key")).unwrap();
    let vault = Vault::open(data.path().join("keys"), &master).unwrap();
    let accounts = Accounts::open(data.path().join("accounts"), vault, &master).unwrap();
    let subject = accounts.create("Oak", None, Micros(1)).unwrap();
    let token = accounts.issue_token(subject, "test", Some("KAZ".parse().unwrap()), None, Micros(1)).unwrap();
    let who =
        async |bearer: Bearer| format!("{} {}", bearer.subject, bearer.body.map(|b| b.to_string()).unwrap_or_default());
    let maybe = async |OptionalCaller(caller): OptionalCaller| format!("{}", caller.is_some());
    let entry = async |StrictPath(entry): StrictPath<EntryId>| entry.to_string();
    let app = Router::new()
        .route("/submit", post(submit))
        .route("/list", get(list))
        .route("/draft", get(save))
        .route("/who", get(who))
        .route("/maybe", get(maybe))
        .route("/entries/{id}", get(entry))
        .with_state(App { accounts: Arc::new(accounts) });
    House { app, token: token.expose().to_owned(), subject: subject.to_string(), _data: data }
}

impl House {
    async fn ask(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let text = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        if !status.is_success() {
            let document: Value = serde_json::from_slice(&text).expect("every refusal is a problem document");
            assert_eq!(document["status"], status.as_u16());
        }
        (status, String::from_utf8(text.to_vec()).unwrap())
    }

    async fn get(&self, address: &str) -> (u16, String) {
        let (status, text) = self.ask(Request::get(address).body(Body::empty()).unwrap()).await;
        (status.as_u16(), text)
    }

    async fn with_headers(&self, address: &str, headers: &[(&str, &[u8])]) -> (u16, String) {
        let mut request = Request::get(address);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (status, text) = self.ask(request.body(Body::empty()).unwrap()).await;
        (status.as_u16(), text)
    }

    async fn post(&self, body: impl Into<Body>) -> (u16, Value) {
        let request = Request::post("/submit").header(header::CONTENT_TYPE, "application/json").body(body.into());
        let (status, text) = self.ask(request.unwrap()).await;
        (status.as_u16(), serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn post_as(&self, content_type: Option<&str>) -> u16 {
        let mut request = Request::post("/submit");
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        self.ask(request.body(SOUND.into()).unwrap()).await.0.as_u16()
    }
}

const SOUND: &str = r#"{"what_changed": "place", "certify": true, "items": [{"field": "title", "page": 3}]}"#;

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
    let slow = [Err(super::BodyTooSlow)];
    assert_eq!(house.post(Body::from_stream(stream(slow.into_iter().map(|slow: Result<Bytes, _>| slow)))).await.0, 408);
    assert_eq!(house.post(SOUND).await.0, 200);
}

/// An iterator as a stream that is always ready.
fn stream<I: Iterator + Unpin>(items: I) -> impl futures_util::Stream<Item = I::Item> {
    futures_util::stream::iter(items)
}

#[tokio::test]
async fn queries_are_read_strictly() {
    let house = house();
    let cases = [
        ("/list", "None [] 50 None None None"),
        ("/list?", "None [] 50 None None None"),
        ("/list?text=review+forum%20%C3%A9&lang=ar", "Some(\"review forum é\") [] 50 None None None"),
        ("/list?country=KAZ&country=KEN&limit=200", "None [\"KAZ\", \"KEN\"] 200 None None None"),
        ("/list?country=KAZ&min_sequence=17", "None [\"KAZ\"] 50 None None Some(17)"),
        ("/list?limit=&page=&cursor=&country=&min_sequence=", "None [] 50 None None None"),
        ("/list?cursor=AQAAAAAAABJnlce2nA&page=2", "None [] 50 Some(4711) Some(2) None"),
        ("/list?text=a%3Db%26c%2500", "Some(\"a=b&c%00\") [] 50 None None None"),
        ("/list?text=a=b", "Some(\"a=b\") [] 50 None None None"),
    ];
    for (address, expected) in cases {
        assert_eq!(house.get(address).await, (200, expected.to_owned()), "{address}");
    }
    let long = format!("/list?text={}", "a".repeat(5_000));
    let many = format!("/list?{}", "country=A&".repeat(200));
    let refused = [
        ("/list?unknown=1", 400, "unknown"),
        ("/list?Text=1", 400, "Text"),
        ("/list?text=%ff", 400, "UTF-8"),
        ("/list?text=%c3%28", 400, "UTF-8"),
        ("/list?text=%zz", 400, "percent"),
        ("/list?text=%", 400, "percent"),
        ("/list?text=%4", 400, "percent"),
        ("/list?text=%+1", 400, "percent"),
        ("/list?text=a&text=b", 422, "/text"),
        ("/list?limit=0", 422, "1 to 200"),
        ("/list?limit=201", 422, "1 to 200"),
        ("/list?limit=-1", 422, "/limit"),
        ("/list?limit=1e2", 422, "/limit"),
        ("/list?limit=5&limit=6", 422, "/limit"),
        ("/list?page=4294967296", 422, "/page"),
        ("/list?cursor=AAAA", 400, "cursor"),
        ("/list?cursor=%20", 422, "/cursor"),
        ("/list?min_sequence=-1", 400, "min_sequence"),
        ("/list?min_sequence=+1", 400, "min_sequence"),
        ("/list?min_sequence=1&min_sequence=2", 400, "more than once"),
        ("/list?min_sequence=18446744073709551616", 400, "min_sequence"),
        (long.as_str(), 414, "at most"),
        (many.as_str(), 400, "parameters"),
    ];
    for (address, status, words) in refused {
        let (found, text) = house.get(address).await;
        assert_eq!(found, status, "{address}: {text}");
        assert!(text.contains(words), "{address}: {text}");
    }
    assert_eq!(house.get("/list").await.0, 200);
}

/// It was told as missing in "the body".
#[test]
fn a_parameter_that_is_missing_is_missing_in_the_query() {
    let problem = super::query::read::<Item>("page=1").unwrap_err();
    assert_eq!(problem.detail_text(), Some("The query: missing field `field`"));
}

#[tokio::test]
async fn an_address_that_is_no_id_leads_nowhere() {
    let house = house();
    assert_eq!(house.get("/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A").await.0, 200);
    for id in ["x", "01K9ZV3Q0M5T7N8R2W4X6Y8Z0", "EVT-2026-00042", "..", "%00", "%2e%2e%2f"] {
        assert_eq!(house.get(&format!("/entries/{id}")).await.0, 404, "{id}");
    }
    assert_eq!(house.get("/entries/%ff").await.0, 400);
}

#[tokio::test]
async fn callers_are_who_their_token_says() {
    let house = house();
    let bearer = format!("Bearer {}", house.token);
    let expected = format!("{} KAZ", house.subject);
    for text in [bearer.clone(), bearer.replace("Bearer ", "bearer  "), bearer.replace("Bearer", "BEARER")] {
        let answer = house.with_headers("/who", &[("authorization", text.as_bytes())]).await;
        assert_eq!(answer, (200, expected.clone()), "{text}");
    }
    let unknown = format!("Bearer dsr_{}", "0".repeat(64));
    let refused: [(&[&[u8]], u16); 11] = [
        (&[], 401),
        (&[b""], 401),
        (&[b"Bearer"], 401),
        (&[b"Bearer "], 401),
        (&[b"Basic dXNlcjpwYXNz"], 401),
        (&[house.token.as_bytes()], 401),
        (&[b"Bearer dsr_x"], 401),
        (&[unknown.as_bytes()], 401),
        (&[b"Bearer \xff\xfe"], 400),
        (&[bearer.as_bytes(), bearer.as_bytes()], 400),
        (&[bearer.as_bytes(), b"Bearer x"], 400),
    ];
    for (values, status) in refused {
        let headers: Vec<_> = values.iter().map(|value| ("authorization", *value)).collect();
        let (found, text) = house.with_headers("/who", &headers).await;
        assert_eq!(found, status, "{headers:?}: {text}");
        assert!(!text.contains(&house.token), "a refusal does not repeat a token");
    }
    assert_eq!(house.with_headers("/maybe", &[]).await, (200, "false".to_owned()));
    assert_eq!(house.with_headers("/maybe", &[("authorization", bearer.as_bytes())]).await, (200, "true".to_owned()));
    assert_eq!(
        house.with_headers("/maybe", &[("authorization", unknown.as_bytes())]).await.0,
        401,
        "never taken for nobody"
    );
}

#[tokio::test]
async fn a_refusal_says_how_to_authenticate_and_a_flood_is_slowed() {
    let house = house();
    let ask = async |token: &str| {
        let request = Request::get("/who").header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty());
        house.app.clone().oneshot(request.unwrap()).await.unwrap()
    };
    let response = house.app.clone().oneshot(Request::get("/who").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"dossier\"");
    let response = ask("dsr_wrong0123456789").await;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer realm=\"dossier\", error=\"invalid_token\"");
    let mut last = response;
    for _ in 0..200 {
        last = ask("dsr_wrong0123456789").await;
    }
    assert_eq!(last.status(), StatusCode::TOO_MANY_REQUESTS);
    assert!(last.headers()[header::RETRY_AFTER].to_str().unwrap().parse::<u32>().unwrap() > 0);
    assert_eq!(ask(&house.token).await.status(), StatusCode::OK, "a valid token is taken all the same");
}

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

/// A service that has not heard the accounts does not know who is calling; it says so, and turns nobody away.
#[tokio::test(start_paused = true)]
async fn who_cannot_be_looked_up_is_asked_to_try_again() {
    let mirror = Arc::new(Accounts::mirrored());
    let who = async |bearer: Bearer| bearer.subject.to_string();
    let maybe = async |OptionalCaller(caller): OptionalCaller| format!("{}", caller.is_some());
    let app: Router = Router::new()
        .route("/who", get(who))
        .route("/maybe", get(maybe))
        .with_state(App { accounts: Arc::clone(&mirror) });
    let token = format!("dsr_{}", "0".repeat(64));
    let ask = async |address: &str, token: &str| {
        let request = Request::get(address).header(header::AUTHORIZATION, format!("Bearer {token}"));
        app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    for address in ["/who", "/maybe"] {
        let response = ask(address, &token).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "3");
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE), "it is no failure of the token");
        let text = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let problem: Value = serde_json::from_slice(&text).unwrap();
        assert_eq!(problem["type"], "/problems/accounts-not-heard");
        assert!(problem["detail"].as_str().unwrap().contains("moderation"), "{problem}");
        assert!(!problem.to_string().contains("dsr_"), "{problem}");
    }
    let nobody = app.clone().oneshot(Request::get("/maybe").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(nobody.status(), StatusCode::OK, "who says nothing is answered");
    assert_eq!(ask("/who", "nonsense").await.status(), StatusCode::UNAUTHORIZED);
}
