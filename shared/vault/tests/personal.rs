//! Personal values are split off, joined again, forgotten; and no content can imitate them.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use dossier_proto::{EntryId, v1};
use dossier_vault::{
    Absence, Binding, Joined, MAX_PERSONAL, MasterKey, PersonalError, PersonalValue, Purpose, Salt, Vault, canonical,
    commitment_in, digest_with_salt, verify_commitment,
};
use proptest::prelude::*;
use serde_json::{Value, json};

const ENTRY: EntryId = EntryId([1; 16]);
const CONTACT: [&str; 2] = ["/contact/name", "/contact/mail"];

struct House {
    vault: Vault,
    _directory: tempfile::TempDir,
}

fn house() -> House {
    let directory = tempfile::tempdir().unwrap();
    let master = MasterKey::create_or_read(directory.path().join("master.key")).unwrap();
    House { vault: Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap(), _directory: directory }
}

fn sample() -> Value {
    json!({"title": {"en": "Forum"}, "contact": {"name": "Aruzhan S.", "mail": "a@example.org", "role": "focal point"}})
}

fn bytes(value: &Value) -> String {
    String::from_utf8(canonical(value).unwrap()).unwrap()
}

#[test]
fn the_public_content_discloses_nothing_personal() {
    let House { vault, .. } = &house();
    let split = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let public = bytes(&split.content);
    assert!(!public.contains("Aruzhan") && !public.contains("example.org"), "{public}");
    assert!(public.contains("focal point") && public.contains("Forum"));
    assert_eq!(split.content["contact"]["name"], json!({"$commitment": split.personal[0].commitment.to_string()}));
    assert_ne!(split.personal[0].key_id(), split.personal[1].key_id(), "each can be forgotten alone");
    let joined = vault.join(ENTRY, split.content, &split.personal).unwrap();
    assert_eq!(joined, Joined { content: sample(), withheld: Vec::new() });
}

#[test]
fn a_forgotten_value_leaves_its_token_and_the_digest_stands() {
    let House { vault, .. } = &house();
    let split = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let salt = Salt::from([5; 32]);
    let digest = digest_with_salt(&salt, &canonical(&split.content).unwrap());
    vault.erase(split.personal[0].key_id()).unwrap();
    let joined = vault.join(ENTRY, split.content.clone(), &split.personal).unwrap();
    assert_eq!(joined.content["contact"]["mail"], "a@example.org");
    assert_eq!(commitment_in(&joined.content["contact"]["name"]), Some(split.personal[0].commitment));
    let [withheld] = joined.withheld.as_slice() else { panic!("{:?}", joined.withheld) };
    assert_eq!((withheld.pointer.as_str(), withheld.why), ("/contact/name", Absence::Erased));
    assert_eq!(digest_with_salt(&salt, &canonical(&split.content).unwrap()), digest);

    // What was read with the gap is saved with another change: the gap stays, the rest keeps its keys.
    let mut next = joined.content;
    next["title"]["en"] = json!("Forum 2022");
    let saved = vault.split(ENTRY, next, &CONTACT, &split.personal).unwrap();
    assert_eq!(saved.personal, split.personal);
}

#[test]
fn a_service_without_the_keys_sees_the_tokens() {
    let (ours, theirs) = (house(), house());
    let split = ours.vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let joined = theirs.vault.join(ENTRY, split.content.clone(), &split.personal).unwrap();
    assert_eq!(joined.content, split.content);
    assert!(joined.withheld.iter().all(|withheld| withheld.why == Absence::Unknown) && joined.withheld.len() == 2);
}

#[test]
fn saving_again_changes_only_what_changed() {
    let House { vault, .. } = &house();
    let first = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let same = vault.split(ENTRY, sample(), &CONTACT, &first.personal).unwrap();
    assert_eq!(same, first, "a save that changes nothing is no event");
    let mut changed = sample();
    changed["contact"]["mail"] = json!("b@example.org");
    let second = vault.split(ENTRY, changed.clone(), &CONTACT, &first.personal).unwrap();
    assert_eq!(second.personal[0], first.personal[0]);
    assert_ne!(second.personal[1].key_id(), first.personal[1].key_id());
    assert_eq!(vault.join(ENTRY, second.content, &second.personal).unwrap().content, changed);
}

