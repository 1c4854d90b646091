//! What the audit service has lost it makes again from the other three.

use std::fs;

use dossier_faults::{load::Caller, notes::Note};
use dossier_proto::Origin;

use crate::lived::{House, Lived};

#[test]
fn a_lost_audit_directory_is_made_again() {
    let lived = Lived::once();
    fs::remove_dir_all(lived.service(Origin::Audit)).unwrap();
    // Who read what is gone with it.
    forget_readings(&lived);
    lived.is_sound();
    words_can_be_read_again(&lived);
}

#[test]
fn lost_copies_are_made_again() {
    let lived = Lived::once();
    let audit = lived.service(Origin::Audit);
    for place in ["journal", "anchors"] {
        let mut removed = 0;
        for item in fs::read_dir(audit.join(place)).unwrap() {
            let item = item.unwrap();
            if item.file_name().to_string_lossy().starts_with("copy-") {
                fs::remove_dir_all(item.path()).unwrap();
                removed += 1;
            }
        }
        assert_eq!(removed, 3, "{place}");
    }
    lived.is_sound();
    words_can_be_read_again(&lived);
}

/// The copies are gone, what was signed about them is not: then it is told how to have them made again.
#[test]
fn copies_lost_without_their_anchors_are_told() {
    let lived = Lived::once();
    let copy = lived.service(Origin::Audit).join("journal").join("copy-moderation");
    fs::remove_dir_all(&copy).unwrap();
    lived.is_refused(&[80, 81], &["the copy of moderation's journal"]);
    fs::remove_dir_all(lived.service(Origin::Audit).join("anchors").join("copy-moderation")).unwrap();
    lived.is_sound();
}

/// Only the audit service's own journal is gone: what it rests on is heard again, from the copies.
#[test]
fn a_lost_journal_of_audit_alone_is_noticed() {
    let lived = Lived::once();
    let journal = lived.service(Origin::Audit).join("journal");
    for item in fs::read_dir(&journal).unwrap() {
        let path = item.unwrap().path();
        if path.is_file() {
            fs::remove_file(path).unwrap();
        }
    }
    lived.is_refused(&[80, 81], &["audit/journal"]);
}

fn forget_readings(lived: &Lived) {
    let notes = lived.aside("notes.jsonl");
    let text = fs::read_to_string(&notes).unwrap();
    let is_reading =
        |line: &&str| matches!(serde_json::from_str(line).unwrap(), Note::Reads { .. } | Note::Read { .. });
    let kept: String = text.lines().filter(|line| !is_reading(line)).map(|line| format!("{line}\n")).collect();
    fs::write(&notes, kept).unwrap();
}

/// The trail of every entry that was submitted, with its words.
fn words_can_be_read_again(lived: &Lived) {
    let house = House::start(&lived.data(), &lived.aside("notes-after.jsonl"), None, &[]);
    let mut auditor = Caller::new(&house.town, "yew", house.people().of("auditor").clone());
    let public = auditor.read("/api/v1/entries");
    let number = public.body["items"][0]["number"].as_str().unwrap().to_owned();
    let trail = auditor.read(&format!("/audit/api/v1/entries/{number}/trail?contents=true"));
    assert!(trail.is_done(), "{trail:?}");
    let text = trail.body.to_string();
    assert!(text.contains("Delegates met."), "{text}");
    house.end();
}
