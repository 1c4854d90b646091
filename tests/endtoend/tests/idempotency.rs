//! P4: a command takes effect once, however often it is sent under its key.

use std::{sync::Barrier, thread};

use dossier_endtoend::{
    Answer, Caller, Entry, House,
    acts::text,
    people::{ADMINISTRATOR, AUDITOR, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER, Person},
    records::{described, event},
    until,
};
use serde_json::{Value, json};

/// Callers at once.
const CALLERS: usize = 20;

/// A write that was sent, to be sent again.
struct Sent {
    who: Person,
    method: &'static str,
    path: String,
    key: String,
    etag: Option<String>,
    body: Value,
    /// Something the same request might say instead.
    another: Option<Value>,
    status: u16,
}

impl Sent {
    fn send(&self, house: &House, body: &Value) -> Answer {
        let mut headers = vec![("idempotency-key", self.key.as_str())];
        headers.extend(self.etag.as_deref().map(|tag| ("if-match", tag)));
        house.caller(self.who).send(self.method, &self.path, &headers, Some(body.to_string().as_bytes()))
    }

    fn name(&self) -> String {
        format!("{} {} by {}", self.method, self.path, self.who.key)
    }
}

/// Every write there is, in the order of a story, each sent once.
struct Story<'a> {
    house: &'a House,
    sent: Vec<Sent>,
}

impl Story<'_> {
    fn send(&mut self, who: Person, method: &'static str, path: String, body: Value, another: Option<Value>) -> Value {
        let etag = (method == "PUT").then(|| {
            let entry = path.trim_end_matches("/draft");
            self.house.caller(who).get(entry).etag().to_owned()
        });
        let key = format!("key-{}", self.sent.len());
        let mut sent = Sent { who, method, path, key, etag, body, another, status: 0 };
        let answer = sent.send(self.house, &sent.body);
        assert!(answer.is_success(), "{answer}");
        sent.status = answer.status;
        self.sent.push(sent);
        answer.json()
    }

    fn post(&mut self, who: Person, path: String, body: Value, another: Value) -> Value {
        let another = (another != Value::Null).then_some(another);
        self.send(who, "POST", path, body, another)
    }

    fn begin(&mut self, title: &str) -> Entry {
        let body = |title: &str| json!({"type": "event", "content": event(title), "language": "en"});
        let path = "/contribute/api/v1/entries".to_owned();
        Entry::of(&self.post(CONTRIBUTOR_KZ, path, body(title), body("Another title")))
    }

    fn submit(&mut self, entry: &Entry) {
        let body = |words: &str| json!({"certify": true, "what_changed": words});
        self.post(CONTRIBUTOR_KZ, entry.draft("/submit"), body("The title."), body("Other words."));
        self.house.caller(MODERATOR_A).review(entry);
    }

    fn act(&mut self, entry: &Entry, act: &str, mut body: Value, another: Value) {
        let digest = self.house.caller(MODERATOR_A).review(entry)["digest"].clone();
        let mut another = another;
        for one in [&mut body, &mut another] {
            if let Some(members) = one.as_object_mut() {
                members.insert("digest".to_owned(), digest.clone());
            }
        }
        self.post(MODERATOR_A, entry.review(act), body, another);
    }

    fn tell(&mut self) {
        let contributor = self.house.caller(CONTRIBUTOR_KZ);
        let first = self.begin("Published, revised, retracted");
        let saved = |words: &str| json!({"content": described("Published, revised, retracted", words)});
        self.send(CONTRIBUTOR_KZ, "PUT", first.draft("/draft"), saved("More."), Some(saved("Something else.")));
        self.submit(&first);
        self.post(MODERATOR_A, first.review("/claim"), json!({}), Value::Null);
        self.post(MODERATOR_A, first.review("/release"), json!({}), Value::Null);
        self.act(&first, "/comment", json!({"text": "Hm."}), json!({"text": "Oh."}));
        let items = |text: &str| json!({"items": [{"field": "title", "text": text}]});
        self.act(&first, "/request-changes", items("Which?"), items("Where?"));
        contributor.wait_for(&first, "changes-requested");
        contributor.save(&first, &described("Published, revised, retracted", "Mended."));
        self.submit(&first);
        self.act(&first, "/approve", json!({"note": "Read."}), json!({"note": "Read twice."}));
        contributor.wait_for(&first, "published");
        self.post(CONTRIBUTOR_KZ, first.draft("/revise"), json!({}), Value::Null);
        contributor.post(&first.draft("/withdraw"), &json!({"reason": "Later."})).expect(200);
        let reason = |words: &str| json!({"reason": words});
        self.post(CONTRIBUTOR_KZ, first.draft("/ask-retraction"), reason("Wrong."), reason("All wrong."));
        let retraction = |words: &str| json!({"reason": "factual_error", "explanation": words});
        self.post(PUBLISHER, first.public("/retract"), retraction("It was wrong."), retraction("It was all wrong."));
        contributor.wait_for(&first, "retracted");
        let second = self.begin("Recalled, withdrawn");
        self.submit(&second);
        self.post(CONTRIBUTOR_KZ, second.draft("/recall"), json!({}), Value::Null);
        contributor.wait_for(&second, "draft");
        self.post(CONTRIBUTOR_KZ, second.draft("/withdraw"), reason("No."), reason("Not at all."));
        let third = self.begin("Refused");
        self.submit(&third);
        let refusal = |words: &str| json!({"code": "spam", "reason": words});
        self.act(&third, "/refuse", refusal("It is."), refusal("It really is."));
        contributor.wait_for(&third, "refused");
        self.designate();
    }

    fn designate(&mut self) {
        let subject = self.house.subject(CONTRIBUTOR_KE);
        let path = "/review/api/v1/designations".to_owned();
        let grant = |body: &str| json!({"subject": subject, "role": "contributor", "body": body});
        let granted = self.post(ADMINISTRATOR, path.clone(), grant("UGA"), grant("TZA"));
        let revoke = format!("{path}/{}/revoke", text(&granted, "id"));
        self.post(ADMINISTRATOR, revoke, json!({}), Value::Null);
    }
}

