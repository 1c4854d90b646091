//! The sample entry, from an empty form to the public page, through the hands of three people; with scripts and without.

use dossier_browser::{Browser, Driver, Scripts};
use dossier_endtoend::{
    House,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A},
};

const TITLE: &str =
    "The participation of the delegation of Kazakhstan at the International Migration Review Forum (IMRF)";
const DESCRIPTION: &str =
    "In 2018, Member States agreed to review the progress made in implementing the Global Compact.";

/// The contributor begins an event and fills in what has to be there.
fn begins(browser: &Browser) -> String {
    browser.becomes(CONTRIBUTOR_KZ);
    browser.go("/contribute");
    browser.click("a.button.go[href=\"/contribute/new\"]");
    browser.arrives("/contribute/new");
    browser.click("input[name=type][value=event]");
    browser.click("input[name=body]");
    browser.sends("form[action] button.go");
    browser.arrives("/contribute/entries/");
    browser.address()
}

fn fills_in(browser: &Browser) {
    browser.fill("#f-title-en", TITLE);
    browser.fill("#f-description-en", DESCRIPTION);
    browser.choose("#f-event_type", "conference");
    browser.fill("#f-organizers-0", "International Organization for Migration (IOM)");
    browser.fill("#f-languages-0", "English");
    browser.choose("#f-geographic_scope", "global");
    browser.tick("/workstream_output", "false");
    browser.tick("/regional_review", "false");
}

/// The contributor looks at the checks, certifies and submits.
fn submits(browser: &Browser) {
    browser.sends("button.go[name=then][value=submit]");
    browser.reads("#checks ~ p", "");
    assert!(browser.address().contains("/submit"), "{}:\n{}", browser.where_it_is(), browser.text("main"));
    browser.click("input[name=certify]");
    browser.sends("main form button.go");
    browser.reads("main", TITLE);
}

/// The moderator finds it in the queue, reads it and approves it.
fn approves(browser: &Browser) {
    browser.becomes(MODERATOR_A);
    browser.finds("/review/queue", "#queue a[data-open]");
    browser.click("#queue a[data-open]");
    browser.arrives("/review/entries/");
    browser.reads("main", DESCRIPTION);
    browser.click("input[name=verdict][value=approve]");
    for question in browser.all("ul.checklist input[value=yes]") {
        browser.press_on(&question);
    }
    browser.sends("button[name=act][value=decide]");
}

/// Anybody reads it.
fn is_public(browser: &Browser) {
    browser.finds("/", "main a[href^=\"/entries/EVT-\"]");
    browser.click("main a[href^=\"/entries/EVT-\"]");
    browser.reads("h1", TITLE);
    browser.reads("main", DESCRIPTION);
}

/// The auditor sees how it came to be so.
fn is_followed(browser: &Browser) {
    browser.becomes(AUDITOR);
    browser.go("/audit/entries/EVT-2026-00001");
    browser.reads("h1", TITLE);
    assert!(browser.has("table.trail tr"), "{}", browser.text("main"));
}

fn goes_its_way(scripts: Scripts) {
    let house = House::new();
    let driver = Driver::start();
    let browser = Browser::open(&driver, &house, scripts);
    begins(&browser);
    fills_in(&browser);
    submits(&browser);
    approves(&browser);
    is_public(&browser);
    is_followed(&browser);
    let complaints = browser.complaints();
    assert!(complaints.is_empty(), "the console complains: {complaints:#?}");
    drop(browser);
    house.stop();
}

#[test]
fn from_form_to_published_with_scripts() {
    goes_its_way(Scripts::On);
}

#[test]
fn from_form_to_published_without_scripts() {
    goes_its_way(Scripts::Off);
}
