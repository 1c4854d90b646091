//! A registry changes, and what is on record stays: terms that are retired or gone, fields that are gone, older bytes.

use dossier_registry::{Change, Known, Language, Registry, Stage, changes, facts};
use serde_json::{Value, json};

use crate::samples::{NOW, edited, event, event_with, files};

const EVENT: &str = "types/event.toml";
const KINDS: &str = "vocabularies/event_types.toml";

fn told(registry: &Registry, content: &Value, known: Known<'_>) -> Vec<String> {
    let found = registry.validate_knowing("event", content, NOW, Stage::Submission, known);
    found.iter().map(|fault| format!("{} {} {:?}", fault.code.as_str(), fault.pointer, fault.grade)).collect()
}

fn retired() -> Registry {
    edited(KINDS, "key = \"conference\"", "key = \"conference\"\nvalid_to = \"2025-12-31\"").unwrap()
}

/// The default registry without the term `launch`.
fn without_launch() -> Registry {
    let mut files = files();
    let file = files.iter_mut().find(|file| file.path == KINDS).unwrap();
    let at = file.text.find("[[terms]]\nkey = \"launch\"").unwrap();
    let end = file.text[at + 2..].find("[[terms]]").map_or(file.text.len(), |end| at + 2 + end);
    file.text.replace_range(at..end, "");
    Registry::from_files(&files).unwrap()
}

#[test]
fn a_retired_term_stays_where_it_stood_and_is_refused_anew_with_a_sentence() {
    let registry = retired();
    let anew = registry.validate("event", &event(), NOW, Stage::Submission);
    let [fault] = anew.as_slice() else { panic!("{anew:?}") };
    assert_eq!(fault.code.as_str(), "term_not_in_force");
    assert_eq!(fault.message, "Type of event: “Conference” is not in use today. Choose another, if another fits.");
    assert!(dossier_registry::has_errors(&anew));
    let before = event();
    assert_eq!(told(&registry, &event(), Known::NOTHING.after(&before)), ["term_not_in_force /event_type Warning"]);
    // Another retired term cannot come in beside it.
    let other = event_with("event_type", json!("launch"));
    assert_eq!(told(&registry, &event(), Known::NOTHING.after(&other)), ["term_not_in_force /event_type Error"]);
    // It reads as it always did.
    let shown = facts(&registry, "event", &event(), Language::En, NOW);
    assert!(shown.iter().any(|fact| fact.field == "event_type" && fact.values[0].shown.text == "Conference"));
}

#[test]
fn a_term_that_is_gone_breaks_no_history() {
    let registry = without_launch();
    let launch = event_with("event_type", json!("launch"));
    assert_eq!(told(&registry, &launch, Known::NOTHING), ["unknown_term /event_type Error"]);
    assert_eq!(told(&registry, &launch, Known::NOTHING.after(&launch)), ["unknown_term /event_type Warning"]);
    let shown = facts(&registry, "event", &launch, Language::En, NOW);
    assert!(shown.iter().any(|fact| fact.field == "event_type" && fact.values[0].shown.text == "launch"));
}

#[test]
fn a_field_that_is_gone_breaks_no_history() {
    let old = event_with("hashtag", json!("#imrf"));
    assert_eq!(told(&Registry::embedded(), &old, Known::NOTHING), ["unknown_field /hashtag Error"]);
    assert_eq!(told(&Registry::embedded(), &old, Known::NOTHING.after(&old)), ["unknown_field /hashtag Warning"]);
    let changed = event_with("hashtag", json!("#other"));
    assert_eq!(told(&Registry::embedded(), &changed, Known::NOTHING.after(&old)), ["unknown_field /hashtag Error"]);
}

/// The check grows stricter with the years; what was once in force is read for ever.
#[test]
fn bytes_that_would_not_be_adopted_any_more_are_still_read() {
    let mut document = Registry::embedded().document().clone();
    document.vocabularies.iter_mut().find(|one| one.key == "audiences").unwrap().terms.clear();
    let faults = Registry::from_document(document.clone()).unwrap_err();
    assert_eq!(faults[0].file, "vocabularies/audiences.toml");
    let bytes = serde_json_canonicalizer::to_vec(&document).unwrap();
    let read = Registry::from_bytes(&bytes).unwrap();
    assert_eq!(read.bytes(), bytes);
    assert!(Registry::adoptable(&bytes).is_err());
    assert!(Registry::adoptable(Registry::embedded().bytes()).is_ok());
}

