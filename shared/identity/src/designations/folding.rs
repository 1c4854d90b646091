//! Grants and revocations, as moderation's events tell them. Every service folds them with this, so that all of them see the
//! same rights.

use dossier_proto::{BodyCode, DesignationId, Digest, Event, Head, Micros, Origin, Payload, SubjectId, v1};

use super::{Designation, Designations};
use crate::{ReviewerKind, Role};

impl Designations {
    /// Folds one event of moderation: a grant or a revocation. Any other event, of whatever origin, changes nothing, and
    /// neither does a grant that is not well-formed.
    pub fn fold(&mut self, event: &Event) {
        if event.head.place.origin != Origin::Moderation {
            return;
        }
        match &event.payload {
            Some(Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) })) => {
                if let Some(designation) = granted(&event.head, grant) {
                    self.grant(designation);
                }
            }
            Some(Payload::DesignationRevoked(v1::DesignationRevoked { command: Some(revoke) })) => {
                if let Ok(id) = DesignationId::try_from(revoke.designation.as_slice()) {
                    self.revoke(id, event.head.recorded_at, event.head.place);
                }
            }
            _ => {}
        }
    }
}

fn granted(head: &Head, grant: &v1::GrantDesignation) -> Option<Designation> {
    let body = match grant.body.as_str() {
        "" => None,
        code => Some(code.parse::<BodyCode>().ok()?),
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
        note_number: grant.note_number.clone(),
        reviewer_kind: ReviewerKind::from_number(grant.reviewer_kind),
    })
}

#[cfg(test)]
mod tests {
    use dossier_proto::{Actor, EventId, Place, must_understand, schema_of};

    use super::*;
    use crate::{NotEntitledReason, ReviewerKind, designations::tests::body};

    const PERSON: SubjectId = SubjectId([7; 16]);

    fn event(origin: Origin, sequence: u64, payload: Payload) -> Event {
        let head = Head {
            id: EventId([sequence as u8; 16]),
            place: Place { origin, epoch: 0, sequence },
            schema: schema_of(&payload),
            must_understand: must_understand(&payload),
            entry: None,
            part_version: 0,
            recorded_at: Micros(sequence as i64 * 10),
            wall: Micros(0),
            actor: Actor::System(origin),
            on_behalf_of: None,
            authority: None,
            command: None,
            cause: None,
            rules: 1,
            registry: None,
            correlation: None,
        };
        Event { head, payload: Some(payload) }
    }

    fn grant(change: impl FnOnce(&mut v1::GrantDesignation)) -> Payload {
        let mut grant = v1::GrantDesignation {
            subject: PERSON.to_vec(),
            role: Role::Contributor.number(),
            body: "KAZ".to_owned(),
            record_types: vec!["event".to_owned()],
            valid_from: 10,
            valid_until: Some(1_000),
            note_digest: vec![3; 32],
            note_number: "NV-2026/114".to_owned(),
            ..v1::GrantDesignation::default()
        };
        change(&mut grant);
        Payload::DesignationGranted(v1::DesignationGranted { command: Some(grant) })
    }

    fn revoke(id: EventId) -> Payload {
        let command = Some(v1::RevokeDesignation { designation: id.0.to_vec() });
        Payload::DesignationRevoked(v1::DesignationRevoked { command })
    }

