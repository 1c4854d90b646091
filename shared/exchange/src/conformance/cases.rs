//! The cases.

use std::sync::{Arc, atomic::Ordering};

use dossier_proto::{EntryId, Micros, Origin, Payload, Place, v1};
use dossier_vault::{GrantedKey, Kind, MasterKey, Vault};
use tokio::sync::watch;

use super::{Carrier, Desk, Disturbed, Forgetful, ManualClock, PATIENCE, Shelf, Tray, Unsigned, event, signer};
use crate::{Divergence, FollowState, FollowStatus, ParkedEntry, Progress};

const NOON: Micros = Micros(1_767_268_800_000_000);

fn expired() -> Payload {
    Payload::Expired(v1::Expired::default())
}

fn clock() -> Arc<ManualClock> {
    ManualClock::at(NOON)
}

fn shelf(carrier: &dyn Carrier, origin: Origin) -> Arc<Shelf> {
    let shelf = Shelf::new(origin);
    carrier.offer(origin, shelf.clone(), Desk::with(Vec::new()));
    shelf
}

fn submission(sequence: u64) -> Place {
    Place { origin: Origin::Submission, epoch: 0, sequence }
}

async fn becomes(status: &mut watch::Receiver<FollowStatus>, what: &str, is: impl FnMut(&FollowStatus) -> bool) {
    let waited = tokio::time::timeout(PATIENCE, status.wait_for(is)).await.map(|found| found.is_ok());
    assert_eq!(waited, Ok(true), "{what}: {:?}", *status.borrow());
}

fn dense(count: u64) -> Vec<Place> {
    (0..count).map(submission).collect()
}

/// P3, P4.
pub async fn everything_arrives_once_and_in_order(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    shelf.fill(300);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    for _ in 0..7 {
        shelf.fill(100);
        tokio::task::yield_now().await;
    }
    tray.holds(1000).await;
    assert_eq!(tray.places(), dense(1000));
    becomes(&mut status, "level with the checkpoint", |status| status.is_level() && status.is_sound()).await;
    assert_eq!(tray.resumes_at(Origin::Submission), 1000);
    task.abort();
}

/// The position is written with the effects: a consumer that starts again gets nothing twice.
pub async fn a_consumer_goes_on_where_it_was(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    for round in 1..=5 {
        let progress = Progress::new([Origin::Submission]);
        shelf.fill(37);
        let (_status, task) =
            tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
        tray.holds(37 * round).await;
        task.abort();
        let _ = task.await;
    }
    assert_eq!(tray.places(), dense(37 * 5));
}

/// Dropped, repeated, reordered, falsified, forged, without a signature, begun too early: 25 seeds.
pub async fn whatever_the_transport_does_each_event_takes_effect_once(carrier: &dyn Carrier) {
    for seed in 0..25 {
        let shelf = shelf(carrier, Origin::Submission);
        let tray = Tray::new();
        let progress = Progress::new([Origin::Submission]);
        shelf.fill(200);
        let transport = Disturbed::new(carrier.transport(Origin::Moderation), seed);
        let (_status, task) = tray.follow(Origin::Submission, transport, &progress, &clock());
        shelf.fill(100);
        tray.holds(300).await;
        assert_eq!(tray.places(), dense(300), "seed {seed}");
        assert!(
            tray.events().iter().all(|event| event.head.part_version == 0),
            "seed {seed}: a forged event was taken"
        );
        task.abort();
        let _ = task.await;
    }
}

/// Whoever carries events cannot make anybody act: without the origin's signature they wait.
pub async fn nothing_is_acted_upon_that_the_origin_has_not_signed(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(40);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let transport = Unsigned::new(carrier.transport(Origin::Moderation));
    let (mut status, task) = tray.follow(Origin::Submission, transport.clone(), &progress, &clock());
    becomes(&mut status, "silent", |status| matches!(status.state, FollowState::Silent(_))).await;
    assert!(tray.places().is_empty());
    transport.sign();
    tray.holds(40).await;
    assert_eq!(tray.places(), dense(40));
    task.abort();
}

