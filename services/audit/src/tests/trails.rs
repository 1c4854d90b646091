//! Trails, searches and exports as auditors ask for them.

use dossier_identity::Role;
use dossier_proto::{Actor, Authority, DesignationId, EntryId, Origin, Payload, Place, SubjectId, v1};
use dossier_vault::Purpose;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::house::{ENTRY, House, Told, World};
use crate::domain::tests::world::grant;

/// What a spreadsheet would run, a terminal obey, and a browser take for a tag.
const HOSTILE: &str = "=cmd|' /C calc'!A0\n\u{1b}[2J\u{202e}<script>alert(1)</script>\u{7f}";

/// A right under which somebody acts in these stories.
fn designated(world: &World, subject: SubjectId, role: Role, body: &str) -> Authority {
    let command = v1::GrantDesignation {
        note_number: "NV-2026/114".to_owned(),
        valid_until: Some(4_000_000_000_000_000),
        ..grant(subject, role, body, &[])
    };
    let payload = Payload::DesignationGranted(v1::DesignationGranted { command: Some(command) });
    let mut id = DesignationId([0; 16]);
    let granted = world.happens_as(Origin::Moderation, None, payload, |head| {
        head.actor = Actor::Person(world.person("administrator").subject);
        id = DesignationId(head.id.0);
    });
    // The shelf writes the sequence into the id.
    id.0[..8].copy_from_slice(&granted.sequence.to_be_bytes());
    Authority { designation: id, granted }
}

fn submitted(world: &World, revision: u32, title: &str, by: (SubjectId, Authority)) -> (Place, v1::Content) {
    let text = json!({ "contact": { "mail": { "$commitment": "ab".repeat(32) } }, "title": { "en": title } });
    let (key, content) = world.content(revision, &text.to_string());
    world.give(key);
    let submit = v1::Submit {
        revision,
        digest: content.digest.clone(),
        what_changed: Some(world.sealed_under(key, Purpose::WhatChanged, HOSTILE)),
        ..v1::Submit::default()
    };
    let payload = Payload::Submitted(v1::Submitted {
        command: Some(submit),
        content: Some(content.clone()),
        record_type: "event".to_owned(),
        body: "KAZ".to_owned(),
        round: revision,
        ..v1::Submitted::default()
    });
    let place = world.happens_as(Origin::Submission, Some(ENTRY), payload, |head| {
        (head.actor, head.authority) = (Actor::Person(by.0), Some(by.1));
        head.on_behalf_of = Some("KAZ".parse().unwrap());
    });
    (place, content)
}

