//! The forms of every type in every language: complete, safe, and without a script.

use dossier_proto::Micros;
use dossier_registry::{Kind, Language, Registry};

use super::{
    form::{FormPage, Space},
    form_words::{Word, texts},
};

const NOON: Micros = Micros(1_767_268_800_000_000);

fn drawn(record_type: &str, language: Language) -> String {
    let registry = Registry::embedded();
    let kind = registry.record_type(record_type).unwrap();
    FormPage::of(&registry, kind, language, NOON).draw("/style.css").unwrap()
}

#[test]
fn every_field_of_every_type_is_on_the_form_in_every_language() {
    let registry = Registry::embedded();
    for kind in registry.types() {
        for language in Language::ALL {
            let page = drawn(&kind.key, language);
            for field in &kind.fields {
                let label = askama_escaped(&field.labels.show(language, &field.key).text);
                assert!(page.contains(&label), "{} in {language}: {} is missing", kind.key, field.key);
            }
            assert!(page.contains(&format!("<html lang=\"{language}\" dir=\"{}\"", language.direction().as_str())));
            let mut tags = page.split('<').skip(1).map(|tag| tag.split('>').next().unwrap_or_default());
            let runs = |tag: &str| tag.starts_with("script") || tag.contains(" style=") || tag.contains(" on");
            assert_eq!(tags.find(|tag| runs(tag)), None, "nothing runs");
            assert!(!page.contains("{0}") && !page.contains("{1}"), "{}: a place was not filled", kind.key);
        }
    }
}

/// As askama writes a text into HTML.
fn askama_escaped(text: &str) -> String {
    text.replace('&', "&#38;").replace('<', "&#60;").replace('>', "&#62;").replace('"', "&#34;").replace('\'', "&#39;")
}

#[test]
fn short_lists_are_printed_and_long_ones_are_written() {
    let registry = Registry::embedded();
    let practice = registry.record_type("practice").unwrap();
    let page = FormPage::of(&registry, practice, Language::Fr, NOON);
    let space = |key: &str| {
        let position = practice.fields.iter().position(|field| field.key == key).unwrap();
        &page.questions()[position].space
    };
    let Space::Boxes { choices, other: None } = space("primary_objectives") else { panic!("the 23 objectives fit") };
    assert_eq!(choices.len(), 23);
    assert!(matches!(space("countries"), Space::Parts { rows: 3, .. }), "all countries of the world do not");
    let event = registry.record_type("event").unwrap();
    assert!(event.fields.iter().any(|field| field.kind == Kind::TermOrText));
    assert!(drawn("event", Language::En).contains("Other <span class=\"line\">"));
}

#[test]
fn a_form_says_who_clears_where_somebody_does() {
    assert!(drawn("practice", Language::En).contains("National clearance"));
    assert!(drawn("report", Language::Es).contains("Autorización nacional"));
    assert!(!drawn("event", Language::En).contains("National clearance"));
    assert!(drawn("event", Language::En).contains("resolution 1244"), "the notice that is always there");
}

#[test]
fn arabic_runs_from_right_to_left_and_what_is_not_translated_is_marked() {
    let page = drawn("practice", Language::Ar);
    assert!(page.contains("dir=\"rtl\""));
    assert!(page.contains("<span lang=\"en\" dir=\"ltr\">"), "hints that are in English only");
    assert!(page.contains("\u{2066}2022-05-17\u{2069}"), "a date is not turned about");
}

#[test]
fn every_word_is_there_in_every_language() {
    for word in [
        Word::BlankForm,
        Word::HowTo,
        Word::Required,
        Word::WhatChanged,
        Word::DateAs,
        Word::OnlyIf,
        Word::Edition,
        Word::Certified,
        Word::ClearedByAll,
        Word::Secretariat,
        Word::Print,
    ] {
        for text in texts(word) {
            assert!(!text.is_empty(), "{word:?}");
        }
    }
    let places = |text: &str| (text.contains("{0}"), text.contains("{1}"));
    for word in [Word::CharactersBetween, Word::CharactersAtMost, Word::DateAs, Word::OnlyIf, Word::NumberBetween] {
        let [first, rest @ ..] = texts(word);
        assert!(rest.iter().all(|text| places(text) == places(first)), "{word:?}");
    }
}

/// A label is data, and data is escaped.
#[test]
fn what_the_registry_says_is_never_markup() {
    let text = String::from_utf8(Registry::embedded().bytes().to_vec()).unwrap();
    let hostile = text.replace("\"en\":\"Practice\"", "\"en\":\"<b onclick=x>Practice</b>\"");
    assert_ne!(text, hostile);
    let registry = Registry::from_bytes(hostile.as_bytes()).unwrap();
    let kind = registry.record_type("practice").unwrap();
    let page = FormPage::of(&registry, kind, Language::En, NOON).draw("/style.css").unwrap();
    assert!(!page.contains("<b onclick"), "{}", &page[..600]);
}