/// Whoever needs an origin's word knows how old it is, also while nothing happens.
pub async fn it_is_told_when_an_origin_was_heard_last(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(1);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(1).await;
    becomes(&mut status, "heard", |status| status.heard.is_some()).await;
    let first = status.borrow().heard;
    let heard_again = async {
        while status.borrow().heard == first {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await; // between looks
        }
    };
    tokio::time::timeout(PATIENCE, heard_again).await.expect("it is asked again and again");
    task.abort();
}

/// Whoever carries answers can give old ones again; that an origin once stood somewhere is no news of it, and keeps no right alive.
pub async fn an_old_answer_is_not_heard(carrier: &dyn Carrier) {
    let (origin, asker) = (Origin::Submission, Origin::Moderation);
    let shelf = shelf(carrier, origin);
    shelf.fill(3);
    let tray = Tray::new();
    let (mut status, task) = tray.follow(origin, carrier.transport(asker), &Progress::new([origin]), &clock());
    tray.holds(3).await;
    becomes(&mut status, "known", |status| status.known_as_of.is_some()).await;
    let asked = carrier.only_old_answers(origin, asker);
    becomes(&mut status, "silent", |status| matches!(status.state, FollowState::Silent(_))).await;
    let last = (status.borrow().heard, status.borrow().known_as_of);
    let before = asked.load(Ordering::SeqCst);
    let asked_again = async {
        while asked.load(Ordering::SeqCst) < before + 3 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await; // between looks
        }
    };
    tokio::time::timeout(PATIENCE, asked_again).await.expect("it is asked again and again");
    assert_eq!((status.borrow().heard, status.borrow().known_as_of), last, "nothing was heard meanwhile");
    carrier.offer(origin, shelf, Desk::with(Vec::new()));
    becomes(&mut status, "heard again", |status| status.known_as_of.is_some() && status.known_as_of != last.1).await;
    task.abort();
}

/// An event is held until its cause has been consumed.
pub async fn an_event_waits_for_its_cause(carrier: &dyn Carrier) {
    let (causes, effects) = (shelf(carrier, Origin::Submission), shelf(carrier, Origin::Moderation));
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission, Origin::Moderation]);
    let transport = carrier.transport(Origin::Audit);
    causes.fill(3);
    let mut effect = event(Origin::Moderation, None, Payload::ReviewOpened(v1::ReviewOpened::default()));
    effect.head.cause = Some(submission(3));
    effects.put(effect);
    let (mut held, first) = tray.follow(Origin::Moderation, transport.clone(), &progress, &clock());
    let (_status, second) = tray.follow(Origin::Submission, transport, &progress, &clock());
    tray.holds(3).await;
    becomes(&mut held, "held", |status| matches!(status.state, FollowState::HeldForCause(_))).await;
    assert_eq!(tray.places(), dense(3), "the effect must not come before its cause");
    causes.fill(1);
    tray.holds(5).await;
    assert_eq!(tray.places()[3], submission(3));
    assert_eq!(tray.places()[4].origin, Origin::Moderation);
    first.abort();
    second.abort();
}

/// Two keys of a vault that lives as long as the returned directory.
fn two_keys() -> (GrantedKey, GrantedKey) {
    let directory = tempfile::tempdir().expect("a directory for a vault");
    let master = MasterKey::create_or_read(directory.path().join("master.key")).expect("a master key");
    let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).expect("a vault");
    let ids = [Kind::Revision; 2].map(|kind| vault.fresh(kind).expect("a key"));
    let mut keys = vault.grant(&ids).expect("both keys").keys.into_iter();
    match (keys.next(), keys.next()) {
        (Some(first), Some(second)) => (first, second),
        _ => panic!("a vault gives the keys it made"),
    }
}

