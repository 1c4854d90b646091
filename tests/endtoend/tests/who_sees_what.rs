//! DOMAIN section 5, cell by cell, over every interface of the running binary.
//!
//! Words are marked: each thing that some may see and others may not is written once, in words found nowhere else. Then
//! everybody reads everything there is to read, and what they were answered is searched.

use std::collections::BTreeMap;

use dossier_endtoend::{
    Caller, Entry, House,
    acts::text,
    disk::words_in,
    people::{
        self, ADMINISTRATOR, AUDITOR, AUTHORITY_KE, AUTHORITY_KZ, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, EXPERT_KE,
        FOCAL_POINT_KE, MODERATOR_A, MODERATOR_B, PUBLISHER, Person,
    },
    records::described,
    until,
};
use serde_json::{Value, json};

/// What is to be seen, by the words it is marked with.
const NOTE_IN_REVIEW: &str = "Quagga-internal-comment";
const NOTE_AT_APPROVAL: &str = "Okapi-internal-note";
const MESSAGE: &str = "Narwhal-please-mend";
const QUOTE: &str = "Ocelot-quoted";
const ANSWER: &str = "Pangolin-mended";
const REASON: &str = "Axolotl-refused-because";
const WHAT_CHANGED: &str = "Kinkajou-was-changed";
const DRAFT: &str = "Tapir-draft";
const NEXT_DRAFT: &str = "Serval-next-draft";
const SUBMITTED: &str = "Margay-submitted";
const RETURNED: &str = "Dugong-returned";
const REFUSED: &str = "Numbat-refused";
const PUBLISHED: &str = "Caracal-published";
const REQUEST: &str = "Gharial-take-it-back";

/// All of them, to be told apart in one search.
const MARKED: [&str; 14] = [
    NOTE_IN_REVIEW,
    NOTE_AT_APPROVAL,
    MESSAGE,
    QUOTE,
    ANSWER,
    REASON,
    WHAT_CHANGED,
    DRAFT,
    NEXT_DRAFT,
    SUBMITTED,
    RETURNED,
    REFUSED,
    PUBLISHED,
    REQUEST,
];

/// Entries of Kazakhstan, written by its contributor and handled by moderator A, one at each stage.
struct Desk {
    house: House,
    entries: BTreeMap<&'static str, Entry>,
    number: String,
    /// Subject ids, by the person's key.
    subjects: BTreeMap<&'static str, String>,
}

impl Desk {
    fn full() -> Self {
        let house = House::new();
        let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
        let file = |mark: &str| contributor.file(&described(&format!("{mark} title"), mark));
        let return_it = |entry: &Entry| {
            let digest = moderator.review(entry)["digest"].clone();
            let items = json!([{"field": "title", "language": "en", "quote": QUOTE, "text": MESSAGE}]);
            let body = json!({"digest": digest, "items": items});
            moderator.post(&entry.review("/request-changes"), &body).expect(200);
            contributor.wait_for(entry, "changes-requested");
        };
        let draft = contributor.begin(&described(DRAFT, DRAFT));
        let submitted = file(SUBMITTED);
        let digest = moderator.review(&submitted)["digest"].clone();
        let comment = json!({"digest": digest, "field": "title", "language": "en", "text": NOTE_IN_REVIEW});
        moderator.post(&submitted.review("/comment"), &comment).expect(200);
        moderator.post(&submitted.review("/claim"), &json!({})).expect(200);
        let returned = file(RETURNED);
        return_it(&returned);
        let refused = file(REFUSED);
        let digest = moderator.review(&refused)["digest"].clone();
        let body = json!({"digest": digest, "code": "out_of_scope", "reason": REASON});
        moderator.post(&refused.review("/refuse"), &body).expect(200);
        contributor.wait_for(&refused, "refused");
        let published = file("A first text");
        return_it(&published);
        contributor.save(&published, &described(&format!("{PUBLISHED} title"), PUBLISHED));
        let answers = json!({"what_changed": WHAT_CHANGED, "certify": true, "answers": [{"item": 1, "text": ANSWER}]});
        contributor.post(&published.draft("/submit"), &answers).expect(200);
        let review =
            until("the second round is open", || Some(moderator.review(&published)).filter(|one| one["round"] == 2));
        let approval = json!({"digest": review["digest"], "note": NOTE_AT_APPROVAL});
        moderator.post(&published.review("/approve"), &approval).expect(200);
        let number = text(&contributor.wait_for(&published, "published"), "number").to_owned();
        contributor.post(&published.draft("/ask-retraction"), &json!({"reason": REQUEST})).expect(202);
        contributor.post(&published.draft("/revise"), &json!({})).expect(200);
        contributor.save(&published, &described(NEXT_DRAFT, NEXT_DRAFT));
        let subjects = people::ALL.into_iter().map(|who| (who.key, house.subject(who))).collect();
        let entries = BTreeMap::from([
            ("draft", draft),
            ("submitted", submitted),
            ("returned", returned),
            ("refused", refused),
            ("published", published),
        ]);
        until("the request for retraction is known", || {
            let list = house.caller(PUBLISHER).get("/api/v1/retraction-requests").expect(200);
            list["items"].as_array().filter(|items| items.len() == 1).map(drop)
        });
        until("the logs are signed and compared, so that there is a receipt", || {
            let receipt = house.nobody().get(&format!("/audit/api/v1/receipts/{number}/1"));
            (receipt.status == 200).then_some(())
        });
        Self { house, entries, number, subjects }
    }

