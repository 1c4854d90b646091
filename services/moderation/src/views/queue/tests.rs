//! The queue against the decider's own stories, and its pages while everything moves.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::{
    View as _,
    testing::{Ask, Dice, for_seeds},
};
use dossier_proto::{Actor, EntryId, Micros, Origin};

use super::{Outlived, Place, Queue, Shelf, Stretch};
use crate::{
    domain::{
        Standing, Turn,
        tests::world::{Filed, *},
    },
    views::{Reviews, tests::view},
};

fn from_the_first(queue: &Queue) -> Stretch {
    Stretch { after: None, began: queue.moves(), until: None }
}

fn passed(queue: &Queue, wanted: impl Fn(&Shelf) -> bool) -> Vec<EntryId> {
    queue.walk(from_the_first(queue), wanted).unwrap().map(|step| step.place.entry).collect()
}

fn standing(queue: &Queue, standing: Standing) -> Vec<EntryId> {
    passed(queue, |shelf| shelf.standing == standing)
}

#[test]
fn the_longest_wait_comes_first_and_an_entry_moves_with_its_standing() {
    let mut world = World::ready();
    world.submit(ENTRY, &Filed::revision(1));
    world.submit(OTHER_ENTRY, &Filed::revision(2));
    assert_eq!(standing(&view(&world).queue, Standing::InReview), [ENTRY, OTHER_ENTRY]);
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    let returned = view(&world);
    assert_eq!(standing(&returned.queue, Standing::InReview), [OTHER_ENTRY]);
    assert_eq!(standing(&returned.queue, Standing::ChangesRequested), [ENTRY]);
    assert_eq!(passed(&returned.queue, |_| true), [OTHER_ENTRY, ENTRY]);
    world.submit(ENTRY, &Filed::revision(3));
    assert_eq!(standing(&view(&world).queue, Standing::InReview), [OTHER_ENTRY, ENTRY], "who was returned waits anew");
    assert_eq!(view(&world).queue.count(Standing::ChangesRequested), 0);
}

/// Seen in DSpace: a new reviewer cannot claim older tasks. Here the queue belongs to nobody: who is designated today
/// sees and claims what was submitted before.
#[test]
fn dspace_who_is_designated_later_takes_up_what_was_submitted_before() {
    let mut world = World::in_review();
    world.given(Ask::by(ADMINISTRATOR, grant(NOBODY, dossier_identity::Role::Moderator, "", &[])));
    assert_eq!(standing(&view(&world).queue, Standing::InReview), [ENTRY]);
    world.given(claim(NOBODY));
}

#[test]
fn a_claim_and_a_comment_leave_the_place_in_the_queue() {
    let mut world = World::in_review();
    let before = view(&world).queue;
    world.given(claim(MODERATOR));
    world.given(comment(MODERATOR, 1));
    assert_eq!(view(&world).queue, before);
}

#[test]
fn a_shelf_says_where_it_stands_whose_turn_it_is_and_in_which_stage() {
    let mut world = World::practice_before("peer");
    let queue = view(&world).queue;
    let (shelf, since) = queue.at(ENTRY).unwrap();
    assert_eq!((shelf.standing, shelf.turn, shelf.stage.as_str()), (Standing::InReview, Turn::Reviewer, "peer"));
    assert_eq!((shelf.record_type.as_str(), shelf.body.as_str(), shelf.language.as_str()), ("practice", "KAZ", "en"));
    assert_eq!(Some(since), world.review().stage_since, "reviewers have had it since the desk passed it on");
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    let queue = view(&world).queue;
    let shelf = queue.at(ENTRY).unwrap().0;
    assert_eq!((shelf.turn, shelf.stage.as_str()), (Turn::Contributor, ""));
    assert_eq!(queue.shelves().count(), 1, "an empty shelf is taken down");
}

#[test]
fn the_time_on_hold_does_not_count_as_waiting() {
    let mut world = World::in_review();
    let submitted = view(&world).queue.at(ENTRY).unwrap().1;
    world.given(hold(MODERATOR, "contributor", None));
    let held = world.story.now();
    let (shelf, since) = view(&world).queue.at(ENTRY).map(|(shelf, since)| (shelf.clone(), since)).unwrap();
    assert_eq!((shelf.standing, shelf.turn), (Standing::OnHold, Turn::Contributor));
    assert!(since >= submitted && since <= held, "the one who is awaited has had it since then");
    world.story.wait(hours(5));
    world.given(resume(MODERATOR));
    let resumed = view(&world).queue.at(ENTRY).unwrap().1;
    let on_hold = world.review().held_before.in_stage;
    assert!(on_hold >= hours(5));
    assert_eq!(resumed, submitted.plus(on_hold));
}

