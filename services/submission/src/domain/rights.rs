//! Who may act: the fold of moderation's designations, and the question asked of it.

use dossier_engine::Context;
use dossier_identity::{Designation, Designations, NotEntitledReason, Role};
use dossier_proto::{Authority, BodyCode, DesignationId, Event, Micros, Payload, v1};

use super::Refusal;

/// The designation by which the caller may write for this body and record type.
///
/// # Errors
/// [`Refusal::NoDesignation`], for services too: they have nothing to write here.
pub(super) fn contributor(
    designations: &Designations,
    context: &Context,
    body: &BodyCode,
    record_type: &str,
) -> Result<Option<Authority>, Refusal> {
    let none = Refusal::NoDesignation { reason: NotEntitledReason::NoDesignation, because: None };
    let subject = context.person().ok_or(none)?;
    let authority = designations.entitled(subject, Role::Contributor, Some(body), Some(record_type), context.now)?;
    Ok(Some(authority))
}

/// Folds a grant or a revocation as moderation recorded it. Anything else changes nothing.
pub(super) fn fold(designations: &mut Designations, event: &Event) {
    match &event.payload {
        Some(Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) })) => {
            if let Some(designation) = granted(event, grant) {
                designations.grant(designation);
            }
        }
        Some(Payload::DesignationRevoked(v1::DesignationRevoked { command: Some(revoke) })) => {
            if let Ok(id) = DesignationId::try_from(revoke.designation.as_slice()) {
                designations.revoke(id, event.head.recorded_at, event.head.place);
            }
        }
        _ => {}
    }
}

fn granted(event: &Event, grant: &v1::GrantDesignation) -> Option<Designation> {
    Some(Designation {
        id: DesignationId(event.head.id.0),
        place: event.head.place,
        subject: grant.subject.as_slice().try_into().ok()?,
        role: Role::from_number(grant.role).ok()?,
        body: if grant.body.is_empty() { None } else { Some(grant.body.parse().ok()?) },
        record_types: grant.record_types.clone(),
        from: Micros(grant.valid_from),
        until: grant.valid_until.map(Micros),
        granted_by: event.head.actor,
        note_digest: grant.note_digest.as_slice().try_into().ok(),
    })
}
