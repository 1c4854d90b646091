//! Designations and the registry over HTTP.

use dossier_registry::Registry;
use http::header;
use serde_json::{Value, json};

use super::room::*;

#[tokio::test]
async fn an_administrator_grants_and_revokes_and_the_next_command_is_refused() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let grant = json!({ "subject": room.subject("nobody"), "role": "moderator", "record_types": ["event"] });
    let granted = room.post("administrator", "/designations", grant).await.is(201);
    assert_eq!(granted.text("/role"), "moderator");
    assert_eq!(granted.body["valid"], true);
    let id = granted.text("/id").to_owned();
    let comment = json!({ "digest": filed.digest, "text": "I may." });
    room.act("nobody", "comment", comment).await.is(200);
    let revoked = room.post("administrator", &format!("/designations/{id}/revoke"), json!({})).await.is(200);
    assert_eq!(revoked.body["valid"], false);
    let refused = room.act("nobody", "approve", json!({ "digest": filed.digest })).await.is(403);
    assert_eq!((refused.text("/code"), refused.text("/reason")), ("no-designation", "designation-revoked"));
    assert_eq!(refused.body["because"], revoked.body["recorded"]);
    let again = room.post("administrator", &format!("/designations/{id}/revoke"), json!({})).await.is(409);
    assert_eq!(again.text("/code"), "already-revoked");
}

#[tokio::test]
async fn who_may_not_designate_is_told_and_recorded() {
    let room = Room::open().await;
    let size = room.size();
    let grant = json!({ "subject": room.subject("nobody"), "role": "moderator" });
    for who in ["moderator-a", "contributor-kz", "authority-kz", "publisher", "auditor", "nobody"] {
        let refused = room.post(who, "/designations", grant.clone()).await.is(403);
        assert_eq!(refused.text("/recorded/origin"), "moderation", "{who}");
    }
    assert_eq!(room.size(), size + 6);
    let oneself = json!({ "subject": room.subject("administrator"), "role": "moderator" });
    let refused = room.post("administrator", "/designations", oneself).await.is(403);
    assert_eq!(refused.text("/code"), "designates-oneself");
    let contributor = json!({ "subject": room.subject("nobody"), "role": "contributor", "body": "KAZ" });
    room.post("authority-kz", "/designations", contributor).await.is(201);
    let elsewhere = json!({ "subject": room.subject("nobody"), "role": "contributor", "body": "KEN" });
    room.post("authority-kz", "/designations", elsewhere).await.is(403);
}

