//! What happens to approvals, numbers, editions and tombstones.

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload, v1};

use super::{Case, approval, edition, only_edition, other_command, review, second_edition};

pub(super) const EDITIONS: [Case; 10] = [
    (
        "an approval came to nothing",
        |f| f.take_out_everywhere(second_edition(f)),
        // Seen, and retracted later.
        &[Fault::NotPublished, Fault::Lost, Fault::RetractionWrong],
    ),
    (
        "an approval was published twice",
        |f| {
            f.put_another(only_edition(f), |event| {
                other_command(event);
                edition(event).edition += 1;
            });
        },
        &[Fault::PublishedTwice, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "another content was published than approved",
        |f| f.change(only_edition(f), |event| edition(event).content.as_mut().unwrap().digest[0] ^= 1),
        &[Fault::RestsOnNothing],
    ),
    (
        "another content was approved than judged",
        |f| {
            let approval = approval(f);
            f.change(approval, |event| {
                if let Some(Payload::Approved(approved)) = &mut event.payload {
                    approved.content.as_mut().unwrap().digest[0] ^= 1;
                }
            });
        },
        &[Fault::RestsOnNothing],
    ),
    (
        "an edition rests on no approval",
        |f| {
            let nothing = review(f);
            f.change(only_edition(f), |event| {
                edition(event).command = Some(v1::PublishEdition { approved: Some(nothing.into()) });
            });
        },
        &[Fault::RestsOnNothing, Fault::NotPublished],
    ),
    (
        "a number was left out",
        |f| f.change(only_edition(f), |event| edition(event).number = "EVT-2026-00009".to_owned()),
        &[Fault::NumberWrong, Fault::Lost],
    ),
    (
        "a number was given twice",
        |f| {
            let first = f.at(second_edition(f));
            let Some(Payload::EditionPublished(first)) = first.payload else { unreachable!() };
            f.change(only_edition(f), |event| edition(event).number.clone_from(&first.number));
        },
        &[Fault::NumberWrong, Fault::Lost],
    ),
    (
        "an edition was left out",
        |f| f.change(second_edition(f), |event| edition(event).edition = 3),
        &[Fault::EditionWrong, Fault::RetractionWrong, Fault::Lost],
    ),
    (
        "an entry was retracted twice",
        |f| {
            let retracted = f.last(Origin::Publication, |payload| matches!(payload, Payload::EntryRetracted(_)));
            f.put_another(retracted, other_command);
        },
        &[Fault::RetractionWrong, Fault::NobodyAsked, Fault::NotHeard, Fault::Disagreement],
    ),
    (
        "an edition came after the retraction",
        |f| {
            f.put_another(second_edition(f), |event| {
                other_command(event);
                edition(event).edition = 3;
            });
        },
        &[Fault::EditionWrong, Fault::PublishedTwice, Fault::NotHeard, Fault::Disagreement],
    ),
];