#[test]
fn a_value_and_its_salt_can_be_checked_by_anybody() {
    let House { vault, .. } = &house();
    let split = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let [name, _] = split.personal.as_slice() else { panic!("two values") };
    let salt: Salt = vault.salt(name.key_id()).unwrap().disclose().parse().unwrap();
    assert!(verify_commitment(&name.commitment, &salt, &json!("Aruzhan S.")));
    assert!(!verify_commitment(&name.commitment, &salt, &json!("Aruzhan T.")));
    assert!(!verify_commitment(&name.commitment, &Salt::from([0; 32]), &json!("Aruzhan S.")));
}

#[test]
fn a_content_that_imitates_a_token_is_refused() {
    let House { vault, .. } = &house();
    let first = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let token = |n: usize| first.content.pointer(CONTACT[n]).unwrap().clone();
    let other = json!({"$commitment": "00".repeat(32)});
    let cases = [
        (json!({"a": {"$commitment": 1}}), "/a"),
        (json!({"$commitment": "x"}), ""),
        (json!({"a/b": [0, {"~": {"$commitment": null, "more": 1}}]}), "/a~1b/1/~0"),
        // A token where no personal value stands, that of another place, one never given out, and one inside a value.
        (json!({"title": token(0)}), "/title"),
        (json!({"contact": {"mail": token(0)}}), "/contact/mail"),
        (json!({"contact": {"name": other}}), "/contact/name"),
        (json!({"contact": {"name": ["x", token(0)]}}), "/contact/name/1"),
    ];
    for (content, place) in cases {
        match vault.split(ENTRY, content.clone(), &CONTACT, &first.personal) {
            Err(PersonalError::Reserved { at }) => assert_eq!(at, place, "{content}"),
            other => panic!("{content}: {other:?}"),
        }
    }
    // Without the earlier revision even the right token is an imitation.
    let error = vault.split(ENTRY, first.content, &CONTACT, &[]).unwrap_err();
    assert!(matches!(error, PersonalError::Reserved { at } if at == "/contact/name"));
}

#[test]
fn values_of_another_entry_or_place_do_not_join() {
    let House { vault, .. } = &house();
    let split = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let error = vault.join(EntryId([2; 16]), split.content.clone(), &split.personal).unwrap_err();
    assert!(matches!(error, PersonalError::Unseal(_)), "{error}");
    let mut swapped = split.personal.clone();
    swapped[0].pointer = CONTACT[1].to_owned();
    let error = vault.join(ENTRY, split.content.clone(), &swapped).unwrap_err();
    assert!(matches!(error, PersonalError::Misplaced { .. }), "{error}");
    let mut crossed = split.personal.clone();
    crossed[0].sealed = split.personal[1].sealed.clone();
    let error = vault.join(ENTRY, split.content, &crossed).unwrap_err();
    assert!(matches!(error, PersonalError::Unseal(_)), "{error}");
}

