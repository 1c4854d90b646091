//! What a document says after it was completed.

use serde_json::{Value, json};
use utoipa::OpenApi;

use super::Problems;
use crate::{PageSize, ProblemDocument};

#[derive(OpenApi)]
#[openapi(info(title = "T", license(name = "T")), paths(read, write), modifiers(&Problems))]
struct Document;

#[utoipa::path(
    get, path = "/things/{id}", params(("id" = String, Path), ("size" = Option<PageSize>, Query)),
    responses((status = 200, body = String), (status = 404, description = "Ours", body = ProblemDocument)),
)]
#[allow(dead_code, reason = "described, never called")]
fn read() {}

#[utoipa::path(
    post, path = "/things", request_body = String, security(("bearer" = [])),
    responses((status = 201, body = String), (status = 403, body = ProblemDocument)),
)]
#[allow(dead_code, reason = "described, never called")]
fn write() {}

fn document() -> Value {
    serde_json::to_value(Document::openapi()).unwrap()
}

#[test]
fn problems_are_described_as_they_are_answered() {
    let document = document();
    for operation in [&document["paths"]["/things/{id}"]["get"], &document["paths"]["/things"]["post"]] {
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{status}: {response}");
            if status.starts_with(['4', 'd']) {
                let content: Vec<_> = response["content"].as_object().unwrap().keys().collect();
                assert_eq!(content, ["application/problem+json"], "{status}");
            }
        }
    }
    assert_eq!(document["paths"]["/things/{id}"]["get"]["responses"]["404"]["description"], "Ours");
}

#[test]
fn what_any_operation_may_answer_is_described_at_each() {
    let statuses = |value: &Value| value["responses"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let document = document();
    assert_eq!(statuses(&document["paths"]["/things/{id}"]["get"]), ["200", "400", "404", "422", "default"]);
    let write = ["201", "400", "401", "403", "413", "415", "422", "default"];
    assert_eq!(statuses(&document["paths"]["/things"]["post"]), write);
}

/// A page size was referred to and described nowhere.
#[test]
fn what_is_referred_to_is_described() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.contains_key("ProblemDocument") && schemas.contains_key("PageSize"), "{schemas:?}");
    assert_eq!(schemas.get("Cursor"), None, "{}", json!("only what is used"));
}
