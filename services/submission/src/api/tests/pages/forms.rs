use dossier_registry::Registry;
use serde_json::{Value, json};

use super::Browser;
use crate::api::tests::house::{House, content_with};

#[tokio::test]
async fn what_does_not_fit_is_kept_as_it_was_typed_and_the_rest_is_saved() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let form = aigerim.get(&entry).await.expect(200);
    let told = aigerim
        .form(&form, &entry)
        .set("/title/en", "A better title")
        .set("/dates/start", "2022-05-20")
        .set("/dates/end", "2022-05-17")
        .set("/languages/0", "Klingon")
        .press("then", "stay")
        .await
        .expect(422);
    told.says("Saved, but for what stands below").says("The last day is before the first day").says("Klingon");
    told.says("href=\"#f-dates-end\"").says("aria-invalid=\"true\"");
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["content"]["title"]["en"], "A better title");
    assert_eq!((&read.body["content"]["dates"], &read.body["content"]["languages"]), (&Value::Null, &json!(["en"])));
    // Whoever comes back finds it as it was left.
    let again = aigerim.get(&entry).await.expect(200);
    again.says("2022-05-20").says("2022-05-17").says("Klingon").says("The last day is before the first day");
    let form = aigerim.form(&again, &entry).set("/dates/end", "2022-05-21").set("/languages/0", "Français");
    form.press("then", "stay").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["content"]["dates"]["end"], "2022-05-21");
    assert_eq!(read.body["content"]["languages"], json!(["fr"]), "found by its name in another language");
    aigerim.get(&entry).await.expect(200).says_not("Klingon");
}

#[tokio::test]
async fn who_saves_second_sees_both_and_loses_nothing() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let (aigerim, bolat) = (Browser::of(&house, "aigerim"), Browser::of(&house, "bolat"));
    let (first, second) = (bolat.get(&entry).await.expect(200), aigerim.get(&entry).await.expect(200));
    let his = bolat.form(&first, &entry).set("/title/en", "His title").set("/geographic_scope", "regional");
    his.press("then", "stay").await.expect(303);
    let hers = aigerim.form(&second, &entry).set("/title/en", "Her title").set("/location/city", "Astana");
    let told = hers.press("then", "stay").await.expect(409);
    told.says("Somebody else saved while you were writing").says("bolat").says("His title").says("Her title");
    let merged = aigerim.form(&told, &entry);
    assert_eq!(merged.value("/title/en"), "Her title");
    assert_eq!((merged.value("/geographic_scope"), merged.value("/location/city")), ("regional", "Astana"));
    merged.press("then", "stay").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    assert_eq!(read.body["content"]["title"]["en"], "Her title");
    assert_eq!(read.body["content"]["geographic_scope"], "regional");
}

#[tokio::test]
async fn typing_is_kept_beside_the_entry_and_makes_no_revision() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let form = aigerim.get(&entry).await.expect(200);
    let size = house.service.engine().journal().head().size;
    let typed = aigerim.form(&form, &entry).set("/title/en", "Half a tit");
    aigerim.post(&format!("{entry}/kept"), &typed.fields).await.expect(204);
    assert_eq!(house.service.engine().journal().head().size, size, "nothing is recorded");
    aigerim.get(&entry).await.expect(200).says("Half a tit");
    Browser::of(&house, "bolat").get(&entry).await.expect(200).says_not("Half a tit");
    // The journal and the disk hold it under seal alone.
    for path in house.attachments() {
        let bytes = std::fs::read(path).unwrap();
        assert!(!bytes.windows(10).any(|window| window == b"Half a tit"));
    }
    let strangers = Browser::of(&house, "wanjiru");
    let token = strangers.get("/contribute/new").await.expect(200);
    let fields = strangers.form(&token, "/contribute/new").fields;
    strangers.post(&format!("{entry}/kept"), &fields).await.expect(404);
    // Somebody saves: what was typed on the version before is kept all the same, and said to be outdated.
    let put = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{id}/draft")).by("bolat").json(&put).if_match("\"d1\"").send().await.expect(200);
    let typed = aigerim.form(&form, &entry).set("/title/en", "More of it");
    aigerim.post(&format!("{entry}/kept"), &typed.fields).await.expect(409);
}