/// Who seals a value can lie about it: what opens is compared with what the content commits to.
#[test]
fn a_value_that_was_not_committed_to_is_refused() {
    let House { vault, .. } = &house();
    let mut split = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap();
    let binding = Binding::entry(ENTRY, Purpose::PersonalValue).with(split.personal[0].commitment);
    split.personal[0].sealed = vault.seal(split.personal[0].key_id(), &binding, br#""Somebody else""#).unwrap();
    let error = vault.join(ENTRY, split.content, &split.personal).unwrap_err();
    assert!(matches!(error, PersonalError::NotCommitted { .. }), "{error}");
}

#[test]
fn pointers_are_checked() {
    let House { vault, .. } = &house();
    for (pointers, overlap) in [
        (vec!["/contact", "/contact/name"], true),
        (vec!["/contact/name", "/title", "/contact/name"], true),
        (vec!["/a/b", "/a!", "/a"], true),
        (vec![""], false),
        (vec!["contact"], false),
        (vec!["/a~b"], false),
    ] {
        match vault.split(ENTRY, sample(), &pointers, &[]) {
            Err(PersonalError::Overlap { .. }) => assert!(overlap, "{pointers:?}"),
            Err(PersonalError::Pointer(_)) => assert!(!overlap, "{pointers:?}"),
            other => panic!("{pointers:?}: {other:?}"),
        }
    }
    let many = (0..=MAX_PERSONAL).map(|n| format!("/{n}")).collect::<Vec<_>>();
    assert!(matches!(vault.split(ENTRY, sample(), &many, &[]), Err(PersonalError::TooMany(129))));
    let nothing = vault.split(ENTRY, json!({"contact": {"name": null}}), &CONTACT, &[]).unwrap();
    assert!(nothing.personal.is_empty() && nothing.content == json!({"contact": {"name": null}}));
}

#[test]
fn a_personal_value_goes_through_the_contract() {
    let House { vault, .. } = &house();
    let [value, _] = vault.split(ENTRY, sample(), &CONTACT, &[]).unwrap().personal.try_into().unwrap();
    let message = v1::PersonalValue::from(value.clone());
    assert_eq!(PersonalValue::try_from(message.clone()).unwrap(), value);
    for broken in [
        v1::PersonalValue { sealed: None, ..message.clone() },
        v1::PersonalValue { commitment: vec![0; 31], ..message.clone() },
        with(&message, |sealed| sealed.nonce.truncate(12)),
        with(&message, |sealed| sealed.key_id.push(0)),
        with(&message, |sealed| sealed.ciphertext = vec![0; 500 * 1024]),
    ] {
        PersonalValue::try_from(broken).unwrap_err();
    }
}

fn with(message: &v1::PersonalValue, change: impl FnOnce(&mut v1::Sealed)) -> v1::PersonalValue {
    let mut message = message.clone();
    change(message.sealed.as_mut().unwrap());
    message
}

/// All places in a content that a pointer can name and that are not null.
fn places(value: &Value, at: &str, into: &mut Vec<String>) {
    let children = match value {
        Value::Array(items) => items.iter().enumerate().map(|(n, item)| (n.to_string(), item)).collect::<Vec<_>>(),
        Value::Object(members) => {
            members.iter().map(|(name, member)| (name.replace('~', "~0").replace('/', "~1"), member)).collect()
        }
        _ => Vec::new(),
    };
    for (step, child) in children {
        let place = format!("{at}/{step}");
        if !child.is_null() {
            into.push(place.clone());
        }
        places(child, &place, into);
    }
}

fn any_content() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,6}".prop_map(Value::from)
    ];
    let inner = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("[a-c~/0-2]{0,3}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-c~/]{1,3}", inner, 0..4)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

#[test]
fn any_content_joins_to_what_was_split() {
    let House { vault, .. } = &house();
    proptest!(|(content in any_content(), choice in any::<u64>(), erase in any::<u64>())| {
        let mut all = Vec::new();
        places(&content, "", &mut all);
        let mut pointers: Vec<String> = Vec::new();
        for (n, place) in all.into_iter().enumerate() {
            let within = pointers.iter().any(|outer| place.starts_with(&format!("{outer}/")));
            if choice >> (n % 64) & 1 == 1 && !within {
                pointers.push(place);
            }
        }
        let split = vault.split(ENTRY, content.clone(), &pointers, &[]).unwrap();
        prop_assert_eq!(split.personal.len(), pointers.len());
        let joined = vault.join(ENTRY, split.content.clone(), &split.personal).unwrap();
        prop_assert_eq!(&joined.content, &content);
        prop_assert!(joined.withheld.is_empty());
        prop_assert_eq!(&vault.split(ENTRY, content, &pointers, &split.personal).unwrap(), &split);

        let gone = split.personal.iter().enumerate().filter(|(n, _)| erase >> (n % 64) & 7 == 0).map(|(_, value)| value);
        let gone = gone.cloned().collect::<Vec<_>>();
        for value in gone.iter().take(2) {
            vault.erase(value.key_id()).unwrap();
        }
        let joined = vault.join(ENTRY, split.content.clone(), &split.personal).unwrap();
        prop_assert_eq!(joined.withheld.len(), gone.len().min(2));
        let again = vault.split(ENTRY, joined.content, &pointers, &split.personal).unwrap();
        prop_assert_eq!(again, split);
    });
}