#[test]
fn only_who_has_waited_long_enough_is_passed() {
    let mut world = World::ready();
    for number in 1..=5 {
        world.submit(EntryId([number; 16]), &Filed::revision(u32::from(number)));
        world.story.wait(hours(24));
    }
    let queue = view(&world).queue;
    let third = queue.at(EntryId([3; 16])).unwrap().1;
    let at_least = |until| -> Vec<_> {
        let stretch = Stretch { until: Some(until), ..from_the_first(&queue) };
        queue.walk(stretch, |_| true).unwrap().map(|step| step.place.entry.0[0]).collect()
    };
    assert_eq!(at_least(third), [1, 2, 3]);
    assert_eq!(at_least(third.plus(-1)), [1, 2]);
    assert_eq!(at_least(Micros(0)), Vec::<u8>::new());
    let behind = Stretch {
        after: queue.walk(from_the_first(&queue), |_| true).unwrap().last().map(|step| step.place),
        ..from_the_first(&queue)
    };
    let long_ago = Stretch { until: Some(third), ..behind };
    assert_eq!(queue.walk(long_ago, |_| true).unwrap().count(), 0, "a stretch that ends before it begins is empty");
}

fn numbered(number: u8) -> EntryId {
    EntryId([number; 16])
}

/// Reads a page of two at a time; gives what was on it and where the next begins.
fn page(queue: &Queue, at: Stretch, wanted: impl Fn(&Shelf) -> bool) -> (Vec<EntryId>, Stretch) {
    let steps: Vec<_> = queue.walk(at, wanted).unwrap().take(2).collect();
    let next = Stretch { after: steps.last().map(|step| step.place).or(at.after), ..at };
    (steps.into_iter().map(|step| step.place.entry).collect(), next)
}

#[test]
fn an_entry_that_moves_back_while_somebody_pages_is_not_shown_twice() {
    let mut world = World::ready();
    for number in 1..=4 {
        world.submit(numbered(number), &Filed::revision(1));
    }
    let open = |shelf: &Shelf| shelf.standing == Standing::InReview;
    let before = view(&world).queue;
    let (first, next) = page(&before, from_the_first(&before), open);
    assert_eq!(first, [numbered(1), numbered(2)]);
    // The first is returned and submitted anew: it now waits for a shorter time than all others.
    world.given(request(MODERATOR, 1, vec![item(1, "title")]).on(numbered(1)));
    world.submit(numbered(1), &Filed::revision(2));
    let after = view(&world).queue;
    assert_eq!(standing(&after, Standing::InReview).last(), Some(&numbered(1)));
    let (second, next) = page(&after, next, open);
    assert_eq!(second, [numbered(3), numbered(4)]);
    assert_eq!(page(&after, next, open).0, [], "what was seen does not come again");
}

#[test]
fn an_entry_that_moves_forward_while_somebody_pages_is_not_lost() {
    let mut world = World::ready();
    for number in 1..=3 {
        world.submit(numbered(number), &Filed::revision(1));
        world.story.wait(hours(1));
    }
    // On hold, the third has had its awaited one wait since now; resumed, it stands where it stood.
    world.given(hold(MODERATOR, "contributor", None).on(numbered(1)));
    let before = view(&world).queue;
    let (first, next) = page(&before, from_the_first(&before), |_| true);
    assert_eq!(first, [numbered(2), numbered(3)]);
    world.given(resume(MODERATOR).on(numbered(1)));
    let after = view(&world).queue;
    assert_eq!(passed(&after, |_| true)[0], numbered(1), "it stands before what was read");
    assert_eq!(page(&after, next, |_| true).0, [numbered(1)]);
}

#[test]
fn who_leaves_pushes_nobody_out_of_sight() {
    let mut world = World::ready();
    for number in 1..=4 {
        world.submit(numbered(number), &Filed::revision(1));
    }
    let open = |shelf: &Shelf| shelf.standing == Standing::InReview;
    let before = view(&world).queue;
    let (_, next) = page(&before, from_the_first(&before), open);
    world.given(refuse(MODERATOR, 1, "spam").on(numbered(1)));
    world.submit(numbered(5), &Filed::revision(1));
    assert_eq!(page(&view(&world).queue, next, open).0, [numbered(3), numbered(4)]);
}

#[test]
fn who_reads_on_after_too_many_moves_is_told() {
    let mut world = World::in_review();
    let mut queue = view(&world).queue;
    let began = from_the_first(&queue);
    assert!(queue.walk(Stretch { began: began.began + 1, ..began }, |_| true).is_err(), "of another history");
    world.given(refuse(MODERATOR, 1, "spam"));
    let refused = world.entry().clone();
    let in_review = World::in_review().entry().clone();
    for number in 0..8_193 {
        queue.place(ENTRY, Some(&refused));
        queue.place(ENTRY, Some(&in_review));
        assert_eq!(queue.walk(began, |_| true).is_ok(), number < 8_192, "{number}");
    }
    assert_eq!(queue.walk(began, |_| true).err(), Some(Outlived));
}

