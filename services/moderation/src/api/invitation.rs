//! An invitation in JSON, as it is asked for and as it is shown.

use dossier_identity::{
    Held, Role,
    accounts::{Accounts, Invitation},
};
use dossier_proto::{BodyCode, Digest, Micros, SubjectId};
use dossier_web::moment;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::designation::{DesignationShown, GrantBody, shown};
use crate::domain::State;

/// A person to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct InviteBody {
    /// Their name, as others here read it: 1 to 200 characters on one line. Who has an account already keeps theirs.
    #[schema(example = "Wanjiru Kamau")]
    pub(super) name: String,
    /// Their mail address: the invitation goes there.
    #[schema(example = "w.kamau@mfa.example")]
    pub(super) mail: String,
    /// In which language they are written to: ar, zh, en, fr, ru or es; absent for English. They change it themselves later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "fr")]
    pub(super) language: Option<String>,
    /// What they may do from then on.
    pub(super) designation: InvitedAs,
}

/// What somebody who is invited may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct InvitedAs {
    /// contributor, publishing-authority, reviewer, moderator, publisher, registrar, auditor, records-manager, administrator or
    /// national-focal-point.
    #[schema(example = "contributor")]
    pub(super) role: String,
    /// For which body; absent for every body (roles of the secretariat).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) body: Option<BodyCode>,
    /// For which record types; empty for all.
    #[serde(default)]
    pub(super) record_types: Vec<String>,
    /// From when (RFC 3339); absent for at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) valid_from: Option<String>,
    /// Until when (RFC 3339); absent for without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<String>,
    /// SHA-256 of the designating note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(super) note_digest: Option<Digest>,
    /// The number of the designating note: letters, digits and - . / _ only, at most 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "NV-2026/114")]
    pub(super) note_number: Option<String>,
    /// Where a reviewer comes from: `internal` or `external`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "external")]
    pub(super) reviewer_kind: Option<String>,
}

impl InvitedAs {
    /// The same, as a designation of somebody.
    pub(super) fn of(&self, subject: SubjectId) -> GrantBody {
        GrantBody {
            subject,
            role: self.role.clone(),
            body: self.body.clone(),
            record_types: self.record_types.clone(),
            valid_from: self.valid_from.clone(),
            valid_until: self.valid_until.clone(),
            note_digest: self.note_digest,
            note_number: self.note_number.clone(),
            reviewer_kind: self.reviewer_kind.clone(),
        }
    }
}

/// Where an invitation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InvitationState {
    /// The person has not signed in since.
    Open,
    /// The person has signed in since.
    Accepted,
    /// The link ended before the person came.
    Expired,
    /// The designation was revoked before the person came.
    Withdrawn,
}

/// An invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct InvitationShown {
    /// The person.
    pub(super) subject: String,
    /// Where the invitation goes; absent for who was shut out or erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mail: Option<String>,
    /// Where it stands.
    pub(super) state: InvitationState,
    /// When the person was invited.
    pub(super) invited_at: String,
    /// When the last mail was handed over to the mail server; absent while none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sent_at: Option<String>,
    /// Until when the link works that was sent last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<String>,
    /// What the person may do.
    pub(super) designation: DesignationShown,
}

/// Where an invitation stands. It says "accepted" only once the person has signed in after it, whether or not they had an account before:
/// so whoever invites does not learn from it whether an address was known here.
pub(super) fn state_of(held: &Held, invited: Micros, invitation: Option<&Invitation>, now: Micros) -> InvitationState {
    let entered = invitation.and_then(|invitation| invitation.entered);
    let expires = invitation.and_then(|invitation| invitation.expires);
    match (entered, held.revoked, expires) {
        (Some(entered), _, _) if entered >= invited => InvitationState::Accepted,
        (_, Some(_), _) => InvitationState::Withdrawn,
        (_, _, Some(expires)) if now < expires => InvitationState::Open,
        (_, _, _) => InvitationState::Expired,
    }
}

pub(super) fn invitation_shown(held: &Held, invited: Micros, accounts: &Accounts, now: Micros) -> InvitationShown {
    let subject = held.designation.subject;
    let invitation = accounts.invitation_of(subject);
    let state = state_of(held, invited, invitation.as_ref(), now);
    let is_open = state == InvitationState::Open;
    let at = |look: fn(&Invitation) -> Option<Micros>| {
        invitation.as_ref().and_then(look).filter(|_| is_open).map(moment::written)
    };
    InvitationShown {
        subject: subject.to_string(),
        mail: accounts.contact_of(subject).map(|contact| contact.mail),
        state,
        invited_at: moment::written(invited),
        sent_at: at(|invitation| invitation.sent),
        expires_at: at(|invitation| invitation.expires),
        designation: shown(held, accounts, now),
    }
}

/// Whether somebody looks after this invitation: who sent it, administrators, and for contributors the publishing authorities of their
/// body.
pub(super) fn looks_after(state: &State, subject: SubjectId, held: &Held, now: Micros) -> bool {
    let designation = &held.designation;
    if designation.granted_by.person() == Some(subject) {
        return true;
    }
    let (body, of) = (designation.body.as_ref(), &state.designations);
    let is_authority = |body| of.bodies_of(subject, Role::PublishingAuthority, now).contains(body);
    of.entitled(subject, Role::Administrator, body, None, now).is_ok()
        || (designation.role == Role::Contributor && body.is_some_and(is_authority))
}
