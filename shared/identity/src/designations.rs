//! Who may do what: the fold of all grants and revocations.
//!
//! A designation is role × body × record types × period. Every service keeps this fold in its own state, so that a
//! decision and its replay see the same rights. Pure: the moment is always an argument.

mod folding;
mod granting;
mod refusal;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Actor, Authority, BodyCode, DesignationId, Digest, Micros, Place, SubjectId};
use serde::{Deserialize, Serialize};

pub use granting::{GrantRefusal, Proposed, RECORD_TYPES_MAX};
pub use refusal::{Nearest, NotEntitled, NotEntitledReason};

use crate::{ReviewerKind, Role};

/// A recorded right of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Designation {
    /// Its name: the id of the event that granted it.
    pub id: DesignationId,
    /// Where that event stands.
    pub place: Place,
    /// The person.
    pub subject: SubjectId,
    /// What the person may do.
    pub role: Role,
    /// The body it is for; `None` is every body (roles of the secretariat).
    pub body: Option<BodyCode>,
    /// The record types it is for; empty is all.
    pub record_types: Vec<String>,
    /// Valid from this moment on.
    pub from: Micros,
    /// Valid before this moment; `None` is without end.
    pub until: Option<Micros>,
    /// Who granted it.
    pub granted_by: Actor,
    /// SHA-256 of the designating note.
    pub note_digest: Option<Digest>,
    /// The number of the designating note, such as `NV-2026/114`; empty when none was given.
    pub note_number: String,
    /// Where a reviewer comes from; `None` for every other role, and for a reviewer of whom nothing was said.
    pub reviewer_kind: Option<ReviewerKind>,
}

/// The end of a designation before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revocation {
    /// Not valid from this moment on.
    pub at: Micros,
    /// Where the event stands.
    pub place: Place,
}

/// A designation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// As it was granted.
    pub designation: Designation,
    /// When it was revoked, if it was.
    pub revoked: Option<Revocation>,
}

impl Held {
    /// Whether it is valid at `now`.
    pub fn is_valid(&self, now: Micros) -> bool {
        self.standing(now).is_none()
    }

    /// Why it is not valid at `now`; `None` when it is.
    fn standing(&self, now: Micros) -> Option<NotEntitledReason> {
        let designation = &self.designation;
        if self.revoked.is_some_and(|revoked| revoked.at <= now) {
            return Some(NotEntitledReason::Revoked);
        }
        if now < designation.from {
            return Some(NotEntitledReason::NotYetValid);
        }
        if designation.until.is_some_and(|until| until <= now) {
            return Some(NotEntitledReason::Ended);
        }
        None
    }

    /// Why it does not cover this errand; `None` when it does. In the order in which a person would mend it.
    fn miss(&self, body: Option<&BodyCode>, record_type: Option<&str>, now: Micros) -> Option<NotEntitledReason> {
        let designation = &self.designation;
        if designation.body.is_some() && designation.body.as_ref() != body {
            return Some(NotEntitledReason::OtherBody);
        }
        let types = &designation.record_types;
        if !types.is_empty() && !record_type.is_some_and(|asked| types.iter().any(|one| one == asked)) {
            return Some(NotEntitledReason::OtherRecordType);
        }
        self.standing(now)
    }

    fn authority(&self) -> Authority {
        Authority { designation: self.designation.id, granted: self.designation.place }
    }
}

/// All designations ever granted.
///
/// Its serialised bytes are canonical: the same grants and revocations, in whatever order of subjects, give the same
/// bytes, so it may stand in a state whose digest is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Held>", into = "Vec<Held>")]
pub struct Designations {
    held: BTreeMap<SubjectId, BTreeMap<DesignationId, Held>>,
    subjects: BTreeMap<DesignationId, SubjectId>,
}

impl From<Vec<Held>> for Designations {
    fn from(list: Vec<Held>) -> Self {
        let mut designations = Self::default();
        for held in list {
            designations.keep(held);
        }
        designations
    }
}

impl From<Designations> for Vec<Held> {
    fn from(designations: Designations) -> Self {
        designations.held.into_values().flat_map(BTreeMap::into_values).collect()
    }
}

impl Designations {
    /// Folds a grant. A second grant under the same id changes nothing: ids are never reused.
    pub fn grant(&mut self, designation: Designation) {
        self.keep(Held { designation, revoked: None });
    }