/// A type that is nothing but data, with a field of every kind: shown, written and read back in Arabic and English.
#[tokio::test]
async fn a_type_added_as_data_has_a_form_without_a_change_of_code() {
    let house = House::open().await;
    house.adopt(&invented()).await;
    let aigerim = Browser::of(&house, "aigerim");
    let new = aigerim.get_in("/contribute/new", "ar").await.expect(200);
    new.says("<html lang=\"ar\" dir=\"rtl\"").says("رسالة");
    let begun = aigerim.form(&new, "/contribute/new").set("type", "letter").set("language", "ar").press("", "").await;
    let entry = begun.expect(303).location();
    for (language, words) in [("ar", ["العنوان الغريب", "اختياري"]), ("en", ["Odd title", "optional"])]
    {
        let page = aigerim.get_in(&entry, language).await.expect(200);
        words.iter().for_each(|word| {
            page.says(word);
        });
        assert!(page.html.len() < 100_000, "{} bytes", page.html.len());
    }
    let form = aigerim.get(&entry).await.expect(200);
    let saved = aigerim
        .form(&form, &entry)
        .set("/heading/ar", "عنوان")
        .set("/body/ar", "نص")
        .set("/when/start", "2024")
        .set("/where/country", "Kenya")
        .set("/kind_of", "conference")
        .set("/who/0", "Ministry")
        .set("/sure", "true")
        .set("/site/0/url", "https://example.org/")
        .set("/site/0/title/ar", "موقع")
        .set("/fate/state", "rescheduled")
        .set("/fate/previous_dates/0/start", "2022-05-17")
        .set("/amount", "12,5")
        .set("/code", "A/72/1")
        .set("/person/name", "Rowan")
        .set("/person/email", "rowan@example.org")
        .press("then", "stay")
        .await;
    saved.expect(303);
    let id = entry.rsplit('/').next().unwrap();
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    let mut content = read.body["content"].clone();
    content.as_object_mut().unwrap().remove("original_language");
    let expected = json!({
        "heading": {"ar": "عنوان"}, "body": {"ar": "نص"}, "when": {"start": "2024"}, "where": {"country": "KEN"},
        "kind_of": "conference", "who": [{"text": "Ministry"}], "sure": true,
        "site": [{"url": "https://example.org/", "title": {"ar": "موقع"}}],
        "fate": {"state": "rescheduled", "previous_dates": [{"start": "2022-05-17"}]},
        "amount": 12.5, "code": "A/72/1", "person": {"name": "Rowan", "email": "rowan@example.org"},
    });
    assert_eq!(content, expected);
    // Shown and sent back untouched, nothing changes: no revision is made.
    let form = aigerim.get(&entry).await.expect(200);
    aigerim.form(&form, &entry).press("then", "stay").await.expect(303);
    let again = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(again.body["revision"], read.body["revision"]);
}

/// The embedded registry with one more type.
fn invented() -> Registry {
    let mut document = serde_json::to_value(Registry::embedded().document()).unwrap();
    let labels = |ar: &str, en: &str| json!({"ar": ar, "en": en});
    let field = |key: &str, kind: &str, cardinality: &str, section: &str, more: Value| {
        let mut field = json!({"key": key, "kind": kind, "cardinality": cardinality, "section": section,
            "labels": labels("حقل", key)});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let letter = json!({
        "key": "letter", "number_prefix": "LTR", "labels": labels("رسالة", "Letter"), "plural": labels("رسائل", "Letters"),
        "review": {"clearance": "none", "stages": [
            {"key": "moderation", "labels": labels("مراجعة", "Moderation"), "needs": [{"role": "moderator", "count": 1}]}]},
        "fields": [
            field("heading", "text", "1", "title", json!({"labels": labels("العنوان الغريب", "Odd title")})),
            field("body", "richtext", "1", "body", json!({})),
            field("when", "range", "0..1", "facts", json!({"limits": {"precision": "year", "ongoing": true}})),
            field("where", "place", "0..1", "facts", json!({"vocabulary": "countries"})),
            field("kind_of", "term", "0..1", "facts", json!({"vocabulary": "event_types"})),
            field("who", "term-or-text", "0..n", "facts", json!({"vocabulary": "organizations"})),
            field("sure", "bool", "0..1", "facts", json!({})),
            field("site", "link", "0..n", "facts", json!({})),
            field("files", "attachment", "0..n", "facts", json!({})),
            field("fate", "status", "0..1", "facts",
                json!({"vocabulary": "event_states", "limits": {"previous_dates_for": ["rescheduled"]}})),
            field("amount", "number", "0..1", "facts", json!({"limits": {"decimals": 1}})),
            field("code", "string", "0..1", "facts", json!({})),
            field("person", "contact", "0..1", "hidden", json!({"personal": true})),
            field("see", "reference", "0..n", "facts", json!({})),
        ],
    });
    document["types"].as_array_mut().unwrap().push(letter);
    Registry::from_document(serde_json::from_value(document).unwrap()).unwrap()
}

#[tokio::test]
async fn an_entry_is_cited_by_the_number_that_people_know() {
    let house = House::open().await;
    house.adopt(&invented()).await;
    let cited = house.started("aigerim").await.id();
    house.submitted("aigerim", cited).await;
    house.published(cited, 1).await;
    let start = json!({"type": "letter", "language": "en", "content": {}});
    let id = house.post("/entries").by("aigerim").json(&start).send().await.expect(201).id();
    let entry = format!("/contribute/entries/{id}");
    let aigerim = Browser::of(&house, "aigerim");
    let form = aigerim.get(&entry).await.expect(200);
    let form = aigerim.form(&form, &entry).set("/see/0/entry", "evt-2026-00001").set("/see/0/edition", "1");
    form.press("then", "stay").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["content"]["see"], json!([{"entry": cited.to_string(), "edition": 1}]));
    aigerim.get(&entry).await.expect(200).says("value=\"EVT-2026-00001\"");
}

