//! A page that follows what happens elsewhere puts new elements in the place of old ones while somebody reads it.

use dossier_browser::{Browser, Driver, Scripts};
use dossier_endtoend::House;
use serde_json::json;

/// For so long, in milliseconds, the heading is another one each millisecond: what was found is gone before it is read.
const UNREST: u32 = 500;

#[test]
fn an_element_that_is_replaced_between_finding_and_reading_is_looked_for_again() {
    let house = House::new();
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, Scripts::On);
    browser.go("/");
    let heading = browser.text("main h1");
    assert!(!heading.is_empty());
    let replaces = "const until = performance.now() + arguments[0];
        const timer = setInterval(() => {
            const old = document.querySelector('main h1');
            old.replaceWith(old.cloneNode(true));
            if (performance.now() > until) clearInterval(timer);
        }, 1);";
    for _ in 0..3 {
        browser.run(replaces, &[json!(UNREST)]);
        assert_eq!(browser.text("main h1"), heading);
        browser.run(replaces, &[json!(UNREST)]);
        browser.click("main h1");
        browser.run(replaces, &[json!(UNREST)]);
        assert_eq!(browser.attribute("main h1", "no-such-attribute"), None);
    }
    house.stop();
}