    fn caller(&self, who: Option<Person>) -> Caller {
        who.map_or_else(|| self.house.nobody(), |who| self.house.caller(who))
    }

    /// The names an entry goes by.
    fn names(&self) -> Vec<String> {
        let ids = self.entries.values().map(|entry| entry.0.clone());
        ids.chain([self.number.clone()]).collect()
    }

    /// Every address that can be read, from the four descriptions of the interfaces and the pages.
    fn addresses(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (prefix, template) in self.documented() {
            let origins = ["submission", "moderation", "publication", "audit"].map(ToOwned::to_owned);
            let mut filled = vec![format!("{prefix}{template}")];
            for (part, values) in [
                ("{id}", self.names()),
                ("{entry}", self.names()),
                ("{name}", self.names()),
                ("{number}", vec![self.number.clone()]),
                ("{edition}", vec!["1".to_owned(), "2".to_owned()]),
                // No entry here has a file; who sees them is tested in submission.
                ("{digest}", vec!["0".repeat(64)]),
                ("{origin}", origins.to_vec()),
            ] {
                let fill = |path: &String| values.iter().map(|value| path.replacen(part, value, 1)).collect::<Vec<_>>();
                filled = filled
                    .iter()
                    .flat_map(|path| if path.contains(part) { fill(path) } else { vec![path.clone()] })
                    .collect();
            }
            assert!(
                filled.iter().all(|path| !path.contains('{')),
                "{template} has a part that this test does not know"
            );
            found.extend(filled);
        }
        found.extend(self.more_addresses());
        found
    }

    fn documented(&self) -> Vec<(&'static str, String)> {
        let mut found = Vec::new();
        // Two of the descriptions name paths below their server's address, two from the root.
        for (prefix, server) in [("/contribute", true), ("/review", false), ("", false), ("/audit", true)] {
            let document = self.house.nobody().get(&format!("{prefix}/api/v1/openapi.json")).expect(200);
            let below = if server { "/contribute/api/v1\0/audit/api/v1" } else { "" };
            let below = below.split('\0').find(|one| server && one.starts_with(prefix)).unwrap_or("");
            let paths = document["paths"].as_object().expect("a description has paths");
            assert!(!paths.is_empty());
            found.extend(
                paths.iter().filter(|(_, path)| path["get"].is_object()).map(|(path, _)| (below, path.clone())),
            );
        }
        found
    }