/// How many events each journal holds: what a command that takes effect moves.
fn sizes(house: &House) -> Vec<Value> {
    let state = house.caller(AUDITOR).get("/audit/api/v1/state").expect(200);
    let workflow = state.as_array().into_iter().flatten().filter(|one| one["origin"] != "audit");
    workflow.map(|one| one["next"].clone()).collect()
}

fn check_repeats(house: &House, sent: &[Sent]) {
    let before = sizes(house);
    for one in sent {
        for _ in 0..2 {
            let answer = one.send(house, &one.body);
            assert_eq!(answer.status, one.status, "repeated: {}: {answer}", one.name());
        }
        assert_eq!(sizes(house), before, "a repeat of {} took effect", one.name());
        if let Some(another) = &one.another {
            one.send(house, another).problem(422, "idempotency-key-reused");
        }
    }
    assert_eq!(sizes(house), before, "something took effect under a used key");
}

#[test]
fn p4_every_write_takes_effect_once_under_its_key() {
    let house = House::new();
    let mut story = Story { house: &house, sent: Vec::new() };
    story.tell();
    let Story { sent, .. } = story;
    for act in [
        "entries",
        "/draft",
        "/submit",
        "/recall",
        "/withdraw",
        "/revise",
        "/ask-retraction",
        "/claim",
        "/release",
        "/comment",
        "/request-changes",
        "/approve",
        "/refuse",
        "/designations",
        "/revoke",
        "/retract",
    ] {
        assert!(sent.iter().any(|one| one.path.ends_with(act)), "{act} was not tried");
    }
    check_repeats(&house, &sent);
    let house = house.kill().again();
    check_repeats(&house, &sent);
}

#[test]
fn p4_a_repeat_is_answered_with_what_it_led_to() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let body = json!({"type": "event", "content": event("Filed once"), "language": "en"});
    let file = |key: &str| contributor.post_once("/contribute/api/v1/entries", key, &body).expect(201);
    let first = file("a-key");
    assert_eq!(file("a-key")["id"], first["id"]);
    assert_ne!(file("another-key")["id"], first["id"], "another key is another command");
    // Without a key each request is one of its own.
    let begun = contributor.begin(&event("Filed once"));
    assert_ne!(begun, Entry::of(&first));
    // The same key of somebody else is another command.
    let kenya = house.caller(CONTRIBUTOR_KE).post_once("/contribute/api/v1/entries", "a-key", &body).expect(201);
    assert_ne!(kenya["id"], first["id"]);
    assert_eq!(kenya["body"], "KEN");
    // And of the same person at another address.
    let submit = contributor.post_once(&begun.draft("/submit"), "a-key", &json!({"certify": true}));
    submit.problem(422, "idempotency-key-reused");
}

