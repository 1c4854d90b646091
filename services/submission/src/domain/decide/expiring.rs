//! The return to draft when too much time went by.

use dossier_engine::{Context, Decided, Decision};
use dossier_proto::{Actor, Origin, Payload, v1};

use crate::domain::{Refusal, State, Workflow};

pub(super) fn expire(state: &State, context: &Context) -> Result<Decision, Refusal> {
    if context.actor != Actor::System(Origin::Submission) {
        return Err(Refusal::Malformed("only the system lets an entry expire"));
    }
    let id = context.entry.ok_or(Refusal::NotFound)?;
    let entry = state.entries.get(&id).ok_or(Refusal::NotFound)?;
    match entry.workflow {
        Workflow::ChangesRequested { expires, .. } if expires <= context.now => {
            let payload = Payload::Expired(v1::Expired { command: Some(v1::Expire {}) });
            Ok(Decision::one(None, Decided { entry: Some(id), part_version: entry.version, payload }))
        }
        _ => Ok(Decision::NOTHING),
    }
}
