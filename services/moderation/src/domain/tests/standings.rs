//! Where an entry stands and who has the next move, along its way (P12).

use dossier_proto::{Origin, Payload, v1};

use super::world::*;
use crate::domain::{Standing, Turn};

fn told(world: &World) -> (Standing, Turn) {
    let (standing, since) = world.entry().standing().unwrap();
    let (turn, also) = world.entry().turn().unwrap();
    assert_eq!(since, also);
    (standing, turn)
}

#[test]
fn along_the_way_everybody_knows_whose_move_it_is() {
    let mut world = World::in_review();
    assert_eq!(told(&world), (Standing::InReview, Turn::Moderator));
    assert_eq!(world.entry().turn().unwrap().1, world.review().submitted.at, "waiting since it was submitted");
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    assert_eq!(told(&world), (Standing::ChangesRequested, Turn::Contributor));
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(told(&world), (Standing::InReview, Turn::Moderator));
    world.given(approve(MODERATOR, 2));
    assert_eq!(told(&world), (Standing::Approved, Turn::Publisher));
    world.publish(1);
    assert_eq!(told(&world), (Standing::Published, Turn::Nobody));
    world.hear(Origin::Publication, PUBLISHER, retracted());
    assert_eq!(told(&world), (Standing::Retracted, Turn::Nobody));
}

#[test]
fn what_the_body_does_with_what_was_returned_is_known() {
    for (payload, expected) in [
        (Payload::Withdrawn(v1::Withdrawn::default()), (Standing::Withdrawn, Turn::Nobody)),
        (Payload::Expired(v1::Expired::default()), (Standing::Expired, Turn::Contributor)),
    ] {
        let mut world = World::in_review();
        world.given(request(MODERATOR, 1, vec![item(1, "title")]));
        world.hear(Origin::Submission, CONTRIBUTOR, payload);
        assert_eq!(told(&world), expected);
        world.submit(ENTRY, &Filed::revision(2));
        assert_eq!(told(&world), (Standing::InReview, Turn::Moderator));
    }
}

#[test]
fn a_draft_on_top_of_an_edition_that_expires_leaves_the_edition_where_it_is() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.publish(1);
    world.hear(Origin::Submission, CONTRIBUTOR, Payload::Expired(v1::Expired::default()));
    assert_eq!(told(&world), (Standing::Published, Turn::Nobody));
}

#[test]
fn keys_come_back() {
    for standing in Standing::ALL {
        assert_eq!(standing.key().parse(), Ok(standing));
        assert_eq!(serde_json::to_string(&standing).unwrap(), format!("\"{standing}\""));
    }
    assert!("In-Review".parse::<Standing>().is_err());
}
