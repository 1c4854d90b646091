//! Words come back to whoever holds the key, in their place, and nowhere else.

use dossier_proto::{EntryId, v1};
use dossier_vault::{Binding, Kind, MasterKey, PersonalValue, Purpose, Vault, canonical};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Words, WordsError};

const ENTRY: EntryId = EntryId([1; 16]);
const OTHER: EntryId = EntryId([2; 16]);

fn vault() -> (TempDir, Vault) {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master")).unwrap();
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
    (directory, vault)
}

/// A content with one personal value, sealed as submission does it.
fn sealed(vault: &Vault, content: &Value) -> (v1::Content, Vec<PersonalValue>) {
    let split = vault.split(ENTRY, content.clone(), &["/contact"], &[]).unwrap();
    let text = canonical(&split.content).unwrap();
    let key = vault.fresh(Kind::Revision).unwrap();
    let sealed = vault.seal(key, &Binding::entry(ENTRY, Purpose::Content), &text).unwrap();
    let digest = vault.content_digest(key, &text).unwrap();
    let personal = split.personal.iter().cloned().map(Into::into).collect();
    (
        v1::Content { revision: 1, digest: digest.to_vec(), sealed: Some(sealed.into()), personal, files: Vec::new() },
        split.personal,
    )
}

fn content() -> Value {
    json!({ "title": { "en": "A practice" }, "contact": { "name": "A. Rowan" } })
}

#[test]
fn a_content_comes_back_with_its_personal_values_in_place() {
    let (_directory, vault) = vault();
    let (sealed, _) = sealed(&vault, &content());
    let readable = Words::new(vault).content(ENTRY, &sealed).unwrap();
    assert_eq!((readable.content, readable.withheld), (content(), Vec::new()));
}

#[test]
fn a_forgotten_person_is_withheld_and_the_rest_stays() {
    let (_directory, vault) = vault();
    let (sealed, personal) = sealed(&vault, &content());
    vault.erase(personal[0].key_id()).unwrap();
    let readable = Words::new(vault).content(ENTRY, &sealed).unwrap();
    assert_eq!(readable.withheld, ["/contact"]);
    assert_eq!(readable.content["title"], content()["title"]);
    assert!(!readable.content.to_string().contains("Rowan"));
}

#[test]
fn what_is_not_what_its_digest_names_is_not_shown() {
    let (_directory, vault) = vault();
    let (good, _) = sealed(&vault, &content());
    let (other, _) = sealed(&vault, &json!({ "title": { "en": "Another" } }));
    let words = Words::new(vault);
    let swapped = v1::Content { sealed: other.sealed, ..good.clone() };
    let missing = v1::Content { sealed: None, ..good.clone() };
    let mut misplaced = good.clone();
    misplaced.personal[0].pointer = "/title".to_owned();
    for broken in [swapped, missing, v1::Content { digest: vec![0; 32], ..good.clone() }, misplaced] {
        assert!(matches!(words.content(ENTRY, &broken), Err(WordsError::Broken { .. })), "{broken:?}");
    }
    assert!(matches!(words.content(OTHER, &good), Err(WordsError::Broken { .. })), "of another entry");
}

#[test]
fn an_erased_content_is_gone_and_one_without_its_key_is_not_there_yet() {
    let (_directory, here) = vault();
    let (_elsewhere, there) = vault();
    let (sealed, _) = sealed(&there, &json!({ "title": { "en": "A practice" } }));
    assert!(matches!(Words::new(here).content(ENTRY, &sealed), Err(WordsError::NotHeld(_))));
    let key = sealed.sealed.as_ref().unwrap().key_id.as_slice().try_into().unwrap();
    there.erase(key).unwrap();
    assert!(matches!(Words::new(there).content(ENTRY, &sealed), Err(WordsError::Erased(_))));
}

#[test]
fn a_text_opens_as_what_it_is_and_as_nothing_else() {
    let (_directory, vault) = vault();
    let words = Words::new(vault.clone());
    let key = words.fresh_key().unwrap();
    let note = words.seal(key, ENTRY, Purpose::Note, "Between us").unwrap();
    assert_eq!(words.text(ENTRY, Purpose::Note, Some(&note)).unwrap().as_deref(), Some("Between us"));
    assert_eq!(words.text(ENTRY, Purpose::Note, None).unwrap(), None);
    // A note put in the place of a message to the contributor does not open.
    let elsewhere = words.text(ENTRY, Purpose::RequestedChange, Some(&note));
    assert!(matches!(elsewhere, Err(WordsError::Broken { .. })));
    assert_eq!(words.key_or_fresh(Some(key)).unwrap(), key);
    vault.erase(key).unwrap();
    assert_eq!(words.text(ENTRY, Purpose::Note, Some(&note)).unwrap(), None);
    assert_ne!(words.key_or_fresh(Some(key)).unwrap(), key, "an erased key seals nothing any more");
}
