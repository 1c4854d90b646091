use http::header;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::house::{House, content, content_with, start};

#[tokio::test]
async fn an_entry_begins_as_a_draft_of_the_callers_only_body() {
    let house = House::open().await;
    let told = house.started("aigerim").await;
    assert_eq!(told.body["state"], "draft");
    assert_eq!(told.body["body"], "KAZ");
    assert_eq!(told.body["type"], "event");
    assert_eq!(told.body["turn"]["who"], "contributor");
    assert!(told.body["turn"]["since"].as_str().unwrap().starts_with("2026-01-01T12:00:00"));
    assert_eq!(told.body["revision"], 1);
    assert_eq!(told.body["number"], Value::Null);
    assert_eq!(told.etag(), "\"d1\"");
    let id = told.id();
    assert_eq!(told.headers[header::LOCATION], format!("/contribute/api/v1/entries/{id}").as_str());
    let read = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    assert_eq!(read.body, told.body, "a colleague reads what the writer was answered");
    assert_eq!(read.body["content"], content_with("original_language", json!("en")));
    assert_eq!(read.etag(), "\"d1\"");
}

#[tokio::test]
async fn a_save_needs_the_version_and_makes_the_next() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let path = format!("/entries/{id}/draft");
    let changed = json!({"content": content_with("location", json!({"city": "Astana", "country": "KAZ"}))});
    let blind = house.put(&path).by("aigerim").json(&changed).send().await.expect(428);
    assert_eq!(blind.body["type"], "/problems/precondition-required");
    let saved = house.put(&path).by("aigerim").json(&changed).if_match("\"d1\"").send().await.expect(200);
    assert_eq!((saved.etag().as_str(), &saved.body["revision"]), ("\"d2\"", &json!(2)));
    assert_eq!(saved.body["content"]["location"]["city"], "Astana");
}

/// Wagtail: saving without a change resets the whole review. Here it is no event, and the ETag stays.
#[tokio::test]
async fn a_save_without_a_change_keeps_the_etag_and_writes_nothing() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let size = house.service.engine().journal().head().size;
    // The same content, its members in another order and a number of members written otherwise.
    let text = r#"{"content": {"geographic_scope": "global", "regional_review": false, "workstream_output": false,
        "languages": ["en"], "organizers": ["iom"], "event_type": "conference",
        "description": {"en": "In 2018, Member States agreed to review the progress \u006dade."},
        "title": {"en": "The participation of the delegation of Kazakhstan"}}}"#;
    let path = format!("/entries/{id}/draft");
    let told = house.put(&path).by("bolat").bytes(text).if_match("\"d1\"").send().await.expect(200);
    assert_eq!(told.etag(), "\"d1\"");
    assert_eq!(house.service.engine().journal().head().size, size);
}

/// Payload CMS: a stale If-Match is ignored, and concurrent edits overwrite each other.
#[tokio::test]
async fn a_stale_save_is_refused_with_both_digests_and_the_difference() {
    let house = House::open().await;
    let begun = house.started("aigerim").await;
    let path = format!("/entries/{}/draft", begun.id());
    let mine = json!({"content": content_with("geographic_scope", json!("national"))});
    let theirs = json!({"content": content_with("geographic_scope", json!("regional"))});
    let saved = house.put(&path).by("bolat").json(&theirs).if_match("\"d1\"").send().await.expect(200);
    let stale = house.put(&path).by("aigerim").json(&mine).if_match("\"d1\"").send().await.expect(412);
    assert_eq!(stale.body["current"], "\"d2\"");
    assert_eq!(stale.headers[header::ETAG], "\"d2\"");
    assert_eq!(stale.body["current_digest"], saved.body["digest"]);
    assert_eq!(stale.body["read_digest"], begun.body["digest"]);
    assert_eq!(stale.body["difference"]["changed"][0]["field"], "geographic_scope");
    assert_eq!(stale.body["current_content"]["geographic_scope"], "regional");
    assert_eq!(stale.body["changed_by_both"], json!(["geographic_scope"]));
    let change = &stale.body["changes"][0];
    assert_eq!(change["by"], json!({"role": "contributor", "name": "bolat"}));
    assert_eq!((&change["fields"], &change["etag"]), (&json!(["geographic_scope"]), &json!("\"d2\"")));
    assert_eq!((&change["kind"], &change["revision"]), (&json!("saved"), &json!(2)));
    let now = house.get(&format!("/entries/{}", begun.id())).by("aigerim").send().await.expect(200);
    assert_eq!(now.body["content"]["geographic_scope"], "regional", "nothing was overwritten");
}

