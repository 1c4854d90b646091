//! What happens when a body, or its publishing authority, lets time go by: they are reminded, and in the end the entry returns to
//! draft.

use dossier_engine::{Context, Decided, Decision};
use dossier_proto::{Actor, EntryId, Origin, Payload, v1};

use crate::domain::{Entry, Refusal, State};

pub(super) fn expire(state: &State, context: &Context) -> Result<Decision, Refusal> {
    let (id, entry) = of_the_system(state, context, "only the system lets an entry expire")?;
    if entry.workflow.expires().is_none_or(|expires| context.now < expires) {
        return Ok(Decision::NOTHING);
    }
    let payload = Payload::Expired(v1::Expired { command: Some(v1::Expire {}) });
    Ok(Decision::one(None, Decided { entry: Some(id), part_version: entry.version, payload }))
}

/// Each reminder once in each waiting, and none that another one has overtaken.
pub(super) fn remind(state: &State, remind: &v1::Remind, context: &Context) -> Result<Decision, Refusal> {
    let (id, entry) = of_the_system(state, context, "only the system reminds")?;
    if entry.workflow.due_reminder(context.now) != Some(*remind) {
        return Ok(Decision::NOTHING);
    }
    let payload = Payload::Reminded(v1::Reminded { command: Some(*remind) });
    Ok(Decision::one(None, Decided { entry: Some(id), part_version: entry.version, payload }))
}

fn of_the_system<'a>(
    state: &'a State,
    context: &Context,
    otherwise: &'static str,
) -> Result<(EntryId, &'a Entry), Refusal> {
    if context.actor != Actor::System(Origin::Submission) {
        return Err(Refusal::Malformed(otherwise));
    }
    let id = context.entry.ok_or(Refusal::NotFound)?;
    Ok((id, state.entries.get(&id).ok_or(Refusal::NotFound)?))
}
