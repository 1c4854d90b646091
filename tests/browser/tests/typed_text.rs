//! What somebody types is kept in the background: told when it is not taken, and gone from the device of who signs out.

use dossier_browser::{Browser, Driver, Scripts};
use dossier_endtoend::{House, people::CONTRIBUTOR_KZ, records};
use serde_json::json;

/// More than a form may be: 2 MiB.
const TOO_LONG: &str = "const field = document.querySelector('#f-description-en'); field.value = 'x'.repeat(3 << 20); \
                        field.dispatchEvent(new Event('input', { bubbles: true }));";
const PLANT: &str =
    "localStorage.setItem('kept:a:/b', JSON.stringify({ at: Date.now(), values: { title: 'Not public' } }))";
const LEFT: &str = "return Object.keys(localStorage).filter((key) => key.startsWith('kept:'))";

#[test]
fn a_text_that_is_too_long_to_be_kept_was_tried_for_ever_and_nobody_was_told() {
    let house = House::new();
    let draft = house.caller(CONTRIBUTOR_KZ).begin(&records::event("A draft of many words"));
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, Scripts::On);
    browser.becomes(CONTRIBUTOR_KZ);
    browser.go(&format!("/contribute/entries/{draft}"));
    browser.run(TOO_LONG, &[]);
    browser.reads("[data-saved][data-state=refused]", "too long");
    browser.fill("#f-description-en", "Few words are kept again.");
    browser.reads("[data-saved][data-state=kept]", "");
    drop(browser);
    house.stop();
}

#[test]
fn typed_text_stayed_on_the_device_of_who_signed_out() {
    let house = House::new();
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, Scripts::On);
    browser.becomes(CONTRIBUTOR_KZ);
    browser.go("/contribute");
    browser.run(PLANT, &[]);
    assert_eq!(browser.run(LEFT, &[]), json!(["kept:a:/b"]));
    browser.go("/review/sign-out");
    browser.sends("main form[action*='/sign-out'] button");
    assert_eq!(browser.run(LEFT, &[]), json!([]), "the next at this device is somebody else");
    drop(browser);
    house.stop();
}