/// Everything that can happen to a few entries, by anybody.
fn something_happens(world: &mut World, dice: &mut Dice) {
    let id = numbered(u8::try_from(dice.below(12)).unwrap() + 1);
    let revision = world.story.state().entries.get(&id).and_then(|entry| entry.review()).map(|review| review.revision);
    let Some(revision) = revision else {
        world.submit(id, &Filed::revision(1));
        return;
    };
    let by = *dice.pick(&[MODERATOR, OTHER_MODERATOR]);
    let ask = match dice.below(8) {
        0 => claim(by),
        1 => request(by, revision, vec![item(1, "title")]),
        2 => hold(by, "contributor", None),
        3 | 4 => resume(by),
        5 => approve(by, revision),
        6 => refuse(by, revision, "spam"),
        _ => {
            let is_with_the_body =
                world.story.state().entries[&id].turn().is_some_and(|(turn, _)| turn == Turn::Contributor);
            if is_with_the_body {
                world.submit(id, &Filed { round: revision + 1, ..Filed::revision(revision + 1) });
            }
            return;
        }
    };
    let _ = world.ask(ask.on(id));
    if dice.one_in(3) {
        world.story.wait(hours(1));
    }
}

/// Shelves agree with the state, and with themselves.
fn agrees(reviews: &Reviews) {
    let mut places: BTreeMap<Place, Shelf> = BTreeMap::new();
    for (id, entry) in &reviews.state.entries {
        let (shelf, since) = reviews.queue.at(*id).unwrap();
        assert_eq!(Some(shelf), Shelf::of(entry).as_ref());
        assert_eq!(Some(since), entry.waiting_since());
        places.insert(Place { since, entry: *id }, shelf.clone());
    }
    let shelved: BTreeMap<Place, Shelf> =
        reviews.queue.shelves().flat_map(|(shelf, on)| on.iter().map(|place| (*place, shelf.clone()))).collect();
    assert_eq!(shelved, places);
    assert!(reviews.queue.shelves().all(|(_, places)| !places.is_empty()));
    let walked: Vec<_> = reviews.queue.walk(from_the_first(&reviews.queue), |_| true).unwrap().collect();
    assert_eq!(walked.iter().map(|step| step.place).collect::<Vec<_>>(), places.keys().copied().collect::<Vec<_>>());
}

/// Reads all pages while things happen between them, and compares with what was there at the beginning.
fn read_while_it_moves(world: &mut World, reviews: &mut Reviews, dice: &mut Dice, applied: &mut usize) {
    let open = |shelf: &Shelf| shelf.standing == Standing::InReview;
    let mut at = from_the_first(&reviews.queue);
    let begun: Vec<EntryId> = passed(&reviews.queue, |_| true);
    let mut always: BTreeSet<EntryId> = standing(&reviews.queue, Standing::InReview).into_iter().collect();
    let mut seen = Vec::new();
    loop {
        let (read, next) = page(&reviews.queue, at, open);
        if read.is_empty() {
            break;
        }
        seen.extend(read);
        at = next;
        for _ in 0..dice.below(6) {
            something_happens(world, dice);
            for (event, beside) in &world.story.log()[*applied..] {
                reviews.apply(event, beside.as_ref());
                let now: BTreeSet<_> = standing(&reviews.queue, Standing::InReview).into_iter().collect();
                always.retain(|entry| now.contains(entry));
            }
            *applied = world.story.log().len();
            agrees(reviews);
        }
    }
    let once: BTreeSet<_> = seen.iter().copied().collect();
    assert_eq!(once.len(), seen.len(), "nothing is shown twice: {seen:?}");
    assert!(always.is_subset(&once), "what was there all the time is shown: {always:?} in {seen:?}");
    let order: Vec<_> = begun.into_iter().filter(|entry| once.contains(entry)).collect();
    assert_eq!(seen, order, "in the order of the beginning");
}

#[test]
fn whoever_pages_while_everything_moves_comes_by_everything_once() {
    for_seeds(40, |dice| {
        let mut world = World::ready();
        for number in 1..=12 {
            world.submit(numbered(number), &Filed::revision(1));
        }
        let mut reviews = view(&world);
        let mut applied = world.story.log().len();
        for _ in 0..6 {
            read_while_it_moves(&mut world, &mut reviews, dice, &mut applied);
        }
        assert_eq!(reviews.queue, view(&world).queue, "the same again from the first event");
    });
}

/// A body that writes in two languages: one more is said of its entries than of others.
#[test]
fn entries_of_several_bodies_and_languages_stand_on_shelves_of_their_own() {
    let mut world = World::ready();
    for (number, body, language) in [(1, "KAZ", "ru"), (2, "KAZ", "en"), (3, "KEN", "en"), (4, "KEN", "en")] {
        let mut submitted = Filed::revision(1).event();
        (submitted.body, submitted.original_language) = (body.to_owned(), language.to_owned());
        let payload = dossier_proto::Payload::Submitted(submitted);
        world.story.hear(Actor::Person(CONTRIBUTOR), Origin::Submission, Some(numbered(number)), payload);
    }
    let queue = view(&world).queue;
    assert_eq!(queue.shelves().count(), 3);
    assert_eq!(passed(&queue, |shelf| shelf.language == "en"), [2, 3, 4].map(numbered));
    assert_eq!(passed(&queue, |shelf| shelf.body.as_str() == "KAZ"), [1, 2].map(numbered));
    let among = queue.walk_among([4, 1, 9].map(numbered), from_the_first(&queue), |_| true).unwrap();
    assert_eq!(among.map(|step| step.place.entry).collect::<Vec<_>>(), [1, 4].map(numbered));
}
