//! Who gets to a page, and what is on record before it is shown.

use dossier_proto::Payload;

use crate::tests::house::{ENTRY, House};

fn addresses() -> Vec<String> {
    let rooms = [
        "/audit",
        "/audit/findings",
        "/audit/trails",
        "/audit/trails?body=KAZ",
        "/audit/verify",
        "/audit/figures",
        "/audit/figures/file",
        "/audit/entries/EVT-2026-00001/as-of",
    ];
    rooms.iter().map(|one| (*one).to_owned()).chain([format!("/audit/entries/{ENTRY}")]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_not_signed_in_is_sent_there_and_comes_back() {
    let house = House::open_to_auditors().await;
    for address in addresses() {
        let told = house.visit(&address, None).await.expect(303);
        let to = told.headers["location"].to_str().unwrap();
        assert!(to.starts_with("/review/sign-in?next=/audit"), "{to}");
    }
    assert_eq!(house.readings(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_no_auditor_sees_nothing_and_is_told_the_same_of_what_is_there_and_what_is_not() {
    let house = House::open_to_auditors().await;
    for address in addresses() {
        let told = house.visit(&address, Some("writer")).await.expect(403);
        assert!(!told.text.contains("A forum"), "{}", told.text);
    }
    let there = house.visit(&format!("/audit/entries/{ENTRY}"), Some("writer")).await.expect(403);
    let not_there = house.visit("/audit/entries/01ARZ3NDEKTSV4RRFFQ69G5FAV", Some("writer")).await.expect(403);
    assert_eq!(there.body["code"], not_there.body["code"]);
    house.visit("/audit/entries/01ARZ3NDEKTSV4RRFFQ69G5FAV", Some("auditor")).await.expect(404);
    house.visit(&format!("/audit/entries/{ENTRY}"), Some("auditor-of-kenya")).await.expect(403);
    assert_eq!(house.readings(), 0, "nothing was read");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_on_record_before_it_is_shown_and_the_page_says_where() {
    let house = House::open_to_auditors().await;
    let told = house.visit(&format!("/audit/entries/{ENTRY}"), Some("auditor")).await.expect(200);
    assert_eq!(house.readings(), 1);
    assert!(told.text.contains("Your reading of this trail is itself recorded, at audit/"), "{}", told.text);
    assert_eq!(told.headers["cache-control"], "no-store");
    // Words are words: who has them compared has read them.
    house.visit(&format!("/audit/entries/{ENTRY}?changes=true"), Some("auditor")).await.expect(200);
    let scopes: Vec<i32> = house
        .recorded()
        .into_iter()
        .filter_map(|payload| match payload {
            Payload::TrailRead(read) => read.command.map(|command| command.scope),
            _ => None,
        })
        .collect();
    use dossier_proto::v1::read_trail::Scope;
    assert_eq!(scopes, [i32::from(Scope::Trail), i32::from(Scope::Content)]);
    // An empty search form reads nothing.
    house.visit("/audit/trails", Some("auditor")).await.expect(200);
    assert_eq!(house.readings(), 2);
    house.visit("/audit/trails?number=EVT-2026-00001", Some("auditor")).await.expect(200);
    assert_eq!(house.readings(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_taken_away_with_a_session_too_and_that_is_on_record() {
    let house = House::open_to_auditors().await;
    let csv = house.visit(&format!("/audit/entries/{ENTRY}/file?format=csv"), Some("auditor")).await.expect(200);
    assert!(csv.headers["content-type"].to_str().unwrap().starts_with("text/csv"));
    assert!(csv.text.contains("edition-published") && csv.text.lines().last().unwrap().starts_with("\"end\""));
    let lines = house.visit("/audit/trails/file?format=jsonl&body=KAZ", Some("auditor")).await.expect(200);
    assert!(lines.text.lines().count() > 4);
    assert_eq!(house.readings(), 2);
    house.visit(&format!("/audit/entries/{ENTRY}/file?format=csv"), Some("writer")).await.expect(403);
    assert_eq!(house.readings(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_signed_is_for_everybody() {
    let house = House::open_to_auditors().await;
    house
        .until("a checkpoint was compared", || {
            house.service.copies().seen().newest(dossier_proto::Origin::Publication).is_some()
        })
        .await;
    let told = house.visit("/audit/checkpoints", None).await.expect(200);
    assert!(
        told.text.contains("/audit/log/publication/0/checkpoint") && told.text.contains("test/audit/cosigner"),
        "{}",
        told.text
    );
}
