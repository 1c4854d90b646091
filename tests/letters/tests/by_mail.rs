//! Letters by mail: to whom, what they say, and each of them once, whatever befalls the server or us.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{collections::BTreeMap, time::Duration};

use dossier_endtoend::{
    acts::text,
    people::{ADMINISTRATOR, MODERATOR_A},
    records, until,
};
use dossier_letters::{Office, Penpal, to, wait_for};
use dossier_post::testing::{Fault, Received, Sink};
use serde_json::json;

/// Two who write for Kazakhstan, and a moderator.
fn people(office: &Office) -> (Penpal, Penpal, Penpal) {
    let (sorrel, _) = office.arrive("Sorrel", "contributor", Some("KAZ"));
    let (tansy, _) = office.arrive("Tansy", "contributor", Some("KAZ"));
    let (yarrow, _) = office.arrive("Yarrow", "moderator", None);
    (sorrel, tansy, yarrow)
}

/// How often each mail was accepted, by its name.
fn counts(all: &[Received]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    all.iter().for_each(|one| *counts.entry(one.message_id().to_owned()).or_default() += 1);
    counts
}

/// Waits until nothing is left to be sent.
fn until_all_went_out(office: &Office) {
    until("every letter went out", || (office.waiting() == 0.0).then_some(()));
}

#[test]
fn a_submission_is_told_to_colleagues_and_moderators_and_a_request_to_those_whose_move_it_is() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, tansy, yarrow) = people(&office);
    let entry = office.caller(&sorrel).file(&records::event("A workshop on remittances"));
    let told = wait_for(&sink, &tansy, 1);
    assert_eq!(told[0].subject(), "KAZ · Event · The entry was submitted");
    let bell = wait_for(&sink, &yarrow, 1);
    assert_eq!(bell[0].subject(), "KAZ · Event · An entry waits");
    for part in ["Next move: yours, or that of another", "To do: decide", &format!("/reviews/{entry}")] {
        assert!(bell[0].text.contains(part), "{part}: {}", bell[0].text);
    }
    let digest = text(&office.caller(&yarrow).review(&entry), "digest").to_owned();
    let secret = "Kazakhstan's own text, which no mail repeats";
    let items = json!({"digest": digest, "items": [{"field": "location", "text": secret}]});
    office.caller(&yarrow).post(&entry.review("/request-changes"), &items).expect(200);
    for who in [&sorrel, &tansy] {
        let all = wait_for(&sink, who, if who.mail == sorrel.mail { 1 } else { 2 });
        let asked = all.last().unwrap();
        assert!(asked.subject().ends_with("Changes were requested (1)"), "{}", asked.subject());
        for part in ["Next move: yours", "To do: answer what was asked and submit again", "By: 20"] {
            assert!(asked.text.contains(part), "{part}: {}", asked.text);
        }
        assert_eq!(asked.header("Content-Language"), "en");
    }
    // By this letter everything before it has gone out, too.
    office.caller(&sorrel).submit(&entry, "The place.");
    let answered = wait_for(&sink, &yarrow, 2);
    assert!(answered[1].subject().ends_with("The changes you requested were answered"));
    until_all_went_out(&office);
    let all = sink.accepted();
    assert!(all.iter().all(|one| !one.raw.contains("no mail repeats") && !one.text.contains(secret)));
    let title = "workshop on remittances";
    assert!(all.iter().all(|one| !one.subject().contains(title) && !one.text.contains(title)), "titles stay here");
    assert!(counts(&all).values().all(|count| *count == 1), "{all:#?}");
    assert_eq!(to(&all, &sorrel).len(), 1, "nobody is told of their own deeds");
}

#[test]
fn while_the_server_is_away_letters_wait_and_then_each_arrives_once() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, tansy, yarrow) = people(&office);
    let address = sink.address();
    office.caller(&sorrel).file(&records::event("The first"));
    wait_for(&sink, &tansy, 1);
    wait_for(&sink, &yarrow, 1);
    drop(sink);
    let filed = |number| office.caller(&sorrel).file(&records::event(&format!("While it was away, {number}")));
    let entries: Vec<_> = (0..5).map(filed).collect();
    until("five letters wait", || (office.waiting() >= 5.0).then_some(()));
    assert_eq!(office.house.nobody().get("/readyz").status, 200, "nothing depends on mail");
    let office = office.killed_and_started();
    let sink = Sink::open_at(address);
    let all = wait_for(&sink, &tansy, 5);
    until_all_went_out(&office);
    assert_eq!(counts(&sink.accepted()).len(), 5, "what went out before does not go again, and the bell rings once");
    for entry in entries {
        let address = format!("/entries/{entry}\n");
        assert_eq!(all.iter().filter(|one| one.text.contains(&address)).count(), 1, "{address}: {all:#?}");
    }
    assert!(counts(&sink.accepted()).values().all(|count| *count == 1));
}