    fn more_addresses(&self) -> Vec<String> {
        let mut more: Vec<String> = [
            "/",
            "/?text=title",
            "/?country=KAZ",
            "/contribute/api/v1/entries?state=draft",
            "/review/api/v1/reviews?state=any",
            "/review/api/v1/reviews?state=refused",
            "/review/api/v1/reviews?state=published",
            "/api/v1/entries?text=caracal",
            "/review/api/v1/designations?limit=200",
            "/audit/api/v1/trails?limit=200",
            "/audit/api/v1/trails?body=KAZ&format=jsonl",
            "/readyz",
            "/healthz",
            "/metrics",
            "/problems",
        ]
        .map(ToOwned::to_owned)
        .to_vec();
        for origin in ["submission", "moderation", "publication", "audit"] {
            more.push(format!("/audit/api/v1/events?origin={origin}&from=0&limit=200"));
        }
        for name in self.names() {
            more.push(format!("/audit/api/v1/entries/{name}/trail?contents=true"));
            more.push(format!("/audit/api/v1/entries/{name}/trail?changes=true&format=csv"));
            more.push(format!("/audit/api/v1/entries/{name}/trail?only=public&format=jsonl"));
            more.push(format!("/audit/api/v1/entries/{name}/certificate?edition=1"));
            more.push(format!("/audit/certificates/{name}/1"));
            more.push(format!("/review/api/v1/reviews/{name}?against=submission"));
            more.push(format!("/entries/{name}"));
            more.push(format!("/entries/{name}/editions/1"));
        }
        more
    }

    /// Whatever somebody is answered, by the address: to readings as a program and as a browser.
    fn read_everything(&self, who: Option<Person>) -> BTreeMap<String, Vec<u8>> {
        let caller = self.caller(who);
        let mut read = BTreeMap::new();
        for address in self.addresses() {
            for accept in ["application/json", "text/html"] {
                let answer = caller.send("GET", &address, &[("accept", accept)], None);
                assert!(answer.status < 500, "{answer}");
                read.entry(address.clone()).or_insert_with(Vec::new).extend(seen(&answer));
            }
        }
        read
    }

    /// Whatever somebody is answered who tries to do what they may not.
    fn try_everything(&self, who: Option<Person>) -> BTreeMap<String, Vec<u8>> {
        let caller = self.caller(who);
        let mut told = BTreeMap::new();
        for entry in self.entries.values() {
            let digest = "0".repeat(64);
            let attempts = [
                ("PUT", entry.draft("/draft"), json!({"content": {"title": {"en": "Mine"}}})),
                ("POST", entry.draft("/submit"), json!({"certify": false})),
                ("POST", entry.draft("/revise"), json!({})),
                ("POST", entry.draft("/recall"), json!({})),
                ("POST", entry.draft("/withdraw"), json!({"reason": " "})),
                ("POST", entry.draft("/ask-retraction"), json!({"reason": " "})),
                ("POST", entry.review("/approve"), json!({"digest": digest})),
                ("POST", entry.review("/comment"), json!({"digest": digest, "text": "Hm."})),
                ("POST", entry.review("/refuse"), json!({"digest": digest, "code": "spam", "reason": "Hm."})),
                ("POST", entry.public("/retract"), json!({"reason": "nothing", "explanation": " "})),
            ];
            for (method, path, body) in attempts {
                let headers = [("if-match", "\"d0\""), ("accept", "application/json")];
                let headers = if method == "PUT" { &headers[..] } else { &headers[1..] };
                let answer = caller.send(method, &path, headers, Some(body.to_string().as_bytes()));
                assert!((400..500).contains(&answer.status), "{answer}");
                told.insert(format!("{method} {path}"), seen(&answer));
            }
        }
        told
    }
}

/// All that reaches a reader: headers and body.
fn seen(answer: &dossier_endtoend::Answer) -> Vec<u8> {
    let mut seen = answer.body.clone();
    for (name, value) in &answer.headers {
        seen.extend_from_slice(format!("\n{name}: {value}").as_bytes());
    }
    seen
}

