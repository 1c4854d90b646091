//! A publisher takes an entry out of public: alternatives first, the tombstone as it will stand, and then it stands so.

use dossier_browser::{Browser, Driver, Scripts};
use dossier_endtoend::{House, people::PUBLISHER};

const TITLE: &str = "Round table that was called off";
const WHY: &str = "The meeting was called off; the entry was written before.";

fn is_retracted(scripts: Scripts) {
    let house = House::new();
    let (entry, number) = house.published(TITLE);
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, scripts);
    browser.becomes(PUBLISHER);
    browser.go(&format!("/publish/entries/{number}"));
    browser.click(&format!("main a[href=\"/publish/entries/{number}/retract\"]"));
    // Without a reason it is asked for, and what was typed is still there.
    browser.fill("details[open] textarea.words", WHY);
    browser.sends("button[name=step][value=preview]");
    browser.reads("#reason .err", "");
    assert_eq!(browser.value("details[open] textarea.words").trim(), WHY);
    browser.tick("reason", "did_not_take_place");
    browser.sends("button[name=step][value=preview]");
    browser.reads(".read", WHY);
    assert_eq!(house.nobody().get(&entry.public("")).status, 200, "a preview retracts nothing");
    let foreseen = browser.text(".read h1");
    browser.sends("button[name=step][value=do]");
    browser.arrives("/publish/entries/");
    assert_eq!(house.nobody().get(&entry.public("")).status, 410, "it is gone");
    browser.go(&format!("/entries/{number}"));
    browser.reads("main", WHY);
    assert_eq!(browser.text("main h1"), foreseen, "the tombstone is the one that was foreseen");
    assert!(!browser.text("main").contains("in a few plain sentences"), "the text stands in public still");
    house.stop();
}

#[test]
fn an_entry_is_retracted_with_scripts() {
    is_retracted(Scripts::On);
}

#[test]
fn an_entry_is_retracted_without_scripts() {
    is_retracted(Scripts::Off);
}
