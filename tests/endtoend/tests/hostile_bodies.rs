//! Bodies that no honest program sends: never a fault of ours, always a problem that says what is wrong.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dossier_endtoend::{
    Answer, Watch,
    people::{ADMINISTRATOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person},
    records::event,
};
use serde_json::{Map, Value, json};

/// A write as it should be.
struct Write {
    who: Person,
    method: &'static str,
    path: String,
    body: Value,
}

/// Every write that takes a body, so that only the body is wrong.
fn writes(watch: &Watch) -> Vec<Write> {
    let write = |who, method, path, body| Write { who, method, path, body };
    let zeros = "0".repeat(64);
    let (draft, reviewed, published) = (&watch.draft, &watch.reviewed, &watch.published);
    let items = json!([{"field": "title", "language": "en", "quote": "A", "text": "B"}]);
    let grant = json!({
        "subject": watch.house.subject(PUBLISHER), "role": "king", "body": "KEN", "record_types": ["event"],
        "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2027-01-01T00:00:00Z", "note_digest": zeros,
    });
    let start = json!({
        "type": "none", "content": event("Never begun"), "language": "en", "on_behalf_of": "KAZ",
        "source": {"name": "a.txt", "text": "b"},
    });
    vec![
        write(CONTRIBUTOR_KZ, "POST", "/contribute/api/v1/entries".to_owned(), start),
        write(CONTRIBUTOR_KZ, "PUT", draft.draft("/draft"), json!({"content": event("Never saved")})),
        write(
            CONTRIBUTOR_KZ,
            "POST",
            draft.draft("/submit"),
            json!({
                "what_changed": "All.", "certify": false, "answers": [{"item": 1, "text": "So."}],
            }),
        ),
        write(CONTRIBUTOR_KZ, "POST", published.draft("/withdraw"), json!({"reason": "No."})),
        write(CONTRIBUTOR_KZ, "POST", draft.draft("/ask-retraction"), json!({"reason": "No."})),
        write(
            MODERATOR_A,
            "POST",
            reviewed.review("/comment"),
            json!({
                "digest": zeros, "field": "title", "language": "en", "text": "Hm.",
            }),
        ),
        write(MODERATOR_A, "POST", reviewed.review("/request-changes"), json!({"digest": zeros, "items": items})),
        write(MODERATOR_A, "POST", reviewed.review("/approve"), json!({"digest": zeros, "note": "Hm."})),
        write(
            MODERATOR_A,
            "POST",
            reviewed.review("/refuse"),
            json!({"digest": zeros, "code": "spam", "reason": "Hm."}),
        ),
        write(MODERATOR_A, "POST", reviewed.review("/claim"), json!({})),
        write(MODERATOR_A, "POST", reviewed.review("/release"), json!({})),
        write(ADMINISTRATOR, "POST", "/review/api/v1/designations".to_owned(), grant),
        write(PUBLISHER, "POST", published.public("/retract"), json!({"reason": "none", "explanation": "No."})),
    ]
}

impl Write {
    fn send(&self, watch: &Watch, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = vec![];
        if self.method == "PUT" {
            all.push(("if-match", "*"));
        }
        all.extend_from_slice(headers);
        watch.house.caller(self.who).send(self.method, &self.path, &all, Some(body))
    }

    fn json(&self, watch: &Watch, body: &Value) -> Answer {
        self.send(watch, &[], body.to_string().as_bytes())
    }
}

/// Values of every type, among them such as break careless readers.
fn odd_values() -> Vec<Value> {
    let mut deep = json!(1);
    for _ in 0..20 {
        deep = json!([deep]);
    }
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5e300),
        json!(u64::MAX),
        json!(""),
        json!(" "),
        json!("\u{0}"),
        json!("\u{202e}\u{feff}\u{fffe}"),
        json!("=cmd|' /C calc'!A0"),
        json!("<script>alert(1)</script>"),
        json!("x".repeat(70_000)),
        json!([]),
        json!([null]),
        json!([[[[]]]]),
        json!({}),
        json!({"$commitment": "0".repeat(64)}),
        json!({"en": null}),
        json!({"xx": "no such language"}),
        json!({"en": {"en": "deep"}}),
        deep,
        json!("2026-13-45"),
        json!({"start": "9999-12-31"}),
    ]
}

