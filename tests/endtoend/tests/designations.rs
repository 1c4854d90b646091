//! Nobody acts without a designation; what is granted and revoked holds at once and everywhere.

use std::time::Duration;

use dossier_endtoend::{
    Answer, Caller, Entry, House,
    acts::text,
    people::{
        ADMINISTRATOR, AUDITOR, AUTHORITY_KZ, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, PUBLISHER,
        Person,
    },
    records::event,
    until,
    waiting::within,
};
use serde_json::{Value, json};

/// How soon every service has heard of a grant or a revocation.
const A_SECOND: Duration = Duration::from_secs(1);

fn grant(house: &House, by: Person, body: &Value) -> Answer {
    house.caller(by).post("/review/api/v1/designations", body)
}

fn revoke(house: &House, designation: &str) {
    let path = format!("/review/api/v1/designations/{designation}/revoke");
    house.caller(ADMINISTRATOR).post(&path, &json!({})).expect(200);
}

fn begin(caller: &Caller) -> Answer {
    let body = json!({"type": "event", "content": event("Begun"), "language": "en", "on_behalf_of": "KAZ"});
    caller.post("/contribute/api/v1/entries", &body)
}

/// The step of the trail that a refusal says it was recorded as.
fn is_in_the_trail(house: &House, entry: &Entry, refused: &Value, who: Person) {
    let recorded = &refused["recorded"];
    assert!(recorded["sequence"].is_u64(), "{refused}");
    let is_it = |step: &Value| step["place"] == *recorded;
    // The auditors' copy follows within milliseconds.
    let step =
        until(&format!("{recorded} is in the trail"), || house.caller(AUDITOR).trail(entry).into_iter().find(is_it));
    let said = format!("and may not ({})", text(refused, "reason"));
    assert!(text(&step, "sentence").contains(&said), "{step}");
    assert_eq!(step["by"]["name"], who.name, "{step}");
}

#[test]
fn an_action_without_a_designation_is_refused_with_the_reason_and_recorded() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = contributor.begin(&event("A draft"));
    // The authority sees the drafts of its body and does not write them.
    let authority = house.caller(AUTHORITY_KZ);
    for (method, act, body) in [
        ("PUT", "/draft", json!({"content": event("Mine now")})),
        ("POST", "/submit", json!({"certify": true})),
        ("POST", "/withdraw", json!({"reason": "No."})),
    ] {
        let body = body.to_string();
        let answer = authority.send(method, &entry.draft(act), &[("if-match", "*")], Some(body.as_bytes()));
        let refused = answer.problem(403, "not-entitled");
        assert_eq!(refused["code"], "no-designation", "{act}");
        assert_eq!(refused["reason"], "no-designation", "{act}");
        is_in_the_trail(&house, &entry, &refused, AUTHORITY_KZ);
    }
    contributor.submit(&entry, "First submission.");
    let digest = house.caller(MODERATOR_A).review(&entry)["digest"].clone();
    for who in [AUDITOR, CONTRIBUTOR_KZ, AUTHORITY_KZ] {
        for (act, body) in [
            ("/claim", json!({})),
            ("/comment", json!({"digest": digest, "text": "Hm."})),
            ("/approve", json!({"digest": digest})),
            ("/refuse", json!({"digest": digest, "code": "spam", "reason": "No."})),
        ] {
            let refused = house.caller(who).post(&entry.review(act), &body).problem(403, "not-entitled");
            assert_eq!(refused["code"], "no-designation", "{} {act}", who.key);
            assert_eq!(refused["role"], "moderator", "{} {act}", who.key);
            is_in_the_trail(&house, &entry, &refused, who);
        }
    }
    // Whoever may not know of it is told the same as of an entry that is not there.
    let no_entry = Entry("01K9ZV3Q0M5T7N8R2W4X6Y8Z0A".to_owned());
    for who in [CONTRIBUTOR_KE, ADMINISTRATOR, PUBLISHER] {
        let refused = |entry: &Entry| {
            let answer = house.caller(who).post(&entry.review("/approve"), &json!({"digest": digest}));
            let mut problem = answer.problem(403, "not-entitled");
            for number in ["instance", "number"] {
                problem[number] = Value::Null;
            }
            problem
        };
        assert_eq!(refused(&entry), refused(&no_entry), "{}", who.key);
        house.caller(who).get(&entry.review("")).problem(404, "not-found");
    }
    house.caller(MODERATOR_A).read_and_approve(&entry);
    contributor.wait_for(&entry, "published");
    let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."});
    let refused = house.caller(MODERATOR_A).post(&entry.public("/retract"), &retraction).problem(403, "not-entitled");
    is_in_the_trail(&house, &entry, &refused, MODERATOR_A);
    house.caller(CONTRIBUTOR_KE).get(&entry.trail()).problem(403, "not-entitled");
}