/// A contributor submits twice, a moderator asks for a change between, and holds the review meanwhile.
async fn two_rounds() -> (House, Authority) {
    let house = House::open().await.follow();
    let world = &house.world;
    world.designate("auditor", Role::Auditor, "");
    world.designate("auditor-of-kaz", Role::Auditor, "KAZ");
    world.designate("auditor-of-kenya", Role::Auditor, "KEN");
    let (writer, moderator) = (world.person("contributor").subject, world.person("moderator").subject);
    let writes = designated(world, writer, Role::Contributor, "KAZ");
    let moderates = designated(world, moderator, Role::Moderator, "");
    let (_, draft) = world.content(1, r#"{"title":{"en":"A draft"}}"#);
    world.drafted(draft);
    let (first, _) = submitted(world, 1, "A forum on paper", (writer, writes));
    let act = |payload| {
        world.happens_as(Origin::Moderation, Some(ENTRY), payload, |head| {
            (head.actor, head.authority, head.cause) = (Actor::Person(moderator), Some(moderates), Some(first));
        })
    };
    act(Payload::ReviewHeld(v1::ReviewHeld::default()));
    world.wait(5_000_000);
    act(Payload::ReviewResumed(v1::ReviewResumed::default()));
    world.wait(2_000_000);
    act(Payload::ChangesRequested(v1::ChangesRequested {
        submitted: Some(first.into()),
        ..v1::ChangesRequested::default()
    }));
    let (second, content) = submitted(world, 2, "A forum on line", (writer, writes));
    let approve = v1::Approve { digest: content.digest.clone(), ..v1::Approve::default() };
    let approved = Payload::Approved(v1::Approved {
        command: Some(approve),
        content: Some(content.clone()),
        submitted: Some(second.into()),
        ..v1::Approved::default()
    });
    let approved = act(approved);
    world.edition(1, content, approved);
    house.level().await;
    (house, moderates)
}

fn step<'a>(trail: &'a Told, kind: &str) -> &'a Value {
    let steps = trail.body["steps"].as_array().unwrap();
    steps.iter().rev().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("no {kind} in {}", trail.text))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_tells_who_under_which_designation_how_long_it_waited_and_what_it_led_to() {
    let (house, _) = two_rounds().await;
    let trail = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    let requested = step(&trail, "changes-requested");
    let designation = &requested["designation"];
    assert_eq!((&designation["role"], &designation["note_number"]), (&json!("moderator"), &json!("NV-2026/114")));
    assert_eq!(designation["granted_by"]["name"], "administrator");
    assert!(designation["granted_at"].as_str().unwrap().starts_with("1970-01-01T00:00:01"), "{designation}");
    assert!(designation["until"].as_str().unwrap().starts_with("2096-"), "{designation}");
    assert!(designation["body"].is_null(), "for every body");
    let event = designation["event"].as_str().unwrap().strip_prefix("/audit/api/v1").unwrap();
    let granted = house.get(event, Some("auditor")).await.expect(200);
    assert!(granted.body["items"][0]["event"]["designation_granted"].is_object(), "{}", granted.text);
    let waited = &requested["waited"];
    assert_eq!((&waited["whom"], &waited["step"]), (&json!("moderation"), &json!(2)));
    assert_eq!(waited["held"].as_i64().unwrap() / 1_000_000, 5);
    assert_eq!(waited["micros"].as_i64().unwrap() / 1_000_000, 2, "{waited}");
    assert_eq!(requested["because_of"], 2);
    let first = &trail.body["steps"][1];
    let effects: Vec<_> = first["effects"].as_array().unwrap().iter().map(|effect| effect["kind"].clone()).collect();
    assert_eq!(effects, ["review-held", "review-resumed", "changes-requested", "approved"]);
    assert_eq!(first["on_behalf_of"], "KAZ");
    assert_eq!((&step(&trail, "approved")["round"], &trail.body["matching"]), (&json!(2), &trail.body["total"]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_is_told_by_the_word_to_who_asks_for_it_and_that_is_a_reading_of_contents() {
    let (house, _) = two_rounds().await;
    let path = format!("/entries/{ENTRY}/trail");
    let trail = house.get(&path, Some("auditor")).await.expect(200);
    let changed = &step(&trail, "submitted")["changed"];
    assert_eq!((&changed["against"], &changed["same"]), (&json!("previous-submission"), &json!(false)));
    assert!(changed.get("fields").is_none() && !trail.text.contains("paper"), "{changed}");
    assert_eq!(step(&trail, "approved")["changed"]["same"], true, "approved is what was submitted");
    let trail = house.get(&format!("{path}?changes=true"), Some("auditor")).await.expect(200);
    let changed = &step(&trail, "submitted")["changed"];
    let fields = changed["fields"].as_array().unwrap();
    assert_eq!(fields.len(), 1, "the personal value is the same token: {changed}");
    assert_eq!((&fields[0]["field"], &fields[0]["language"]), (&json!("title"), &json!("en")));
    assert_eq!(
        fields[0]["words"],
        json!([{"mark": "same", "text": "A forum on "}, {"mark": "removed", "text": "paper"}, {"mark": "added", "text": "line"}])
    );
    let readings = house.get("/readings?limit=1", Some("auditor")).await.expect(200);
    assert_eq!(readings.body["items"][0]["scope"], "content");
    // The first submission is compared with nothing; the draft before it is the body's own (P13).
    assert!(!trail.text.contains("A draft"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_filtered_and_counted_and_what_is_public_names_nobody() {
    let (house, moderates) = two_rounds().await;
    let path = format!("/entries/{ENTRY}/trail");
    let kinds = |told: &Told| -> Vec<String> {
        told.body["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap().to_owned()).collect()
    };
    let get = async |query: &str| house.get(&format!("{path}?{query}"), Some("auditor")).await.expect(200);
    let told = get("origin=moderation&origin=publication").await;
    assert_eq!(kinds(&told), ["review-held", "review-resumed", "changes-requested", "approved", "edition-published"]);
    assert_eq!((&told.body["matching"], &told.body["counts"]["origins"]["moderation"]), (&json!(5), &json!(4)));
    assert!(told.body["total"].as_u64().unwrap() > 5);
    let moderator = house.world.person("moderator").subject;
    assert_eq!(kinds(&get(&format!("by={moderator}&kind=approved&kind=submitted")).await), ["approved"]);
    assert_eq!(kinds(&get(&format!("designation={}", moderates.designation)).await).len(), 4);
    assert_eq!(kinds(&get("only=decisions").await), ["changes-requested", "approved", "edition-published"]);
    let from = told.body["steps"][2]["recorded"].as_str().unwrap();
    assert_eq!(kinds(&get(&format!("origin=moderation&from={from}")).await), ["changes-requested", "approved"]);
    assert_eq!(kinds(&get(&format!("origin=moderation&to={from}")).await), ["review-held", "review-resumed"]);
    let public = get("only=public&contents=true").await;
    assert_eq!(kinds(&public), ["edition-published"]);
    for hidden in ["moderator\",\"", "contributor", "designation_", "paper", &moderator.to_string()] {
        assert!(!public.text.contains(hidden), "{hidden}: {}", public.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_still_while_events_come() {
    let (house, _) = two_rounds().await;
    let path = format!("/entries/{ENTRY}/trail?limit=2");
    let mut told = house.get(&path, Some("auditor")).await.expect(200);
    let total = told.body["total"].clone();
    let (mut numbers, mut pages) = (Vec::new(), 0);
    loop {
        pages += 1;
        numbers.extend(told.body["steps"].as_array().unwrap().iter().map(|step| step["number"].as_u64().unwrap()));
        assert_eq!(told.body["total"], total, "page {pages}");
        let Some(next) = told.body["next"].as_str().map(ToOwned::to_owned) else { break };
        // Late and early: one that stands at the end, and one of a journal whose clock is behind.
        let claimed = || Payload::ReviewClaimed(v1::ReviewClaimed::default());
        house.world.happens(Origin::Moderation, Actor::System(Origin::Moderation), Some(ENTRY), claimed());
        house.level().await;
        told = house.get(&format!("{path}&cursor={next}"), Some("auditor")).await.expect(200);
    }
    assert_eq!(numbers, (1..=total.as_u64().unwrap()).collect::<Vec<_>>(), "each once, in order");
    assert!(pages >= 4);
    let other = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    assert!(other.body["total"].as_u64() > total.as_u64());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auditors_search_by_person_designation_and_digest_within_their_designations() {
    let (house, moderates) = two_rounds().await;
    let moderator = house.world.person("moderator").subject;
    // Somebody else's entry, of another body, that the moderator touched too.
    let other = EntryId([0x77; 16]);
    let started =
        v1::StartDraft { record_type: "practice".to_owned(), body: "KEN".to_owned(), ..v1::StartDraft::default() };
    let started = Payload::DraftStarted(v1::DraftStarted { command: Some(started) });
    house.world.happens(Origin::Submission, Actor::Person(moderator), Some(other), started);
    house.level().await;
    let find = async |query: &str, who: &str| house.get(&format!("/trails?{query}"), Some(who)).await;
    for is_indexed in [false, true] {
        if is_indexed {
            house.service.copies().note_acts();
        }
        // Without what the moderator wanted to read of this.
        let told = find(&format!("actor={moderator}&origin=submission&origin=moderation"), "auditor").await.expect(200);
        assert_eq!(told.body["items"].as_array().unwrap().len(), 5, "{}", told.text);
        let entries = told.body["entries"].as_array().unwrap();
        assert_eq!(entries.iter().map(|one| one["events"].clone()).collect::<Vec<_>>(), [json!(4), json!(1)]);
        assert_eq!(entries[0]["number"], "EVT-2026-00001");
        let told = find(&format!("designation={}&only=decisions", moderates.designation), "auditor").await.expect(200);
        let kinds: Vec<_> =
            told.body["items"].as_array().unwrap().iter().map(|item| item["step"]["kind"].clone()).collect();
        assert_eq!(kinds, ["changes-requested", "approved"]);
        let digest = told.body["items"][1]["step"]["digest"].as_str().unwrap();
        let told = find(&format!("digest={digest}"), "auditor").await.expect(200);
        let kinds: Vec<_> =
            told.body["items"].as_array().unwrap().iter().map(|item| item["step"]["kind"].clone()).collect();
        assert_eq!(kinds, ["submitted", "approved", "edition-published"]);
        // Of one body alone: it has to be said, and nothing else is found.
        find(&format!("actor={moderator}"), "auditor-of-kaz").await.expect(403);
        find(&format!("actor={moderator}&body=KEN"), "auditor-of-kaz").await.expect(403);
        let told = find(&format!("actor={moderator}&body=KAZ"), "auditor-of-kaz").await.expect(200);
        assert_eq!(told.body["items"].as_array().unwrap().len(), 4);
        assert!(told.body["items"].as_array().unwrap().iter().all(|item| item["body"] == "KAZ"));
        let told = find("number=EVT-2026-00001&kind=approved", "auditor-of-kaz").await.expect(200);
        assert_eq!(told.body["items"].as_array().unwrap().len(), 1);
        find("number=EVT-2026-00001", "auditor-of-kenya").await.expect(403);
        find("", "moderator").await.expect(403);
    }
    let path = format!("/readings?limit=200&reader={}", house.world.person("auditor-of-kaz").subject);
    let readings = house.get(&path, Some("auditor")).await.expect(200);
    let items = readings.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 8, "refused ones too: {}", readings.text);
    assert!(items.iter().all(|item| item["scope"] == "search" && item["name"] == "auditor-of-kaz"));
    assert_eq!(items[1]["about"], moderator.to_string(), "whom it was about");
    let of_entry = house.get(&format!("/readings?entry={ENTRY}"), Some("auditor")).await.expect(200);
    assert_eq!(of_entry.body["items"].as_array().unwrap().len(), 4, "by number, twice each: {}", of_entry.text);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_search_comes_in_pages_of_everything_once() {
    let (house, _) = two_rounds().await;
    let all = house.get("/trails?origin=submission&origin=moderation&limit=200", Some("auditor")).await.expect(200);
    let place = |item: &Value| item["step"]["place"].to_string();
    let all: Vec<_> = all.body["items"].as_array().unwrap().iter().map(place).collect();
    let (mut found, mut path) = (Vec::new(), "/trails?origin=submission&origin=moderation&limit=3".to_owned());
    loop {
        let told = house.get(&path, Some("auditor")).await.expect(200);
        found.extend(told.body["items"].as_array().unwrap().iter().map(place));
        let Some(next) = told.body["next"].as_str() else { break };
        path = format!("/trails?origin=submission&origin=moderation&limit=3&cursor={next}");
    }
    assert_eq!(found, all);
    assert!(found.len() > 10);
}

/// The last line names the SHA-256 of everything before it.
fn is_whole(text: &str, named: &str) -> bool {
    let last = text.trim_end_matches(['\r', '\n']).rfind('\n').unwrap() + 1;
    let digest: String = Sha256::digest(&text[..last]).iter().map(|byte| format!("{byte:02x}")).collect();
    digest == named
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_is_taken_away_as_lines_that_say_whether_they_are_whole() {
    let (house, _) = two_rounds().await;
    let told =
        house.get(&format!("/entries/{ENTRY}/trail?format=jsonl&contents=true"), Some("auditor")).await.expect(200);
    assert!(told.headers["content-disposition"].to_str().unwrap().contains("trail-EVT-2026-00001.jsonl"));
    let lines: Vec<Value> = told.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["export"], &lines[0]["version"]), (&json!("trail"), &json!(1)));
    let end = &lines[lines.len() - 1]["end"];
    assert_eq!(end["lines"].as_u64().unwrap() as usize, lines.len() - 2);
    assert!(is_whole(&told.text, end["sha256"].as_str().unwrap()));
    assert!(!is_whole(&told.text.replacen("forum", "Forum", 1), end["sha256"].as_str().unwrap()));
    let said = lines[2]["said"][0]["text"].as_str().unwrap();
    assert_eq!(said, HOSTILE, "JSON Lines hold every text as it is");
    let csv = house.get(&format!("/entries/{ENTRY}/trail?format=csv&changes=true"), Some("auditor")).await.expect(200);
    assert!(csv.text.starts_with("\"number\",\"entry\","));
    let last = csv.text.lines().last().unwrap();
    assert!(last.starts_with("\"end\",\""), "{last}");
    assert!(is_whole(&csv.text, last.trim_matches('"').rsplit("\",\"").next().unwrap()));
    assert!(!csv.text.contains("\u{1b}") && !csv.text.contains('\u{202e}') && !csv.text.contains('\u{7f}'));
    assert!(csv.text.contains("what-changed: '=cmd") || csv.text.contains("what-changed: =cmd"), "said inside a cell");
    for cell in csv.text.split(['"', ',', '\n']) {
        assert!(!cell.trim_start().starts_with(['=', '@', '+']), "{cell:?} begins a formula");
    }
    assert!(csv.text.contains("[-paper-]{+line+}"), "{}", csv.text);
    let readings = house.get(&format!("/readings?entry={ENTRY}"), Some("auditor")).await.expect(200);
    let scopes: Vec<_> = readings.body["items"].as_array().unwrap().iter().map(|item| item["scope"].clone()).collect();
    assert_eq!(scopes, ["export", "content", "export", "content"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_search_finds_is_taken_away_whole() {
    let (house, _) = two_rounds().await;
    for (format, counted) in [("jsonl", true), ("csv", false)] {
        let told = house.get(&format!("/trails?body=KAZ&format={format}"), Some("auditor-of-kaz")).await.expect(200);
        let last = told.text.lines().last().unwrap();
        let named = if counted {
            let end: Value = serde_json::from_str(last).unwrap();
            assert_eq!(end["end"]["lines"].as_u64().unwrap() as usize, told.text.lines().count() - 2);
            end["end"]["sha256"].as_str().unwrap().to_owned()
        } else {
            last.trim_matches('"').rsplit("\",\"").next().unwrap().to_owned()
        };
        assert!(is_whole(&told.text, &named), "{format}");
        assert!(told.text.contains("approved") && !told.text.contains("designation-granted"), "{}", told.text);
    }
    house.get("/trails?format=jsonl", Some("auditor-of-kaz")).await.expect(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trail_as_of_a_moment_is_what_it_was_then() {
    let (house, _) = two_rounds().await;
    let path = format!("/entries/{ENTRY}/trail");
    let now = house.get(&path, Some("auditor")).await.expect(200);
    let approved = step(&now, "approved");
    let Place { sequence, .. } = serde_json::from_value(approved["place"].clone()).unwrap();
    let then = house.get(&format!("{path}?as_of=moderation/{sequence}"), Some("auditor")).await.expect(200);
    let steps = then.body["steps"].as_array().unwrap();
    assert_eq!(steps.last().unwrap()["kind"], "approved", "{}", then.text);
    assert!(then.body.get("number").is_none(), "it had none then");
    assert_eq!(then.body["waiting"][0]["whom"], "publication");
    assert_eq!(then.body["as_of"], approved["recorded"]);
    house.get(&format!("{path}?as_of=2999-01-01T00:00:00Z"), Some("auditor")).await.expect(409);
}