fn said(before: &Registry, after: &Registry) -> Vec<String> {
    let found = changes(before, after);
    let line = |one: &dossier_registry::RegistryChange| {
        let change = format!("{:?} {}", one.change, one.part);
        if one.keys.is_empty() { change } else { format!("{change} ({})", one.keys.join(", ")) }
    };
    found.iter().map(line).collect()
}

#[test]
fn a_change_can_be_compared() {
    let registry = Registry::embedded();
    assert_eq!(said(&registry, &registry), [] as [&str; 0]);
    let same_version = "Changed registry.toml: version".to_owned();
    let expected = |line: &str| vec![line.to_owned(), same_version.clone()];
    assert_eq!(said(&registry, &without_launch()), expected("Removed vocabularies/event_types.toml: terms.launch"));
    assert_eq!(said(&without_launch(), &registry), expected("Added vocabularies/event_types.toml: terms.launch"));
    let changed = expected("Changed vocabularies/event_types.toml: terms.conference (valid_to)");
    assert_eq!(said(&registry, &retired()), changed);
    let kind = edited(EVENT, "kind = \"range\"", "kind = \"string\"").unwrap();
    let found = changes(&registry, &kind);
    assert_eq!(
        (found[0].part.as_str(), found[0].keys.as_slice()),
        ("types/event.toml: fields.dates", &["kind".to_owned()][..])
    );
    assert!(found[0].remark.as_deref().unwrap().contains("stay readable"));
    let gone = changes(&registry, &without_launch());
    assert_eq!(gone[0].change, Change::Removed);
    assert!(gone[0].remark.as_deref().unwrap().contains("valid_to"));
    let version = edited("registry.toml", "version = \"2026-3\"", "version = \"2026-4\"").unwrap();
    assert_eq!(said(&registry, &version), ["Changed registry.toml (version)"]);
}

#[test]
fn the_stages_of_a_path_are_compared_with_their_order() {
    let registry = Registry::embedded();
    let mut document = registry.document().clone();
    let practice = document.types.iter_mut().find(|one| one.key == "practice").unwrap();
    practice.review.stages.swap(0, 1);
    let swapped = Registry::from_document(document.clone()).unwrap();
    assert_eq!(said(&registry, &swapped)[0], "Changed types/practice.toml: review (order)");
    document.types.iter_mut().find(|one| one.key == "practice").unwrap().review.stages.remove(0);
    let shorter = Registry::from_document(document).unwrap();
    let found = said(&registry, &shorter);
    assert!(found.contains(&"Removed types/practice.toml: review.stages.peer".to_owned()), "{found:?}");
}

#[test]
fn faults_are_told_in_six_languages() {
    let content = json!({"original_language": "en", "title": {"en": "A"}, "location": {"country": "XX"}});
    for fault in Registry::embedded().validate("event", &content, NOW, Stage::Submission) {
        for language in Language::ALL {
            let message = fault.messages.get(language).unwrap();
            assert!(!message.contains('{') && !message.trim().is_empty(), "{message}");
        }
        assert_eq!(fault.messages.get(Language::En), Some(fault.message.as_str()));
    }
    let found = Registry::embedded().validate("event", &content, NOW, Stage::Submission);
    let place = found.iter().find(|fault| fault.field == "location").unwrap();
    assert_eq!(
        place.messages.get(Language::Es),
        Some("Lugar: «XX» no está en la lista. Elija un término de la lista.")
    );
    let title = found.iter().find(|fault| fault.field == "description").unwrap();
    assert_eq!(title.messages.get(Language::Zh), Some("说明：尚未填写。请填写。"));
    let shown = serde_json::to_value(title).unwrap();
    assert_eq!(shown["messages"]["fr"], "Description : ce champ est vide. Remplissez-le.");
}

/// The list came later: folders and bytes of before do not have it, and stay what they are.
#[test]
fn a_registry_of_before_says_nothing_of_whom_a_review_waits_for() {
    let mut files = files();
    assert_eq!(Registry::from_files(&files).unwrap().awaited().len(), 7);
    files.retain(|file| file.path != "awaited.toml");
    let before = Registry::from_files(&files).unwrap();
    assert_eq!(before.awaited(), []);
    assert!(!String::from_utf8_lossy(before.bytes()).contains("awaited"));
    let faults = edited("awaited.toml", "key = \"reviewer\"", "key = \"reviewer\"\nfor = [\"retract\"]").unwrap_err();
    assert!(faults.iter().any(|fault| fault.to_string().contains("for whom a review waits")), "{faults:?}");
    let faults = edited("awaited.toml", "key = \"reviewer\"", "key = \"moderator\"").unwrap_err();
    assert!(!faults.is_empty(), "the same key twice");
}
