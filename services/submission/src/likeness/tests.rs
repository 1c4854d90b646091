use dossier_registry::{RecordType, Registry};
use serde_json::{Value, json};

use super::{Traits, days, words};

fn of(content: &Value) -> Traits {
    let registry = Registry::embedded();
    let event: &RecordType = registry.record_type("event").unwrap();
    Traits::of(event, content)
}

fn meeting() -> Value {
    json!({
        "title": {"en": "Regional consultation on fair recruitment", "fr": "Consultation régionale sur le recrutement"},
        "dates": {"start": "2026-05-17", "end": "2026-05-20", "zone": "UTC"},
        "location": {"city": "Tbilisi", "country": "GEO"},
    })
}

fn with(key: &str, value: Value) -> Value {
    let mut content = meeting();
    content[key] = value;
    content
}

#[test]
fn the_same_is_wholly_alike_and_in_all_parts() {
    let found = of(&meeting()).likeness(&of(&meeting())).unwrap();
    assert_eq!((found.percent, found.alike), (100, vec!["title", "dates", "place"]));
}

#[test]
fn what_differs_in_capitals_signs_order_or_a_word_is_alike() {
    for title in [
        "FAIR RECRUITMENT: regional consultation",
        "Regional consultation on fair recruitment (second session)",
        "Regional  Consultation —  Fair recruitment, Tbilisi",
    ] {
        let other = of(&with("title", json!({"en": title})));
        let found = of(&meeting()).likeness(&other).unwrap_or_else(|| panic!("{title} is not alike"));
        assert!(found.alike.contains(&"title"), "{title}: {found:?}");
    }
}

#[test]
fn the_language_in_which_they_are_most_alike_counts() {
    let other = with("title", json!({"fr": "Consultation régionale sur le recrutement", "en": "Something else here"}));
    assert_eq!(of(&meeting()).likeness(&of(&other)).unwrap().percent, 100);
    let other = with("title", json!({"ru": "Региональная консультация"}));
    assert_eq!(of(&meeting()).likeness(&of(&other)), None, "no language in common says nothing");
}

#[test]
fn other_words_are_another_thing_on_whatever_day_and_in_whatever_city() {
    let other = with("title", json!({"en": "Launch of the annual report"}));
    assert_eq!(of(&meeting()).likeness(&of(&other)), None);
    assert_eq!(of(&meeting()).likeness(&of(&json!({}))), None);
}

#[test]
fn another_day_and_another_city_tell_a_series_apart_from_a_duplicate() {
    let mut other = with("dates", json!({"start": "2027-05-17", "end": "2027-05-20"}));
    other["location"] = json!({"city": "Yerevan", "country": "ARM"});
    let found = of(&meeting()).likeness(&of(&other)).unwrap();
    assert_eq!((found.percent, found.alike), (60, vec!["title"]));
    other["title"] = json!({"en": "Regional consultation on remittances"});
    assert_eq!(of(&meeting()).likeness(&of(&other)), None);
}

#[test]
fn chinese_and_arabic_titles_are_compared_too() {
    for (one, two, apart, language) in [
        ("关于公平招聘的区域磋商会", "公平招聘区域磋商会", "年度报告发布会", "zh"),
        ("مشاورة إقليمية بشأن التوظيف العادل", "مُشاورةٌ إقليميةٌ بشأنِ التوظيفِ العادل", "إطلاق التقرير السنوي", "ar"),
    ] {
        let title = |text: &str| of(&with("title", json!({ language: text })));
        assert!(title(one).likeness(&title(two)).is_some(), "{one}");
        assert_eq!(title(one).likeness(&title(apart)), None, "{apart}");
    }
}

#[test]
fn years_and_months_are_all_their_days() {
    let read = |range: Value| days(&range).unwrap();
    assert_eq!(read(json!({"start": "2022"})), ("2022-01-01".to_owned(), "2022-12-31".to_owned()));
    assert_eq!(read(json!({"start": "2022-05"})), ("2022-05-01".to_owned(), "2022-05-31".to_owned()));
    assert_eq!(read(json!({"start": "2022-05-17T09:00"})), ("2022-05-17".to_owned(), "2022-05-17".to_owned()));
    assert_eq!(read(json!({"start": "2022", "ongoing": true})).1, "9999-12-31");
    assert_eq!(days(&json!({"start": ""})), None);
}

#[test]
fn hostile_contents_have_no_traits_and_do_no_harm() {
    for content in [
        json!(null),
        json!([]),
        json!({"title": 7, "dates": [[]], "location": {"city": 1, "country": {}}}),
        json!({"title": {"en": "\u{200B}\u{0301}", "xx": "e\u{301}"}, "dates": {"start": "é"}}),
    ] {
        assert_eq!(of(&content).likeness(&of(&meeting())), None);
    }
    assert!(words("a \u{10FFFF} 𠮷 中").len() <= 2);
}
