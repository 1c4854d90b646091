//! Revising the public edition.

use dossier_engine::Decision;
use dossier_proto::{Payload, v1};

use super::Matter;
use crate::domain::{Refusal, Workflow};

/// Opens a revision; the public edition stays. When one is open on an edition that is not the current one any more,
/// opens it again on the current one: the words stay, the base moves.
pub(super) fn open(matter: &Matter<'_>) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    matter.check_version()?;
    let Some(public) = entry.revisable() else { return Err(matter.wrong_state()) };
    match entry.workflow {
        Workflow::Published | Workflow::Refused { .. } | Workflow::Duplicate { .. } => {}
        Workflow::Draft | Workflow::ChangesRequested { .. } if entry.base_is_outdated() => {}
        Workflow::Draft | Workflow::ChangesRequested { .. } => return Ok(Decision::NOTHING),
        _ => return Err(matter.wrong_state()),
    }
    let payload = Payload::RevisionOpened(v1::RevisionOpened {
        command: Some(v1::OpenRevision {}),
        base_edition: public.edition,
        base_revision: public.revision.number,
        base_digest: public.revision.digest.to_vec(),
    });
    Ok(matter.one(entry.version + 1, payload))
}
