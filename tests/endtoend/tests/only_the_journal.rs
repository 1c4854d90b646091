//! P2: the journal is the only truth.

use std::collections::BTreeMap;

use dossier_endtoend::{
    Answer, Caller, Entry, House, Start,
    acts::text,
    disk::{SERVICES, delete_what_may_go},
    people::{
        ADMINISTRATOR, AUDITOR, AUTHORITY_KZ, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER,
        Person,
    },
    records::{described, event},
    until,
};
use serde_json::{Value, json};

/// The story of a busy month: entries of two bodies in every state there is.
struct Month {
    entries: Vec<Entry>,
    numbers: Vec<String>,
}

impl Month {
    fn live(house: &House) -> Self {
        let mut month = Self { entries: Vec::new(), numbers: Vec::new() };
        month.designations(house);
        month.published(house);
        month.with_the_body(house);
        month.in_review(house);
        month.decided(house);
        month
    }

    fn designations(&self, house: &House) {
        let designation = house.designate(MODERATOR_B, "contributor", Some("KAZ"));
        let revoked = format!("/review/api/v1/designations/{designation}/revoke");
        house.caller(ADMINISTRATOR).post(&revoked, &json!({})).expect(200);
        house.designate(PUBLISHER, "contributor", Some("KEN"));
        // Refusals for lack of a designation are recorded too.
        let body = json!({"type": "event", "content": event("None of my business"), "language": "en"});
        house.caller(MODERATOR_A).post("/contribute/api/v1/entries", &body).problem(403, "not-entitled");
    }

    fn published(&mut self, house: &House) {
        let (contributor, moderator, kenya) = house.three();
        let (twice, number) = house.published("Published twice");
        house.publish_again(&twice, &described("Published twice", "The second edition says more."));
        self.add(twice, number);
        let (revised, number) = house.published("With a revision under way");
        contributor.post(&revised.draft("/revise"), &json!({})).expect(200);
        contributor.save(&revised, &event("Not yet submitted again"));
        self.add(revised, number);
        let (asked, number) = house.published("The body wants it back");
        contributor.post(&asked.draft("/ask-retraction"), &json!({"reason": "It did not take place."})).expect(202);
        self.add(asked, number);
        let (gone, number) = house.published("Retracted");
        let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."});
        house.caller(PUBLISHER).post(&gone.public("/retract"), &retraction).expect(200);
        contributor.wait_for(&gone, "retracted");
        until("moderation hears of the retraction", || {
            (moderator.get(&gone.review("")).json()["state"] == "retracted").then_some(())
        });
        self.add(gone, number);
        let of_kenya = kenya.file(&event("Of Kenya"));
        moderator.read_and_approve(&of_kenya);
        let number = text(&kenya.wait_for(&of_kenya, "published"), "number").to_owned();
        self.add(of_kenya, number);
    }

    fn with_the_body(&mut self, house: &House) {
        let (contributor, moderator, _) = house.three();
        let draft = contributor.begin(&event("A draft"));
        for version in 0..3 {
            contributor.save(&draft, &event(&format!("A draft, version {version}")));
        }
        self.entries.push(draft);
        let withdrawn = contributor.begin(&event("Withdrawn"));
        contributor.post(&withdrawn.draft("/withdraw"), &json!({"reason": "A mistake."})).expect(200);
        self.entries.push(withdrawn);
        let recalled = contributor.file(&event("Recalled"));
        moderator.review(&recalled);
        contributor.post(&recalled.draft("/recall"), &json!({})).expect(202);
        contributor.wait_for(&recalled, "draft");
        self.entries.push(recalled);
        let source = json!({
            "type": "event", "content": event("From a file"), "language": "en",
            "source": {"name": "page.txt", "text": "A page that was saved.\n"},
        });
        self.entries.push(Entry::of(&contributor.post("/contribute/api/v1/entries", &source).expect(201)));
    }

