//! Who may act: designations granted and revoked.

use dossier_engine::{Context, Decision};
use dossier_identity::{Proposed, ReviewerKind, Role};
use dossier_proto::{BodyCode, DesignationId, Micros, Payload, SubjectId, v1};

use super::{Answer, apart, is_own};
use crate::domain::{Invalid, Refusal, State, limits};

/// The system grants without a right of its own: the first administrator, and the people of a demonstration.
pub(super) fn grant(state: &State, grant: &v1::GrantDesignation, context: &Context) -> Answer {
    let proposed = proposed(grant)?;
    let authority = match context.person() {
        Some(subject) => {
            let granted = state.designations.may_grant(subject, &proposed, context.now);
            Some(granted.map_err(Refusal::of_grant)?)
        }
        None if is_own(context) => None,
        None => return Err(Refusal::WrongActor("another service")),
    };
    let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant.clone()) });
    Ok(Decision::one(authority, apart(granted)))
}

/// A person who is invited gets a right at once, under the same rules as a grant. The service itself invites nobody: somebody answers for it.
pub(super) fn invite(state: &State, invite: &v1::InvitePerson, context: &Context) -> Answer {
    let subject = context.person().ok_or(Refusal::WrongActor("a service"))?;
    let invalid = |what| Refusal::Invalid(Invalid::Designation(what));
    let grant = invite.designation.as_ref().ok_or(invalid("an invitation is for a designation"))?;
    if grant.subject != invite.subject {
        return Err(invalid("it is for somebody else than who is invited"));
    }
    let authority = state.designations.may_grant(subject, &proposed(grant)?, context.now);
    let authority = authority.map_err(Refusal::of_grant)?;
    let invited = Payload::PersonInvited(v1::PersonInvited { command: Some(invite.clone()) });
    let granted = Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant.clone()) });
    Ok(Decision { authority: Some(authority), events: vec![apart(invited), apart(granted)] })
}

/// Whether somebody may designate so at this moment. The decision looks again.
pub(crate) fn may_designate(state: &State, who: SubjectId, grant: &v1::GrantDesignation, now: Micros) -> bool {
    proposed(grant).is_ok_and(|proposed| state.designations.may_grant(who, &proposed, now).is_ok())
}

pub(super) fn revoke(state: &State, revoke: &v1::RevokeDesignation, context: &Context) -> Answer {
    let subject = context.person().ok_or(Refusal::WrongActor("a service"))?;
    let id = DesignationId::try_from(revoke.designation.as_slice());
    let id = id.map_err(|_| Refusal::Invalid(Invalid::Designation("its id has the wrong form")))?;
    let authority = state.designations.may_revoke(subject, id, context.now).map_err(Refusal::of_grant)?;
    let revoked = Payload::DesignationRevoked(v1::DesignationRevoked { command: Some(revoke.clone()) });
    Ok(Decision::one(Some(authority), apart(revoked)))
}

/// The designation somebody wants to grant, its form checked.
fn proposed(grant: &v1::GrantDesignation) -> Result<Proposed, Refusal> {
    let invalid = |what| Refusal::Invalid(Invalid::Designation(what));
    let subject = SubjectId::try_from(grant.subject.as_slice()).map_err(|_| invalid("the subject is no subject id"))?;
    let role = Role::from_number(grant.role).map_err(|_| invalid("the role is unknown"))?;
    let body: Option<BodyCode> = match grant.body.as_str() {
        "" => None,
        code => Some(code.parse().map_err(|_| invalid("the body's code has the wrong form"))?),
    };
    if !grant.record_types.iter().all(|key| limits::is_key(key)) {
        return Err(Refusal::Invalid(Invalid::RecordType));
    }
    if !matches!(grant.note_digest.len(), 0 | 32) {
        return Err(invalid("the note's digest has the wrong length"));
    }
    if grant.reviewer_kind != 0 && (role != Role::Reviewer || ReviewerKind::from_number(grant.reviewer_kind).is_none())
    {
        return Err(invalid("only a reviewer is internal or external"));
    }
    if !limits::is_note_number(&grant.note_number) {
        return Err(invalid("the note's number has more than 64 characters, or others than A-Z a-z 0-9 - . / _"));
    }
    Ok(Proposed {
        subject,
        role,
        body,
        record_types: grant.record_types.clone(),
        from: Micros(grant.valid_from),
        until: grant.valid_until.map(Micros),
    })
}
