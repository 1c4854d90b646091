//! Folds editorial corrections.

use dossier_proto::{Digest, Event, Payload, v1};

use super::{moment, sealed_hash};
use crate::domain::{Correction, state::Entry};

/// Folds an event; answers whether it changed anything.
pub(super) fn fold(entry: &mut Entry, event: &Event, payload: &Payload) -> bool {
    match payload {
        Payload::CorrectionProposed(proposed) => {
            entry.correction = proposed.command.as_ref().and_then(|command| read(event, command));
        }
        Payload::CorrectionConfirmed(_) => {
            if let Some(correction) = &mut entry.correction {
                correction.confirmed = Some(moment(event));
            }
        }
        Payload::CorrectionRejected(_) => entry.correction = None,
        _ => return false,
    }
    true
}

fn read(event: &Event, propose: &v1::ProposeCorrection) -> Option<Correction> {
    let content = propose.content.as_ref()?;
    Some(Correction {
        proposed: moment(event),
        by: event.head.actor.person(),
        base_edition: propose.edition,
        digest: Digest::try_from(content.digest.as_slice()).ok()?,
        sealed: sealed_hash(content, propose.reason.as_ref()),
        fields: propose.fields.clone(),
        confirmed: None,
    })
}
