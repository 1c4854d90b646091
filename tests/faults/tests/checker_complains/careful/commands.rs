//! What happens to commands.

use dossier_faults::checker::Fault;
use dossier_proto::{Origin, Payload};

use super::{Case, command, last_save, next_revision};

pub(super) const COMMANDS: [Case; 9] = [
    ("a save is lost", |f| f.take_out(last_save(f)), &[Fault::Lost]),
    ("a save took effect twice", |f| f.put_another(last_save(f), next_revision), &[Fault::CommandTwice]),
    (
        "somebody saved without being asked",
        |f| {
            f.put_another(last_save(f), |event| {
                next_revision(event);
                command(event).id.0[0] ^= 1;
            });
        },
        &[Fault::NobodyAsked],
    ),
    (
        "a command lacks its first event",
        |f| f.change(last_save(f), |event| command(event).index = 1),
        &[Fault::CommandBroken],
    ),
    (
        "a save is of no command",
        |f| f.change(last_save(f), |event| event.head.command = None),
        // And so what was acknowledged is lost.
        &[Fault::CommandBroken, Fault::Lost],
    ),
    (
        "a save is under another command's name",
        |f| f.change(last_save(f), |event| command(event).id.0[0] ^= 1),
        &[Fault::Lost, Fault::NobodyAsked],
    ),
    (
        "a save is of another entry",
        |f| {
            let other = f.at(f.first(Origin::Submission, |payload| matches!(payload, Payload::DraftStarted(_))));
            f.change(last_save(f), |event| event.head.entry = other.head.entry);
        },
        &[Fault::AcknowledgedOtherwise, Fault::RevisionWrong],
    ),
    (
        "a recorded refusal is lost",
        |f| f.take_out(f.last(Origin::Moderation, |payload| matches!(payload, Payload::ModerationRefused(_)))),
        &[Fault::Lost],
    ),
    (
        "a reading is not recorded",
        |f| f.take_out(f.last(Origin::Audit, |payload| matches!(payload, Payload::TrailRead(_)))),
        &[Fault::ReadingNotRecorded],
    ),
];
