use dossier_proto::EntryId;
use dossier_vault::{MasterKey, Purpose, Vault};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Words, WordsError, changed, key_of, normal};

const ENTRY: EntryId = EntryId([5; 16]);

fn words() -> (TempDir, Vault, Words) {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    (directory, vault.clone(), Words::new(vault))
}

fn personal() -> Vec<String> {
    vec!["/contact".to_owned()]
}

fn content(phone: &str) -> Value {
    json!({"title": {"en": "A"}, "contact": {"name": "Dana", "phone": phone}})
}

#[test]
fn what_was_sealed_is_opened_with_its_personal_values_and_only_for_its_entry() {
    let (_directory, _, words) = words();
    let sealed = words.seal_content(ENTRY, 1, content("1"), &personal(), &[]).unwrap();
    assert_eq!((sealed.revision, sealed.personal.len()), (1, 1));
    let opened = words.open_content(ENTRY, &sealed).unwrap();
    assert_eq!(opened.content, content("1"));
    assert!(!String::from_utf8_lossy(&opened.bytes).contains("Dana"), "what is digested holds nothing personal");
    let elsewhere = words.open_content(EntryId([6; 16]), &sealed).unwrap_err();
    assert!(!elsewhere.is_absence(), "{elsewhere}");
}

#[test]
fn equal_contents_are_known_as_equal_under_different_keys() {
    let (_directory, vault, words) = words();
    let first = words.seal_content(ENTRY, 1, content("1"), &personal(), &[]).unwrap();
    let opened = words.open_content(ENTRY, &first).unwrap();
    let again = words.seal_content(ENTRY, 2, content("1"), &personal(), &opened.personal).unwrap();
    let other = words.seal_content(ENTRY, 3, content("2"), &personal(), &opened.personal).unwrap();
    assert_ne!((&first.digest, key_of(&first)), (&again.digest, key_of(&again)));
    let bytes = words.open_content(ENTRY, &again).unwrap().bytes;
    assert!(words.is_same(&bytes, &first).unwrap());
    assert!(!words.is_same(&bytes, &other).unwrap());
    vault.erase(key_of(&first).unwrap()).unwrap();
    assert!(!words.is_same(&bytes, &first).unwrap(), "nothing can be said of what was erased");
}

#[test]
fn a_personal_value_that_was_erased_leaves_the_rest_and_is_not_validated() {
    let (_directory, vault, words) = words();
    let sealed = words.seal_content(ENTRY, 1, content("1"), &personal(), &[]).unwrap();
    let value = words.open_content(ENTRY, &sealed).unwrap().personal.remove(0);
    vault.erase(value.key_id()).unwrap();
    let opened = words.open_content(ENTRY, &sealed).unwrap();
    assert_eq!(opened.withheld.len(), 1);
    assert_eq!(opened.content["title"]["en"], "A");
    assert_eq!(opened.readable(), json!({"title": {"en": "A"}}));
    // Whoever sends back what was shown keeps it as it is.
    let kept = words.seal_content(ENTRY, 2, opened.content.clone(), &personal(), &opened.personal).unwrap();
    assert_eq!(words.open_content(ENTRY, &kept).unwrap().content, opened.content);
}

#[test]
fn what_was_erased_is_absent_and_no_alarm() {
    let (_directory, vault, words) = words();
    let sealed = words.seal_content(ENTRY, 1, content("1"), &[], &[]).unwrap();
    let key = key_of(&sealed).unwrap();
    let text = words.seal_text(key, ENTRY, Purpose::Reason, "why").unwrap();
    assert_eq!(words.open_text(ENTRY, Purpose::Reason, &text).unwrap().as_deref(), Some("why"));
    assert!(words.open_text(ENTRY, Purpose::Note, &text).is_err(), "a reason is no note");
    vault.erase(key).unwrap();
    assert!(words.open_content(ENTRY, &sealed).unwrap_err().is_absence());
    assert_eq!(words.open_text(ENTRY, Purpose::Reason, &text).unwrap(), None);
}

#[test]
fn a_content_under_no_seal_is_told() {
    let (_directory, _, words) = words();
    let empty = dossier_proto::v1::Content::default();
    assert!(matches!(words.open_content(ENTRY, &empty), Err(WordsError::NoContent)));
}

#[test]
fn changes_are_named_by_their_fields() {
    let before = normal(&json!({"a": 1, "b": {"en": "x"}, "c": [1, 2]})).unwrap();
    let cases = [
        (json!({"c": [1, 2], "b": {"en": "x"}, "a": 1.0}), vec![]),
        (json!({"a": 1, "b": {"en": "y"}, "c": [1, 2]}), vec!["b"]),
        (json!({"a": 1, "b": {"en": "x"}}), vec!["c"]),
        (json!({"a": 1, "b": {"en": "x"}, "c": [2, 1], "d": null}), vec!["c", "d"]),
    ];
    for (after, expected) in cases {
        assert_eq!(changed(&before, &normal(&after).unwrap()), expected, "{after}");
    }
    assert_eq!(changed(&Value::Null, &json!({"a": 1})), ["a"]);
}