#[test]
fn p4_a_refusal_is_repeated_and_not_decided_again() {
    let house = House::new();
    let entry = house.caller(CONTRIBUTOR_KZ).file(&event("A forum"));
    let moderator = house.caller(MODERATOR_A);
    let review = moderator.review(&entry);
    let stale = json!({"digest": "0".repeat(64)});
    let refused = moderator.post_once(&entry.review("/approve"), "refused", &stale).problem(409, "digest-mismatch");
    let size = sizes(&house);
    let again = moderator.post_once(&entry.review("/approve"), "refused", &stale).problem(409, "digest-mismatch");
    assert_eq!(again["recorded"], refused["recorded"]);
    assert_eq!(sizes(&house), size);
    moderator.approve(&entry, text(&review, "digest")).expect(200);
}

/// The same request by many at once.
fn at_once(caller: &Caller, send: impl Fn(&Caller, usize) -> Answer + Sync) -> Vec<Answer> {
    let start = Barrier::new(CALLERS);
    thread::scope(|scope| {
        let each = |number| {
            let (send, start) = (&send, &start);
            scope.spawn(move || {
                start.wait();
                send(caller, number)
            })
        };
        let running: Vec<_> = (0..CALLERS).map(each).collect();
        running.into_iter().map(|one| one.join().expect("it ends")).collect()
    })
}

#[test]
fn p4_duplicates_at_the_same_moment_have_one_effect() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    for round in 0..5 {
        let body = json!({"type": "event", "content": event(&format!("Filed at once {round}")), "language": "en"});
        let answers = at_once(&contributor, |caller, _| {
            caller.post_once("/contribute/api/v1/entries", &format!("begin-{round}"), &body)
        });
        let ids: Vec<Value> = answers.into_iter().map(|answer| answer.expect(201)["id"].clone()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        let entry = Entry(ids[0].as_str().expect("an id").to_owned());
        contributor.submit(&entry, "First submission.");
        let moderator = house.caller(MODERATOR_A);
        let digest = moderator.review(&entry)["digest"].clone();
        let approval = json!({"digest": digest, "note": "Read."});
        let key = format!("approve-{round}");
        let answers = at_once(&moderator, |caller, _| caller.post_once(&entry.review("/approve"), &key, &approval));
        for answer in answers {
            answer.expect(200);
        }
        contributor.wait_for(&entry, "published");
        let trail = house.caller(AUDITOR).trail(&entry);
        let count = |kind: &str| trail.iter().filter(|step| step["kind"] == kind).count();
        assert_eq!((count("draft-started"), count("approved"), count("edition-published")), (1, 1, 1));
    }
    assert_eq!(contributor.get("/contribute/api/v1/entries").expect(200)["items"].as_array().map(Vec::len), Some(5));
}

#[test]
fn p4_of_many_different_decisions_at_once_one_holds() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = contributor.file(&event("Everybody decides"));
    let digest = house.caller(MODERATOR_A).review(&entry)["digest"].clone();
    let judges = [house.caller(MODERATOR_A), house.caller(MODERATOR_B)];
    let answers = at_once(&judges[0], |_, number| {
        let judge = &judges[number % 2];
        let items = json!([{"field": "title", "text": "Which?"}]);
        match number % 3 {
            0 => judge.post(&entry.review("/approve"), &json!({"digest": digest})),
            1 => judge.post(&entry.review("/refuse"), &json!({"digest": digest, "code": "spam", "reason": "It is."})),
            _ => judge.post(&entry.review("/request-changes"), &json!({"digest": digest, "items": items})),
        }
    });
    let held = answers.iter().filter(|answer| answer.is_success()).count();
    assert_eq!(held, 1, "{answers:?}");
    for refused in answers.into_iter().filter(|answer| !answer.is_success()) {
        assert_eq!(refused.problem(409, "wrong-state")["code"], "review-ended");
    }
    until("the contributor hears of it", || (contributor.state(&entry) != "in-review").then_some(()));
}

#[test]
fn a_key_has_a_form() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let body = json!({"type": "event", "content": event("A forum"), "language": "en"}).to_string();
    let long = "k".repeat(201);
    for key in ["", "two words", long.as_str()] {
        let headers = [("idempotency-key", key)];
        let answer = contributor.send("POST", "/contribute/api/v1/entries", &headers, Some(body.as_bytes()));
        answer.problem(400, "malformed-header");
    }
    let twice = [("idempotency-key", "one"), ("idempotency-key", "two")];
    let answer = contributor.send("POST", "/contribute/api/v1/entries", &twice, Some(body.as_bytes()));
    answer.problem(400, "malformed-header");
    assert_eq!(contributor.get("/contribute/api/v1/entries").expect(200)["items"], json!([]));
}
