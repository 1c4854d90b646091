//! Taking entries back, and the requests of bodies to do so.

use dossier_proto::{Micros, Origin};
use serde_json::{Value, json};

use crate::tests::{House, corrected, entry, sample};

const DECLINE: &str = "/api/v1/retraction-requests/EVT-2026-00002/decline";
const RETRACT: &str = "/api/v1/entries/EVT-2026-00001/retract";

fn body() -> Value {
    json!({"reason": "factual_error", "explanation": "It did not happen."})
}

async fn published() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house
}

/// P7.
#[tokio::test]
async fn a_retracted_entry_answers_with_its_tombstone_for_ever() {
    let mut house = published().await;
    house.wait(Micros::DAY);
    let told = house.post(RETRACT).by("publisher").header("if-match", "\"e2\"").json(&body()).send().await.expect(200);
    assert_eq!(told.etag(), "\"e3\"");
    house.start_again();
    for path in ["", "/editions/1", "/editions/2"] {
        let gone = house.get(&format!("/api/v1/entries/EVT-2026-00001{path}")).send().await.expect(410);
        assert_eq!(gone.headers["content-type"], "application/problem+json");
        let document = gone.json();
        assert_eq!(document, told.json());
        assert_eq!(document["type"], "/problems/gone");
        assert_eq!((&document["status"], &document["state"]), (&json!(410), &json!("retracted")));
        assert_eq!(document["number"], "EVT-2026-00001");
        assert_eq!(document["body"], json!({"code": "KAZ", "name": "Kazakhstan"}));
        assert_eq!(document["reason"], "factual_error");
        assert_eq!(document["explanation"], "It did not happen.");
        assert_eq!(document["retracted_at"], "2026-01-13T12:00:00Z");
        assert!(document["first_published_at"].as_str().unwrap().starts_with("2026-01-12T12:00:00"));
        assert_eq!((&document["decided_by"], &document["asked_by_body"]), (&json!("publisher"), &json!(false)));
        assert_eq!(document["editions"].as_array().unwrap().len(), 2);
        assert_eq!(document["version"], 3);
        assert!(!gone.text.contains("delegation") && !gone.text.contains("Put in order"), "{}", gone.text);
    }
    let editions = house.get("/api/v1/entries/EVT-2026-00001/editions").send().await.expect(200).json();
    assert_eq!((&editions["state"], editions["items"].as_array().unwrap().len()), (&json!("retracted"), 2));
}

#[tokio::test]
async fn only_a_publisher_for_the_body_and_type_retracts_and_others_are_told_what_they_lack() {
    let house = published().await;
    for (name, reason) in [
        ("nobody", "no-designation"),
        ("moderator", "no-designation"),
        ("publisher of kenya", "designated-for-another-body"),
    ] {
        let told = house.post(RETRACT).by(name).json(&body()).send().await.expect(403);
        let problem = told.json();
        assert_eq!((&problem["code"], &problem["role"]), (&json!("no-designation"), &json!("publisher")), "{name}");
        assert_eq!(problem["reason"], reason, "{name}");
        let at = problem["recorded"]["sequence"].as_u64().unwrap();
        let recorded = house.service.engine().recorded(at).unwrap().event;
        assert!(matches!(recorded.payload, Some(dossier_proto::Payload::PublicationRefused(_))), "{name}");
    }
    let told = house.post(RETRACT).json(&body()).send().await.expect(401);
    assert!(told.headers.contains_key("www-authenticate"));
    house.post(RETRACT).header("authorization", "Bearer x").json(&body()).send().await.expect(401);
    house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
}

/// A stranger's refused attempt was recorded with the reason as it was typed, for everybody to read (P11).
#[tokio::test]
async fn nothing_a_stranger_typed_reaches_the_journal() {
    let house = published().await;
    let typed = json!({"reason": "quetzalcoatl is a thief", "explanation": "It did not happen."});
    let told = house.post(RETRACT).by("nobody").json(&typed).send().await.expect(403).json();
    let at = told["recorded"]["sequence"].as_u64().unwrap();
    let bytes = house.service.engine().recorded(at).unwrap().bytes;
    assert!(!bytes.windows(12).any(|part| part == b"quetzalcoatl"));
}