    fn in_review(&mut self, house: &House) {
        let (contributor, moderator, kenya) = house.three();
        let claimed = contributor.file(&event("Claimed"));
        let digest = moderator.review(&claimed)["digest"].clone();
        moderator.post(&claimed.review("/claim"), &json!({})).expect(200);
        let comment = json!({"digest": digest, "field": "title", "language": "en", "text": "A long title."});
        moderator.post(&claimed.review("/comment"), &comment).expect(200);
        self.entries.push(claimed);
        let again = contributor.file(&event("In its second round"));
        self.return_it(&moderator, &again);
        contributor.wait_for(&again, "changes-requested");
        contributor.save(&again, &event("In its second round, mended"));
        let answers = json!({"what_changed": "The title.", "certify": true, "answers": [{"item": 1, "text": "Done."}]});
        contributor.post(&again.draft("/submit"), &answers).expect(200);
        moderator.review(&again);
        moderator.approve(&again, &"0".repeat(64)).problem(409, "digest-mismatch");
        self.entries.push(again);
        let waiting = kenya.file(&event("Kenya waits"));
        moderator.review(&waiting);
        self.entries.push(waiting);
    }

    fn decided(&mut self, house: &House) {
        let (contributor, moderator, _) = house.three();
        let returned = contributor.file(&event("Returned"));
        self.return_it(&moderator, &returned);
        contributor.wait_for(&returned, "changes-requested");
        self.entries.push(returned);
        let refused = contributor.file(&event("Refused"));
        let digest = moderator.review(&refused)["digest"].clone();
        let body = json!({"digest": digest, "code": "out_of_scope", "reason": "It is about trade."});
        moderator.post(&refused.review("/refuse"), &body).expect(200);
        contributor.wait_for(&refused, "refused");
        self.entries.push(refused);
        let withdrawn = contributor.file(&event("Withdrawn from review"));
        moderator.review(&withdrawn);
        contributor.post(&withdrawn.draft("/withdraw"), &json!({"reason": "Another will come."})).expect(202);
        contributor.wait_for(&withdrawn, "withdrawn");
        self.entries.push(withdrawn);
    }

    fn return_it(&self, moderator: &Caller, entry: &Entry) {
        let digest = moderator.review(entry)["digest"].clone();
        let items = json!([{"field": "title", "language": "en", "quote": "round", "text": "Say which."}]);
        let body = json!({"digest": digest, "items": items});
        moderator.post(&entry.review("/request-changes"), &body).expect(200);
    }

    fn add(&mut self, entry: Entry, number: String) {
        self.entries.push(entry);
        self.numbers.push(number);
    }
}

trait Three {
    fn three(&self) -> (Caller, Caller, Caller);
}

impl Three for House {
    fn three(&self) -> (Caller, Caller, Caller) {
        (self.caller(CONTRIBUTOR_KZ), self.caller(MODERATOR_A), self.caller(CONTRIBUTOR_KE))
    }
}

/// Who reads what: none for the public, with HTML where a language is named.
struct Reading {
    who: Option<Person>,
    path: String,
    language: Option<&'static str>,
}

/// What is asked before and after: the same requests in the same order.
fn readings(month: &Month) -> Vec<Reading> {
    let mut all = Vec::new();
    let mut json = |who: Option<Person>, path: String| all.push(Reading { who, path, language: None });
    for entry in &month.entries {
        for who in [CONTRIBUTOR_KZ, CONTRIBUTOR_KE] {
            json(Some(who), entry.draft(""));
            json(Some(who), entry.draft("/history"));
        }
        json(Some(CONTRIBUTOR_KZ), entry.draft("/source"));
        json(Some(MODERATOR_B), entry.draft(""));
        for who in [MODERATOR_B, CONTRIBUTOR_KZ, PUBLISHER, AUDITOR, ADMINISTRATOR] {
            json(Some(who), entry.review(""));
        }
        json(Some(MODERATOR_A), entry.review("?against=nothing"));
        json(None, entry.public(""));
        json(None, entry.draft(""));
    }
    for number in &month.numbers {
        for rest in ["", "/editions", "/editions/1", "/editions/2", "/editions/9"] {
            json(None, format!("/api/v1/entries/{number}{rest}"));
        }
    }
    lists(&mut json);
    pages(month, &mut all);
    all
}