#[test]
fn what_was_accepted_is_not_sent_again_after_a_kill_and_what_nobody_knows_of_is_the_same_mail() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, tansy, _) = people(&office);
    office.caller(&sorrel).file(&records::event("Before the kill"));
    let before = wait_for(&sink, &tansy, 1);
    until_all_went_out(&office);
    let mut office = office;
    for round in 0..3 {
        office = office.killed_and_started();
        office.caller(&sorrel).file(&records::event(&format!("After the kill {round}")));
        wait_for(&sink, &tansy, 2 + round);
        until_all_went_out(&office);
    }
    let all = sink.accepted();
    assert_eq!(counts(&all)[before[0].message_id()], 1);
    assert!(counts(&all).values().all(|count| *count == 1), "{:?}", counts(&all));

    // The server accepts and the line breaks before it says so.
    sink.fail([Fault::AcceptedInSilence]);
    office.caller(&sorrel).file(&records::event("In silence"));
    let all = sink.wait_until("the silent one and its repetition", |all| counts(all).values().any(|count| *count == 2));
    let twice: Vec<_> = all.iter().filter(|one| counts(&all)[one.message_id()] == 2).collect();
    assert_eq!(twice[0].raw, twice[1].raw, "byte for byte: a mailbox shows it once");
    until_all_went_out(&office);
}

#[test]
fn not_now_is_tried_again_and_never_is_never() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, _) = office.arrive("Sorrel", "contributor", Some("KAZ"));
    let (tansy, _) = office.arrive("Tansy", "contributor", Some("KAZ"));
    sink.fail([Fault::Recipient(451), Fault::Message(421), Fault::HangUp, Fault::Slow(Duration::from_millis(1_500))]);
    office.caller(&sorrel).file(&records::event("Not now"));
    wait_for(&sink, &tansy, 1);
    until_all_went_out(&office);
    assert_eq!((sink.tries(), sink.accepted().len()), (4, 1), "each fault was met");
    sink.fail([Fault::Recipient(550)]);
    office.caller(&sorrel).file(&records::event("Never"));
    let refused = "dossier_letters_total{origin=\"submission\",outcome=\"refused\"}";
    until("it is refused", || (office.house.figure(refused) == 1.0).then_some(()));
    until_all_went_out(&office);
    let office = office.killed_and_started();
    let then = office.caller(&sorrel).file(&records::event("And then"));
    let all = wait_for(&sink, &tansy, 2);
    assert!(all[1].text.contains(&format!("/entries/{then}\n")), "what was refused is not tried again");
}

#[test]
fn only_when_it_is_my_turn_is_a_setting() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, tansy, _) = people(&office);
    let wish = json!({"mail_wanted": "when-it-is-my-turn", "language": "fr"});
    office.caller(&tansy).send("PATCH", "/review/api/v1/account", &[], Some(wish.to_string().as_bytes())).expect(200);
    let entry = office.caller(&sorrel).file(&records::event("Whose turn"));
    let moderator = office.house.caller(MODERATOR_A);
    let digest = text(&moderator.review(&entry), "digest").to_owned();
    let items = json!({"digest": digest, "items": [{"field": "location", "text": "Which city?"}]});
    moderator.post(&entry.review("/request-changes"), &items).expect(200);
    let all = wait_for(&sink, &tansy, 1);
    assert!(all[0].subject().ends_with("Des modifications sont demandées (1)"), "{}", all[0].subject());
    let inbox = office.caller(&tansy).get("/contribute/api/v1/inbox").expect(200);
    assert_eq!(inbox["items"].as_array().unwrap().len(), 2, "the inbox has every letter: {inbox:#}");
}

#[test]
fn whoever_has_lost_the_right_before_a_letter_goes_out_does_not_get_it() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let (sorrel, tansy, _) = people(&office);
    let (leaver, designation) = office.arrive("Leaver", "contributor", Some("KAZ"));
    let address = sink.address();
    drop(sink);
    office.caller(&sorrel).file(&records::event("Not for everybody"));
    until("letters wait", || (office.waiting() >= 2.0).then_some(()));
    let revoke = format!("/review/api/v1/designations/{designation}/revoke");
    office.house.caller(ADMINISTRATOR).post(&revoke, &json!({})).expect(200);
    until("the revocation is heard of", || {
        let inbox = office.caller(&leaver).get("/contribute/api/v1/inbox").expect(200);
        inbox["items"].as_array().is_some_and(Vec::is_empty).then_some(())
    });
    let sink = Sink::open_at(address);
    wait_for(&sink, &tansy, 1);
    // A later letter to the same people shows that the earlier one is not only late.
    office.caller(&sorrel).file(&records::event("The next one"));
    wait_for(&sink, &tansy, 2);
    assert_eq!(to(&sink.accepted(), &leaver).len(), 0);
}