#[tokio::test]
async fn what_stands_against_it_is_told() {
    let house = published().await;
    let post = |path: &str, body: Value| house.post(path).by("publisher").json(&body);
    post("/api/v1/entries/EVT-2026-00009/retract", body()).send().await.expect(404);
    post("/api/v1/entries/nothing/retract", body()).send().await.expect(404);
    let stale = post(RETRACT, body()).header("if-match", "\"e1\"").send().await.expect(412);
    assert_eq!((stale.etag(), &stale.json()["current"]), ("\"e2\"".to_owned(), &json!("\"e2\"")));
    post(RETRACT, body()).header("if-match", "\"d2\"").send().await.expect(412);
    post(RETRACT, body()).header("if-match", "e2").send().await.expect(400);
    let unknown = json!({"reason": "boredom", "explanation": "x"});
    let told = post(RETRACT, unknown).send().await.expect(422).json();
    assert_eq!((&told["code"], &told["errors"][0]["pointer"]), (&json!("unknown-code"), &json!("/reason")));
    assert!(told["detail"].as_str().unwrap().contains("factual_error"), "{told}");
    let suspend_only = json!({"reason": "under_examination", "explanation": "x"});
    post(RETRACT, suspend_only).send().await.expect(422);
    for explanation in ["", "  \n ", "\u{200B}\u{2069}", &"a".repeat(4_001), "a\u{7}b"] {
        let told = post(RETRACT, json!({"reason": "factual_error", "explanation": explanation})).send().await;
        assert_eq!(told.expect(422).json()["errors"][0]["pointer"], "/explanation");
    }
    for odd in [json!({}), json!({"reason": "other"}), json!({"reason": 1, "explanation": "x"}), json!([])] {
        post(RETRACT, odd).send().await.expect(422);
    }
    post(RETRACT, json!({"reason": "other", "explanation": "x", "more": 1})).send().await.expect(422);
    house.retract("EVT-2026-00001").await.expect(200);
    let again = house.retract("EVT-2026-00001").await.expect(409).json();
    assert_eq!((&again["code"], &again["state"]), (&json!("wrong-state"), &json!("retracted")));
    assert_eq!(again["because"]["origin"], "publication");
}

/// P4.
#[tokio::test]
async fn a_repeat_under_the_same_key_takes_effect_once() {
    let house = published().await;
    let post = |body: &Value| house.post(RETRACT).by("publisher").header("idempotency-key", "k1").json(body).send();
    let first = post(&body()).await.expect(200);
    let size = house.service.engine().journal().head().size;
    let again = post(&body()).await.expect(200);
    assert_eq!((again.text, house.service.engine().journal().head().size), (first.text, size));
    let other = json!({"reason": "other", "explanation": "Another."});
    let reused = post(&other).await.expect(422).json();
    assert_eq!(reused["type"], "/problems/idempotency-key-reused");
}

/// Every repeat, and every attempt that was refused without a record, left a key on disk that nobody would ever use.
#[tokio::test]
async fn what_is_refused_or_repeated_leaves_no_key() {
    let house = published().await;
    let post =
        |body: Value, key: &str| house.post(RETRACT).by("publisher").header("idempotency-key", key).json(&body).send();
    let keys = || house.vault.counts().live - house.vault.counts().spare;
    let before = keys();
    let unknown = json!({"reason": "boredom", "explanation": "x"});
    post(unknown, "k1").await.expect(422);
    house.post(RETRACT).by("publisher").json(&body()).header("if-match", "\"e1\"").send().await.expect(412);
    assert_eq!(keys(), before);
    post(body(), "k2").await.expect(200);
    assert_eq!(keys(), before + 1, "the explanation has a key");
    post(body(), "k2").await.expect(200);
    post(body(), "k3").await.expect(409);
    assert_eq!(keys(), before + 1);
}

#[tokio::test]
async fn requests_of_bodies_wait_for_the_publishers_who_may_decide() {
    let house = published().await;
    let key = house.publish(entry(2), "KEN", None, &sample()).await;
    house.ask_retraction(entry(2), key, 1, "We named the wrong city.").await;
    house.designate("publisher of kenyan events", dossier_identity::Role::Publisher, "KEN", &["event"]).await;
    house.designate("publisher of pledges", dossier_identity::Role::Publisher, "", &["pledge"]).await;
    let list = async |name: &str| house.get("/api/v1/retraction-requests").by(name).send().await;
    for name in ["publisher", "publisher of kenyan events", "publisher of kenya"] {
        let told = list(name).await.expect(200).json();
        let [request] = told["items"].as_array().unwrap().as_slice() else { panic!("{name}: {told}") };
        assert_eq!(request["number"], "EVT-2026-00002");
        assert_eq!(request["reason"], "We named the wrong city.");
        assert_eq!((&request["edition"], &request["version"]), (&json!(1), &json!(1)));
        assert_eq!(request["asked_at"], "2026-01-12T12:00:00Z");
    }
    assert_eq!(list("publisher of pledges").await.expect(200).json()["items"], json!([]));
    for name in ["moderator", "nobody"] {
        assert_eq!(list(name).await.expect(403).json()["code"], "no-designation");
    }
    house.get("/api/v1/retraction-requests").send().await.expect(401);
    house.retract("EVT-2026-00002").await.expect(200);
    assert_eq!(list("publisher").await.expect(200).json()["items"], json!([]));
    let tombstone = house.get("/api/v1/entries/EVT-2026-00002").send().await.expect(410).json();
    assert_eq!(tombstone["asked_by_body"], true);
}