/// The key is there before the event is acted upon.
pub async fn keys_come_before_the_events_that_need_them(carrier: &dyn Carrier) {
    let (one, two) = two_keys();
    let shelf = Shelf::new(Origin::Submission);
    carrier.offer(Origin::Submission, shelf.clone(), Desk::with(vec![one.clone(), two.clone()]));
    let tray = Tray::new();
    tray.need(vec![one.key_id(), two.key_id()]);
    let progress = Progress::new([Origin::Submission]);
    shelf.fill(2);
    let (_status, task) = tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(2).await;
    assert_eq!(tray.keys_before(submission(0)), Some(2));
    let mut came = tray.keys();
    let mut asked = vec![one.key_id(), two.key_id()];
    came.sort_unstable();
    asked.sort_unstable();
    assert_eq!(came, asked);
    task.abort();
}

/// What waits for a key was not consumed, and its follower does not say that it was: neither where it stands, nor that all the
/// origin has is known.
pub async fn what_waits_for_a_key_was_not_consumed(carrier: &dyn Carrier) {
    let (one, two) = two_keys();
    let shelf = Shelf::new(Origin::Submission);
    let desk = Desk::with(vec![one.clone(), two]);
    desk.shut(true);
    carrier.offer(Origin::Submission, shelf.clone(), desk.clone());
    let tray = Tray::new();
    tray.need(vec![one.key_id()]);
    let progress = Progress::new([Origin::Submission]);
    shelf.fill(2);
    let transport = carrier.transport(Origin::Moderation);
    let (mut status, task) = tray.follow(Origin::Submission, transport, &progress, &clock());
    becomes(&mut status, "held", |status| matches!(status.state, FollowState::HeldForKeys(_))).await;
    becomes(&mut status, "heard", |status| status.heard.is_some()).await;
    let held = status.borrow().clone();
    assert_eq!((held.next.sequence, held.known_as_of), (0, None), "{held:?}");
    desk.shut(false);
    tray.holds(2).await;
    becomes(&mut status, "level", |status| status.next.sequence == 2 && status.known_as_of.is_some()).await;
    task.abort();
}

/// A key that was erased, or is not ours to have, stops nothing: the words stay unreadable here.
pub async fn a_refused_key_keeps_no_event_away(carrier: &dyn Carrier) {
    let (one, two) = two_keys();
    let shelf = Shelf::new(Origin::Submission);
    carrier.offer(Origin::Submission, shelf.clone(), Desk::with(vec![two.clone()]));
    let tray = Tray::new();
    tray.need(vec![one.key_id(), two.key_id()]);
    let progress = Progress::new([Origin::Submission]);
    shelf.fill(2);
    let (_status, task) = tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(2).await;
    assert!(tray.keys().contains(&two.key_id()), "the other key came all the same");
    assert!(!tray.keys().contains(&one.key_id()));
    task.abort();
}

/// More than five seconds ahead: somebody's clock is wrong.
pub async fn an_event_from_the_future_is_held(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let time = clock();
    let mut near = event(Origin::Submission, None, expired());
    near.head.recorded_at = NOON.plus(5 * Micros::SECOND);
    let mut far = near.clone();
    far.head.recorded_at = NOON.plus(6 * Micros::SECOND);
    shelf.put(near);
    shelf.put(far);
    let (mut status, task) = tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &time);
    becomes(&mut status, "held", |status| matches!(status.state, FollowState::HeldForClock(_))).await;
    assert_eq!(tray.places(), dense(1));
    time.set(NOON.plus(2 * Micros::SECOND));
    tray.holds(2).await;
    task.abort();
}

/// An event as a later version may write it: a payload under a number we do not know.
fn unknown(entry: Option<EntryId>, sequence: u64, must_understand: bool) -> Vec<u8> {
    let mut event = event(Origin::Submission, entry, expired());
    event.payload = None;
    event.head.place.sequence = sequence;
    event.head.must_understand = must_understand;
    let mut bytes = event.encode();
    // Field 999, length-delimited, empty: tag (999 << 3) | 2 = 7994 as a varint.
    bytes.extend([0xba, 0x3e, 0x00]);
    bytes
}