#[tokio::test]
async fn a_designation_has_to_fit() {
    let room = Room::open().await;
    let with = |change: fn(&mut Value)| {
        let mut grant = json!({ "subject": room.subject("nobody"), "role": "contributor", "body": "KAZ" });
        change(&mut grant);
        grant
    };
    for (grant, pointer) in [
        (with(|grant| grant["role"] = json!("emperor")), "/role"),
        (with(|grant| grant["valid_from"] = json!("tomorrow")), "/valid_from"),
        (with(|grant| grant["valid_until"] = json!("2026-02-30T00:00:00Z")), "/valid_until"),
        (with(|grant| grant["subject"] = json!("me")), "/subject"),
        (with(|grant| grant["body"] = json!("Kazakhstan")), "/body"),
        (with(|grant| grant["colour"] = json!("red")), "/colour"),
        (with(|grant| grant["note_digest"] = json!("abc")), "/note_digest"),
        (with(|grant| grant["record_types"] = json!(["All of them"])), "/record_types"),
    ] {
        let refused = room.post("administrator", "/designations", grant.clone()).await.is(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{grant}");
    }
    let endless = with(|grant| grant["valid_until"] = json!("2020-01-01T00:00:00Z"));
    assert_eq!(room.post("administrator", "/designations", endless).await.is(422).text("/code"), "empty-period");
    let bodiless = with(|grant| {
        grant.as_object_mut().unwrap().remove("body");
    });
    let refused = room.post("administrator", "/designations", bodiless).await.is(422);
    assert_eq!(refused.text("/code"), "designation-needs-a-body");
    let id = dossier_proto::DesignationId([3; 16]);
    room.post("administrator", &format!("/designations/{id}/revoke"), json!({})).await.is(404);
    room.post("administrator", "/designations/not-an-id/revoke", json!({})).await.is(404);
}

/// An administrator designated people for bodies that nobody knows, such as a code that was mistyped: nobody was told.
#[tokio::test]
async fn nobody_is_designated_for_an_unknown_body() {
    let room = Room::open().await;
    let size = room.size();
    let grant = |body: &str| json!({ "subject": room.subject("nobody"), "role": "contributor", "body": body });
    for unknown in ["KZ", "XXX", "KAZAKHSTAN", "UN-OF-NOTHING"] {
        let refused = room.post("administrator", "/designations", grant(unknown)).await.is(422);
        assert_eq!(refused.text("/errors/0/pointer"), "/body", "{unknown}");
        let detail = refused.text("/errors/0/detail");
        assert!(detail.starts_with(unknown) && detail.contains("/registry"), "{detail}");
    }
    assert_eq!(room.size(), size, "slips of the pen are no history");
    for known in ["KEN", "IOM"] {
        room.post("administrator", "/designations", grant(known)).await.is(201);
    }
}

/// A right was given to an id that was mistyped: it entitled nobody, and nobody was told.
#[tokio::test]
async fn nobody_is_designated_who_has_no_account() {
    let room = Room::open().await;
    let size = room.size();
    let stranger = dossier_proto::SubjectId([9; 16]);
    let grant = json!({ "subject": stranger, "role": "moderator" });
    let refused = room.post("administrator", "/designations", grant).await.is(422);
    assert_eq!(refused.text("/errors/0/pointer"), "/subject");
    assert_eq!(room.size(), size);
}

async fn roles_seen(room: &Room, who: &str) -> Vec<String> {
    let list = room.get(who, "/designations?limit=200").await.is(200);
    let roles = list.body["items"].as_array().unwrap().iter().map(|item| item["role"].as_str().unwrap().to_owned());
    let mut roles: Vec<_> = roles.collect();
    roles.sort();
    roles
}

#[tokio::test]
async fn designations_are_seen_by_those_who_look_after_them_and_by_oneself() {
    let room = Room::open().await;
    for who in ["administrator", "moderator-a", "reviewer", "publisher", "auditor"] {
        assert_eq!(roles_seen(&room, who).await.len(), 9, "{who}");
    }
    assert_eq!(roles_seen(&room, "contributor-kz").await, ["contributor", "publishing-authority"], "of their body");
    assert_eq!(roles_seen(&room, "authority-kz").await, ["contributor", "publishing-authority"]);
    assert_eq!(roles_seen(&room, "contributor-ke").await, ["contributor"]);
    assert!(roles_seen(&room, "nobody").await.is_empty());
    room.get("a stranger", "/designations").await.is(401);
}

#[tokio::test]
async fn designations_are_filtered_and_paged() {
    let room = Room::open().await;
    let count = async |query: &str| {
        let list = room.get("administrator", &format!("/designations{query}")).await.is(200);
        list.body["items"].as_array().unwrap().len()
    };
    assert_eq!(count("?role=moderator").await, 2);
    assert_eq!(count("?body=KAZ").await, 2);
    assert_eq!(count(&format!("?subject={}", room.subject("auditor"))).await, 1);
    room.get("administrator", "/designations?role=emperor").await.is(400);
    let mut seen = 0;
    let mut path = "/designations?limit=2".to_owned();
    loop {
        let page = room.get("administrator", &path).await.is(200);
        seen += page.body["items"].as_array().unwrap().len();
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/designations?limit=2&cursor={next}");
    }
    assert_eq!(seen, 9);
}

#[tokio::test]
async fn the_registry_in_force_is_public_and_its_digest_is_its_tag() {
    let room = Room::open().await;
    let registry = Registry::embedded();
    let read = room.get("a stranger", "/registry").await.is(200);
    assert_eq!(read.etag(), format!("\"{}\"", registry.digest()));
    assert_eq!(read.body, serde_json::from_slice::<Value>(registry.bytes()).unwrap());
    let known = http::Request::get("/review/api/v1/registry").header(header::IF_NONE_MATCH, read.etag());
    room.send("a stranger", known, axum::body::Body::empty()).await.is(304);
    assert!(!room.service.adopt_registry_if_none(&registry).await.unwrap(), "adopted once");
}

#[tokio::test]
async fn the_interface_describes_itself() {
    let room = Room::open().await;
    let document = room.get("a stranger", "/openapi.json").await.is(200).body;
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = document["paths"].as_object().unwrap();
    for path in [
        "/reviews",
        "/reviews/{entry}",
        "/reviews/{entry}/claim",
        "/reviews/{entry}/release",
        "/reviews/{entry}/comment",
        "/reviews/{entry}/request-changes",
        "/reviews/{entry}/approve",
        "/reviews/{entry}/refuse",
        "/designations",
        "/designations/{id}/revoke",
        "/inbox",
        "/inbox/read",
        "/registry",
        "/reviews/difference",
        "/erasures",
    ] {
        assert!(paths.contains_key(&format!("/review/api/v1{path}")), "{path}");
    }
    assert_eq!(paths.len(), 38);
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is described");
    }
}