/// Where something stands in what was answered.
fn places<'a>(read: &'a BTreeMap<String, Vec<u8>>, words: &str) -> Vec<&'a str> {
    // A page that says that there is nothing offers the same address in other languages: what was asked tells nobody anything.
    let told = |address: &str, bytes: &[u8]| match String::from_utf8(bytes.to_vec()) {
        Ok(text) => text.replace(address.split('?').next().unwrap_or(address), "").into_bytes(),
        Err(_) => bytes.to_vec(),
    };
    let holds = |address: &str, bytes: &[u8]| !words_in(&told(address, bytes), &[words]).is_empty();
    read.iter().filter(|(address, bytes)| holds(address, bytes)).map(|(address, _)| address.as_str()).collect()
}

/// What somebody sees of the marked words, anywhere.
fn marks(read: &BTreeMap<String, Vec<u8>>) -> Vec<&'static str> {
    MARKED.into_iter().filter(|mark| !places(read, mark).is_empty()).collect()
}

/// One row of the table: who, and the marked words they see. All others they do not.
fn check_row(desk: &Desk, who: Option<Person>, shown: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let name = who.map_or("the public", |who| who.key);
    let mut read = desk.read_everything(who);
    let may_write = [Some(CONTRIBUTOR_KZ), Some(MODERATOR_A), Some(MODERATOR_B)].contains(&who);
    if !may_write {
        read.extend(desk.try_everything(who));
    }
    let seen = marks(&read);
    for mark in MARKED {
        let (is, should) = (seen.contains(&mark), shown.contains(&mark));
        assert_eq!(is, should, "{name} and {mark:?}: at {:?}", places(&read, mark));
    }
    read
}

/// Whether a person's name or subject id stands in anything that was answered.
fn check_person(desk: &Desk, read: &BTreeMap<String, Vec<u8>>, reader: &str, who: Person, shown: bool) {
    let (by_name, by_id) = (places(read, who.name), places(read, &desk.subjects[who.key]));
    if shown {
        assert!(!by_name.is_empty(), "{reader} does not see who {} is", who.key);
    } else {
        assert_eq!((by_name, by_id), (Vec::new(), Vec::new()), "{reader} sees {}", who.key);
    }
}

const OF_THE_BODY: [&str; 12] =
    [MESSAGE, QUOTE, ANSWER, REASON, WHAT_CHANGED, DRAFT, NEXT_DRAFT, SUBMITTED, RETURNED, REFUSED, PUBLISHED, REQUEST];

#[test]
fn the_public_sees_the_published_record_and_no_person() {
    let desk = Desk::full();
    let read = check_row(&desk, None, &[PUBLISHED, WHAT_CHANGED]);
    for who in people::ALL {
        check_person(&desk, &read, "the public", who, false);
    }
    // The body stands where the contributor would.
    let public = desk.house.nobody().get(&format!("/api/v1/entries/{}", desk.number)).expect(200);
    assert_eq!(public["body"]["code"], "KAZ");
}

#[test]
fn contributors_of_the_body_see_their_entries_and_messages_and_of_moderators_the_role() {
    let desk = Desk::full();
    for who in [CONTRIBUTOR_KZ, AUTHORITY_KZ] {
        let read = check_row(&desk, Some(who), &OF_THE_BODY);
        check_person(&desk, &read, who.key, CONTRIBUTOR_KZ, true);
        for hidden in [MODERATOR_A, MODERATOR_B, PUBLISHER, AUDITOR, ADMINISTRATOR, CONTRIBUTOR_KE] {
            check_person(&desk, &read, who.key, hidden, false);
        }
        let history = desk.house.caller(who).get(&desk.entries["refused"].draft("/history")).expect(200);
        let refusal = history["items"].as_array().and_then(|items| items.iter().find(|one| one["kind"] == "refused"));
        assert_eq!(refusal.map(|one| &one["by"]["role"]), Some(&json!("moderator")), "{history}");
    }
}