/// Two people change different fields: the second learns that both can stand side by side, and sends the two together.
#[tokio::test]
async fn who_saves_second_can_put_both_together_and_nothing_is_lost() {
    let house = House::open().await;
    let begun = house.started("aigerim").await;
    let path = format!("/entries/{}/draft", begun.id());
    let save = |by: &'static str, content: Value, etag: &'static str| {
        house.put(&path).by(by).json(&json!({"content": content})).if_match(etag)
    };
    save("bolat", content_with("geographic_scope", json!("regional")), "\"d1\"").send().await.expect(200);
    let theirs = content_with("geographic_scope", json!("global"));
    save("bolat", theirs, "\"d2\"").send().await.expect(200);
    let mut second = content();
    second["event_type"] = json!("meeting");
    let stale = save("aigerim", second, "\"d1\"").send().await.expect(412);
    assert_eq!(stale.body["changes"].as_array().unwrap().len(), 2);
    assert_eq!(stale.body["changed_by_others"], json!([]), "he wrote it back");
    assert_eq!((&stale.body["changed_by_you"], &stale.body["changed_by_both"]), (&json!(["event_type"]), &json!([])));
    let mut together = stale.body["current_content"].clone();
    together["event_type"] = json!("meeting");
    let told = save("aigerim", together, "\"d3\"").send().await.expect(200);
    assert_eq!((&told.body["content"]["event_type"], &told.body["revision"]), (&json!("meeting"), &json!(4)));
    // A version that never was gives what is now, and no more.
    let unread = save("aigerim", content(), "\"d77\"").send().await.expect(412);
    assert!(unread.body["current_content"].is_object() && unread.body.get("read_digest").is_none(), "{}", unread.body);
}

#[tokio::test]
async fn any_version_will_do_for_whoever_says_so() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    let told = house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("*").send().await;
    assert_eq!(told.expect(200).etag(), "\"d2\"");
    let other = house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"e1\"").send().await;
    other.expect(412);
}

#[tokio::test]
async fn a_draft_may_be_incomplete_but_what_stands_in_it_must_be_right() {
    let house = House::open().await;
    let begun = house.post("/entries").by("aigerim").json(&start(&json!({}))).send().await.expect(201);
    let required: Vec<&str> =
        begun.body["faults"].as_array().unwrap().iter().filter_map(|f| f["field"].as_str()).collect();
    assert!(required.contains(&"title") && required.contains(&"event_type"), "{required:?}");
    let wrong = start(&json!({"event_type": "party", "no_such_field": 1}));
    let told = house.post("/entries").by("aigerim").json(&wrong).send().await.expect(422);
    assert_eq!(told.body["type"], "/problems/invalid-content");
    let pointers: Vec<&str> =
        told.body["errors"].as_array().unwrap().iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert!(pointers.contains(&"/content/event_type") && pointers.contains(&"/content/no_such_field"), "{pointers:?}");
}

#[tokio::test]
async fn type_language_and_body_are_chosen_from_what_there_is() {
    let house = House::open().await;
    for (body, pointer) in [
        (json!({"type": "party", "language": "en", "content": {}}), "/type"),
        (json!({"type": "event", "language": "de", "content": {}}), "/language"),
        (json!({"type": "event", "content": {}}), "/language"),
        (json!({"type": "event", "language": "en", "content": []}), "/content"),
        (
            json!({"type": "event", "language": "en", "content": {"original_language": "fr"}}),
            "/content/original_language",
        ),
        (json!({"type": "event", "language": "en", "content": {}, "on_behalf_of": "kz"}), "/on_behalf_of"),
    ] {
        let told = house.post("/entries").by("aigerim").json(&body).send().await.expect(422);
        assert_eq!(told.body["errors"][0]["pointer"], pointer, "{body}");
    }
    let from_content = json!({"type": "event", "content": {"original_language": "fr"}});
    let told = house.post("/entries").by("aigerim").json(&from_content).send().await.expect(201);
    assert_eq!(told.body["language"], "fr");
}