fn lists(json: &mut dyn FnMut(Option<Person>, String)) {
    for who in [CONTRIBUTOR_KZ, CONTRIBUTOR_KE, AUTHORITY_KZ, MODERATOR_A] {
        for query in ["", "?limit=2", "?state=draft", "?state=published&state=refused"] {
            json(Some(who), format!("/contribute/api/v1/entries{query}"));
        }
    }
    for who in [MODERATOR_A, PUBLISHER, AUDITOR, CONTRIBUTOR_KZ, ADMINISTRATOR] {
        for query in ["", "?state=any&limit=3", "?state=changes-requested", "?state=any&body=KEN", "?mine=true"] {
            json(Some(who), format!("/review/api/v1/reviews{query}"));
        }
        json(Some(who), "/review/api/v1/designations?limit=200".to_owned());
    }
    for query in ["", "?limit=1", "?country=KEN", "?text=edition", "?type_of_resource=event&page=1", "?region=none"] {
        json(None, format!("/api/v1/entries{query}"));
    }
    json(Some(PUBLISHER), "/api/v1/retraction-requests".to_owned());
    json(None, "/review/api/v1/registry".to_owned());
    for origin in ["submission", "moderation", "publication"] {
        json(None, format!("/audit/api/v1/checkpoints/{origin}"));
        json(None, format!("/audit/api/v1/checkpoints/{origin}?format=json"));
        for from in [0, 7] {
            json(Some(AUDITOR), format!("/audit/api/v1/events?origin={origin}&from={from}&limit=40"));
        }
        json(Some(MODERATOR_A), format!("/audit/api/v1/events?origin={origin}"));
    }
    json(Some(AUDITOR), "/audit/api/v1/findings".to_owned());
    json(Some(CONTRIBUTOR_KZ), "/audit/api/v1/state".to_owned());
    json(None, "/no/such/address".to_owned());
}

fn pages(month: &Month, all: &mut Vec<Reading>) {
    let mut page = |path: String, language| all.push(Reading { who: None, path, language: Some(language) });
    for language in ["ar", "zh", "en", "fr", "ru", "es"] {
        page("/".to_owned(), language);
        page("/?country=KAZ".to_owned(), language);
        for number in &month.numbers {
            page(format!("/entries/{number}"), language);
        }
    }
    for number in &month.numbers {
        page(format!("/entries/{number}/editions/1"), "en");
        page(format!("/entries/{number}/editions/7"), "en");
    }
    page("/entries/EVT-2026-99999".to_owned(), "ar");
}

/// Waits until the audit service has seen what each of the others signed last: only then nothing moves any more.
fn settle(house: &House) {
    for origin in ["submission", "moderation", "publication"] {
        let signed = format!("/audit/api/v1/checkpoints/{origin}?format=json");
        until(&format!("audit has seen all of {origin}"), || {
            let states = digests(house);
            let state = states.iter().find(|state| state["origin"] == origin)?;
            (house.nobody().get(&signed).expect(200)["size"] == state["next"]["sequence"]).then_some(())
        });
    }
}

/// All answers, as far as they can be the same.
fn answers(house: &House, readings: &[Reading]) -> BTreeMap<String, String> {
    settle(house);
    let ask = |reading: &Reading| {
        let caller = reading.who.map_or_else(|| house.nobody(), |who| house.caller(who));
        let answer = match reading.language {
            Some(language) => caller.page(&reading.path, language),
            None => caller.get(&reading.path),
        };
        assert!(answer.status < 500, "{answer}");
        let who = reading.who.map_or("nobody", |who| who.key);
        (format!("{who} {} {}", reading.path, reading.language.unwrap_or("json")), lasting(&answer))
    };
    readings.iter().map(ask).collect()
}

