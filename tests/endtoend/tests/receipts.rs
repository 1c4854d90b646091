//! P9: a published edition carries a proof that verifies offline, with tools that are not ours.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, process::Output};

use dossier_endtoend::{
    House,
    command_line::{Ran, run},
    people::PUBLISHER,
    records::described,
    stranger::says_of,
    until,
};
use serde_json::json;

fn stranger(house: &House, receipt: &str, more: &[&str]) -> Output {
    says_of(house.beside(), receipt, more)
}

fn tool(house: &House, arguments: &[&str]) -> Ran {
    run(house.beside(), None, arguments)
}

/// Two editions, and the receipt of each in a file beside the house.
fn proven() -> (House, String) {
    let house = House::new();
    let (entry, number) = house.publish(&described("A forum", "The \"first\" edition: ü, 中, \u{1f30d}."));
    house.publish_again(&entry, &described("A forum", "The second edition."));
    let keys = house.nobody().get("/audit/api/v1/verifier-keys.txt").text();
    fs::write(house.beside().join("keys.txt"), keys).unwrap();
    let shown = house.nobody().get(&format!("/api/v1/entries/{number}/editions/1")).expect(200);
    assert_eq!(shown["receipt"], format!("/audit/api/v1/receipts/{number}/1"));
    let page = house.nobody().page(&format!("/entries/{number}"), "en").text();
    assert!(page.contains(&format!("href=\"/audit/api/v1/receipts/{number}/2\"")), "{page}");
    for edition in ["1", "2"] {
        let file = format!("{edition}.json");
        until("the logs are signed and compared", || {
            let made = tool(&house, &["prove", &number, "--edition", edition, "--to", &file, "--server", house.base()]);
            (made.code == 0).then_some(())
        });
    }
    (house, number)
}

#[test]
fn p9_a_receipt_holds_offline_by_our_tool_and_by_a_strangers() {
    let (house, number) = proven();
    for edition in ["1", "2"] {
        let file = format!("{edition}.json");
        let told = tool(&house, &["verify", &file, "--keys", "keys.txt"]).ended(0);
        for said in [format!("edition {edition} of {number}"), "Submitted for KAZ".to_owned(), "moderator".to_owned()] {
            assert!(told.out.contains(&said), "{said:?}: {}", told.out);
        }
        let document = tool(&house, &["verify", &file, "--keys", "keys.txt", "--json"]).ended(0).document();
        assert_eq!((&document["holds"], &document["keys_are_trusted"]), (&json!(true), &json!(true)));
        let said = stranger(&house, &file, &[]);
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        assert!(String::from_utf8_lossy(&said.stdout).contains(&format!("edition {edition} of {number}")));
    }
    assert!(!fs::read_to_string(house.beside().join("1.json")).unwrap().contains("The second edition."));
    // The newest one, under the name it has by itself; and nothing is written over.
    tool(&house, &["prove", &number, "--server", house.base()]).ended(0);
    assert!(house.beside().join(format!("{number}-2.receipt.json")).is_file());
    tool(&house, &["prove", &number, "--server", house.base()]).ended(6);
}

/// Each byte of a receipt, changed: a program that shares no code with ours refuses every one.
#[test]
fn p9_a_stranger_refuses_every_change_of_a_byte() {
    let (house, _) = proven();
    let said = stranger(&house, "2.json", &["--every-byte"]);
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("each change was refused"), "{out}{err}");
}

#[test]
fn p9_what_was_changed_or_made_by_others_is_told() {
    let (house, number) = proven();
    let text = fs::read_to_string(house.beside().join("2.json")).unwrap();
    fs::write(house.beside().join("changed.json"), text.replace("The second edition.", "The Second edition.")).unwrap();
    let told = tool(&house, &["verify", "changed.json"]).ended(8);
    assert!(told.err.contains("not the one that was published"), "{}", told.err);
    fs::write(house.beside().join("cut.json"), &text[..text.len() - 2]).unwrap();
    tool(&house, &["verify", "cut.json"]).ended(7);
    let other = House::new();
    let keys = other.nobody().get("/audit/api/v1/verifier-keys.txt").text();
    fs::write(house.beside().join("other.txt"), keys).unwrap();
    let told = tool(&house, &["verify", "2.json", "--keys", "other.txt"]).ended(8);
    assert!(told.err.contains("made by somebody else"), "{}", told.err);
    tool(&house, &["prove", "EVT-2026-99999", "--server", house.base()]).ended(3);
    tool(&house, &["prove", &number, "--edition", "9", "--server", house.base()]).ended(3);
}

/// What is withheld is given to nobody anew; what was given out still verifies.
#[test]
fn p7_a_retracted_entry_gives_no_receipt_and_those_that_were_given_still_hold() {
    let (house, number) = proven();
    let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."});
    house.caller(PUBLISHER).post(&format!("/api/v1/entries/{number}/retract"), &retraction).expect(200);
    let path = format!("/audit/api/v1/receipts/{number}/1");
    until("the audit service has heard of it", || (house.nobody().get(&path).status == 410).then_some(()));
    house.nobody().get(&path).problem(410, "gone");
    let house = house.kill();
    let ran = run(house.directory.path(), None, &["verify", "1.json", "--keys", "keys.txt"]);
    ran.ended(0);
}