#[test]
fn contributors_of_other_bodies_see_what_the_public_sees() {
    let desk = Desk::full();
    let read = check_row(&desk, Some(CONTRIBUTOR_KE), &[PUBLISHED, WHAT_CHANGED]);
    // Colleagues of the same body know of each other.
    let colleagues = [CONTRIBUTOR_KE, AUTHORITY_KE, FOCAL_POINT_KE, EXPERT_KE];
    for who in people::ALL.into_iter().filter(|who| !colleagues.contains(who)) {
        check_person(&desk, &read, "a contributor of another body", who, false);
    }
}

#[test]
fn moderators_see_everything_that_was_submitted_and_no_draft() {
    let desk = Desk::full();
    let shown: Vec<&str> = MARKED.into_iter().filter(|mark| ![DRAFT, NEXT_DRAFT, REQUEST].contains(mark)).collect();
    let read = check_row(&desk, Some(MODERATOR_B), &shown);
    check_person(&desk, &read, "a moderator", CONTRIBUTOR_KZ, true);
    check_person(&desk, &read, "a moderator", MODERATOR_A, true);
    assert_eq!(places(&read, &desk.entries["draft"].0), Vec::<&str>::new(), "a moderator learns that there is a draft");
}

#[test]
fn publishers_see_what_was_approved_with_its_names_and_messages_and_no_internal_note() {
    let desk = Desk::full();
    let shown = [PUBLISHED, WHAT_CHANGED, MESSAGE, QUOTE, ANSWER, REQUEST];
    let read = check_row(&desk, Some(PUBLISHER), &shown);
    check_person(&desk, &read, "a publisher", CONTRIBUTOR_KZ, true);
    check_person(&desk, &read, "a publisher", MODERATOR_A, true);
    for undecided in ["draft", "submitted", "returned", "refused"] {
        assert_eq!(places(&read, &format!("\"{}\"", desk.entries[undecided])), Vec::<&str>::new(), "{undecided}");
    }
}

#[test]
fn auditors_see_everything_that_was_submitted_and_their_reading_is_on_record() {
    let desk = Desk::full();
    let shown: Vec<&str> = MARKED.into_iter().filter(|mark| ![DRAFT, NEXT_DRAFT].contains(mark)).collect();
    let read = check_row(&desk, Some(AUDITOR), &shown);
    check_person(&desk, &read, "an auditor", CONTRIBUTOR_KZ, true);
    check_person(&desk, &read, "an auditor", MODERATOR_A, true);
    let readings = desk.house.caller(AUDITOR).get("/audit/api/v1/readings?limit=200").expect(200).to_string();
    for (stage, entry) in &desk.entries {
        assert!(readings.contains(&entry.0), "no reading of the {stage} entry is on record");
    }
}

#[test]
fn administrators_see_designations_and_what_the_public_sees() {
    let desk = Desk::full();
    let mut read = check_row(&desk, Some(ADMINISTRATOR), &[PUBLISHED, WHAT_CHANGED]);
    let designations: Vec<String> = read.keys().filter(|address| address.contains("/designations")).cloned().collect();
    assert!(!designations.is_empty());
    for who in [CONTRIBUTOR_KZ, MODERATOR_A] {
        check_person(&desk, &read, "an administrator", who, true);
    }
    // Everybody reads of themselves who they are.
    for address in designations.into_iter().chain(["/review/api/v1/account".to_owned()]) {
        read.remove(&address);
    }
    for who in people::ALL {
        check_person(&desk, &read, "an administrator beside designations", who, false);
    }
}

#[test]
fn everything_that_is_hidden_from_somebody_is_shown_to_somebody() {
    // So that no mark of this file is one that is never written.
    let desk = Desk::full();
    let mut seen = marks(&desk.read_everything(Some(CONTRIBUTOR_KZ)));
    seen.extend(marks(&desk.read_everything(Some(MODERATOR_B))));
    for mark in MARKED {
        assert!(seen.contains(&mark), "nobody sees {mark:?}");
    }
    let documented: Vec<Value> =
        desk.documented().into_iter().map(|(prefix, path)| json!(format!("{prefix}{path}"))).collect();
    assert!(documented.len() >= 15, "{documented:?}");
}