/// `must_understand` false is skipped.
pub async fn an_unknown_event_that_may_be_passed_over_is(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    shelf.fill(1);
    shelf.put_bytes(unknown(None, 1, false));
    shelf.fill(1);
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(2).await;
    assert_eq!(tray.places(), vec![submission(0), submission(2)]);
    becomes(&mut status, "level", |status| status.is_level() && status.is_sound()).await;
    task.abort();
}

/// `must_understand` true parks that entry with all its later events; a newer version reads them again.
pub async fn an_unknown_event_parks_its_entry_alone(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    let (strange, plain) = (EntryId([7; 16]), EntryId([8; 16]));
    shelf.put(event(Origin::Submission, Some(strange), expired()));
    shelf.put_bytes(unknown(Some(strange), 1, true));
    shelf.put(event(Origin::Submission, Some(strange), expired()));
    shelf.put(event(Origin::Submission, Some(plain), expired()));
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    becomes(&mut status, "parked", |status| status.parked == 1 && status.is_level()).await;
    let parked = ParkedEntry { entry: strange, event: submission(1), kind: Some(999) };
    assert_eq!(status.borrow().parked_first, [parked], "which one, and what is not understood");
    assert_eq!(tray.places(), vec![submission(0), submission(3)]);
    assert!(!status.borrow().is_sound(), "readiness shows it");
    assert_eq!(tray.resumes_at(Origin::Submission), 1, "after an upgrade it is read again from there");
    task.abort();
}

/// `must_understand` true without an entry stops reading that origin and shows.
pub async fn an_unknown_event_without_an_entry_stops_the_reading(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    shelf.fill(1);
    shelf.put_bytes(unknown(None, 1, true));
    shelf.fill(1);
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    becomes(&mut status, "stopped", |status| status.state == FollowState::NotUnderstood(submission(1))).await;
    assert_eq!(tray.places(), dense(1));
}

/// P9: the origin signs another history than it sends.
pub async fn a_root_that_does_not_match_is_noticed(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(5);
    shelf.lie_about_the_root();
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    let diverged =
        |status: &FollowStatus| matches!(status.state, FollowState::Diverged(Divergence::Root { size: 5, .. }));
    becomes(&mut status, "diverged", diverged).await;
}

/// Somebody may have spoken in the origin's place: when it agrees with itself again, it is read on, without an operator.
pub async fn a_contradiction_that_is_over_is_got_over(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    shelf.fill(5);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(5).await;
    shelf.lie_about_the_root();
    shelf.fill(5);
    becomes(&mut status, "diverged", |status| matches!(status.state, FollowState::Diverged(_))).await;
    assert_eq!(tray.places(), dense(5), "nothing was taken");
    shelf.tell_the_truth();
    tray.holds(10).await;
    becomes(&mut status, "sound again", |status| status.is_level() && status.is_sound()).await;
    assert_eq!(tray.places(), dense(10));
    task.abort();
}

/// P9: a checkpoint under another key is not the origin's.
pub async fn a_checkpoint_of_somebody_else_is_noticed(carrier: &dyn Carrier) {
    let shelf = Shelf::signed_by(Origin::Submission, signer(Origin::Audit));
    carrier.offer(Origin::Submission, shelf.clone(), Desk::with(Vec::new()));
    shelf.fill(1);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    let diverged = |status: &FollowStatus| matches!(status.state, FollowState::Diverged(Divergence::Signature { .. }));
    becomes(&mut status, "diverged", diverged).await;
    assert!(tray.places().is_empty(), "nothing was taken from it");
}

/// P9: an event that was read is altered afterwards; the next checkpoint does not match what was read.
pub async fn an_altered_event_is_noticed(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(4);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(4).await;
    shelf.alter(2, |event| event.head.part_version = 99);
    shelf.fill(1);
    let diverged = |status: &FollowStatus| matches!(status.state, FollowState::Diverged(Divergence::Root { .. }));
    becomes(&mut status, "diverged", diverged).await;
}

