//! Extractors against hostile input, through a small app: every answer is in the 400s, and a sound request afterwards
//! succeeds.

mod callers;
mod headers;
mod json;
mod queries;

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