    fn keep(&mut self, held: Held) {
        let (id, subject) = (held.designation.id, held.designation.subject);
        if self.subjects.contains_key(&id) {
            return;
        }
        self.subjects.insert(id, subject);
        self.held.entry(subject).or_default().insert(id, held);
    }

    /// Folds a revocation. The first one stands; one of an unknown designation changes nothing.
    pub fn revoke(&mut self, id: DesignationId, at: Micros, place: Place) {
        let Some(subject) = self.subjects.get(&id) else { return };
        let held = self.held.get_mut(subject).and_then(|of_subject| of_subject.get_mut(&id));
        if let Some(held) = held {
            held.revoked.get_or_insert(Revocation { at, place });
        }
    }

    /// The designation with this id.
    pub fn get(&self, id: DesignationId) -> Option<&Held> {
        self.held.get(self.subjects.get(&id)?)?.get(&id)
    }

    /// Every designation a person ever had, in the order they were granted.
    pub fn of_subject(&self, subject: SubjectId) -> impl Iterator<Item = &Held> {
        self.held.get(&subject).into_iter().flat_map(BTreeMap::values)
    }

    /// Every designation, by subject.
    pub fn all(&self) -> impl Iterator<Item = &Held> {
        self.held.values().flat_map(BTreeMap::values)
    }

    /// Whether `subject` may act as `role` on something of `body` and `record_type` at `now`, and by which event.
    ///
    /// `None` for body or record type means that the errand concerns no single one; then only a designation for every
    /// body, or for all types, covers it. A designation as [`Role::NationalFocalPoint`] is one as contributor too
    /// ([`Role::serves_as`]); the authority named is then that one. To ask whether a person has the role anywhere, use [`Self::holds`].
    ///
    /// # Errors
    /// [`NotEntitled`] names the designation that came nearest, and why it does not reach.
    pub fn entitled(
        &self,
        subject: SubjectId,
        role: Role,
        body: Option<&BodyCode>,
        record_type: Option<&str>,
        now: Micros,
    ) -> Result<Authority, NotEntitled> {
        let serves = |held: &Held| held.designation.role.serves_as(role);
        self.covering(subject, role, serves, |held| held.miss(body, record_type, now))
    }

    /// As [`Self::entitled`], for a reviewer who comes from inside or from outside. A reviewer of whom it was not said
    /// where they come from is neither.
    ///
    /// # Errors
    /// [`NotEntitled`]; a reviewer of the other kind alone is told that there is no designation.
    pub fn entitled_as_reviewer(
        &self,
        subject: SubjectId,
        kind: ReviewerKind,
        body: Option<&BodyCode>,
        record_type: Option<&str>,
        now: Micros,
    ) -> Result<Authority, NotEntitled> {
        let of_kind =
            |held: &Held| held.designation.role == Role::Reviewer && held.designation.reviewer_kind == Some(kind);
        self.covering(subject, Role::Reviewer, of_kind, |held| held.miss(body, record_type, now))
    }

    /// The first fitting designation that `miss` finds nothing against; else the refusal of the nearest one.
    fn covering(
        &self,
        subject: SubjectId,
        role: Role,
        fits: impl Fn(&Held) -> bool,
        miss: impl Fn(&Held) -> Option<NotEntitledReason>,
    ) -> Result<Authority, NotEntitled> {
        let mut nearest: Option<(NotEntitledReason, &Held)> = None;
        for held in self.of_subject(subject).filter(|held| fits(held)) {
            let Some(reason) = miss(held) else { return Ok(held.authority()) };
            if nearest.is_none_or(|(known, _)| known < reason) {
                nearest = Some((reason, held));
            }
        }
        Err(NotEntitled::new(role, nearest))
    }

    /// Whether `subject` has `role` at `now` for any body and record type: to show a door, never to decide.
    ///
    /// # Errors
    /// [`NotEntitled`] as for [`Self::entitled`].
    pub fn holds(&self, subject: SubjectId, role: Role, now: Micros) -> Result<Authority, NotEntitled> {
        self.covering(subject, role, |held| held.designation.role.serves_as(role), |held| held.standing(now))
    }

    /// The bodies `subject` may act for as `role` at `now`. A designation for every body adds none: it names none.
    pub fn bodies_of(&self, subject: SubjectId, role: Role, now: Micros) -> BTreeSet<&BodyCode> {
        self.of_subject(subject)
            .filter(|held| held.designation.role.serves_as(role) && held.is_valid(now))
            .filter_map(|held| held.designation.body.as_ref())
            .collect()
    }
}
