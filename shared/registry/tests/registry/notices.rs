//! Which notices are due.

use dossier_registry::NoticeReason;
use serde_json::json;

use crate::samples::{NOW, edited, event, event_with, with_file};
use dossier_registry::Registry;

fn due(registry: &Registry, content: &serde_json::Value) -> Vec<(String, NoticeReason)> {
    registry.notices_for("event", content, NOW).into_iter().map(|one| (one.key, one.because)).collect()
}

#[test]
fn the_notice_on_kosovo_is_always_due_on_events() {
    let registry = Registry::embedded();
    assert_eq!(due(&registry, &event()), [("kosovo-1244".to_owned(), NoticeReason::Always)]);
    assert_eq!(registry.notices_for("pledge", &event(), NOW), []);
    let text = registry.notice("kosovo-1244").unwrap().texts.get(dossier_registry::Language::En).unwrap().to_owned();
    assert!(crate::samples::PAGE.contains(&text));
}

#[test]
fn a_notice_has_its_days() {
    let ended = edited("notices/kosovo-1244.toml", "[labels]", "valid_to = \"2025-12-31\"\n[labels]").unwrap();
    assert_eq!(due(&ended, &event()), []);
    let starting = edited("notices/kosovo-1244.toml", "[labels]", "valid_from = \"2026-01-01\"\n[labels]").unwrap();
    assert_eq!(due(&starting, &event()).len(), 1);
}

#[test]
fn a_notice_is_due_by_an_area() {
    let registry = with_file(
        "notices/area.toml",
        "key = \"area\"\nlabels = { en = \"Area\" }\ntexts = { en = \"Text\" }\n\
         trigger = { on = \"term\", vocabulary = \"countries\", terms = [\"KEN\"] }",
    )
    .unwrap();
    assert_eq!(due(&registry, &event()).len(), 1);
    let because = NoticeReason::Term { field: "location".into(), term: "KEN".into() };
    let there = event_with("location", json!({"city": "Nairobi", "country": "KEN"}));
    assert!(due(&registry, &there).contains(&("area".to_owned(), because)));
    let network = event_with("country_networks", json!(["KEN"]));
    assert_eq!(due(&registry, &network).len(), 2);
}

#[test]
fn a_notice_is_due_by_whole_words_of_any_script() {
    let registry = with_file(
        "notices/words.toml",
        "key = \"words\"\nlabels = { en = \"Words\" }\ntexts = { en = \"Text\" }\n\
         trigger = { on = \"text\", phrases = [\"Kosovo\", \"科索沃\", \"كوسوفو\"] }",
    )
    .unwrap();
    for (text, is_due) in [
        ("a seminar in KOSOVO, 2021", true),
        ("在科索沃举行", true),
        ("في كوسوفو.", true),
        ("Kosovoites", false),
        ("elsewhere", false),
    ] {
        let content = event_with("description", json!({"zh": text}));
        assert_eq!(due(&registry, &content).iter().any(|(key, _)| key == "words"), is_due, "{text}");
    }
}