#[tokio::test]
async fn requests_come_page_by_page() {
    let house = House::open().await;
    for number in 1..=5 {
        let key = house.publish(entry(number), "KAZ", None, &sample()).await;
        house.ask_retraction(entry(number), key, 1, "wrong").await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=2".to_owned());
    loop {
        let told = house.get(&format!("/api/v1/retraction-requests{query}")).by("publisher").send().await;
        let document = told.expect(200).json();
        let items = document["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        seen.extend(items.iter().map(|item| item["number"].as_str().unwrap().to_owned()));
        let Some(next) = document["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(seen, (1..=5).map(|number| format!("EVT-2026-{number:05}")).collect::<Vec<_>>());
}

fn decline<'a>(house: &'a House, place: &Value, reason: &str) -> crate::tests::asking::Ask<'a> {
    let body = json!({"request": place, "reason": reason});
    house.post(DECLINE).by("publisher").json(&body)
}

#[tokio::test]
async fn a_declined_request_leaves_the_list_and_the_entry_and_only_the_body_reads_why() {
    let mut house = published().await;
    let key = house.publish(entry(2), "KEN", None, &sample()).await;
    house.ask_retraction(entry(2), key, 1, "We named the wrong city.").await;
    let listed = async |house: &House| {
        house.get("/api/v1/retraction-requests").by("publisher").send().await.expect(200).json()["items"].clone()
    };
    let place = listed(&house).await[0]["place"].clone();
    let other = json!({"epoch": 1, "sequence": 0});
    assert_eq!(decline(&house, &other, "No.").send().await.expect(409).json()["code"], "not-asked");
    assert_eq!(
        decline(&house, &place, " \u{200b} ").send().await.expect(422).json()["errors"][0]["pointer"],
        "/reason"
    );
    decline(&house, &place, "No.").header("if-match", "\"e9\"").send().await.expect(412);
    let stranger = house.post(DECLINE).by("moderator").json(&json!({"request": place, "reason": "xylophone"}));
    let refused = stranger.send().await.expect(403).json();
    let bytes = house.service.engine().recorded(refused["recorded"]["sequence"].as_u64().unwrap()).unwrap().bytes;
    assert!(!bytes.windows(9).any(|part| part == b"xylophone"));

    let told = decline(&house, &place, "The city is right.").header("idempotency-key", "once").send().await.expect(200);
    assert_eq!((&told.json()["state"], told.etag().as_str()), (&json!("published"), "\"e1\""));
    assert!(!told.text.contains("The city is right."));
    decline(&house, &place, "The city is right.").header("idempotency-key", "once").send().await.expect(200);
    assert_eq!(listed(&house).await, json!([]));
    assert_eq!(decline(&house, &place, "The city is right.").send().await.expect(409).json()["code"], "not-asked");
    house.start_again();
    assert_eq!(listed(&house).await, json!([]));

    let size = house.service.engine().journal().head().size;
    let declined = (0..size).rev().find_map(|at| match house.service.engine().recorded(at).unwrap().event.payload {
        Some(dossier_proto::Payload::RetractionDeclined(declined)) => declined.command,
        _ => None,
    });
    let said = declined.unwrap().reason.unwrap();
    let key = dossier_proto::KeyId::try_from(said.key_id.as_slice()).unwrap();
    let desk = house.service.desk();
    assert!(desk.grant(Origin::Moderation, &[key]).is_err());
    assert_eq!(desk.grant(Origin::Submission, &[key]).unwrap().len(), 1);

    house
        .ask_retraction(entry(2), house.publish(entry(3), "KEN", None, &sample()).await, 1, "It was another city.")
        .await;
    assert_eq!(listed(&house).await.as_array().unwrap().len(), 1, "the body may ask again");
}

#[tokio::test]
async fn keys_are_given_to_audit_alone() {
    let house = published().await;
    let desk = house.service.desk();
    let key = house.publish(entry(3), "KAZ", None, &sample()).await;
    assert_eq!(desk.grant(Origin::Audit, &[key]).unwrap().len(), 1);
    for asker in [Origin::Submission, Origin::Moderation, Origin::Publication] {
        assert!(desk.grant(asker, &[key]).is_err(), "{asker}");
    }
    let unknown = dossier_proto::KeyId([9; 16]);
    assert!(desk.grant(Origin::Audit, &[key, unknown]).is_err(), "all or nothing");
    let secret = house.vault.fresh(dossier_vault::Kind::Service).unwrap();
    let person = house.vault.fresh(dossier_vault::Kind::Person).unwrap();
    for key in [secret, person] {
        assert!(desk.grant(Origin::Audit, &[key]).is_err());
    }
    assert!(desk.grant(Origin::Audit, &vec![key; 257]).is_err());
}

/// The key of a confirmed correction was never asked for: the corrected edition was public, and every reading of it failed.
#[test]
fn keys_are_asked_for_with_what_becomes_an_edition() {
    use crate::domain::tests::world::{World, approved, corrected, entry, retraction_asked};
    let mut world = World::ready();
    let asked = |payload| crate::keys_needed(&world.foreign_event(Some(entry(1)), payload)).len();
    let mut asked = asked;
    assert_eq!(asked(approved("event", 1, None)), 1, "content and what has changed share a key");
    assert_eq!(asked(corrected(2, 1)), 1, "the corrected content");
    assert_eq!(asked(retraction_asked(1)), 0);
}