#[tokio::test]
async fn who_writes_for_several_bodies_names_one_and_both_names_are_on_record() {
    let house = House::open().await;
    house.designate("aigerim", dossier_identity::Role::Contributor, Some("KGZ")).await;
    let told = house.post("/entries").by("aigerim").json(&start(&content())).send().await.expect(422);
    assert_eq!(told.body["errors"][0]["pointer"], "/on_behalf_of");
    assert!(told.body["detail"].as_str().unwrap().contains("KAZ, KGZ"), "{}", told.body);
    let mut body = start(&content());
    body["on_behalf_of"] = json!("KGZ");
    let told = house.post("/entries").by("aigerim").json(&body).send().await.expect(201);
    assert_eq!(told.body["body"], "KGZ");
    let event = house.service.engine().of_entry(told.id()).unwrap().remove(0).into_event();
    assert_eq!(event.head.on_behalf_of.unwrap().as_str(), "KGZ");
    assert_eq!(event.head.actor.person(), Some(house.person("aigerim").subject));
}

#[tokio::test]
async fn the_same_file_files_nothing_twice_and_is_kept_as_it_was() {
    let house = House::open().await;
    let mut body = start(&content());
    body["source"] = json!({"name": "kazakhstan.txt", "text": "Date:\nLocation: Nur-Sultan, Kazakhstan"});
    let first = house.post("/entries").by("aigerim").json(&body).send().await.expect(201);
    let size = house.service.engine().journal().head().size;
    let again = house.post("/entries").by("bolat").json(&body).send().await.expect(200);
    assert_eq!(again.body, first.body);
    assert_eq!(again.headers[header::LOCATION], first.headers[header::LOCATION]);
    assert_eq!(house.service.engine().journal().head().size, size);
    let kenya = house.post("/entries").by("wanjiru").json(&body).send().await.expect(201);
    assert_ne!(kenya.id(), first.id());

    let path = format!("/entries/{}/source", first.id());
    let kept = house.get(&path).by("bolat").send().await.expect(200);
    // A bare digest in the journal would tell whoever has the file that this body holds a draft of it (P11, P13).
    let bare = Sha256::digest(body["source"]["text"].as_str().unwrap());
    let digits: String = bare.iter().map(|byte| format!("{byte:02x}")).collect();
    for sequence in 0..size {
        let bytes = house.service.engine().recorded(sequence).unwrap().bytes;
        assert!(bytes.windows(32).all(|part| part != bare.as_slice()), "event {sequence} tells the file");
    }
    for file in house.attachments() {
        assert!(!file.to_string_lossy().contains(&digits), "{}", file.display());
    }
    assert_eq!(kept.body["text"], body["source"]["text"]);
    assert_eq!(kept.body["name"], "kazakhstan.txt");
    house.get(&path).by("wanjiru").send().await.expect(404);
    let typed = house.started("aigerim").await.id();
    house.get(&format!("/entries/{typed}/source")).by("aigerim").send().await.expect(404);
    for file in house.attachments() {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("Nur-Sultan") && !text.contains("kazakhstan.txt"), "{}", file.display());
    }
    house.vault.erase(house.key_of_revision(first.id(), 1)).unwrap();
    house.get(&path).by("bolat").send().await.expect(404);
}

