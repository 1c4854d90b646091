//! A text that changes while somebody decides about it: the decision is refused, the difference is shown, nothing that was typed is lost.

use dossier_browser::{Browser, Driver, Scripts};
use dossier_endtoend::{
    House,
    acts::Entry,
    people::{CONTRIBUTOR_KZ, MODERATOR_A},
    records,
};
use serde_json::json;

const MESSAGE: &str = "Thank you. The programme of the second day reads well.";
const BEFORE: &str = "The forum met on one day.";
const AFTER: &str = "The forum met on one day, and nobody has read this yet.";

fn filed(house: &House) -> Entry {
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = contributor.file(&records::described("Forum of labour inspectors", BEFORE));
    house.caller(MODERATOR_A).review(&entry);
    entry
}

/// The body takes it back, writes it anew and sends it again, while the moderator's page stands open.
fn changes(house: &House, entry: &Entry) {
    let contributor = house.caller(CONTRIBUTOR_KZ);
    contributor.post(&entry.draft("/recall"), &json!({})).expect(202);
    contributor.wait_for(entry, "draft");
    contributor.save(entry, &records::described("Forum of labour inspectors", AFTER));
    contributor.submit(entry, "What the forum did.");
    let moderator = house.caller(MODERATOR_A);
    dossier_endtoend::until("the second submission has come", || {
        let read = moderator.get(&entry.review("")).text();
        read.contains(AFTER).then_some(())
    });
}

fn is_refused_and_loses_nothing(scripts: Scripts) {
    let house = House::new();
    let entry = filed(&house);
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, scripts);
    browser.becomes(MODERATOR_A);
    browser.go(&format!("/review/entries/{entry}"));
    browser.reads("main", BEFORE);
    browser.tick("verdict", "approve");
    browser.fill("#message", MESSAGE);
    changes(&house, &entry);
    browser.sends("button[name=act][value=decide]");
    browser.reads("#newer", "");
    browser.reads("main", "and nobody has read this yet");
    assert_eq!(browser.value("#message"), MESSAGE, "what was typed is still there");
    assert!(!browser.has("input[name=verdict]:checked"), "nothing is approved by one more click");
    assert_ne!(house.nobody().get(&entry.public("")).status, 200, "what nobody read is not in public");
    // Now it was read.
    browser.tick("verdict", "approve");
    browser.sends("button[name=act][value=decide]");
    house.caller(CONTRIBUTOR_KZ).wait_for(&entry, "published");
    house.stop();
}

#[test]
fn an_edit_that_nobody_saw_is_not_approved_with_scripts() {
    is_refused_and_loses_nothing(Scripts::On);
}

#[test]
fn an_edit_that_nobody_saw_is_not_approved_without_scripts() {
    is_refused_and_loses_nothing(Scripts::Off);
}
