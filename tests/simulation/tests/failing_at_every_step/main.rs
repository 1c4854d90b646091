//! Whatever a service does by itself, because another service's event came in or because a timer is due, is done once, although the
//! process dies, a write fails, a sync fails or the disk is full at any step between reading and showing.
//!
//! Each kind of letter that a service's policy names, and each command that its timers ask for, is taken from a scene: the
//! service's journal until then, and what comes next. The real engine, with the service's decider and view, meets it on a disk that fails;
//! is opened again on what the disk kept; and meets it again. Then everything is as if nothing had failed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod attempt;
mod disk;
mod occasions;

use attempt::{Before, Done, Failure, Room, Service, without_snapshots};
use disk::Trouble;
use dossier_audit::{Audit, views::AuditView};
use dossier_engine::{
    Decider, Step, View,
    testing::{Ask, Story},
};
use dossier_moderation::{
    domain::{Command as Moderate, Moderation},
    views::Reviews,
};
use dossier_proto::{Micros, Origin, v1};
use dossier_publication::{domain::Publication, views::Catalogue};
use dossier_simulation::{
    Town,
    people::{ADMINISTRATOR, EXTERNAL},
    scenes::{self, Scene},
};
use dossier_submission::{domain::Submission, views::Entries};
use occasions::{Occasion, Occasions, letters, named, payload_name, source, timers};

/// So many puts of one write are each tried as the last one; of longer writes the first, the middle and the last ones.
const PUTS_TRIED: usize = 6;

/// Where a write of so many puts may end.
fn ends(puts: usize) -> Vec<usize> {
    if puts <= PUTS_TRIED { (0..puts).collect() } else { vec![0, 1, puts / 2, puts - 2, puts - 1] }
}

/// Everything that can go wrong while so many puts are written and synced.
fn failures(puts: usize) -> Vec<Failure> {
    let died = [Step::BeforeCommit, Step::Committed, Step::Answered].map(Failure::Dies);
    let written = ends(puts).into_iter().map(|at| Failure::Disk { trouble: Trouble::WritesAfter(at), survivors: at });
    // To the journal a full disk is a write that failed; one in the middle and one at the beginning say that it is.
    let full = [0, puts / 2].map(|at| Failure::Disk { trouble: Trouble::FullAfter(at), survivors: at });
    let synced = ends(puts).into_iter().chain([puts]);
    let synced = synced.map(|survivors| Failure::Disk { trouble: Trouble::Syncs, survivors });
    died.into_iter().chain(written).chain(full).chain(synced).collect()
}

/// What happens when nothing fails; asked for twice, it happens once. And how many puts it takes.
async fn undisturbed<D: Decider, V: View>(before: &Before<'_>) -> (Done, usize) {
    let name = &before.occasion.name;
    let (disk, folder) = before.copy(&format!("{name} undisturbed"));
    let service = Service::<D, V>::open(before, &disk, &folder, None);
    disk.suffer(None);
    assert!(service.act().await, "{name}: {:?}", service.engine.stopped_because());
    let puts = disk.puts();
    let done = service.done().await;
    assert!(!done.events.is_empty(), "{name}: nothing is done about it");
    assert!(service.act().await);
    assert_eq!(service.done().await, done, "{name} takes effect twice (P4)");
    (done, puts)
}

/// One failure, and what comes after it.
async fn survives<D: Decider, V: View>(before: &Before<'_>, failure: Failure, expected: &Done) {
    let what = format!("{} when {failure:?}", before.occasion.name);
    let (disk, folder) = before.copy(&what.replace(['/', '"'], " "));
    let dies = if let Failure::Dies(step) | Failure::Lies(step) = failure { Some(step) } else { None };
    let service = Service::<D, V>::open(before, &disk, &folder, dies);
    let (trouble, survivors) = match failure {
        Failure::Dies(_) => (None, 0),
        Failure::Lies(_) => (Some(Trouble::SyncsLie), 0),
        Failure::Disk { trouble, survivors } => (Some(trouble), survivors),
    };
    disk.suffer(trouble);
    let acknowledged = service.act().await;
    assert!(!service.engine.stopped().await.is_empty(), "{what}: it says why it has stopped");
    assert!(!service.act().await, "{what}: it has stopped, and goes on");
    let readable = service.readable();
    drop(service);
    disk.let_go().await;
    let left = disk.after_crash(survivors);
    if dies.is_some() {
        without_snapshots(&folder);
    }
    let service = Service::<D, V>::open(before, &left, &folder, None);
    let (size, whole) = (service.size(), before.size() + expected.events.len() as u64);
    assert!(size == before.size() || size == whole, "{what}: it is half done: {size}");
    assert!(size >= readable, "{what}: others have read {readable} events, {size} are there");
    assert!(!acknowledged || size == whole, "{what}: what was acknowledged is lost");
    assert!(service.act().await, "{what}: {:?}", service.engine.stopped_because());
    assert_eq!(service.done().await, *expected, "{what}: it is not as if nothing had failed");
    assert!(service.act().await);
    assert_eq!(service.size(), whole, "{what}: it takes effect twice (P4)");
}

/// Every occasion with every failure.
async fn try_all<D: Decider, V: View>(occasions: &Occasions) {
    let room = Room::new();
    for occasion in occasions.values() {
        let before = Before::written::<D, V>(&room, occasion).await;
        let (done, puts) = undisturbed::<D, V>(&before).await;
        let first = payload_name(&done.events[0]);
        assert_eq!(first == "Received", occasion.letter.is_some(), "{}: {first}", occasion.name);
        for failure in failures(puts) {
            survives::<D, V>(&before, failure, &done).await;
        }
    }
}