/// An action without a designation is refused with the reason, and the refusal is history, without any words.
#[tokio::test]
async fn who_has_no_designation_is_refused_with_the_reason_and_on_record() {
    let house = House::open().await;
    let mut for_kenya = start(&content());
    for_kenya["on_behalf_of"] = json!("KEN");
    for (name, body, reason) in [
        ("nobody", start(&content()), "no-designation"),
        ("moderator", start(&content()), "no-designation"),
        ("aigerim", for_kenya, "designated-for-another-body"),
    ] {
        let before = house.service.engine().journal().head().size;
        let told = house.post("/entries").by(name).json(&body).send().await.expect(403);
        assert_eq!(told.body["code"], "no-designation", "{name}");
        assert_eq!(told.body["reason"], reason, "{name}");
        assert_eq!(told.body["recorded"], json!({"origin": "submission", "epoch": 0, "sequence": before}));
        assert_eq!(house.service.engine().journal().head().size, before + 1, "{name}");
    }
}

#[tokio::test]
async fn a_designation_that_was_revoked_is_named_as_the_reason() {
    let house = House::open().await;
    let granted = house.designate("dana", dossier_identity::Role::Contributor, Some("KAZ")).await;
    let id = house.started("dana").await.id();
    house.revoke(&granted).await;
    house.get(&format!("/entries/{id}")).by("dana").send().await.expect(404);
    let body = json!({"certify": true});
    let told = house.post(&format!("/entries/{id}/submit")).by("dana").json(&body).send().await.expect(403);
    assert_eq!(told.body["reason"], "designation-revoked");
    assert_eq!(told.body["because"]["origin"], "moderation", "{}", told.body);
    let again = house.post("/entries").by("dana").json(&start(&content())).send().await.expect(403);
    assert_eq!(again.body["reason"], "designation-revoked");
}

#[tokio::test]
async fn before_a_registry_is_in_force_nothing_can_be_written_and_that_passes() {
    let house = House::empty();
    house.designate("aigerim", dossier_identity::Role::Contributor, Some("KAZ")).await;
    let told = house.post("/entries").by("aigerim").json(&start(&content())).send().await.expect(503);
    assert!(told.headers.contains_key(header::RETRY_AFTER));
    house.adopt(&dossier_registry::Registry::embedded()).await;
    house.started("aigerim").await;
}

#[tokio::test]
async fn the_interface_describes_itself() {
    let house = House::open().await;
    let told = house.get("/openapi.json").send().await.expect(200);
    assert!(told.body["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: Vec<&String> = told.body["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/entries",
            "/entries/{id}",
            "/entries/{id}/appeal",
            "/entries/{id}/ask-retraction",
            "/entries/{id}/clear",
            "/entries/{id}/clear-retraction",
            "/entries/{id}/draft",
            "/entries/{id}/duplicates",
            "/entries/{id}/files",
            "/entries/{id}/files/{digest}",
            "/entries/{id}/history",
            "/entries/{id}/object",
            "/entries/{id}/recall",
            "/entries/{id}/return",
            "/entries/{id}/return-retraction",
            "/entries/{id}/revise",
            "/entries/{id}/source",
            "/entries/{id}/submit",
            "/entries/{id}/withdraw",
            "/inbox",
            "/inbox/read",
        ]
    );
}

/// For those without a connection: no token, and only what the registry says.
#[tokio::test]
async fn a_blank_form_of_every_type_is_there_to_be_printed() {
    let house = House::open().await;
    let form = |address: &str| house.get(&format!("/../../forms/{address}"));
    let told = form("practice?language=fr").send().await.expect(200);
    assert_eq!(told.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(told.headers[header::CONTENT_LANGUAGE], "fr");
    let page = String::from_utf8(told.bytes.to_vec()).unwrap();
    assert!(page.contains("Formulaire vierge") && page.contains("<html lang=\"fr\" dir=\"ltr\">"), "{page}");
    let style = page.split("href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let sheet = house.get(&format!("/../..{}", style.strip_prefix("/contribute").unwrap())).send().await.expect(200);
    assert!(sheet.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/css"));
    let asked = form("event").header("accept-language", "ar").send().await.expect(200);
    assert_eq!(asked.headers[header::CONTENT_LANGUAGE], "ar");
    form("party").send().await.expect(404);
    form("event?language=de").send().await.expect(422);
    form("event?unknown=1").send().await.expect(400);
    form("%2e%2e%2fetc").send().await.expect(404);
    let empty = House::empty();
    empty.get("/../../forms/event").send().await.expect(503);
}
