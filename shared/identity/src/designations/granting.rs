//! Who may designate whom.

use dossier_proto::{Authority, BodyCode, DesignationId, Micros, Place, SubjectId};

use super::{Designations, Held, NotEntitled};
use crate::Role;

/// How many record types one designation may list. There are four today; 64 leaves room and bounds the event
/// (64 × 64 bytes = 4 KiB).
pub const RECORD_TYPES_MAX: usize = 64;

/// A designation somebody wants to grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// For whom.
    pub subject: SubjectId,
    /// As what.
    pub role: Role,
    /// For which body; `None` is every body.
    pub body: Option<BodyCode>,
    /// For which record types; empty is all.
    pub record_types: Vec<String>,
    /// From when.
    pub from: Micros,
    /// Until when; `None` is without end.
    pub until: Option<Micros>,
}

/// Why a designation may not be granted or revoked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// The one who asks may designate nobody, or not this.
    #[error("Only an administrator may do this, and for contributors the publishing authority of their body. {0}")]
    NotEntitled(NotEntitled),
    /// Nobody designates themselves: it would give anyone who designates every say there is.
    #[error("Nobody designates themselves. Ask another administrator.")]
    ToOneself,
    /// Who acts in the name of a body must be designated for one.
    #[error("A {0} acts in the name of a body. Name the body.")]
    BodyNeeded(Role),
    /// The publishing authority may itself act for fewer record types.
    #[error("You may not act for all of these record types yourself, so you cannot designate for them.")]
    BeyondOwnRecordTypes(Place),
    /// The period is empty.
    #[error("The designation would end before it begins. Give an end after the beginning.")]
    EmptyPeriod,
    /// Too many record types.
    #[error("The designation lists {0} record types; at most {RECORD_TYPES_MAX} fit. Leave the list empty for all.")]
    TooManyRecordTypes(usize),
    /// There is no such designation.
    #[error("There is no designation with this id.")]
    Unknown(DesignationId),
    /// It is revoked already.
    #[error("This designation was revoked already, by the event {0}.")]
    AlreadyRevoked(Place),
    /// Without an administrator nobody could be designated any more.
    #[error("This is the last administrator. Designate another one first.")]
    LastAdministrator,
}

impl GrantRefusal {
    /// The stable code, as recorded in refusals.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotEntitled(refusal) => refusal.reason.code(),
            Self::ToOneself => "designates-oneself",
            Self::BodyNeeded(_) => "designation-needs-a-body",
            Self::BeyondOwnRecordTypes(_) => "beyond-own-record-types",
            Self::EmptyPeriod => "empty-period",
            Self::TooManyRecordTypes(_) => "too-many-record-types",
            Self::Unknown(_) => "unknown-designation",
            Self::AlreadyRevoked(_) => "already-revoked",
            Self::LastAdministrator => "last-administrator",
        }
    }

    /// The event that stands against it, when there is one.
    pub fn because(&self) -> Option<Place> {
        match self {
            Self::NotEntitled(refusal) => refusal.because(),
            Self::BeyondOwnRecordTypes(place) | Self::AlreadyRevoked(place) => Some(*place),
            _ => None,
        }
    }
}

impl Designations {
    /// Whether `granter` may grant `what` at `now`, and by which right: an administrator anything to anybody else, a
    /// publishing authority contributors of its own body. The first administrator is granted by the system, which
    /// does not ask here.
    ///
    /// # Errors
    /// [`GrantRefusal`].
    pub fn may_grant(&self, granter: SubjectId, what: &Proposed, now: Micros) -> Result<Authority, GrantRefusal> {
        well_formed(what)?;
        if what.subject == granter {
            return Err(GrantRefusal::ToOneself);
        }
        match self.entitled(granter, Role::Administrator, what.body.as_ref(), None, now) {
            Ok(authority) => Ok(authority),
            Err(refusal) => self.as_publishing_authority(granter, what, now, refusal),
        }
    }

    /// Whether `granter` may revoke this designation at `now`, and by which right.
    ///
    /// # Errors
    /// [`GrantRefusal`]. The last administrator stays: without one nobody could be designated any more.
    pub fn may_revoke(&self, granter: SubjectId, id: DesignationId, now: Micros) -> Result<Authority, GrantRefusal> {
        let held = self.get(id).ok_or(GrantRefusal::Unknown(id))?;
        if let Some(revoked) = held.revoked {
            return Err(GrantRefusal::AlreadyRevoked(revoked.place));
        }
        let designation = &held.designation;
        let what = Proposed {
            subject: designation.subject,
            role: designation.role,
            body: designation.body.clone(),
            record_types: designation.record_types.clone(),
            from: designation.from,
            until: designation.until,
        };
        let authority = match self.entitled(granter, Role::Administrator, what.body.as_ref(), None, now) {
            Ok(authority) => authority,
            Err(refusal) => self.as_publishing_authority(granter, &what, now, refusal)?,
        };
        if self.is_last_administrator(held, now) {
            return Err(GrantRefusal::LastAdministrator);
        }
        Ok(authority)
    }

    /// A publishing authority has contributors of its own body designated, within its own record types.
    fn as_publishing_authority(
        &self,
        granter: SubjectId,
        what: &Proposed,
        now: Micros,
        not_administrator: NotEntitled,
    ) -> Result<Authority, GrantRefusal> {
        let Some(body) = what.body.as_ref().filter(|_| what.role == Role::Contributor) else {
            return Err(GrantRefusal::NotEntitled(not_administrator));
        };
        let own = |record_type| self.entitled(granter, Role::PublishingAuthority, Some(body), record_type, now);
        if what.record_types.is_empty() {
            return own(None).map_err(|refusal| beyond(refusal, not_administrator));
        }
        let mut authority = None;
        for record_type in &what.record_types {
            let entitling =
                own(Some(record_type.as_str())).map_err(|refusal| beyond(refusal, not_administrator.clone()))?;
            authority.get_or_insert(entitling);
        }
        authority.ok_or(GrantRefusal::NotEntitled(not_administrator))
    }

    fn is_last_administrator(&self, held: &Held, now: Micros) -> bool {
        let lasting = |held: &&Held| {
            held.designation.role == Role::Administrator && held.designation.body.is_none() && held.is_valid(now)
        };
        lasting(&held) && self.all().filter(lasting).count() == 1
    }
}

/// Which refusal helps most: that of the publishing authority when the person is one, else that of no administrator.
fn beyond(as_authority: NotEntitled, not_administrator: NotEntitled) -> GrantRefusal {
    use super::NotEntitledReason::{NoDesignation, OtherRecordType};
    match (as_authority.reason, as_authority.because()) {
        (OtherRecordType, Some(place)) => GrantRefusal::BeyondOwnRecordTypes(place),
        (NoDesignation, _) => GrantRefusal::NotEntitled(not_administrator),
        _ => GrantRefusal::NotEntitled(as_authority),
    }
}

fn well_formed(what: &Proposed) -> Result<(), GrantRefusal> {
    if what.role.acts_for_a_body() && what.body.is_none() {
        return Err(GrantRefusal::BodyNeeded(what.role));
    }
    if what.until.is_some_and(|until| until <= what.from) {
        return Err(GrantRefusal::EmptyPeriod);
    }
    if what.record_types.len() > RECORD_TYPES_MAX {
        return Err(GrantRefusal::TooManyRecordTypes(what.record_types.len()));
    }
    Ok(())
}