    #[test]
    fn a_grant_says_everything_and_a_revocation_ends_it() {
        let mut designations = Designations::default();
        let granting = event(Origin::Moderation, 1, grant(|_| {}));
        designations.fold(&granting);
        let held = designations.get(DesignationId(granting.head.id.0)).unwrap().clone();
        let expected = Designation {
            id: DesignationId([1; 16]),
            place: granting.head.place,
            subject: PERSON,
            role: Role::Contributor,
            body: Some(body("KAZ")),
            record_types: vec!["event".to_owned()],
            from: Micros(10),
            until: Some(Micros(1_000)),
            granted_by: Actor::System(Origin::Moderation),
            note_digest: Some(Digest([3; 32])),
            note_number: "NV-2026/114".to_owned(),
            reviewer_kind: None,
        };
        assert_eq!((held.designation, held.revoked), (expected, None));
        designations.fold(&event(Origin::Moderation, 5, revoke(granting.head.id)));
        let asked = |now| {
            let kaz = body("KAZ");
            designations.entitled(PERSON, Role::Contributor, Some(&kaz), Some("event"), Micros(now))
        };
        assert!(asked(49).is_ok());
        assert_eq!(asked(50).unwrap_err().reason, NotEntitledReason::Revoked);
    }

    #[test]
    fn a_reviewer_comes_from_inside_or_from_outside_or_nobody_said() {
        let mut designations = Designations::default();
        let kinds = [Some(ReviewerKind::Internal), Some(ReviewerKind::External), None];
        let asked = |designations: &Designations, kind, now| {
            let kaz = body("KAZ");
            designations.entitled_as_reviewer(PERSON, kind, Some(&kaz), Some("event"), Micros(now)).map(|_| ())
        };
        for (number, kind) in (1..).zip(kinds) {
            let granting = event(
                Origin::Moderation,
                number,
                grant(|grant| {
                    grant.role = Role::Reviewer.number();
                    grant.reviewer_kind = kind.map_or(0, ReviewerKind::number);
                }),
            );
            let mut alone = Designations::default();
            alone.fold(&granting);
            designations.fold(&granting);
            for wanted in [ReviewerKind::Internal, ReviewerKind::External] {
                assert_eq!(asked(&alone, wanted, 20).is_ok(), kind == Some(wanted), "{kind:?} as {wanted:?}");
            }
            let kaz = body("KAZ");
            assert!(alone.entitled(PERSON, Role::Reviewer, Some(&kaz), Some("event"), Micros(20)).is_ok(), "{kind:?}");
        }
        assert!(asked(&designations, ReviewerKind::Internal, 20).is_ok());
        assert_eq!(asked(&designations, ReviewerKind::External, 1_000).unwrap_err().reason, NotEntitledReason::Ended);
        for kind in [ReviewerKind::Internal, ReviewerKind::External] {
            assert_eq!(ReviewerKind::from_number(kind.number()), Some(kind));
            assert_eq!(kind.key().parse(), Ok(kind));
        }
        assert_eq!(ReviewerKind::from_number(9), None);
        assert!("outside".parse::<ReviewerKind>().is_err());
    }

    /// Another service that writes a grant into its own journal gives nobody a right.
    #[test]
    fn only_moderation_grants_and_revokes() {
        let mut designations = Designations::default();
        for origin in [Origin::Submission, Origin::Publication, Origin::Audit] {
            designations.fold(&event(origin, 1, grant(|_| {})));
        }
        assert_eq!(designations, Designations::default());
        let granting = event(Origin::Moderation, 1, grant(|_| {}));
        designations.fold(&granting);
        designations.fold(&event(Origin::Submission, 2, revoke(granting.head.id)));
        assert!(designations.all().all(|held| held.revoked.is_none()));
    }

    /// What has no sense must not become a right, least of all one for every body.
    #[test]
    fn a_grant_that_is_not_well_formed_changes_nothing() {
        let changes: [fn(&mut v1::GrantDesignation); 4] = [
            |grant| grant.subject = vec![1; 15],
            |grant| grant.role = 99,
            |grant| grant.role = 0,
            |grant| grant.body = "Kazakhstan".to_owned(),
        ];
        let mut designations = Designations::default();
        for change in changes {
            designations.fold(&event(Origin::Moderation, 1, grant(change)));
        }
        designations.fold(&event(Origin::Moderation, 2, revoke(EventId([1; 16]))));
        assert_eq!(designations, Designations::default());
    }
}