/// The document with one value, anywhere in it, replaced by another.
fn replaced(document: &Value, with: &Value) -> Vec<Value> {
    let mut all = vec![with.clone()];
    match document {
        Value::Object(members) => {
            for (key, value) in members {
                for inner in replaced(value, with) {
                    let mut changed = members.clone();
                    changed.insert(key.clone(), inner);
                    all.push(Value::Object(changed));
                }
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                for inner in replaced(item, with) {
                    let mut changed = items.clone();
                    changed[at] = inner;
                    all.push(Value::Array(changed));
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn wrong_types_anywhere_are_refused_with_a_problem() {
    let watch = Watch::new();
    for write in writes(&watch) {
        for value in odd_values() {
            for body in replaced(&write.body, &value) {
                watch.check(&write.json(&watch, &body));
            }
        }
    }
    watch.end();
}

#[test]
fn missing_and_unknown_members_are_named() {
    let watch = Watch::new();
    for write in writes(&watch) {
        let members = write.body.as_object().unwrap();
        for key in members.keys() {
            let mut fewer = members.clone();
            fewer.remove(key);
            watch.check(&write.json(&watch, &Value::Object(fewer)));
        }
        for unknown in ["unknown", "", "__proto__", "digest ", "\u{0}", "$schema"] {
            let mut more = members.clone();
            more.insert(unknown.to_owned(), json!("surprise"));
            let answer = write.json(&watch, &Value::Object(more));
            watch.refused(&answer);
            assert_eq!(answer.status, 422, "{answer}");
            assert!(answer.json()["errors"].is_array(), "nothing says which member it is: {answer}");
        }
    }
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    let misspelt = json!({"type": "event", "language": "en", "content": {"tilte": {"en": "A misspelt field"}}});
    let told = contributor.post("/contribute/api/v1/entries", &misspelt).problem(422, "invalid-content");
    assert!(told["errors"].to_string().contains("tilte"), "{told}");
    watch.end();
}

/// Texts that are no JSON document of UTF-8 with each key once.
fn broken_texts(valid: &str) -> Vec<Vec<u8>> {
    let twice = |key: &str| format!("{{\"{key}\":1,{}", &valid[1..]);
    let first_key = valid.split('"').nth(1).unwrap_or("a");
    let mut texts: Vec<Vec<u8>> = [
        "",
        " ",
        "null",
        "true",
        "1",
        "\"\"",
        "[]",
        "{",
        "}",
        "{]",
        "[{}]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":NaN}",
        "{\"a\":1e999}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\x41\"}",
        "{\"a\":\"\n\"}",
        "// {}\n{}",
        "{}{}",
        "{} x",
        "\u{feff}{}",
    ]
    .iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    texts.push(twice(first_key).into_bytes());
    texts.push(valid.as_bytes()[..valid.len() - 1].to_vec());
    texts.push(format!("{valid}}}").into_bytes());
    texts.push(valid.encode_utf16().flat_map(u16::to_le_bytes).collect());
    texts.push([valid.as_bytes(), b"\0"].concat());
    for broken in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xe2\x82"] {
        texts.push([b"{\"".as_slice(), broken, b"\":1}"].concat());
        texts.push([b"{\"type\":\"", broken, b"\"}"].concat());
    }
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        for depth in [33, 200, 100_000] {
            texts.push(format!("{}{}", open.repeat(depth), close.repeat(depth)).into_bytes());
            texts.push(open.repeat(depth).into_bytes());
        }
    }
    let many: Map<String, Value> = (0..30_000).map(|number| (format!("key{number}"), json!(0))).collect();
    texts.push(Value::Object(many).to_string().into_bytes());
    texts.push(json!({"content": vec![0; 30_000]}).to_string().into_bytes());
    texts
}

#[test]
fn what_is_no_json_is_refused_with_a_problem() {
    let watch = Watch::new();
    for write in writes(&watch) {
        // Acts without words take `{}`, and a request without a body as the same.
        let bare = write.body == json!({});
        for text in broken_texts(&write.body.to_string()).iter().filter(|text| !(bare && text.is_empty())) {
            let answer = write.send(&watch, &[], text);
            watch.refused(&answer);
        }
    }
    watch.end();
}

#[test]
fn a_key_that_stands_twice_is_refused_wherever_it_stands() {
    let watch = Watch::new();
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    for body in [
        r#"{"type":"event","type":"event","language":"en","content":{}}"#,
        r#"{"type":"event","language":"en","content":{"title":{"en":"A"},"title":{"en":"B"}}}"#,
        r#"{"type":"event","language":"en","content":{"title":{"en":"A","en":"B"}}}"#,
        r#"{"type":"event","language":"en","content":{"title":{"en":"A","\u0065n":"B"}}}"#,
    ] {
        let answer = contributor.send("POST", "/contribute/api/v1/entries", &[], Some(body.as_bytes()));
        watch.refused(&answer);
        assert!([400, 422].contains(&answer.status), "{answer}");
    }
    watch.end();
}

#[test]
fn a_body_of_another_kind_is_refused_with_a_problem() {
    let watch = Watch::new();
    for write in writes(&watch) {
        let body = write.body.to_string();
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "application/xml",
            "application/json; charset=utf-16",
            "application/json; charset=utf-8; charset=utf-16",
            "json",
            "application/",
            "*/*",
            "application/jsonx",
        ] {
            let answer = write.send(&watch, &[("content-type", kind)], body.as_bytes());
            watch.check(&answer);
            if kind == "text/plain" {
                assert_eq!(answer.status, 415, "{answer}");
            }
        }
        let squeezed = write.send(&watch, &[("content-encoding", "gzip")], b"\x1f\x8b\x08\0\0\0\0\0\0\x03");
        watch.refused(&squeezed);
    }
    watch.end();
}

#[test]
fn a_body_of_ten_megabytes_is_refused_with_its_limit() {
    let watch = Watch::new();
    let letters = "x".repeat(10 * 1024 * 1024);
    for write in writes(&watch) {
        let mut body = write.body.clone();
        body["text"] = json!(letters);
        let answer = write.json(&watch, &body);
        watch.refused(&answer);
        assert_eq!(answer.status, 413, "{answer}");
    }
    watch.end();
}

#[test]
fn a_content_up_to_the_limit_is_taken_and_a_larger_one_is_told_the_limit() {
    let watch = Watch::new();
    let contributor = watch.house.caller(CONTRIBUTOR_KZ);
    let with = |characters: usize| {
        let mut content = event("Long");
        // Six languages of three-byte characters: the largest a description may be.
        let text = "长".repeat(characters);
        content["description"] = json!({"zh": text, "en": "Long.", "ru": text, "ar": text, "fr": text, "es": text});
        json!({"type": "event", "content": content, "language": "zh"})
    };
    // 5 x 29 000 x 3 bytes are 425 KiB; 5 x 39 000 x 3 are 571 KiB, and the content may have 448 KiB.
    contributor.post("/contribute/api/v1/entries", &with(29_000)).expect(201);
    let told = contributor.post("/contribute/api/v1/entries", &with(39_000)).problem(413, "too-large");
    assert!(told["limit_bytes"].is_u64(), "{told}");
    watch.end();
}