#[test]
fn who_is_designated_for_nothing_begins_nothing() {
    let house = House::new();
    for who in [MODERATOR_A, AUTHORITY_KZ, PUBLISHER, AUDITOR, ADMINISTRATOR] {
        assert_eq!(begin(&house.caller(who)).problem(403, "not-entitled")["code"], "no-designation", "{}", who.key);
    }
    let kenya = begin(&house.caller(CONTRIBUTOR_KE)).problem(403, "not-entitled");
    assert_eq!(kenya["reason"], "designated-for-another-body");
    assert_eq!(house.caller(CONTRIBUTOR_KZ).get("/contribute/api/v1/entries").expect(200)["items"], json!([]));
}

type Errand = Box<dyn Fn() -> Answer>;

/// A harmless command in each service, which takes effect as long as somebody has the role.
fn errands(house: &House, who: Person) -> Vec<(&'static str, Errand)> {
    let caller = house.caller(who);
    let (waiting, number) = (house.caller(CONTRIBUTOR_KZ).file(&event("Waits")), house.published("Public").0);
    house.caller(MODERATOR_A).review(&waiting);
    let (begins, claims, reads) = (caller.clone(), caller.clone(), caller.clone());
    let trail = number.trail();
    let listed = move || caller.get("/api/v1/retraction-requests");
    vec![
        ("contributor", Box::new(move || begin(&begins))),
        ("moderator", Box::new(move || claims.post(&waiting.review("/claim"), &json!({})))),
        ("publisher", Box::new(listed)),
        ("auditor", Box::new(move || reads.get(&trail))),
    ]
}

#[test]
fn what_is_granted_and_revoked_holds_in_every_service_within_a_second() {
    let house = House::new();
    let who = CONTRIBUTOR_KE;
    for (role, errand) in errands(&house, who) {
        assert!(!errand().is_success(), "{role}: allowed before anything was granted");
        let body = (role == "contributor").then_some("KAZ");
        let designation = house.designate(who, role, body);
        let done = within(A_SECOND, || errand().is_success().then_some(()));
        assert!(done.is_some(), "{role}: not allowed a second after the grant");
        revoke(&house, &designation);
        let refused = within(A_SECOND, || Some(errand()).filter(|answer| !answer.is_success()));
        let refused = refused.unwrap_or_else(|| panic!("{role}: allowed a second after the revocation"));
        assert_eq!(refused.problem(403, "not-entitled")["code"], "no-designation", "{role}");
    }
}

#[test]
fn a_revoked_contributor_is_told_why_and_the_entry_stays_with_the_body() {
    let house = House::new();
    let designation = house.designate(PUBLISHER, "contributor", Some("KAZ"));
    let writer = house.caller(PUBLISHER);
    let started = within(A_SECOND, || Some(begin(&writer)).filter(Answer::is_success));
    let entry = Entry::of(&started.expect("the grant is heard of").expect(201));
    revoke(&house, &designation);
    let path = entry.draft("/submit");
    let refused =
        within(A_SECOND, || Some(writer.post(&path, &json!({"certify": false}))).filter(|answer| answer.status == 403));
    let refused = refused.expect("the revocation is heard of").problem(403, "not-entitled");
    assert_eq!(refused["reason"], "designation-revoked");
    assert_eq!(refused["because"]["origin"], "moderation", "the revocation is named: {refused}");
    is_in_the_trail(&house, &entry, &refused, PUBLISHER);
    assert_eq!(house.caller(CONTRIBUTOR_KZ).state(&entry), "draft");
    // A second revocation has nothing to revoke.
    let again = format!("/review/api/v1/designations/{designation}/revoke");
    house.caller(ADMINISTRATOR).post(&again, &json!({})).problem(409, "wrong-state");
}

