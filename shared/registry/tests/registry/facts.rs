//! What a reader sees of a content.

use dossier_registry::{Fact, FactKind, Language, Registry, Section, facts, languages_of, title};
use serde_json::{Value, json};

use crate::samples::{NOW, edited, event, event_with, with_file};

fn lines(found: &[Fact]) -> Vec<String> {
    let values = |fact: &Fact| fact.values.iter().map(|value| value.shown.text.clone()).collect::<Vec<_>>().join(" | ");
    found.iter().map(|fact| format!("{}: {}", fact.label.text, values(fact))).collect()
}

fn shown(content: &Value, key: &str, language: Language) -> String {
    let found = facts(&Registry::embedded(), "event", content, language, NOW);
    let fact = found.into_iter().find(|fact| fact.field == key).unwrap_or_else(|| panic!("no fact {key}"));
    fact.values.iter().map(|value| value.shown.text.clone()).collect::<Vec<_>>().join(" | ")
}

#[test]
fn an_event_in_english() {
    let found = facts(&Registry::embedded(), "event", &event(), Language::En, NOW);
    expect_test::expect![[r#"
        [
            "Title: The first International Migration Review Forum",
            "Description: The Forum took place at Headquarters.\n\nIt adopted a declaration.",
            "Date: 17 to 20 May 2022 (New York time)",
            "Location: New York, United States of America",
            "Type of event: Conference",
            "Main organizers: UN General Assembly | Ministry of Foreign Affairs",
            "Language: English | French",
            "Geographic scope: Global",
            "Workstream output: No",
            "Regional review process: No",
            "GCM objectives: GCM Objective 23 - International cooperation",
        ]
    "#]]
    .assert_debug_eq(&lines(&found));
    assert_eq!(found[0].section, Section::Title);
    assert_eq!(found[1].section, Section::Body);
    assert!(found[2..].iter().all(|fact| fact.section == Section::Facts));
}

#[test]
fn an_event_in_arabic_says_which_words_are_english() {
    let found = facts(&Registry::embedded(), "event", &event(), Language::Ar, NOW);
    let fact = |key: &str| found.iter().find(|fact| fact.field == key).unwrap();
    assert_eq!(fact("title").values[0].shown.language, Some(Language::En));
    assert_eq!(fact("dates").values[0].shown.text, "من 17 إلى 20 أيار/مايو 2022 (توقيت New York)");
    assert_eq!(fact("location").values[0].shown.text, "New York، الولايات المتحدة الأمريكية");
    assert_eq!(fact("workstream_output").values[0].shown.text, "لا");
    assert_eq!(fact("organizers").values[1].shown.language, Some(Language::En));
    assert_eq!(fact("gcm_objectives").values[0].shown.language, Some(Language::En));
}

#[test]
fn ranges_are_written_out() {
    let zone = "Europe/Paris";
    let cases = [
        (json!({"start": "2022-05-17"}), Language::En, "17 May 2022"),
        (json!({"start": "2022-05-17", "end": "2022-05-17"}), Language::En, "17 May 2022"),
        (json!({"start": "2022-05-30", "end": "2022-06-02"}), Language::En, "30 May to 2 June 2022"),
        (json!({"start": "2022-12-30", "end": "2023-01-02"}), Language::En, "30 December 2022 to 2 January 2023"),
        (json!({"end": "2023-01-02"}), Language::En, "2 January 2023"),
        (
            json!({"start": "2022-05-17T09:00", "end": "2022-05-17T18:30", "zone": zone}),
            Language::En,
            "17 May 2022, 09:00 to 18:30 (Paris time)",
        ),
        (
            json!({"start": "2022-05-17T09:00", "end": "2022-05-18T18:30"}),
            Language::En,
            "17 May 2022, 09:00 to 18 May 2022, 18:30",
        ),
        (json!({"start": "2022-05-01", "end": "2022-05-03"}), Language::Fr, "du 1er au 3 mai 2022"),
        (json!({"start": "2022-05-17", "end": "2022-05-20"}), Language::Zh, "2022年5月17日至20日"),
        (json!({"start": "2022-05-17", "end": "2022-05-20"}), Language::Ru, "17–20 мая 2022 года"),
        (json!({"start": "2022-05-17", "end": "2022-05-20"}), Language::Es, "del 17 al 20 de mayo de 2022"),
    ];
    for (range, language, expected) in cases {
        assert_eq!(shown(&event_with("dates", range.clone()), "dates", language), expected, "{range}");
    }
}

#[test]
fn places_mix_city_country_and_platform() {
    let cases = [
        (json!({"city": "Tbilisi", "country": "GEO", "online": "KUDO"}), "Tbilisi, Georgia - KUDO"),
        (json!({"online": "Zoom"}), "Zoom"),
        (json!({"country": "KEN"}), "Kenya"),
        (json!({"city": "Nur-Sultan", "country": "KAZ"}), "Nur-Sultan, Kazakhstan"),
    ];
    for (place, expected) in cases {
        assert_eq!(shown(&event_with("location", place), "location", Language::En), expected);
    }
}

#[test]
fn what_is_empty_is_not_shown() {
    for (key, value) in [("dates", json!({})), ("gcm_objectives", json!([])), ("location", json!({"city": " "}))] {
        let found = facts(&Registry::embedded(), "event", &event_with(key, value), Language::En, NOW);
        assert!(found.iter().all(|fact| fact.field != key), "{key}");
    }
}

/// DOMAIN section 6, Drupal sites: "removing a workflow state from the configuration breaks old history".
#[test]
fn removing_a_term_a_vocabulary_or_a_field_breaks_no_old_content() {
    let term = edited("vocabularies/event_types.toml", "key = \"conference\"", "key = \"congress\"").unwrap();
    let found = facts(&term, "event", &event(), Language::En, NOW);
    assert!(lines(&found).contains(&"Type of event: conference".to_owned()));

    let field = edited("types/event.toml", "key = \"geographic_scope\"", "key = \"reach\"").unwrap();
    let found = facts(&field, "event", &event(), Language::Fr, NOW);
    assert_eq!(found.last().map(|fact| fact.field.as_str()), Some("geographic_scope"));
    assert_eq!(found.last().unwrap().values[0].shown.text, "global");

    let gone = facts(&Registry::embedded(), "meeting", &event(), Language::En, NOW);
    assert!(lines(&gone).contains(&"title: The first International Migration Review Forum".to_owned()));
    assert!(gone.iter().all(|fact| fact.field != "original_language"));
}

#[test]
fn links_lead_only_to_the_web() {
    let links = json!([{"url": "https://example.org", "title": {"en": "Page"}}, {"url": "javascript:alert(1)"}]);
    let found = facts(&Registry::embedded(), "event", &event_with("links", links), Language::En, NOW);
    let values = &found.iter().find(|fact| fact.field == "links").unwrap().values;
    assert_eq!(values[0].is, FactKind::Link { url: Some("https://example.org".into()) });
    assert_eq!(values[0].shown.text, "Page");
    assert_eq!(values[1].is, FactKind::Link { url: None });
}

#[test]
fn personal_fields_are_never_shown() {
    let registry = with_file("types/trial.toml", include_str!("trial.toml")).unwrap();
    let content = json!({"title": {"en": "x"}, "contact": {"name": "A. Rowan"}});
    let found = facts(&registry, "trial", &content, Language::En, NOW);
    assert_eq!(lines(&found), ["Title: x"]);
}

#[test]
fn a_rescheduled_event_shows_the_dates_it_had() {
    let status = json!({"state": "rescheduled", "previous_dates": [{"start": "2022-05-10", "end": "2022-05-12"}]});
    let content = event_with("subject_status", status);
    assert_eq!(shown(&content, "subject_status", Language::En), "Rescheduled (10 to 12 May 2022)");
}

#[test]
fn a_title_falls_back_to_english_then_to_the_original() {
    let registry = Registry::embedded();
    let event_type = registry.record_type("event").unwrap();
    let content = json!({"original_language": "ru", "title": {"ru": "Название", "es": "Título"}});
    let told = |language| title(event_type, &content, language).unwrap().text;
    assert_eq!((told(Language::Es), told(Language::Fr)), ("Título".to_owned(), "Название".to_owned()));
    assert_eq!(languages_of(&content), [Language::Ru, Language::Es]);
}
