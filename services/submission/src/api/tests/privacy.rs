//! P13: what was not submitted can be read by the body that wrote it and by nobody else's credentials. On this
//! interface that holds for everything else too: others have doors of their own.

use dossier_identity::Role;
use dossier_proto::EntryId;
use http::Method;
use serde_json::json;

use super::house::{House, content, content_with};

const OTHERS: [&str; 7] = ["wanjiru", "moderator", "publisher", "auditor", "administrator", "registrar", "nobody"];

/// Every door that names an entry.
fn doors(id: EntryId) -> Vec<(Method, String, Option<serde_json::Value>)> {
    let reason = Some(json!({"reason": "because"}));
    vec![
        (Method::GET, format!("/entries/{id}"), None),
        (Method::GET, format!("/entries/{id}/history"), None),
        (Method::GET, format!("/entries/{id}/source"), None),
        (Method::GET, format!("/entries/{id}/duplicates"), None),
        (Method::PUT, format!("/entries/{id}/draft"), Some(json!({"content": content()}))),
        (Method::POST, format!("/entries/{id}/submit"), Some(json!({"what_changed": "x", "certify": true}))),
        (Method::POST, format!("/entries/{id}/recall"), None),
        (Method::POST, format!("/entries/{id}/revise"), None),
        (Method::POST, format!("/entries/{id}/withdraw"), reason.clone()),
        (Method::POST, format!("/entries/{id}/ask-retraction"), reason.clone()),
        (Method::POST, format!("/entries/{id}/appeal"), reason.clone()),
        (Method::POST, format!("/entries/{id}/object"), reason),
        (Method::POST, format!("/entries/{id}/clear"), Some(json!({"digest": "00".repeat(32)}))),
        (Method::POST, format!("/entries/{id}/return"), Some(json!({"digest": "00".repeat(32), "reason": "x"}))),
        (
            Method::POST,
            format!("/entries/{id}/clear-retraction"),
            Some(json!({"proposed": {"epoch": 0, "sequence": 0}})),
        ),
        (
            Method::POST,
            format!("/entries/{id}/return-retraction"),
            Some(json!({"proposed": {"epoch": 0, "sequence": 0}, "reason": "x"})),
        ),
    ]
}

async fn nobody_else_gets_in(house: &House, id: EntryId) {
    let nowhere = EntryId([1; 16]);
    for name in OTHERS {
        for (method, path, body) in doors(id) {
            let ask = |path: &str| {
                let ask = house.ask(method.clone(), path).by(name).if_match("\"d1\"");
                match &body {
                    Some(body) => ask.json(body),
                    None => ask,
                }
            };
            let size = house.service.engine().journal().head().size;
            let told = ask(&path).send().await.expect(404);
            let of_nothing = ask(&path.replace(&id.to_string(), &nowhere.to_string())).send().await.expect(404);
            let shown = |mut body: serde_json::Value| {
                for own in ["instance", "number"] {
                    body.as_object_mut().unwrap().remove(own);
                }
                body
            };
            let (told, of_nothing) = (shown(told.body), shown(of_nothing.body));
            assert_eq!(told, of_nothing, "{name} could tell that {method} {path} is there");
            assert_eq!(house.service.engine().journal().head().size, size, "{name}: {method} {path} left a trace");
        }
        let list = house.get("/entries").by(name).send().await.expect(200);
        assert!(!list.body.to_string().contains(&id.to_string()), "{name} sees it in the list");
    }
}

#[tokio::test]
async fn a_draft_is_there_for_its_body_and_for_nobody_else() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    nobody_else_gets_in(&house, id).await;
    house.get(&format!("/entries/{id}")).send().await.expect(401);
}

#[tokio::test]
async fn what_is_written_after_a_return_or_over_a_public_edition_is_as_private() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where.").await;
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d1\"").send().await.expect(200);
    nobody_else_gets_in(&house, id).await;
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    nobody_else_gets_in(&house, id).await;
}

#[tokio::test]
async fn the_publishing_authority_of_the_body_reads_along_and_does_not_write() {
    let house = House::open().await;
    house.designate("authority", Role::PublishingAuthority, Some("KAZ")).await;
    let id = house.started("aigerim").await.id();
    house.get(&format!("/entries/{id}")).by("authority").send().await.expect(200);
    let body = json!({"certify": true});
    house.post(&format!("/entries/{id}/submit")).by("authority").json(&body).send().await.expect(403);
}

#[tokio::test]
async fn a_token_bound_to_one_body_reaches_that_body_alone() {
    let house = House::open().await;
    house.designate("aigerim", Role::Contributor, Some("KGZ")).await;
    let now = dossier_proto::Micros(1_767_268_800_000_000);
    let subject = house.person("aigerim").subject;
    let bound = house.accounts.issue_token(subject, "KGZ only", Some("KGZ".parse().unwrap()), None, now).unwrap();
    let bound = bound.expose();
    let mut body = json!({"type": "event", "language": "en", "content": {}, "on_behalf_of": "KAZ"});
    let id = house.post("/entries").by("aigerim").json(&body).send().await.expect(201).id();
    house.get(&format!("/entries/{id}")).token(bound).send().await.expect(404);
    house.post(&format!("/entries/{id}/recall")).token(bound).send().await.expect(404);
    let refused = house.post("/entries").token(bound).json(&body).send().await.expect(403);
    assert_eq!(refused.body["reason"], "token-bound-to-another-body");
    body.as_object_mut().unwrap().remove("on_behalf_of");
    let begun = house.post("/entries").token(bound).json(&body).send().await.expect(201);
    assert_eq!(begun.body["body"], "KGZ");
    let list = house.get("/entries").token(bound).send().await.expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
}

/// P11: whatever people typed, accepted or refused, is in no byte of the journal.
#[tokio::test]
async fn no_word_that_was_typed_stands_in_the_journal() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where exactly.").await;
    let answer = json!({"what_changed": "quokka", "certify": true, "answers": [{"item": 1, "text": "numbat"}]});
    house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&answer).send().await.expect(200);
    house.published(id, 1).await;
    let reason = json!({"reason": "wombat"});
    house.post(&format!("/entries/{id}/ask-retraction")).by("aigerim").json(&reason).send().await.expect(202);
    house.post("/entries").by("moderator").json(&super::house::start(&content())).send().await.expect(403);
    let words = ["participation", "delegation", "Member States", "quokka", "numbat", "wombat", "corrected", "exactly"];
    let size = house.service.engine().journal().head().size;
    for sequence in 0..size {
        let recorded = house.service.engine().recorded(sequence).unwrap();
        let beside = recorded.beside.as_ref().map(dossier_proto::Event::encode).unwrap_or_default();
        // The registry is public and travels in the clear.
        let is_registry = recorded
            .beside
            .is_some_and(|event| matches!(event.payload, Some(dossier_proto::Payload::RegistryAdopted(_))));
        let bytes = [recorded.bytes.to_vec(), if is_registry { Vec::new() } else { beside }].concat();
        let text = String::from_utf8_lossy(&bytes);
        for word in words {
            assert!(!text.contains(word), "{word:?} stands in submission {sequence}");
        }
    }
}
