//! Folds events into the state. Nothing here fails: what it does not know changes nothing.

use dossier_identity::{Designation, Role};
use dossier_proto::{DesignationId, Digest, Event, Head, Micros, Origin, Payload, SubjectId, v1};

use super::{State, decide::known};

/// Folds one event of our journal; `beside` is the foreign event a `Received` stands for.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    match &event.payload {
        Some(Payload::Received(_)) => {
            if let Some(foreign) = beside {
                receive(state, foreign);
            }
        }
        Some(Payload::FindingReported(reported)) => {
            if let Some(finding) = reported.command.as_ref().and_then(known) {
                state.findings.insert(finding);
            }
        }
        _ => {}
    }
}

fn receive(state: &mut State, foreign: &Event) {
    let head = &foreign.head;
    if head.place.origin != Origin::Moderation {
        return;
    }
    match &foreign.payload {
        Some(Payload::DesignationGranted(granted)) => {
            if let Some(designation) = granted.command.as_ref().and_then(|grant| designation(head, grant)) {
                state.designations.grant(designation);
            }
        }
        Some(Payload::DesignationRevoked(revoked)) => {
            let id = revoked.command.as_ref().map(|command| DesignationId::try_from(command.designation.as_slice()));
            if let Some(Ok(id)) = id {
                state.designations.revoke(id, head.recorded_at, head.place);
            }
        }
        Some(Payload::RegistryAdopted(adopted)) => {
            let digest = adopted.command.as_ref().map(|command| Digest::try_from(command.digest.as_slice()));
            if let Some(Ok(digest)) = digest {
                state.registry = Some(digest);
            }
        }
        _ => {}
    }
}

fn designation(head: &Head, grant: &v1::GrantDesignation) -> Option<Designation> {
    let body = match grant.body.as_str() {
        "" => None,
        code => Some(code.parse().ok()?),
    };
    Some(Designation {
        id: DesignationId(head.id.0),
        place: head.place,
        subject: SubjectId::try_from(grant.subject.as_slice()).ok()?,
        role: Role::from_number(grant.role).ok()?,
        body,
        record_types: grant.record_types.clone(),
        from: Micros(grant.valid_from),
        until: grant.valid_until.map(Micros),
        granted_by: head.actor,
        note_digest: Digest::try_from(grant.note_digest.as_slice()).ok(),
    })
}
