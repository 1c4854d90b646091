//! Suspended, reinstated, superseded, corrected.

use dossier_proto::Micros;
use serde_json::{Value, json};

use crate::tests::{House, corrected, entry, sample, sample_with};

async fn published() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(2), "KAZ", None, &corrected()).await;
    house
}

async fn numbers(house: &House, query: &str) -> Vec<String> {
    let told = house.get(&format!("/api/v1/entries{query}")).send().await.expect(200).json();
    told["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()).collect()
}

/// P7.
#[tokio::test]
async fn a_suspended_entry_answers_with_its_tombstone_and_keeps_number_and_address() {
    let mut house = published().await;
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.wait(Micros::DAY);
    let told = house.suspend("EVT-2026-00001").await.expect(200);
    assert_eq!(told.etag(), "\"e3\"");
    house.start_again();
    for path in ["", "/editions/1", "/editions/2"] {
        let away = house.get(&format!("/api/v1/entries/EVT-2026-00001{path}")).send().await.expect(403);
        assert_eq!(away.headers["content-type"], "application/problem+json");
        let document = away.json();
        assert_eq!(document, told.json());
        assert_eq!((&document["type"], &document["status"]), (&json!("/problems/suspended"), &json!(403)));
        assert_eq!((&document["state"], &document["number"]), (&json!("suspended"), &json!("EVT-2026-00001")));
        assert_eq!(document["instance"], "/entries/EVT-2026-00001");
        assert_eq!(document["suspended_at"], "2026-01-13T12:00:00Z");
        assert!(document.get("retracted_at").is_none());
        assert_eq!(document["reason"], "under_examination");
        assert_eq!(document["explanation"], "A doubt about the dates.\n\nIt is looked into.");
        assert_eq!(document["editions"].as_array().unwrap().len(), 2);
        assert!(!away.text.contains("delegation"), "{}", away.text);
    }
    let editions = house.get("/api/v1/entries/EVT-2026-00001/editions").send().await.expect(200).json();
    assert_eq!(editions["state"], "suspended");
    house.get("/api/v1/entries/EVT-2026-00001/editions/3").send().await.expect(404);
}

#[tokio::test]
async fn lists_searches_and_exports_leave_the_suspended_out_until_they_are_given_back() {
    let mut house = published().await;
    assert_eq!(numbers(&house, "?text=Kazakhstan").await.len(), 2);
    house.suspend("EVT-2026-00001").await.expect(200);
    for query in ["", "?text=Kazakhstan", "?country=KAZ"] {
        assert_eq!(numbers(&house, query).await, ["EVT-2026-00002"], "{query}");
    }
    assert!(!house.get("/api/v1/entries.csv").send().await.expect(200).text.contains("EVT-2026-00001"));
    // The index is made anew while it is suspended: it is found again all the same.
    house.start_again();
    assert_eq!(numbers(&house, "?text=Kazakhstan").await, ["EVT-2026-00002"]);
    let told =
        house.decide("EVT-2026-00001", "reinstate", &json!({"explanation": "The dates hold."})).await.expect(200);
    assert_eq!((&told.json()["state"], &told.json()["version"]), (&json!("published"), &json!(3)));
    for query in ["", "?text=Kazakhstan", "?country=KAZ"] {
        assert_eq!(numbers(&house, query).await, ["EVT-2026-00002", "EVT-2026-00001"], "where it stood: {query}");
    }
}

#[tokio::test]
async fn that_an_entry_was_suspended_stays_on_record() {
    let house = published().await;
    house.suspend("EVT-2026-00001").await.expect(200);
    house.decide("EVT-2026-00001", "reinstate", &json!({"explanation": "The dates hold."})).await.expect(200);
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    let history = told["history"].as_array().unwrap();
    let kinds: Vec<&str> = history.iter().map(|turn| turn["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["suspended", "reinstated"]);
    assert_eq!(history[0]["reason"], "under_examination");
    assert_eq!(history[1]["explanation"], "The dates hold.");
}

#[tokio::test]
async fn what_stands_against_it_is_told() {
    let house = published().await;
    let suspend = json!({"reason": "under_examination", "explanation": "x"});
    let reinstate = json!({"explanation": "x"});
    let wrong = house.decide("EVT-2026-00001", "reinstate", &reinstate).await.expect(409).json();
    assert_eq!(wrong["code"], "wrong-state");
    house.decide("EVT-2026-00001", "suspend", &suspend).await.expect(200);
    let twice = house.decide("EVT-2026-00001", "suspend", &suspend).await.expect(409).json();
    assert_eq!((&twice["state"], &twice["because"]["origin"]), (&json!("suspended"), &json!("publication")));
    let unlisted = json!({"reason": "did_not_take_place", "explanation": "x"});
    let told = house.decide("EVT-2026-00002", "suspend", &unlisted).await.expect(422).json();
    assert_eq!(told["errors"][0]["pointer"], "/reason");
    assert!(told["detail"].as_str().unwrap().contains("under_examination"), "{told}");
    let silent = json!({"reason": "under_examination", "explanation": " "});
    let told = house.decide("EVT-2026-00002", "suspend", &silent).await.expect(422).json();
    assert_eq!(told["errors"][0]["pointer"], "/explanation");
    for deed in ["suspend", "reinstate", "supersede"] {
        let body = match deed {
            "suspend" => suspend.clone(),
            "reinstate" => reinstate.clone(),
            _ => json!({"superseded_by": "EVT-2026-00002", "reason": "merged", "explanation": "quetzalcoatl"}),
        };
        let path = format!("/api/v1/entries/EVT-2026-00001/{deed}");
        for (who, status) in [("nobody", 403), ("moderator", 403), ("publisher of kenya", 403)] {
            let told = house.post(&path).by(who).json(&body).send().await.expect(status).json();
            let at = told["recorded"]["sequence"].as_u64().unwrap();
            let bytes = house.service.engine().recorded(at).unwrap().bytes;
            assert!(!bytes.windows(6).any(|part| part == b"merged"), "nothing that was typed is in the log (P11)");
        }
        house.post(&path).json(&body).send().await.expect(401);
        let unknown = format!("/api/v1/entries/EVT-2026-00009/{deed}");
        house.post(&unknown).by("publisher").json(&body).send().await.expect(404);
        house.post(&path).by("publisher").json(&body).header("if-match", "\"e7\"").send().await.expect(412);
    }
}

/// P4.
#[tokio::test]
async fn a_repeat_under_the_same_key_takes_effect_once() {
    let house = published().await;
    let body = json!({"reason": "under_examination", "explanation": "x"});
    let post = || {
        let asked = house.post("/api/v1/entries/EVT-2026-00001/suspend").by("publisher").json(&body);
        asked.header("idempotency-key", "k1").send()
    };
    let first = post().await.expect(200);
    let size = house.service.engine().journal().head().size;
    assert_eq!((post().await.expect(200).text, house.service.engine().journal().head().size), (first.text, size));
}

#[tokio::test]
async fn a_superseded_entry_is_read_at_its_address_and_points_on() {
    let house = published().await;
    let body = json!({"superseded_by": "EVT-2026-00002", "reason": "merged", "explanation": "Both told of one forum."});
    let told = house.decide("EVT-2026-00001", "supersede", &body).await.expect(200).json();
    assert_eq!(told["state"], "superseded");
    let read = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    assert_eq!(read.headers["link"], "</api/v1/entries/EVT-2026-00002>; rel=\"successor-version\"");
    let document = read.json();
    assert_eq!(document["superseded_by"]["number"], "EVT-2026-00002");
    assert_eq!(document["history"][0]["superseded_by"]["public_address"], "/entries/EVT-2026-00002");
    assert_eq!(document["history"][0]["explanation"], "Both told of one forum.");
    assert_eq!(document["digest_holds"], true, "its text stays, and is proved");
    let edition = house.get("/api/v1/entries/EVT-2026-00001/editions/1").send().await.expect(200).json();
    assert_eq!(edition["superseded_by"]["number"], "EVT-2026-00002");
    let other = house.get("/api/v1/entries/EVT-2026-00002").send().await.expect(200);
    assert_eq!(
        (&other.json()["supersedes"][0]["number"], other.etag()),
        (&json!("EVT-2026-00001"), "\"e2\"".to_owned())
    );
    assert!(other.json().get("superseded_by").is_none() && !other.headers.contains_key("link"));
    for query in ["", "?text=Kazakhstan"] {
        assert_eq!(numbers(&house, query).await, ["EVT-2026-00002"]);
    }
    for odd in ["EVT-2026-00001", "EVT-2026-00009", "nothing", ""] {
        let body = json!({"superseded_by": odd, "reason": "merged", "explanation": "x"});
        let told = house.decide("EVT-2026-00002", "supersede", &body).await.expect(422).json();
        assert_eq!((&told["code"], &told["errors"][0]["pointer"]), (&json!("no-successor"), &json!("/superseded_by")));
    }
}

#[tokio::test]
async fn the_tombstone_of_what_was_superseded_before_tells_both() {
    let house = published().await;
    let body = json!({"superseded_by": "EVT-2026-00002", "reason": "merged", "explanation": "Both told of one forum."});
    house.decide("EVT-2026-00001", "supersede", &body).await.expect(200);
    house.retract("EVT-2026-00001").await.expect(200);
    let gone = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(410).json();
    let kinds: Vec<&Value> = gone["history"].as_array().unwrap().iter().map(|turn| &turn["kind"]).collect();
    assert_eq!(kinds, [&json!("superseded"), &json!("retracted")]);
    assert_eq!(gone["history"][0]["superseded_by"]["number"], "EVT-2026-00002");
}

#[tokio::test]
async fn a_correction_is_shown_as_one_and_the_digests_form_a_chain() {
    let house = published().await;
    house.correct(entry(1), "KAZ", 1, &corrected()).await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    let document = told.json();
    assert_eq!((&document["edition"], &document["kind"]), (&json!(2), &json!("correction")));
    assert_eq!(document["digest_holds"], true);
    let first = house.get("/api/v1/entries/EVT-2026-00001/editions/1").send().await.expect(200).json();
    assert_eq!(document["base"], json!({"edition": 1, "digest": first["digest"]}));
    assert_eq!((&first["kind"], first.get("base")), (&json!("submission"), None));
    let steps: Vec<&str> =
        document["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["corrected", "published"]);
    assert!(!told.text.contains("not for the public"));
    let editions = house.get("/api/v1/entries/EVT-2026-00001/editions").send().await.expect(200).json();
    assert_eq!(editions["items"][0]["kind"], "correction");
    assert_eq!(editions["items"][0]["base"]["digest"], editions["items"][1]["digest"]);
}

#[tokio::test]
async fn the_mended_text_is_there_before_the_entry_is_given_back() {
    let house = published().await;
    house.suspend("EVT-2026-00001").await.expect(200);
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.get("/api/v1/entries/EVT-2026-00001/editions/2").send().await.expect(403);
    assert_eq!(numbers(&house, "").await, ["EVT-2026-00002"]);
    house.decide("EVT-2026-00001", "reinstate", &json!({"explanation": "It is mended."})).await.expect(200);
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert_eq!((&told["edition"], &told["state"]), (&json!(2), &json!("published")));
    assert_eq!(numbers(&house, "").await, ["EVT-2026-00001", "EVT-2026-00002"]);
}

/// DOMAIN section 6, Drupal sites: "publishing one translation unpublishes the others".
#[tokio::test]
async fn publishing_one_translation_unpublishes_the_others() {
    let house = House::open().await;
    let title = |languages: &[(&str, &str)]| -> Value {
        let titles: serde_json::Map<_, _> =
            languages.iter().map(|(tag, text)| ((*tag).to_owned(), json!(text))).collect();
        sample_with(&json!({"title": titles}))
    };
    house.publish(entry(1), "KAZ", None, &title(&[("en", "The forum"), ("ru", "Форум")])).await;
    house.publish(entry(1), "KAZ", Some(1), &title(&[("en", "The forum"), ("ru", "Форум"), ("fr", "Le forum")])).await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert_eq!(told["content"]["title"], json!({"en": "The forum", "fr": "Le forum", "ru": "Форум"}));
    assert!(told.get("dropped_languages").is_none());
    for (language, text) in [("en", "The forum"), ("ru", "Форум"), ("fr", "Le forum")] {
        let page = house.page(&format!("/entries/EVT-2026-00001?content={language}"), language).await.expect(200);
        assert!(page.text.contains(text), "{language}");
    }
}

/// A revision that leaves a public language out is no accident that nobody sees.
#[tokio::test]
async fn a_language_that_a_revision_leaves_out_is_named_and_the_earlier_edition_keeps_it() {
    let house = House::open().await;
    let with = |titles: Value| sample_with(&json!({"title": titles}));
    house.publish(entry(1), "KAZ", None, &with(json!({"en": "The forum", "ru": "Форум", "fr": "Le forum"}))).await;
    house.publish(entry(1), "KAZ", Some(1), &with(json!({"en": "The forum"}))).await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    assert_eq!(told["dropped_languages"], json!(["fr", "ru"]));
    let page = house.page("/entries/EVT-2026-00001", "en").await.expect(200);
    assert!(page.text.contains("/entries/EVT-2026-00001/editions/1?content=ru"), "{}", page.text);
    let before = house.page("/entries/EVT-2026-00001/editions/1?content=ru", "en").await.expect(200);
    assert!(before.text.contains("Форум"));
}

#[tokio::test]
async fn what_a_state_cleared_and_each_stage_passed_is_told() {
    let house = published().await;
    let told = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200).json();
    let steps: Vec<&str> =
        told["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(
        steps,
        [
            "submitted",
            "cleared",
            "changes-requested",
            "changes-requested",
            "resubmitted",
            "stage-passed",
            "approved",
            "published"
        ]
    );
}

#[tokio::test]
async fn a_cleared_request_for_retraction_waits_for_the_publishers() {
    use dossier_proto::{Origin, Payload, v1};
    use dossier_vault::{Binding, Kind, Purpose};
    let house = published().await;
    let key = house.vault.fresh(Kind::Revision).unwrap();
    let sealed =
        house.vault.seal(key, &Binding::entry(entry(1), Purpose::Reason), b"We named the wrong city.").unwrap();
    let cleared = v1::RetractionCleared { command: None, edition: 1, reason: Some(sealed.into()) };
    house.hear(Origin::Submission, Some(entry(1)), Payload::RetractionCleared(cleared)).await;
    let told = house.get("/api/v1/retraction-requests").by("publisher").send().await.expect(200).json();
    assert_eq!(
        (&told["items"][0]["number"], &told["items"][0]["reason"]),
        (&json!("EVT-2026-00001"), &json!("We named the wrong city."))
    );
}