/// Nothing that the service does by itself is without its occasion.
fn all_are_there(service: Origin, occasions: &Occasions, timed: &[&str]) {
    let found = |timer: bool| {
        let of_kind = occasions.values().filter(|occasion| occasion.letter.is_none() == timer);
        of_kind.map(|occasion| occasion.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(found(false), named(&source(service, "policy.rs"), "Payload"), "what {service} takes from the others");
    assert_eq!(found(true), timed, "what {service} does when it is due");
}

/// The commands that a `due` asks for.
fn timed(service: Origin, file: &str) -> Vec<String> {
    let source = source(service, file);
    let due = source.split("fn due(").nth(1).unwrap();
    named(due.split("\nfn ").next().unwrap().split("\n    fn ").next().unwrap(), "Command")
}

/// A scene after some time.
fn later(scenes: &[Scene], name: &str, wait: i64) -> Scene {
    let mut scene = scenes.iter().find(|scene| scene.name == name).unwrap().clone();
    scene.town.wait(wait);
    scene
}

/// All scenes, and those in which rights are revoked, a claim lapses, and the body is reminded.
fn more_scenes() -> Vec<Scene> {
    let scenes = scenes::all();
    let mut revoked = scenes[0].clone();
    let held = revoked.town.moderation.state().designations.of_subject(EXTERNAL[0]).next().unwrap();
    let designation = held.designation.id.to_vec();
    let revoke = Moderate::RevokeDesignation(v1::RevokeDesignation { designation });
    revoked.town.ask_moderation(Ask::by(ADMINISTRATOR, revoke)).unwrap();
    revoked.town.level();
    let lapsed = later(&scenes, "claimed", 10 * Micros::DAY);
    let reminded = later(&scenes, "changes requested", 8 * Micros::DAY);
    scenes.into_iter().chain([revoked, lapsed, reminded]).collect()
}

/// What a service does by itself in all scenes.
fn occasions_of<D: Decider>(story: impl Fn(&Town) -> Story<D>, timed: &[&str]) -> Occasions {
    let mut occasions = Occasions::new();
    for scene in more_scenes() {
        let story = story(&scene.town);
        letters(&story, &scene.town, &mut occasions);
        timers(&story, timed, &mut occasions);
    }
    all_are_there(D::ORIGIN, &occasions, timed);
    occasions
}

fn of_submission() -> Occasions {
    let timed_here = ["Expire", "Remind"];
    assert_eq!(timed(Origin::Submission, "domain/mod.rs"), timed_here);
    occasions_of(|town| town.submission.clone(), &timed_here)
}

/// Whether something is heard from there.
fn is_from(occasion: &Occasion, origin: Origin) -> bool {
    occasion.letter.as_ref().is_some_and(|letter| letter.origin == origin)
}

#[tokio::test]
async fn what_submission_hears_of_moderation_counts_once_whatever_fails() {
    let mut occasions = of_submission();
    occasions.retain(|_, occasion| is_from(occasion, Origin::Moderation));
    try_all::<Submission, Entries>(&occasions).await;
}

#[tokio::test]
async fn what_submission_hears_of_publication_or_is_due_counts_once_whatever_fails() {
    let mut occasions = of_submission();
    occasions.retain(|_, occasion| !is_from(occasion, Origin::Moderation));
    try_all::<Submission, Entries>(&occasions).await;
}

#[tokio::test]
async fn what_moderation_hears_counts_once_whatever_fails() {
    let timed_here = ["Release", "Resume"];
    assert_eq!(timed(Origin::Moderation, "domain/decide.rs"), timed_here);
    try_all::<Moderation, Reviews>(&occasions_of(|town| town.moderation.clone(), &timed_here)).await;
}

#[tokio::test]
async fn what_publication_hears_counts_once_whatever_fails() {
    let timed_here = ["Publish"];
    assert_eq!(named(&source(Origin::Publication, "policy.rs"), "Command"), timed_here);
    try_all::<Publication, Catalogue>(&occasions_of(|town| town.publication.clone(), &timed_here)).await;
}

/// Audit's own journal takes in what its decisions rest on; it has no timers.
#[tokio::test]
async fn what_audit_hears_counts_once_whatever_fails() {
    let heard = |town: &Town| {
        let mut story = Story::<Audit>::new();
        town.moderation.log().iter().for_each(|(event, _)| story.receive(event));
        story
    };
    try_all::<Audit, AuditView>(&occasions_of(heard, &[])).await;
}

/// The tests above can fail: a disk that says that it has synced, and has not, is found out.
#[tokio::test]
#[should_panic(expected = "DesignationRevoked")]
async fn a_disk_that_lies_is_found_out() {
    let mut occasions = occasions_of(|town| town.publication.clone(), &["Publish"]);
    occasions.retain(|name, _| name == "DesignationRevoked");
    let (room, occasion) = (Room::new(), &occasions["DesignationRevoked"]);
    let before = Before::written::<Publication, Catalogue>(&room, occasion).await;
    let (done, _) = undisturbed::<Publication, Catalogue>(&before).await;
    let lying = Failure::Lies(Step::Answered);
    survives::<Publication, Catalogue>(&before, lying, &done).await;
}