/// An answer without what is another one each time: the number of a problem, and for how long somebody has been waiting.
fn lasting(answer: &Answer) -> String {
    let kind = answer.header("content-type").unwrap_or_default().to_owned();
    let mut text = answer.text();
    if kind == "application/problem+json" && answer.status != 410 {
        let mut document = answer.json();
        let members = document.as_object_mut().expect("a problem is an object");
        members.remove("instance");
        members.remove("number");
        text = document.to_string();
    } else if kind == "application/json" && text.contains("waiting_seconds") {
        let mut document = answer.json();
        for line in document["items"].as_array_mut().into_iter().flatten() {
            line.as_object_mut().expect("a line is an object").remove("waiting_seconds");
        }
        text = document.to_string();
    } else if kind.starts_with("text/html") && answer.status >= 400 && answer.status != 410 {
        text = without_number(&text);
    }
    format!("{} {kind} {:?}\n{text}", answer.status, answer.header("etag"))
}

/// A page of a problem without its number, which is a ULID.
fn without_number(text: &str) -> String {
    let is_number = |word: &str| word.len() == 26 && word.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    let parts = text.split_inclusive(|c: char| !c.is_ascii_alphanumeric());
    parts.filter(|part| !is_number(part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric()))).collect()
}

fn digests(house: &House) -> Vec<Value> {
    house.caller(AUDITOR).get("/audit/api/v1/state").expect(200).as_array().cloned().unwrap_or_default()
}

/// The trails without the readings, of which each makes one more.
fn trails(house: &House, month: &Month) -> Vec<Vec<Value>> {
    let auditor = house.caller(AUDITOR);
    let lasting = |entry| {
        let steps = auditor.trail(entry).into_iter();
        steps.filter(|step| step["place"]["origin"] != "audit").collect()
    };
    month.entries.iter().map(lasting).collect()
}

fn compare(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) {
    for (asked, answer) in before {
        assert_eq!(answer, &after[asked], "another answer to {asked}");
    }
}

#[test]
fn p2_the_journal_is_the_only_truth() {
    let start = Start { more: &["--public-url", "https://dossier.example"], ..Start::default() };
    let house = House::with(&start);
    let month = Month::live(&house);
    let readings = readings(&month);
    assert!(readings.len() >= 200, "{} readings", readings.len());
    let told = trails(&house, &month);
    let before = answers(&house, &readings);
    let statuses: Vec<&str> = before.values().map(|answer| &answer[..3]).collect();
    for status in ["200", "401", "403", "404", "410"] {
        assert!(statuses.contains(&status), "no answer with {status}");
    }
    let digests_before = digests(&house);
    assert_eq!(digests_before.len(), SERVICES.len());
    let ended = house.stop();
    let deleted = delete_what_may_go(&ended.data());
    for service in SERVICES {
        let snapshots = ended.data().join(service).join("snapshots");
        assert!(deleted.contains(&snapshots), "{service} had no snapshots: {deleted:?}");
    }
    let house = House::on(&ended.directory, &start);
    assert_eq!(digests(&house), digests_before, "another state or view");
    compare(&before, &answers(&house, &readings));
    assert_eq!(trails(&house, &month), told);
    let digests_before = digests(&house);
    let ended = house.kill();
    delete_what_may_go(&ended.data());
    let house = House::on(&ended.directory, &start);
    assert_eq!(digests(&house), digests_before, "another state or view after a kill");
    compare(&before, &answers(&house, &readings));
}

#[test]
fn p2_what_is_rebuilt_goes_on_as_if_nothing_had_happened() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let (first, number) = house.published("Before");
    let waiting = contributor.file(&event("In review when everything was deleted"));
    let ended = house.kill();
    delete_what_may_go(&ended.data());
    let house = ended.again();
    house.publish_again(&first, &described("Before", "Another text."));
    assert_eq!(house.nobody().get(&format!("/api/v1/entries/{number}")).expect(200)["edition"], 2);
    house.caller(MODERATOR_B).read_and_approve(&waiting);
    let published = house.caller(CONTRIBUTOR_KZ).wait_for(&waiting, "published");
    assert_eq!(text(&published, "number"), number.replace("00001", "00002"));
}
