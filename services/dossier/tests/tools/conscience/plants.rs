//! Decisions that nobody could have taken, each at the end of a real journal, signed with its real key.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use dossier_identity::Role;
use dossier_proto::{Actor, Authority, Event, Micros, Origin, Payload, Place, SubjectId, v1};
use serde_json::Value;

use super::stage::{self, Stage, authority, like, subject, submitted};
use crate::fixture::{Installation, on};

/// The peers are at it: one from inside and one from outside have approved.
const AMONG_PEERS: &str = "approves: it can be repeated elsewhere";

/// Who is who, as the stage was left.
struct Cast {
    insider: (SubjectId, Authority),
    expert: (SubjectId, Authority),
    out_of_it: (SubjectId, Authority),
    revoked: (SubjectId, Authority),
    ended: (SubjectId, Authority),
    contributor: SubjectId,
}

fn cast(house: &dossier::house::House) -> Cast {
    let of = |who: &str| {
        let subject = subject(house, who);
        (subject, authority(house, subject, Role::Reviewer))
    };
    Cast {
        insider: of("reviewer-internal"),
        expert: of("expert-ke"),
        out_of_it: of("reviewer-a"),
        revoked: of("reviewer-d"),
        ended: of("contributor-kz"),
        contributor: subject(house, "contributor-ke"),
    }
}

/// One right is revoked, and one was given for a second.
async fn rights_end(house: &dossier::house::House) {
    let administrator = &house.tokens["administrator"];
    let revoked = authority(house, subject(house, "reviewer-d"), Role::Reviewer).designation;
    post(house, administrator, &format!("/review/api/v1/designations/{revoked}/revoke"), &Value::Null).await;
    let until = jiff::Timestamp::now() + jiff::Span::new().seconds(1);
    let grant = serde_json::json!({
        "subject": subject(house, "contributor-kz").to_string(), "role": "reviewer", "reviewer_kind": "external",
        "valid_until": until.to_string(),
    });
    post(house, administrator, "/review/api/v1/designations", &grant).await;
}

async fn post(house: &dossier::house::House, token: &str, path: &str, body: &Value) {
    use tower::ServiceExt as _;
    let request = http::Request::post(path).header("authorization", format!("Bearer {token}"));
    let request = match body {
        Value::Null => request.body(axum::body::Body::empty()),
        body => request.header("content-type", "application/json").body(body.to_string().into()),
    };
    let answer = house.moderation.router().oneshot(request.unwrap()).await.unwrap();
    assert!(answer.status().is_success(), "{path}: {}", answer.status());
}

fn opinion(like_this: &Event, digest: &[u8], (by, authority): (SubjectId, Option<Authority>)) -> Event {
    let Some(Payload::ApprovalCounted(counted)) = &like_this.payload else { panic!("an opinion") };
    let command = v1::Approve { digest: digest.to_vec(), ..v1::Approve::default() };
    let counted = v1::ApprovalCounted { command: Some(command), ..counted.clone() };
    let mut forged = like(like_this, Payload::ApprovalCounted(counted));
    forged.head.actor = Actor::Person(by);
    forged.head.authority = authority;
    forged
}

/// Who verifies the directory, with nothing running, finds the same: that it could not be decided so, unless it also rests on what is not there.
fn verified(data: &Path, at: Place) {
    let deadline = Instant::now() + Duration::from_secs(30);
    let said = loop {
        let said = on(data, &["--json", "verify"]);
        if said.code != 87 {
            break said;
        }
        assert!(Instant::now() < deadline, "whoever had it open lets go: {}", said.err);
    };
    let report = said.document();
    let doubts = report["doubts"].as_array().unwrap();
    let is_broken = doubts.iter().any(|one| one["class"] == "reference-broken");
    assert_eq!(report["exit_code"], if is_broken { 30 } else { 31 }, "{report:#}");
    assert_eq!(report["exit_code"], said.code);
    let is_it = |one: &&Value| {
        one["kind"] == "not-so-decided" && one["sequence"] == at.sequence && one["origin"] == at.origin.name()
    };
    assert!(doubts.iter().any(|one| is_it(&one)), "{at} is not among {doubts:#?}");
}