/// A form with a file, as a browser sends it.
fn with_file(token: &str, name: &str, file: &[u8]) -> Vec<u8> {
    let head = format!(
        "--xYz\r\nContent-Disposition: form-data; name=\"form\"\r\n\r\n{token}\r\n--xYz\r\n\
         Content-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
    );
    [head.as_bytes(), file, b"\r\n--xYz--\r\n"].concat()
}

#[tokio::test]
async fn a_file_is_attached_by_a_plain_form_and_stands_in_the_draft() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let kind = Registry::embedded().record_type("event").unwrap().clone();
    let field = kind.fields.iter().find(|field| field.kind == dossier_registry::Kind::Attachment).unwrap();
    let entry = format!("/contribute/entries/{id}");
    let page = format!("{entry}/files?field={}", field.key);
    let aigerim = Browser::of(&house, "aigerim");
    aigerim.get(&entry).await.expect(200).says(&format!("value=\"files/{}\"", field.key));
    let shown = aigerim.get(&page).await.expect(200);
    let token = aigerim.form(&shown, &page).value("form").to_owned();
    let send = |site: &'static str, body: Vec<u8>| {
        let request = http::Request::post(&page)
            .header("content-type", "multipart/form-data; boundary=xYz")
            .header("sec-fetch-site", site);
        aigerim.send(request, axum::body::Body::from(body))
    };
    let pdf = [b"%PDF-1.7\n".as_slice(), &[b'x'; 100_000]].concat();
    send("cross-site", with_file(&token, "a.pdf", &pdf)).await.expect(403);
    send("same-origin", with_file("0123", "a.pdf", &pdf)).await.expect(403);
    send("same-origin", with_file(&token, "", b"")).await.expect(422).says("Choose a file first");
    let odd = send("same-origin", with_file(&token, "run.exe", b"MZ\x90\0\x03")).await;
    assert!(odd.status.is_client_error(), "{}", odd.status);
    odd.says("role=\"alert\"");
    let done = send("same-origin", with_file(&token, "..\\Annex <1>.pdf", &pdf)).await.expect(303);
    assert!(done.location().ends_with(&format!("#field-{}", field.key)), "{}", done.location());
    let before = house.service.engine().journal().head().size;
    send("same-origin", with_file(&token, "..\\Annex <1>.pdf", &pdf)).await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    let value = &read.body["content"][&field.key];
    assert!(value.as_array().is_none_or(|values| values.len() == 1), "a double click attached it twice: {value}");
    assert_eq!(house.service.engine().journal().head().size, before, "and no revision was made of it");
    let value = if value.is_array() { &value[0] } else { value };
    assert_eq!((&value["name"], &value["media_type"]), (&json!("Annex <1>.pdf"), &json!("application/pdf")));
    let digest = value["digest"].as_str().unwrap();
    let form = aigerim.get(&entry).await.expect(200);
    form.says("Annex &#60;1&#62;.pdf").says(&format!("{entry}/files/{digest}"));
    let file = aigerim.get(&format!("{entry}/files/{digest}")).await.expect(200);
    assert_eq!(file.html.len(), pdf.len());
    Browser::of(&house, "wanjiru").get(&format!("{entry}/files/{digest}")).await.expect(404);
    // Taken away again with a tick.
    let at = if field.cardinality.is_many() { "/0" } else { "" };
    let form = aigerim.form(&form, &entry).set(&format!("/{}{at}/remove", field.key), "true");
    form.press("then", "stay").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    assert_eq!(read.body["content"].get(&field.key), None);
}

/// The browser was closed over half a form, and a colleague saved meanwhile: both are there for whoever comes back.
#[tokio::test]
async fn typing_that_was_never_saved_comes_back_beside_what_others_saved() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    let (aigerim, bolat) = (Browser::of(&house, "aigerim"), Browser::of(&house, "bolat"));
    let form = aigerim.get(&entry).await.expect(200);
    let typed = aigerim.form(&form, &entry).set("/title/en", "Never saved");
    aigerim.post(&format!("{entry}/kept"), &typed.fields).await.expect(204);
    let form = bolat.get(&entry).await.expect(200);
    let his = bolat.form(&form, &entry).set("/title/en", "His title").set("/geographic_scope", "regional");
    his.press("then", "stay").await.expect(303);
    let back = aigerim.get(&entry).await.expect(200);
    back.says("Never saved").says("His title").says("Saved by: bolat");
    let form = aigerim.form(&back, &entry);
    assert_eq!((form.value("/title/en"), form.value("/geographic_scope")), ("Never saved", "regional"));
    form.press("then", "stay").await.expect(303);
    aigerim.get(&entry).await.expect(200).says_not("Saved by: bolat");
}
