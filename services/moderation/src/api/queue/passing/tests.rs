//! What is learnt by where a page ends.

use std::collections::BTreeSet;

use dossier_engine::View as _;
use dossier_proto::{Actor, Origin, Payload};
use dossier_web::extract::Bearer;

use super::{super::filter::ListQuery, *};
use crate::{
    domain::tests::world::{Filed, *},
    views::Reviews,
};

fn numbered(number: u8) -> EntryId {
    EntryId([number; 16])
}

/// One entry of a body, then one of another.
fn reviews() -> (Reviews, Micros) {
    let mut world = World::ready();
    for (number, body) in [(1, "KAZ"), (2, "KEN")] {
        let mut submitted = Filed::revision(1).event();
        submitted.body = body.to_owned();
        let payload = Payload::Submitted(submitted);
        world.story.hear(Actor::Person(CONTRIBUTOR), Origin::Submission, Some(numbered(number)), payload);
    }
    let mut reviews = Reviews::default();
    for (event, beside) in world.story.log() {
        reviews.apply(event, beside.as_ref());
    }
    (reviews, world.story.now())
}

#[test]
fn a_full_page_does_not_tell_that_an_entry_of_others_comes_after_it() {
    let (reviews, now) = reviews();
    let look = Look { facts: &reviews, instant: now, rights: &reviews, now };
    let first = |caller| {
        let bearer = Bearer { subject: caller, body: None, token: "0000000000000000".parse().unwrap() };
        let (wanted, ..) = ListQuery::default().read(bearer).unwrap();
        let named = BTreeSet::from([1, 2].map(numbered));
        let reach = Reach { candidates: 1, looked_at: 10 };
        let began = (None, reviews.queue.moves());
        let passed = pass(look, &wanted, &mut Rights::of(caller), began, reach, Some(named)).unwrap();
        let found: Vec<_> = passed.candidates.iter().map(|candidate| candidate.place.entry).collect();
        (found, passed.looked_at, passed.last.map(|last| last.entry))
    };
    assert_eq!(first(MODERATOR), (vec![numbered(1)], 1, Some(numbered(1))));
    assert_eq!(first(CONTRIBUTOR), (vec![numbered(1)], 1, None));
    assert_eq!(first(NOBODY), (vec![], 0, None));
}
