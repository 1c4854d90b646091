//! Every page keeps the rules of accessibility: in English and Arabic, light and dark, on a telephone and on a desk.

use dossier_browser::{Browser, Driver, Rules, Scripts};
use dossier_endtoend::{House, people::Person};

/// Looks at each address, in both languages, and tells all that is wrong at once.
fn keeps_the_rules(browser: &Browser, addresses: &[String]) {
    let rules = Rules::read();
    let mut broken = Vec::new();
    for address in addresses {
        for language in ["en", "ar"] {
            let mark = if address.contains('?') { '&' } else { '?' };
            broken.extend(rules.broken_on(browser, &format!("{address}{mark}lang={language}")));
        }
    }
    assert!(broken.is_empty(), "{} rules broken:\n{}", broken.len(), broken.join("\n"));
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "the console complains: {complaints:#?}");
}

fn seen_by(house: &House, who: Option<Person>, addresses: &[String]) {
    let driver = Driver::start();
    let browser = Browser::open(&driver, house, Scripts::On);
    if let Some(who) = who {
        browser.becomes(who);
    }
    keeps_the_rules(&browser, addresses);
}

fn plain(addresses: &[&str]) -> Vec<String> {
    addresses.iter().map(|one| (*one).to_owned()).collect()
}

#[test]
fn at_the_door() {
    let house = House::new();
    seen_by(&house, None, &plain(&["/review/sign-in", "/review/forgotten-password", "/demo", "/no/such/page"]));
    house.stop();
}

#[test]
fn of_readers() {
    let house = House::telling_practice();
    seen_by(&house, None, &plain(&["/"]));
    house.stop();
}
