//! An invitation in JSON, as it is asked for and as it is shown.

use std::fmt;

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
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct InviteBody {
    /// Their name, as others here read it: 1 to 200 characters on one line. Who has an account already keeps theirs.
    #[schema(example = "Wanjiru Kamau")]
    pub(crate) name: String,
    /// Their mail address: the invitation goes there.
    #[schema(example = "w.kamau@mfa.example")]
    pub(crate) mail: String,
    /// In which language they are written to: ar, zh, en, fr, ru or es; absent for English. They change it themselves later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "fr")]
    pub(crate) language: Option<String>,
    /// What they may do from then on.
    pub(crate) designation: InvitedAs,
}

/// What somebody who is invited may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct InvitedAs {
    /// contributor, publishing-authority, reviewer, moderator, publisher, registrar, auditor, records-manager, administrator or
    /// national-focal-point.
    #[schema(example = "contributor")]
    pub(crate) role: String,
    /// For which body; absent for every body (roles of the secretariat).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) body: Option<BodyCode>,
    /// For which record types; empty for all.
    #[serde(default)]
    pub(crate) record_types: Vec<String>,
    /// From when (RFC 3339); absent for at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<String>,
    /// Until when (RFC 3339); absent for without end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) valid_until: Option<String>,
    /// SHA-256 of the designating note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) note_digest: Option<Digest>,
    /// The number of the designating note: letters, digits and - . / _ only, at most 64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "NV-2026/114")]
    pub(crate) note_number: Option<String>,
    /// Where a reviewer comes from: `internal` or `external`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "external")]
    pub(crate) reviewer_kind: Option<String>,
}

/// Names and addresses are for those who may read them, not for logs.
impl fmt::Debug for InviteBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InviteBody(…, {:?}, {:?})", self.language, self.designation)
    }
}

impl InvitedAs {
    /// The same, as a designation of somebody.
    pub(crate) fn of(&self, subject: SubjectId) -> GrantBody {
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
#[derive(Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct InvitationShown {
    /// The person.
    pub(crate) subject: String,
    /// Where the invitation goes; absent for who was shut out or erased. What was typed, in the answer to the invitation; afterwards, until
    /// the person has come in, its form in which two addresses are compared (small letters).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mail: Option<String>,
    /// Where it stands.
    pub(crate) state: InvitationState,
    /// When the person was invited.
    pub(crate) invited_at: String,
    /// When the last mail was handed over to the mail server; absent while none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sent_at: Option<String>,
    /// Until when the link works that was sent last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    /// What the person may do.
    pub(crate) designation: DesignationShown,
}

/// Addresses are for those who may read them, not for logs.
impl fmt::Debug for InvitationShown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InvitationShown({:?}, {:?}, …)", self.state, self.designation)
    }
}

/// Where an invitation stands. It says "accepted" only once the person has signed in after it, whether or not they had an account before:
/// so whoever invites does not learn from it whether an address was known here. Two things still tell them, and cannot be hidden: the id
/// of the person is older than the invitation, and whoever was shut out by an operator is not invited. Each such look is an invitation:
/// counted, on record, and told to the person.
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

/// Whether somebody may read the name on a designation that they see: of who was invited and has not come in since, administrators alone. They
/// read the names of all who are here; to others it would tell who of those they invite was known before.
pub(super) fn reads_name(held: &Held, state: &State, accounts: &Accounts, reader: SubjectId, now: Micros) -> bool {
    let designation = &held.designation;
    let is_awaited = state.invited.get(&designation.id).is_some_and(|invited| {
        let entered = accounts.invitation_of(designation.subject).and_then(|invitation| invitation.entered);
        entered.is_none_or(|entered| entered < *invited)
    });
    !is_awaited || reader == designation.subject || state.designations.holds(reader, Role::Administrator, now).is_ok()
}

/// An invitation, with the name that the caller may read. Reads the vault.
pub(super) fn invitation_shown(
    held: &Held,
    invited: Micros,
    name: Option<String>,
    accounts: &Accounts,
    now: Micros,
) -> InvitationShown {
    let subject = held.designation.subject;
    let invitation = accounts.invitation_of(subject);
    let state = state_of(held, invited, invitation.as_ref(), now);
    let is_open = state == InvitationState::Open;
    let at = |look: fn(&Invitation) -> Option<Micros>| {
        invitation.as_ref().and_then(look).filter(|_| is_open).map(moment::written)
    };
    let mail = accounts.invited_address(subject).map(|mail| match state {
        InvitationState::Accepted => mail,
        // How its owner writes it says that they were here before.
        _ => Accounts::folded_address(&mail),
    });
    InvitationShown {
        subject: subject.to_string(),
        mail,
        state,
        invited_at: moment::written(invited),
        sent_at: at(|invitation| invitation.sent),
        expires_at: at(|invitation| invitation.expires),
        designation: shown(held, name, now),
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
