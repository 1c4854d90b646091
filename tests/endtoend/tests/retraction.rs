//! P7: nothing vanishes.

use dossier_endtoend::{
    House,
    acts::text,
    people::{AUDITOR, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
    records::described,
    until,
};
use serde_json::{Value, json};

const EXPLANATION: &str = "The forum described here did not take place.";

fn retraction() -> Value {
    json!({"reason": "factual_error", "explanation": EXPLANATION})
}

#[test]
fn p7_a_retracted_entry_leaves_a_tombstone_with_its_facts_and_its_number() {
    let house = House::new();
    let (contributor, publisher) = (house.caller(CONTRIBUTOR_KZ), house.caller(PUBLISHER));
    let (entry, number) = house.publish(&described("A forum", "The words of the first edition."));
    house.publish_again(&entry, &described("A forum", "The words of the second edition."));
    let editions = house.nobody().get(&entry.public("/editions")).expect(200);
    contributor.post(&entry.draft("/ask-retraction"), &json!({"reason": "We were mistaken."})).expect(202);
    let asked = until("publication hears of the request", || {
        let list = publisher.get("/api/v1/retraction-requests").expect(200);
        list["items"].as_array().and_then(|items| items.first()).cloned()
    });
    assert_eq!((text(&asked, "number"), text(&asked, "reason")), (number.as_str(), "We were mistaken."));
    let stone = publisher.post(&entry.public("/retract"), &retraction()).expect(200);
    assert_eq!(stone["asked_by_body"], true);
    contributor.wait_for(&entry, "retracted");
    assert_eq!(publisher.get("/api/v1/retraction-requests").expect(200)["items"], json!([]));
    let killed = house.kill();
    let house = killed.again();
    for address in ["", "/editions/1", "/editions/2"] {
        let gone = house.nobody().get(&format!("/api/v1/entries/{number}{address}")).problem(410, "gone");
        assert_eq!((text(&gone, "number"), text(&gone, "state")), (number.as_str(), "retracted"));
        assert_eq!((text(&gone, "reason"), text(&gone, "explanation")), ("factual_error", EXPLANATION));
        assert_eq!(gone["editions"], editions["items"], "when and what was public stays on record");
        assert!(!gone.to_string().contains("The words of"), "{gone}");
    }
    let kept = house.nobody().get(&entry.public("/editions")).expect(200);
    assert_eq!((&kept["state"], &kept["items"]), (&json!("retracted"), &editions["items"]));
    assert_eq!(house.nobody().get("/api/v1/entries").expect(200)["total"], 0);
    // Its body and its auditors still read what it said.
    assert_eq!(
        house.caller(CONTRIBUTOR_KZ).entry(&entry)["content"]["description"]["en"],
        "The words of the second edition."
    );
    assert!(house.caller(AUDITOR).trail(&entry).iter().any(|step| step["kind"] == "entry-retracted"));
    let (_, next) = house.published("Another");
    assert_eq!(next, number.replace("00001", "00002"), "a number is never given again");
}

#[test]
fn p7_the_tombstone_is_a_page_in_the_readers_language() {
    let house = House::new();
    let (entry, number) = house.publish(&described("A forum", "Words that are gone."));
    house.caller(PUBLISHER).post(&entry.public("/retract"), &retraction()).expect(200);
    for (language, direction, said) in [("en", "ltr", "retracted"), ("ar", "rtl", "سُحب")] {
        for address in ["", "/editions/1"] {
            let page = house.nobody().page(&format!("/entries/{number}{address}"), language);
            assert_eq!(page.status, 410, "{page}");
            let html = page.text();
            assert!(html.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\"")), "{html}");
            for shown in [EXPLANATION, number.as_str(), said] {
                assert!(html.contains(shown), "{shown:?} is not on the page in {language}: {html}");
            }
            assert!(!html.contains("Words that are gone."), "{html}");
        }
    }
}

#[test]
fn p7_what_is_approved_after_a_retraction_is_not_published() {
    let house = House::new();
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let (entry, number) = house.published("A forum");
    contributor.post(&entry.draft("/revise"), &json!({})).expect(200);
    contributor.save(&entry, &described("A forum", "Submitted before, approved after the retraction."));
    contributor.submit(&entry, "Another text.");
    let digest = text(&moderator.review(&entry), "digest").to_owned();
    house.caller(PUBLISHER).post(&entry.public("/retract"), &retraction()).expect(200);
    // Moderation may have heard of the retraction, or not yet: either way nothing becomes public.
    let approval = moderator.approve(&entry, &digest);
    assert!([200, 409].contains(&approval.status), "{approval}");
    contributor.wait_for(&entry, "retracted");
    house.nobody().get(&entry.public("")).problem(410, "gone");
    assert_eq!(house.nobody().get("/api/v1/entries").expect(200)["total"], 0);
    let (_, next) = house.published("Another");
    assert_eq!(next, number.replace("00001", "00002"));
    house.nobody().get(&format!("/api/v1/entries/{number}")).problem(410, "gone");
}

#[test]
fn p7_a_retraction_needs_a_publisher_a_reason_of_the_registry_and_an_explanation() {
    let house = House::new();
    let (entry, _) = house.published("A forum");
    for somebody in [CONTRIBUTOR_KZ, CONTRIBUTOR_KE, MODERATOR_A, AUDITOR] {
        let refused =
            house.caller(somebody).post(&entry.public("/retract"), &retraction()).problem(403, "not-entitled");
        assert_eq!(refused["code"], "no-designation", "{}", somebody.key);
    }
    house.nobody().post(&entry.public("/retract"), &retraction()).problem(401, "unauthenticated");
    let publisher = house.caller(PUBLISHER);
    for body in [
        json!({"reason": "because", "explanation": EXPLANATION}),
        json!({"reason": "factual_error", "explanation": "  "}),
        json!({"reason": "factual_error", "explanation": "x".repeat(5_000)}),
    ] {
        publisher.post(&entry.public("/retract"), &body).problem(422, "invalid-request");
    }
    assert_eq!(house.nobody().get(&entry.public("")).status, 200);
    publisher.post(&entry.public("/retract"), &retraction()).expect(200);
    let again = publisher.post(&entry.public("/retract"), &retraction()).problem(409, "wrong-state");
    assert_eq!(again["state"], "retracted");
    let contributor = house.caller(CONTRIBUTOR_KZ);
    contributor.wait_for(&entry, "retracted");
    contributor.post(&entry.draft("/revise"), &json!({})).problem(409, "wrong-state");
    contributor.post(&entry.draft("/ask-retraction"), &json!({"reason": "Again."})).problem(409, "wrong-state");
}

#[test]
fn p7_correcting_is_another_edition_and_the_old_one_stays() {
    let house = House::new();
    let (entry, number) = house.publish(&described("A forum", "First."));
    house.publish_again(&entry, &described("A forum", "Second."));
    let old = house.nobody().get(&format!("/api/v1/entries/{number}/editions/1")).expect(200);
    assert_eq!((&old["state"], &old["content"]["description"]["en"]), (&json!("superseded"), &json!("First.")));
    assert_eq!(old["current_edition"], 2);
    let contributor = house.caller(CONTRIBUTOR_KZ);
    contributor.post(&entry.draft("/withdraw"), &json!({"reason": "All of it."})).problem(409, "wrong-state");
    assert_eq!(house.nobody().get(&entry.public("")).expect(200)["edition"], 2);
}
