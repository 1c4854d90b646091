use dossier_proto::{Origin, Place};

use crate::domain::{Finding, FindingKind};

const AT: Place = Place { origin: Origin::Moderation, epoch: 0, sequence: 17 };

fn undecidable(code: &str) -> String {
    let because = Some(Place { sequence: 3, ..AT });
    Finding { code: code.to_owned(), because, ..Finding::of(FindingKind::NotDecidable, AT) }.sentence()
}

#[test]
fn a_person_understands_why() {
    assert_eq!(
        undecidable("own-words"),
        "The decision moderation 17 could not have been taken: whoever decided had written or submitted part of that content (see \
         moderation 3)."
    );
    assert_eq!(
        undecidable("a-code-of-later"),
        "The decision moderation 17 could not have been taken: the rules of that moment refuse it (a-code-of-later) (see moderation 3)."
    );
}

#[test]
fn who_is_behind_is_named_with_the_numbers() {
    let finding = |code: &str| Finding {
        service: Some(Origin::Publication),
        expected: 20_u64.to_be_bytes().to_vec(),
        found: 17_u64.to_be_bytes().to_vec(),
        code: code.to_owned(),
        ..Finding::of(FindingKind::HeadsApart, AT)
    };
    let behind = finding("behind").sentence();
    assert!(
        behind.contains("Publication has read 17 events of the moderation service, which has written 20 events"),
        "{behind}"
    );
    let other = finding("another-history").sentence();
    assert!(other.contains("Publication has read another history of moderation"), "{other}");
    let unreadable = Finding { service: None, ..finding("not-readable") }.sentence();
    assert!(unreadable.contains("signed 20 events, and only 17 events can be read"), "{unreadable}");
}