/// What the house says of what was planted, once it is found: the one finding of this kind at the place.
async fn told(data: &Path, kind: &str, at: Place) -> Value {
    if kind == "not-decidable" {
        verified(data, at);
    }
    let playing = stage::open(data).await;
    let found = playing.found(kind).await;
    let is_it = |one: &&Value| {
        one["kind"] == kind && one["at"]["sequence"] == at.sequence && one["at"]["origin"] == at.origin.name()
    };
    let found = found.iter().find(is_it).unwrap_or_else(|| panic!("{at} is not among {found:?}")).clone();
    let ready: Value = playing.get("/readyz").await;
    let warned = ready["warnings"].as_array().unwrap().iter().find(|one| one["name"] == "findings").unwrap();
    assert!(warned["reason"].as_str().unwrap().contains(kind), "{warned}");
    assert_eq!(ready["ready"], true, "it works as well as before");
    crate::fixture::until("the figure is there", async || {
        let figures = playing.text("/metrics").await;
        let line = format!("dossier_findings_open{{kind=\"{kind}\"}}");
        figures.lines().any(|found| found.starts_with(&line) && !found.ends_with(" 0")).then_some(())
    })
    .await;
    playing.close().await;
    found
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

#[test]
fn p10_opinions_that_nobody_could_have_given_are_found_with_their_reasons() {
    let (tell, cast_of) = std::sync::mpsc::channel();
    let stage = Stage::stopped_after(AMONG_PEERS, async |house| {
        rights_end(house).await;
        let both = async || {
            let view = house.moderation.engine().view();
            view.state
                .designations
                .of_subject(subject(house, "contributor-kz"))
                .any(|held| held.designation.role == Role::Reviewer)
        };
        assert!(both().await);
        tell.send(cast(house)).unwrap();
    });
    let cast = cast_of.recv().unwrap();
    let (_, digest) = submitted(&stage.events(Origin::Submission));
    let moderation = stage.events(Origin::Moderation);
    let real = moderation.iter().rfind(|event| matches!(event.payload, Some(Payload::ApprovalCounted(_)))).unwrap();
    let next = moderation.last().unwrap().head.place.sequence + 1;
    let at = Place { origin: Origin::Moderation, epoch: 0, sequence: next };
    let some = |(by, authority): (SubjectId, Authority)| (by, Some(authority));
    let cases = [
        ("own-words", some(cast.expert), "had written or submitted part of that content"),
        ("conflict-declared", some(cast.out_of_it), "had declared a conflict of interest"),
        ("no-designation", (cast.contributor, None), "held no designation for it"),
        ("no-designation", (SubjectId([0x0f; 16]), some(cast.insider).1), "held no designation for it"),
        ("designation-revoked", some(cast.revoked), "had been revoked"),
        ("designation-ended", some(cast.ended), "had ended"),
    ];
    let last = moderation.last().unwrap().head.recorded_at;
    let of_entry = moderation.iter().filter(|event| event.head.entry == real.head.entry);
    let version = of_entry.map(|event| event.head.part_version).max().unwrap();
    let later = |mut event: Event| {
        event.head.part_version = version + 1;
        event.head.recorded_at = last.plus(2 * Micros::SECOND);
        event
    };
    for (case, (code, by, words)) in cases.into_iter().enumerate() {
        let planted = later(opinion(real, &digest.0, by));
        let data = stage.forged(&format!("planted-{case}"), Origin::Moderation, vec![planted]);
        let found = block_on(told(&data, "not-decidable", at));
        assert_eq!(found["code"], code, "case {case}: {found}");
        let sentence = found["sentence"].as_str().unwrap();
        assert!(sentence.contains(&at.to_string()) && sentence.contains(words), "case {case}: {sentence}");
    }
    twice(&stage, &later(opinion(own(&moderation, cast.insider.0), &digest.0, some(cast.insider))), at);
}

/// Somebody may give their opinion anew, and it counts once: as a second one towards the quorum it does not.
fn twice(stage: &Stage, anew: &Event, at: Place) {
    let data = stage.forged("anew", Origin::Moderation, vec![anew.clone()]);
    block_on(async {
        let playing = stage::open(&data).await;
        playing.judged().await;
        assert_eq!(playing.findings().await, Vec::<Value>::new(), "this the program could have written");
        playing.close().await;
    });
    let mut counted_twice = anew.clone();
    let Some(Payload::ApprovalCounted(counted)) = &mut counted_twice.payload else { panic!("an opinion") };
    counted.next_stage = "publisher".to_owned();
    let data = stage.forged("twice", Origin::Moderation, vec![counted_twice]);
    let found = block_on(told(&data, "not-decidable", at));
    assert_eq!(found["code"], "other-events", "{found}");
}

fn own(events: &[Event], by: SubjectId) -> &Event {
    let is_own = |event: &&Event| {
        event.head.actor == Actor::Person(by) && matches!(event.payload, Some(Payload::ApprovalCounted(_)))
    };
    events.iter().find(is_own).unwrap()
}

#[test]
fn p10_an_approval_against_an_open_change_and_a_changed_reason_are_found() {
    let stage = Stage::stopped_after("opens the second change again", async |_| {});
    let (_, digest) = submitted(&stage.events(Origin::Submission));
    let moderation = stage.events(Origin::Moderation);
    let settled = moderation.iter().rfind(|event| matches!(event.payload, Some(Payload::ChangeSettled(_)))).unwrap();
    let at =
        Place { origin: Origin::Moderation, epoch: 0, sequence: moderation.last().unwrap().head.place.sequence + 1 };
    let command = v1::Approve { digest: digest.to_vec(), ..v1::Approve::default() };
    let counted = v1::ApprovalCounted {
        command: Some(command.clone()),
        stage: "desk".to_owned(),
        role: Role::Moderator.number(),
        reviewer_kind: 0,
        next_stage: "peer".to_owned(),
    };
    let data = stage.forged("open-change", Origin::Moderation, vec![like(settled, Payload::ApprovalCounted(counted))]);
    let found = block_on(told(&data, "not-decidable", at));
    assert_eq!(found["code"], "change-open", "{found}");
    assert!(
        found["sentence"].as_str().unwrap().contains("a change that the body was asked for was still open"),
        "{found}"
    );
    assert_eq!(found["because"]["origin"], "moderation", "it names the event that opened it again: {found}");

    // Refused all the same, and for another reason on record.
    let refused = |code: &str| {
        let refusal =
            v1::Refusal { code: code.to_owned(), because: Some(settled.head.place.into()), current_digest: Vec::new() };
        let attempted = v1::moderation_refused::Attempted::Approve(command.clone());
        like(
            settled,
            Payload::ModerationRefused(v1::ModerationRefused { attempted: Some(attempted), refusal: Some(refusal) }),
        )
    };
    let mut forged = refused("own-words");
    forged.head.authority = None;
    let data = stage.forged("other-reason", Origin::Moderation, vec![forged]);
    let found = block_on(told(&data, "not-decidable", at));
    assert_eq!(found["code"], "other-refusal", "{found}");
}

#[test]
fn p10_an_edition_and_a_retraction_by_nobody_are_found() {
    let installation = Installation::with_an_entry();
    let stage = Stage::of(installation);
    let publication = stage.events(Origin::Publication);
    let at =
        Place { origin: Origin::Publication, epoch: 0, sequence: publication.last().unwrap().head.place.sequence + 1 };
    let edition =
        publication.iter().rfind(|event| matches!(event.payload, Some(Payload::EditionPublished(_)))).unwrap();
    let Some(Payload::EditionPublished(published)) = &edition.payload else { panic!("an edition") };

    // A second edition, from an event that approves nothing.
    let nothing = Place { origin: Origin::Moderation, epoch: 0, sequence: 0 };
    let command = v1::PublishEdition { approved: Some(nothing.into()) };
    let second = v1::EditionPublished { command: Some(command), edition: 2, ..published.clone() };
    let data = stage.forged("edition", Origin::Publication, vec![like(edition, Payload::EditionPublished(second))]);
    let found = block_on(told(&data, "not-approved", at));
    assert!(found["sentence"].as_str().unwrap().contains("without an approval"), "{found}");
    let found = block_on(told(&data, "not-decidable", at));
    assert!(found["what_to_do"].as_str().unwrap().contains("suspend the public edition"), "{found}");

    // Taken back by somebody without any right.
    let retract = v1::RetractEntry { reason: "error".to_owned(), explanation: None };
    let retracted = v1::EntryRetracted { command: Some(retract), edition: published.edition };
    let mut forged = like(edition, Payload::EntryRetracted(retracted));
    forged.head.actor = Actor::Person(SubjectId([0x0f; 16]));
    forged.head.authority = None;
    let data = stage.forged("retraction", Origin::Publication, vec![forged]);
    let found = block_on(told(&data, "not-decidable", at));
    assert_eq!(found["code"], "no-designation", "{found}");
    told_by_doctor(&data);
}

/// Whoever was not told by anything else reads it there, once nothing has the directory open.
fn told_by_doctor(data: &Path) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let said = on(data, &["--json", "doctor"]);
        if let Some(told) = said.documents().into_iter().find(|one| one["about"] == "finding") {
            assert_eq!(told["gravity"], "warning");
            return assert!(told["found"].as_str().unwrap().contains("could not have been taken"), "{told}");
        }
        assert!(Instant::now() < deadline, "{}", said.out);
        std::thread::sleep(Duration::from_millis(20)); // between looks
    }
}
