//! Why a person may not act, in a code for programs and in words for people.

use std::fmt;

use dossier_proto::{DesignationId, Micros, Place};

use super::Held;
use crate::Role;

/// Why no designation covers an errand, from the farthest miss to the nearest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NotEntitledReason {
    /// The person was never designated for the role.
    NoDesignation,
    /// Designated, but for another body.
    OtherBody,
    /// Designated, but for other record types.
    OtherRecordType,
    /// Designated, and revoked.
    Revoked,
    /// Designated, and the period is over.
    Ended,
    /// Designated, and the period has not begun.
    NotYetValid,
}

impl NotEntitledReason {
    /// All reasons.
    pub const ALL: [Self; 6] =
        [Self::NoDesignation, Self::OtherBody, Self::OtherRecordType, Self::Revoked, Self::Ended, Self::NotYetValid];

    /// The stable code, as recorded in refusals.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoDesignation => "no-designation",
            Self::OtherBody => "designated-for-another-body",
            Self::OtherRecordType => "designated-for-another-record-type",
            Self::Revoked => "designation-revoked",
            Self::Ended => "designation-ended",
            Self::NotYetValid => "designation-not-yet-valid",
        }
    }
}

/// The designation that came nearest to covering an errand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nearest {
    /// Its id.
    pub designation: DesignationId,
    /// The event to look at: the revocation when it was revoked, else the grant.
    pub because: Place,
    /// The moment that matters: when it was revoked, ends or begins.
    pub moment: Option<Micros>,
}

/// A person may not act so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct NotEntitled {
    /// The role that is needed.
    pub role: Role,
    /// Why.
    pub reason: NotEntitledReason,
    /// The designation that came nearest; none when there is none.
    pub nearest: Option<Nearest>,
}

impl NotEntitled {
    pub(super) fn new(role: Role, nearest: Option<(NotEntitledReason, &Held)>) -> Self {
        let Some((reason, held)) = nearest else {
            return Self { role, reason: NotEntitledReason::NoDesignation, nearest: None };
        };
        let designation = &held.designation;
        let (because, moment) = match (reason, held.revoked) {
            (NotEntitledReason::Revoked, Some(revoked)) => (revoked.place, Some(revoked.at)),
            (NotEntitledReason::Ended, _) => (designation.place, designation.until),
            (NotEntitledReason::NotYetValid, _) => (designation.place, Some(designation.from)),
            _ => (designation.place, None),
        };
        Self { role, reason, nearest: Some(Nearest { designation: designation.id, because, moment }) }
    }

    /// The event that stands against it, when there is one.
    pub fn because(&self) -> Option<Place> {
        self.nearest.map(|nearest| nearest.because)
    }
}

impl fmt::Display for NotEntitled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = self.role;
        match self.reason {
            NotEntitledReason::NoDesignation => write!(f, "You are not designated as {role}.")?,
            NotEntitledReason::OtherBody => write!(f, "You are designated as {role}, but not for this body.")?,
            NotEntitledReason::OtherRecordType => {
                write!(f, "You are designated as {role}, but not for this type of record.")?;
            }
            NotEntitledReason::Revoked => write!(f, "Your designation as {role} was revoked.")?,
            NotEntitledReason::Ended => write!(f, "Your designation as {role} has ended.")?,
            NotEntitledReason::NotYetValid => write!(f, "Your designation as {role} is not valid yet.")?,
        }
        match self.because() {
            Some(place) => write!(f, " See the event {place}."),
            None => Ok(()),
        }
    }
}
