//! What happens to names, times, causes and rights.

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload, Place};

use super::{Case, approval, is_edition, is_granted, last_save, other_command, review};

pub(super) const CHAINS: [Case; 9] = [
    (
        "two events have one name",
        |f| {
            let name = f.at(review(f)).head.id;
            f.change(last_save(f), |event| event.head.id = name);
        },
        &[Fault::NameTwice],
    ),
    (
        "time goes back",
        |f| {
            let before = f.at(review(f)).head.recorded_at;
            f.change(last_save(f), |event| event.head.recorded_at = before);
        },
        // Before the right was granted that was used? No: that was long before.
        &[Fault::TimeGoesBack],
    ),
    (
        "an effect came before its cause",
        |f| {
            let later = last_save(f);
            f.change(review(f), |event| event.head.cause = Some(later));
        },
        &[Fault::CauseMissing],
    ),
    (
        "a cause is not there",
        |f| {
            let nowhere = Place { origin: Origin::Submission, epoch: 0, sequence: 1_000_000 };
            f.change(review(f), |event| event.head.cause = Some(nowhere));
        },
        &[Fault::CauseMissing],
    ),
    (
        "somebody acted without a designation",
        |f| f.change(last_save(f), |event| event.head.authority = None),
        &[Fault::RightMissing],
    ),
    (
        "somebody acted under another's designation",
        |f| {
            let of_moderator = f.at(approval(f)).head.authority;
            f.change(last_save(f), |event| event.head.authority = of_moderator);
        },
        &[Fault::RightMissing],
    ),
    (
        "an invented person was given a right twice",
        |f| {
            let granted = f.first(Origin::Moderation, is_granted);
            f.put_another(granted, other_command);
        },
        &[Fault::SetUpTwice, Fault::NotHeard],
    ),
    (
        "a registry was adopted twice",
        |f| {
            let adopted = f.first(Origin::Moderation, |payload| matches!(payload, Payload::RegistryAdopted(_)));
            f.put_another(adopted, other_command);
        },
        &[Fault::SetUpTwice, Fault::NotHeard],
    ),
    (
        "the newest events of a journal are gone, as if an older copy had been put back",
        |f| {
            let gone = f.first(Origin::Publication, is_edition);
            f.events(Origin::Publication).retain(|kept| kept.place() < gone);
            f.forget_copies = true;
        },
        &[
            Fault::CauseMissing,
            Fault::NeverSent,
            Fault::NotHeard,
            Fault::NoBusiness,
            Fault::NotPublished,
            Fault::Disagreement,
            Fault::CopyDiffers,
            Fault::Lost,
        ],
    ),
];