/// A journal that goes on after a loss names what is known; whoever read exactly that goes on too.
pub async fn reading_goes_on_in_a_new_epoch(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(6);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(6).await;
    shelf.start_epoch(6);
    shelf.fill(2);
    tray.holds(9).await;
    let last = Place { origin: Origin::Submission, epoch: 1, sequence: 2 };
    assert_eq!(tray.places().last(), Some(&last));
    becomes(&mut status, "level", |status| status.is_level() && status.is_sound()).await;
    task.abort();
}

/// A journal that was rebuilt knows less than somebody has acted upon: that reader goes on, behind what the origin names.
pub async fn a_loss_that_an_origin_names_is_got_over(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(6);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(6).await;
    shelf.start_epoch(4);
    shelf.fill(2);
    tray.holds(9).await;
    let last = Place { origin: Origin::Submission, epoch: 1, sequence: 2 };
    assert_eq!(tray.places().last(), Some(&last));
    becomes(&mut status, "level", |status| status.is_level() && status.is_sound()).await;
    task.abort();
}

/// P9: the new epoch knows less than we have copied, so what it leaves out is not lost.
pub async fn an_origin_that_forgot_what_was_read_is_noticed(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(6);
    let tray = Tray::new();
    tray.want_everything();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(6).await;
    shelf.start_epoch(4);
    let shorter = |status: &FollowStatus| {
        matches!(status.state, FollowState::Diverged(Divergence::Shorter { shown: 4, read: 6, .. }))
    };
    becomes(&mut status, "diverged", shorter).await;
}

/// P9: the origin was put back to an earlier state and goes on as if nothing had been. Nothing new comes from it for now, so
/// nothing but its checkpoint tells.
pub async fn an_origin_that_was_put_back_is_noticed(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(6);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let (mut status, _task) =
        tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(6).await;
    shelf.roll_back(4);
    let shorter = |status: &FollowStatus| {
        matches!(status.state, FollowState::Diverged(Divergence::Shorter { shown: 4, read: 6, .. }))
    };
    becomes(&mut status, "diverged", shorter).await;
}

/// P3: the transport has lost everything it was to bring, and does not know it.
pub async fn what_the_transport_forgot_is_asked_for(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(300);
    let tray = Tray::new();
    let progress = Progress::new([Origin::Submission]);
    let transport = Forgetful::new(carrier.transport(Origin::Moderation));
    let (mut status, task) = tray.follow(Origin::Submission, transport, &progress, &clock());
    tray.holds(300).await;
    assert_eq!(tray.places(), dense(300));
    becomes(&mut status, "level", |status| status.is_level() && status.is_sound()).await;
    task.abort();
}

/// A copy is verbatim, whatever is in it.
pub async fn who_keeps_copies_gets_everything(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    let tray = Tray::new();
    tray.want_everything();
    shelf.fill(1);
    shelf.put_bytes(unknown(None, 1, true));
    shelf.put_bytes(unknown(Some(EntryId([7; 16])), 2, true));
    let progress = Progress::new([Origin::Submission]);
    let (mut status, task) = tray.follow(Origin::Submission, carrier.transport(Origin::Audit), &progress, &clock());
    tray.holds(3).await;
    assert_eq!(tray.places(), dense(3));
    becomes(&mut status, "level", |status| status.is_level() && status.is_sound()).await;
    task.abort();
}

/// "Busy" is a delay.
pub async fn a_busy_consumer_loses_nothing(carrier: &dyn Carrier) {
    let shelf = shelf(carrier, Origin::Submission);
    shelf.fill(20);
    let tray = Tray::new();
    tray.be_busy(3);
    let progress = Progress::new([Origin::Submission]);
    let (_status, task) = tray.follow(Origin::Submission, carrier.transport(Origin::Moderation), &progress, &clock());
    tray.holds(20).await;
    assert_eq!(tray.places(), dense(20));
    task.abort();
}
