//! The registry in force.

use dossier_engine::{Decider, testing::Ask};
use dossier_proto::{Digest, Payload, v1};
use sha2::{Digest as _, Sha256};

use super::world::*;
use crate::domain::{Command, Invalid, Moderation, Refusal};

#[test]
fn an_adopted_registry_is_in_force_and_stamped_on_what_follows() {
    let mut world = World::empty();
    assert_eq!(Moderation::registry(world.story.state()), None);
    let Payload::RegistryAdopted(adopted) = world.one(Ask::by(SYSTEM, adopt(REGISTRY))) else { panic!("adopted") };
    assert_eq!(adopted.command.unwrap().document, REGISTRY.as_bytes(), "its bytes travel");
    let digest = Digest(Sha256::digest(REGISTRY).into());
    assert_eq!(Moderation::registry(world.story.state()), Some(digest));
    assert_eq!(world.last().head.registry, None, "decided before it was in force");
    world.submit(ENTRY, &Filed::revision(1));
    assert_eq!(world.last().head.registry, Some(digest));
}

#[test]
fn adopting_the_one_in_force_changes_nothing() {
    let mut world = World::ready();
    assert_eq!(world.given(Ask::by(SYSTEM, adopt(REGISTRY))), []);
}

#[test]
fn a_registrar_adopts_and_nobody_else() {
    let mut world = World::ready();
    let next = REGISTRY.replace("spam", "late");
    for by in [ADMINISTRATOR, MODERATOR, NOBODY] {
        assert!(matches!(world.refused(Ask::by(by, adopt(&next))), Refusal::NotEntitled { .. }), "{by}");
        assert!(matches!(world.last().payload, Some(Payload::ModerationRefused(_))));
    }
    world.given(Ask::by(REGISTRAR, adopt(&next)));
}

/// Seen in Drupal: removing a workflow state from the configuration breaks old history.
#[test]
fn drupal_a_code_that_is_gone_is_gone_for_new_decisions_and_stays_in_old_ones() {
    let mut world = World::in_review();
    world.given(refuse(MODERATOR, 1, "spam"));
    world.given(Ask::by(REGISTRAR, adopt(&REGISTRY.replace("spam", "late"))));
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(world.refused(refuse(MODERATOR, 2, "spam")), Refusal::UnknownCode);
    world.given(refuse(MODERATOR, 2, "late"));
    world.story.replayed();
}

#[test]
fn without_a_registry_there_is_no_code_to_refuse_for() {
    let mut world = World::empty();
    world.given(Ask::by(SYSTEM, grant(MODERATOR, dossier_identity::Role::Moderator, "", &[])));
    world.submit(ENTRY, &Filed::revision(1));
    assert_eq!(world.refused(refuse(MODERATOR, 1, "spam")), Refusal::UnknownCode);
}

#[test]
fn what_is_no_registry_is_not_adopted() {
    let mut world = World::ready();
    for document in ["", "{}", "[]", "{\"refusals\":1}", "\u{0}"] {
        assert!(matches!(world.refused(Ask::by(SYSTEM, adopt(document))), Refusal::Invalid(Invalid::Registry(_))));
    }
    let wrong = v1::AdoptRegistry { document: REGISTRY.as_bytes().to_vec(), digest: vec![1; 32] };
    let refusal = world.refused(Ask::by(SYSTEM, Command::AdoptRegistry(wrong)));
    assert!(matches!(refusal, Refusal::Invalid(Invalid::Registry(_))));
}