#[test]
fn a_designation_holds_for_its_period() {
    let house = House::new();
    let subject = house.subject(PUBLISHER);
    let grant_for = |period: Value| {
        let mut body = json!({"subject": subject, "role": "contributor", "body": "KAZ"});
        body.as_object_mut().expect("an object").extend(period.as_object().cloned().unwrap_or_default());
        grant(&house, ADMINISTRATOR, &body).expect(201)
    };
    let writer = house.caller(PUBLISHER);
    let reason = || text(&begin(&writer).problem(403, "not-entitled"), "reason").to_owned();
    grant_for(json!({"valid_from": "2020-01-01T00:00:00Z", "valid_until": "2021-01-01T00:00:00Z"}));
    assert!(within(A_SECOND, || (reason() == "designation-ended").then_some(())).is_some(), "{}", reason());
    grant_for(json!({"valid_from": "2999-01-01T00:00:00Z"}));
    assert!(within(A_SECOND, || (reason() == "designation-not-yet-valid").then_some(())).is_some(), "{}", reason());
    let backwards = json!({
        "subject": subject, "role": "contributor", "body": "KAZ",
        "valid_from": "2021-01-01T00:00:00Z", "valid_until": "2020-01-01T00:00:00Z",
    });
    grant(&house, ADMINISTRATOR, &backwards).problem(422, "invalid-request");
}

#[test]
fn an_authority_designates_contributors_of_its_own_body_only() {
    let house = House::new();
    let (somebody, itself) = (house.subject(PUBLISHER), house.subject(AUTHORITY_KZ));
    let ask = |body: &Value| grant(&house, AUTHORITY_KZ, body);
    for body in [
        json!({"subject": somebody, "role": "contributor", "body": "KEN"}),
        json!({"subject": somebody, "role": "publishing-authority", "body": "KAZ"}),
        json!({"subject": somebody, "role": "moderator"}),
        json!({"subject": somebody, "role": "moderator", "body": "KAZ"}),
        json!({"subject": somebody, "role": "administrator"}),
        json!({"subject": itself, "role": "contributor", "body": "KAZ"}),
    ] {
        ask(&body).problem(403, "not-entitled");
    }
    let granted = ask(&json!({"subject": somebody, "role": "contributor", "body": "KAZ"})).expect(201);
    assert_eq!((text(&granted, "body"), text(&granted, "granted_by")), ("KAZ", itself.as_str()));
    let writer = house.caller(PUBLISHER);
    assert!(within(A_SECOND, || begin(&writer).is_success().then_some(())).is_some());
    let revoke =
        |by: Person, id: &str| house.caller(by).post(&format!("/review/api/v1/designations/{id}/revoke"), &json!({}));
    let others = house.designate(MODERATOR_B, "contributor", Some("KEN"));
    let refused = revoke(AUTHORITY_KZ, &others);
    assert!([403, 404].contains(&refused.status), "{refused}");
    revoke(AUTHORITY_KZ, text(&granted, "id")).expect(200);
    for who in [CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, AUDITOR] {
        let body = json!({"subject": somebody, "role": "contributor", "body": "KAZ"});
        grant(&house, who, &body).problem(403, "not-entitled");
    }
}

#[test]
fn nobody_designates_themselves_and_the_last_administrator_stays() {
    let house = House::new();
    let itself = house.subject(ADMINISTRATOR);
    for role in ["moderator", "publisher", "administrator"] {
        grant(&house, ADMINISTRATOR, &json!({"subject": itself, "role": role})).problem(403, "not-entitled");
    }
    let all = house.caller(ADMINISTRATOR).get("/review/api/v1/designations?role=administrator").expect(200);
    let last = text(&all["items"][0], "id").to_owned();
    let path = format!("/review/api/v1/designations/{last}/revoke");
    house.caller(ADMINISTRATOR).post(&path, &json!({})).problem(409, "wrong-state");
    for body in [
        json!({"subject": house.subject(PUBLISHER), "role": "king"}),
        json!({"subject": house.subject(PUBLISHER), "role": "contributor"}),
        json!({"subject": "somebody", "role": "moderator"}),
        json!({"subject": house.subject(PUBLISHER), "role": "contributor", "body": "Kazakhstan"}),
    ] {
        grant(&house, ADMINISTRATOR, &body).problem(422, "invalid-request");
    }
}
