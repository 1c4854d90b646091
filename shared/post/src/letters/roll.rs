//! Where to look for those whom something concerns.

use std::collections::{BTreeMap, BTreeSet};

use dossier_identity::{Designations, Role};
use dossier_proto::{BodyCode, Event, Micros, Origin, Payload, SubjectId, v1};
use serde::{Deserialize, Serialize};

/// Who was ever designated as what and for whom: 24 bytes a designation. Whether a designation is valid is asked of the
/// [`Designations`]; this only keeps them from being searched through for each event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roll(BTreeMap<(Role, Option<BodyCode>), BTreeSet<SubjectId>>);

/// For whom an errand is: an entry of this body and type, at this moment.
#[derive(Debug, Clone, Copy)]
pub struct Concern<'a> {
    /// The body of the entry.
    pub body: &'a BodyCode,
    /// Its type.
    pub record_type: &'a str,
    /// When.
    pub now: Micros,
}

impl Roll {
    /// Folds one event: a grant of moderation. Anything else changes nothing.
    pub fn take(&mut self, event: &Event) {
        let Some(Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) })) = &event.payload else {
            return;
        };
        let body = if grant.body.is_empty() { Some(None) } else { grant.body.parse().ok().map(Some) };
        let (Some(body), Ok(role), Ok(subject)) =
            (body, Role::from_number(grant.role), SubjectId::try_from(grant.subject.as_slice()))
        else {
            return;
        };
        if event.head.place.origin == Origin::Moderation {
            self.0.entry((role, body)).or_default().insert(subject);
        }
    }

    /// Who may act as `role` on it.
    pub fn entitled<'a>(
        &'a self,
        designations: &'a Designations,
        role: Role,
        concern: Concern<'a>,
    ) -> impl Iterator<Item = SubjectId> + 'a {
        let served = Role::ALL.into_iter().filter(move |held| held.serves_as(role));
        let lists = served.flat_map(move |held| [(held, None), (held, Some(concern.body.clone()))]);
        let candidates: BTreeSet<SubjectId> =
            lists.filter_map(|key| self.0.get(&key)).flat_map(|list| list.iter().copied()).collect();
        candidates.into_iter().filter(move |subject| {
            let Concern { body, record_type, now } = concern;
            designations.entitled(*subject, role, Some(body), Some(record_type), now).is_ok()
        })
    }
}
