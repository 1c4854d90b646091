//! Every page keeps the rules of accessibility: in English and Arabic, light and dark, on a telephone and on a desk.

use dossier_browser::{Browser, Driver, Rules, Scripts};
use dossier_endtoend::{
    Entry, House,
    people::{ADMINISTRATOR, AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person},
    records,
};
use serde_json::json;

/// A page that there is not: the one problem that is looked at on purpose.
const NOWHERE: &str = "/no/such/page";

/// Looks at each address, in both languages, and tells all that is wrong at once.
fn keeps_the_rules(browser: &Browser, addresses: &[String]) {
    let rules = Rules::read();
    let mut broken = Vec::new();
    for address in addresses {
        for language in ["en", "ar"] {
            let mark = if address.contains('?') { '&' } else { '?' };
            broken.extend(rules.broken_on(browser, &format!("{address}{mark}lang={language}")));
            let is_problem = browser.has(".problem");
            assert_eq!(is_problem, address == NOWHERE, "what was looked at is {}", browser.where_it_is());
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

fn of(entry: &Entry, before: &str, after: &[&str]) -> Vec<String> {
    after.iter().map(|after| format!("{before}{entry}{after}")).collect()
}

#[test]
fn at_the_door() {
    let house = House::new();
    seen_by(&house, None, &plain(&["/review/sign-in", "/review/forgotten-password", "/demo", NOWHERE]));
    house.stop();
}

#[test]
fn of_readers() {
    let house = House::new();
    let (entry, number) = house.published("Round table of consuls");
    let (gone, _) = house.published("A table that was never round");
    let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."});
    house.caller(PUBLISHER).post(&gone.public("/retract"), &retraction).expect(200);
    let mut pages = plain(&["/", "/?type=event", "/?q=nothing-has-this-word"]);
    pages.extend(of(&entry, "/entries/", &["", "/editions"]));
    pages.push(format!("/entries/{number}/editions/1"));
    pages.extend(of(&gone, "/entries/", &[""]));
    pages.push("/audit/checkpoints".to_owned());
    seen_by(&house, None, &pages);
    house.stop();
}

#[test]
fn of_contributors() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let draft = contributor.begin(&records::event("A draft that nobody else reads"));
    let filed = contributor.file(&records::event("A table that is looked at"));
    let (public, _) = house.published("A table in public");
    let mut pages = plain(&["/contribute", "/contribute/new"]);
    pages.extend(of(
        &draft,
        "/contribute/entries/",
        &["", "/preview", "/timeline", "/submit", "/withdraw", "/files?field=attachments"],
    ));
    pages.extend(of(&filed, "/contribute/entries/", &["", "/timeline", "/recall"]));
    pages.extend(of(&public, "/contribute/entries/", &["", "/revise", "/retract"]));
    seen_by(&house, Some(CONTRIBUTOR_KZ), &pages);
    house.stop();
}

#[test]
fn of_moderators() {
    let house = House::new();
    let filed = house.caller(CONTRIBUTOR_KZ).file(&records::event("A table that is looked at"));
    house.caller(MODERATOR_A).review(&filed);
    let mut pages = plain(&["/review/queue", "/review/queue?type=practice"]);
    pages.extend(of(&filed, "/review/entries/", &[""]));
    seen_by(&house, Some(MODERATOR_A), &pages);
    house.stop();
}

#[test]
fn of_publishers() {
    let house = House::new();
    let (public, _) = house.published("A table in public");
    let mut pages = plain(&["/publish", "/publish/entries"]);
    pages.extend(of(&public, "/publish/entries/", &["", "/suspend", "/retract"]));
    seen_by(&house, Some(PUBLISHER), &pages);
    house.stop();
}

#[test]
fn of_auditors() {
    let house = House::new();
    let (public, _) = house.published("A table in public");
    let mut pages = plain(&["/audit", "/audit/findings", "/audit/trails", "/audit/verify", "/audit/figures"]);
    pages.extend(of(&public, "/audit/entries/", &["", "/as-of"]));
    seen_by(&house, Some(AUDITOR), &pages);
    house.stop();
}

#[test]
fn of_administrators() {
    let house = House::new();
    let designate = format!("/review/people/designate?subject={}", house.subject(MODERATOR_A));
    let pages = [
        "/review/people",
        "/review/people/invite",
        &designate,
        "/review/designations",
        "/review/registry",
        "/review/health",
    ];
    seen_by(&house, Some(ADMINISTRATOR), &plain(&pages));
    house.stop();
}
