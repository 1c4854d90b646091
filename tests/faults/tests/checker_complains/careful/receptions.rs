//! What happens to what was received, and to the copies.

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload, Place};

use super::{Case, approval, is_granted, is_received, is_revoked, last_save, received, reception_of_approval};

pub(super) const RECEPTIONS: [Case; 10] = [
    (
        "a reception is written twice",
        |f| f.put_another(reception_of_approval(f), |_| {}),
        &[Fault::ReceivedTwice, Fault::OutOfOrder],
    ),
    (
        "a service has not heard of an approval",
        |f| f.take_out_reception(Origin::Submission, approval(f)),
        // Nor of what came before and after it, it says.
        &[Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "moderation recorded a draft",
        |f| {
            let (draft, like) = (f.at(last_save(f)), f.first(Origin::Moderation, is_received));
            f.put_another(like, |event| {
                event.payload = Some(received(draft.head.place));
                (event.head.cause, event.head.entry) = (Some(draft.head.place), draft.head.entry);
            });
        },
        &[Fault::NoBusiness],
    ),
    (
        "a reception has another hash",
        |f| {
            let place = reception_of_approval(f);
            f.as_forged.insert(f.at(place).head.id);
            f.take_beside_along(place);
            f.change(place, |event| {
                if let Some(Payload::Received(received)) = &mut event.payload {
                    received.hash[0] ^= 1;
                }
            });
        },
        &[Fault::NeverSent],
    ),
    (
        "other bytes lie beside a reception",
        |f| {
            let place = reception_of_approval(f);
            f.as_forged.insert(f.at(place).head.id);
            f.events(place.origin).iter_mut().find(|kept| kept.place() == place).unwrap().beside = None;
        },
        // What does not lie there was not heard of.
        &[Fault::BesideDiffers, Fault::Disagreement],
    ),
    (
        "something lies beside what is no reception",
        |f| {
            let place = last_save(f);
            f.events(place.origin).iter_mut().find(|kept| kept.place() == place).unwrap().beside = Some(vec![1]);
        },
        &[Fault::BesideDiffers],
    ),
    (
        "a reception is of an event that does not exist",
        |f| {
            let place = f.reception(Origin::Audit, f.last(Origin::Moderation, is_revoked));
            let nowhere = Place { origin: Origin::Moderation, epoch: 0, sequence: 1_000_000 };
            f.as_forged.insert(f.at(place).head.id);
            f.change(place, |event| event.payload = Some(received(nowhere)));
        },
        // And what it stood for was not heard.
        &[Fault::NeverSent, Fault::NotHeard, Fault::NoBusiness],
    ),
    (
        "a reception names another cause",
        |f| {
            let cause = f.first(Origin::Moderation, is_granted);
            f.change(reception_of_approval(f), |event| event.head.cause = Some(cause));
        },
        &[Fault::CauseMissing],
    ),
    (
        "something was received after what came later",
        |f| {
            let early = f.reception(Origin::Audit, f.first(Origin::Moderation, is_granted));
            f.put_another(early, |_| {});
            f.take_out(early);
        },
        &[Fault::OutOfOrder],
    ),
    (
        "a copy is shorter",
        |f| {
            f.forget_copies = true;
            f.history.copies.get_mut(&Origin::Submission).unwrap().events.pop();
        },
        &[Fault::CopyDiffers],
    ),
];
