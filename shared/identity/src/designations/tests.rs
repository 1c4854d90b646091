//! Who may do what, as tables.

use dossier_proto::{Actor, BodyCode, DesignationId, Micros, Origin, Place, SubjectId};
use proptest::prelude::*;

use super::{Designation, Designations, GrantRefusal, NotEntitledReason, Proposed};
use crate::Role;

/// A designation without a list of types.
pub(crate) const ADMIN: &[&str] = &[];

pub(crate) fn body(code: &str) -> BodyCode {
    code.parse().unwrap()
}

const PERSON: SubjectId = SubjectId([7; 16]);
const OTHER: SubjectId = SubjectId([8; 16]);

fn place(sequence: u64) -> Place {
    Place { origin: Origin::Moderation, epoch: 0, sequence }
}

fn designation(number: u8, subject: SubjectId, role: Role, code: Option<&str>, types: &[&str]) -> Designation {
    Designation {
        id: DesignationId([number; 16]),
        place: place(u64::from(number)),
        subject,
        role,
        body: code.map(body),
        record_types: types.iter().map(ToString::to_string).collect(),
        from: Micros(10),
        until: Some(Micros(100)),
        granted_by: Actor::System(Origin::Moderation),
        note_digest: None,
        note_number: String::new(),
        reviewer_kind: None,
    }
}

/// Designations of one person, valid from 10 until 100.
pub(crate) fn designations_of(subject: SubjectId, held: &[(Role, Option<&str>, &[&str])]) -> Designations {
    let mut designations = Designations::default();
    for (number, (role, code, types)) in (1..).zip(held) {
        designations.grant(designation(number, subject, *role, *code, types));
    }
    designations
}

#[test]
fn each_way_of_not_being_entitled_has_its_reason_and_names_the_event() {
    use NotEntitledReason::{Ended, NoDesignation, NotYetValid, OtherBody, OtherRecordType, Revoked};
    let mut designations = designations_of(
        PERSON,
        &[(Role::Contributor, Some("KAZ"), &["event", "pledge"]), (Role::Moderator, None, &[])],
    );
    designations.revoke(DesignationId([2; 16]), Micros(60), place(9));
    let cases = [
        (Role::Contributor, Some("KAZ"), Some("event"), 10, Ok(1)),
        (Role::Contributor, Some("KAZ"), Some("pledge"), 99, Ok(1)),
        (Role::Contributor, Some("KAZ"), Some("event"), 9, Err((NotYetValid, Some(1)))),
        (Role::Contributor, Some("KAZ"), Some("event"), 100, Err((Ended, Some(1)))),
        (Role::Contributor, Some("KAZ"), Some("report"), 50, Err((OtherRecordType, Some(1)))),
        (Role::Contributor, Some("KAZ"), None, 50, Err((OtherRecordType, Some(1)))),
        (Role::Contributor, Some("KEN"), Some("event"), 50, Err((OtherBody, Some(1)))),
        (Role::Contributor, None, Some("event"), 50, Err((OtherBody, Some(1)))),
        (Role::Publisher, Some("KAZ"), Some("event"), 50, Err((NoDesignation, None))),
        (Role::Moderator, Some("KEN"), Some("report"), 50, Ok(2)),
        (Role::Moderator, None, None, 59, Ok(2)),
        (Role::Moderator, None, None, 60, Err((Revoked, Some(9)))),
        (Role::Moderator, Some("KAZ"), Some("event"), 5, Err((NotYetValid, Some(2)))),
    ];
    for (role, code, record_type, now, expected) in cases {
        let asked = code.map(body);
        let answer = designations.entitled(PERSON, role, asked.as_ref(), record_type, Micros(now));
        let answer = answer
            .map(|authority| authority.granted.sequence)
            .map_err(|refusal| (refusal.reason, refusal.because().map(|place| place.sequence)));
        assert_eq!(answer, expected, "{role} {code:?} {record_type:?} at {now}");
    }
    assert_eq!(
        designations.entitled(OTHER, Role::Moderator, None, None, Micros(50)).unwrap_err().reason,
        NoDesignation,
        "nobody inherits another's designation"
    );
}

#[test]
fn the_nearest_miss_is_the_one_that_is_told() {
    let designations = designations_of(
        PERSON,
        &[
            (Role::Contributor, Some("KEN"), &[]),
            (Role::Contributor, Some("KAZ"), &["pledge"]),
            (Role::Contributor, Some("JOR"), &[]),
        ],
    );
    let refusal =
        designations.entitled(PERSON, Role::Contributor, Some(&body("KAZ")), Some("event"), Micros(50)).unwrap_err();
    assert_eq!(refusal.reason.code(), "designated-for-another-record-type");
    assert_eq!(
        refusal.to_string(),
        "You are designated as contributor, but not for this type of record. See the event moderation 2."
    );
}

#[test]
fn codes_of_reasons_are_for_ever() {
    assert_eq!(
        NotEntitledReason::ALL.map(NotEntitledReason::code),
        [
            "no-designation",
            "designated-for-another-body",
            "designated-for-another-record-type",
            "designation-revoked",
            "designation-ended",
            "designation-not-yet-valid",
        ]
    );
}

#[test]
fn a_revocation_acts_from_its_moment_and_the_first_one_stands() {
    let mut designations = designations_of(PERSON, &[(Role::Auditor, None, &[])]);
    let id = DesignationId([1; 16]);
    designations.revoke(id, Micros(40), place(4));
    designations.revoke(id, Micros(20), place(5));
    let valid = |now| designations.entitled(PERSON, Role::Auditor, None, None, Micros(now)).is_ok();
    assert!(valid(39) && !valid(40));
    assert_eq!(designations.get(id).unwrap().revoked.unwrap().place, place(4));
    designations.revoke(DesignationId([99; 16]), Micros(40), place(6));
    assert_eq!(designations.all().count(), 1);
}

#[test]
fn an_id_granted_twice_stays_with_the_first() {
    let mut designations = designations_of(PERSON, &[(Role::Auditor, None, &[])]);
    designations.grant(designation(1, OTHER, Role::Administrator, None, &[]));
    assert!(designations.holds(OTHER, Role::Administrator, Micros(50)).is_err());
    assert_eq!(designations.all().count(), 1);
}

#[test]
fn bodies_are_those_of_valid_designations_of_that_role() {
    let mut designations = designations_of(
        PERSON,
        &[
            (Role::Contributor, Some("KEN"), &["event"]),
            (Role::Contributor, Some("KAZ"), &[]),
            (Role::PublishingAuthority, Some("JOR"), &[]),
            (Role::Contributor, Some("PRT"), &[]),
        ],
    );
    designations.revoke(DesignationId([4; 16]), Micros(30), place(8));
    let bodies = |now| {
        let found = designations.bodies_of(PERSON, Role::Contributor, Micros(now));
        found.into_iter().map(BodyCode::as_str).collect::<Vec<_>>()
    };
    assert_eq!(bodies(20), ["KAZ", "KEN", "PRT"]);
    assert_eq!(bodies(30), ["KAZ", "KEN"]);
    assert!(bodies(100).is_empty());
}

#[test]
fn a_national_focal_point_writes_for_its_state_under_its_own_designation_alone() {
    let mut designations = designations_of(PERSON, &[(Role::NationalFocalPoint, Some("KEN"), &["event"])]);
    let (kenya, kazakhstan) = (body("KEN"), body("KAZ"));
    let asked = |designations: &Designations, role, at, record_type| {
        let found = designations.entitled(PERSON, role, Some(at), Some(record_type), Micros(50));
        found.map(|authority| authority.designation).map_err(|refusal| refusal.reason)
    };
    let its_own = DesignationId([1; 16]);
    assert_eq!(asked(&designations, Role::Contributor, &kenya, "event"), Ok(its_own));
    assert_eq!(asked(&designations, Role::NationalFocalPoint, &kenya, "event"), Ok(its_own));
    assert_eq!(asked(&designations, Role::Contributor, &kenya, "pledge"), Err(NotEntitledReason::OtherRecordType));
    assert_eq!(asked(&designations, Role::Contributor, &kazakhstan, "event"), Err(NotEntitledReason::OtherBody));
    let none = Err(NotEntitledReason::NoDesignation);
    assert_eq!(asked(&designations, Role::PublishingAuthority, &kenya, "event"), none);
    assert!(designations.holds(PERSON, Role::Contributor, Micros(50)).is_ok());
    assert!(designations.bodies_of(PERSON, Role::Contributor, Micros(50)).contains(&kenya));
    designations.revoke(its_own, Micros(40), place(9));
    assert_eq!(asked(&designations, Role::Contributor, &kenya, "event"), Err(NotEntitledReason::Revoked));
    // And the other way round: who writes is no focal point.
    let writer = designations_of(PERSON, &[(Role::Contributor, Some("KEN"), &[])]);
    assert_eq!(asked(&writer, Role::NationalFocalPoint, &kenya, "event"), none);
}

fn proposed(subject: SubjectId, role: Role, code: Option<&str>, types: &[&str]) -> Proposed {
    Proposed {
        subject,
        role,
        body: code.map(body),
        record_types: types.iter().map(ToString::to_string).collect(),
        from: Micros(50),
        until: None,
    }
}

#[test]
fn who_may_grant_what() {
    let (administrator, authority, clerk) = (SubjectId([1; 16]), SubjectId([2; 16]), SubjectId([3; 16]));
    let mut designations = Designations::default();
    designations.grant(designation(1, administrator, Role::Administrator, None, &[]));
    designations.grant(designation(2, authority, Role::PublishingAuthority, Some("KAZ"), &["event", "report"]));
    designations.grant(designation(3, clerk, Role::Contributor, Some("KAZ"), &[]));
    let focal_point = SubjectId([4; 16]);
    designations.grant(designation(4, focal_point, Role::NationalFocalPoint, Some("KAZ"), &[]));
    let cases = [
        (administrator, proposed(OTHER, Role::Moderator, None, &[]), Ok(1)),
        (administrator, proposed(OTHER, Role::Contributor, Some("KEN"), &[]), Ok(1)),
        (administrator, proposed(OTHER, Role::Contributor, None, &[]), Err("designation-needs-a-body")),
        (administrator, proposed(OTHER, Role::PublishingAuthority, None, &[]), Err("designation-needs-a-body")),
        (administrator, proposed(administrator, Role::Moderator, None, &[]), Err("designates-oneself")),
        (authority, proposed(OTHER, Role::Contributor, Some("KAZ"), &["event"]), Ok(2)),
        (authority, proposed(OTHER, Role::Contributor, Some("KAZ"), &["event", "report"]), Ok(2)),
        (
            authority,
            proposed(OTHER, Role::Contributor, Some("KAZ"), &["event", "pledge"]),
            Err("beyond-own-record-types"),
        ),
        (authority, proposed(OTHER, Role::Contributor, Some("KAZ"), &[]), Err("beyond-own-record-types")),
        (authority, proposed(OTHER, Role::Contributor, Some("KEN"), &["event"]), Err("designated-for-another-body")),
        (authority, proposed(OTHER, Role::PublishingAuthority, Some("KAZ"), &["event"]), Err("no-designation")),
        (authority, proposed(OTHER, Role::Moderator, None, &[]), Err("no-designation")),
        (authority, proposed(authority, Role::Contributor, Some("KAZ"), &["event"]), Err("designates-oneself")),
        (authority, proposed(OTHER, Role::NationalFocalPoint, Some("KAZ"), &["event"]), Err("no-designation")),
        (administrator, proposed(OTHER, Role::NationalFocalPoint, Some("KAZ"), &[]), Ok(1)),
        (administrator, proposed(OTHER, Role::NationalFocalPoint, None, &[]), Err("designation-needs-a-body")),
        (clerk, proposed(OTHER, Role::Contributor, Some("KAZ"), &[]), Err("no-designation")),
        (focal_point, proposed(OTHER, Role::Contributor, Some("KAZ"), &[]), Err("no-designation")),
        (OTHER, proposed(clerk, Role::Contributor, Some("KAZ"), &[]), Err("no-designation")),
    ];
    for (granter, what, expected) in cases {
        let answer = designations.may_grant(granter, &what, Micros(50));
        let answer = answer.map(|authority| authority.granted.sequence).map_err(|refusal| refusal.code());
        assert_eq!(answer, expected, "{granter:?} {what:?}");
    }
    assert!(
        designations.may_grant(administrator, &proposed(OTHER, Role::Auditor, None, &[]), Micros(100)).is_err(),
        "an administrator whose time is over grants nothing"
    );
    let mut empty = proposed(OTHER, Role::Auditor, None, &[]);
    empty.until = Some(empty.from);
    assert_eq!(designations.may_grant(administrator, &empty, Micros(50)).unwrap_err().code(), "empty-period");
}

#[test]
fn who_may_revoke_what() {
    let (first, second, authority) = (SubjectId([1; 16]), SubjectId([2; 16]), SubjectId([3; 16]));
    let mut designations = Designations::default();
    designations.grant(designation(1, first, Role::Administrator, None, &[]));
    designations.grant(designation(3, authority, Role::PublishingAuthority, Some("KAZ"), &[]));
    designations.grant(designation(4, OTHER, Role::Contributor, Some("KAZ"), &[]));
    designations.grant(designation(5, OTHER, Role::Contributor, Some("KEN"), &[]));
    let id = |number| DesignationId([number; 16]);
    let code = |designations: &Designations, who, number| {
        designations.may_revoke(who, id(number), Micros(50)).map(|_| ()).map_err(|refusal| refusal.code())
    };
    assert_eq!(code(&designations, authority, 4), Ok(()));
    assert_eq!(code(&designations, authority, 5), Err("designated-for-another-body"));
    assert_eq!(code(&designations, authority, 1), Err("no-designation"));
    assert_eq!(code(&designations, first, 5), Ok(()));
    assert_eq!(code(&designations, OTHER, 4), Err("no-designation"));
    assert_eq!(code(&designations, first, 77), Err("unknown-designation"));
    assert_eq!(code(&designations, first, 1), Err("last-administrator"));
    designations.grant(designation(2, second, Role::Administrator, None, &[]));
    assert_eq!(code(&designations, first, 1), Ok(()));
    designations.revoke(id(4), Micros(40), place(20));
    let refusal = designations.may_revoke(first, id(4), Micros(50)).unwrap_err();
    assert_eq!(refusal, GrantRefusal::AlreadyRevoked(place(20)));
    assert_eq!(refusal.because(), Some(place(20)));
}

fn any_designation() -> impl Strategy<Value = Designation> {
    let types = proptest::sample::subsequence(vec!["event", "pledge"], 0..=2);
    let code = proptest::option::of(proptest::sample::select(vec!["KAZ", "KEN"]));
    (1_u8..40, 0_u8..4, 0_usize..9, code, types, 0_i64..50, proptest::option::of(50_i64..99)).prop_map(
        |(number, subject, role, code, types, from, until)| Designation {
            from: Micros(from),
            until: until.map(Micros),
            ..designation(number, SubjectId([subject; 16]), Role::ALL[role], code, &types)
        },
    )
}

proptest! {
    /// A state digest is taken over these bytes, and a snapshot is read back from them.
    #[test]
    fn bytes_are_canonical_and_come_back(
        granted in prop::collection::vec(any_designation(), 0..20),
        revoked in prop::collection::vec((1_u8..40, 0_i64..99), 0..8),
    ) {
        let mut unique = granted;
        unique.sort_by_key(|designation| designation.id);
        unique.dedup_by_key(|designation| designation.id);
        let (mut forward, mut backward) = (Designations::default(), Designations::default());
        unique.iter().cloned().for_each(|designation| forward.grant(designation));
        unique.into_iter().rev().for_each(|designation| backward.grant(designation));
        for (number, at) in revoked {
            forward.revoke(DesignationId([number; 16]), Micros(at), place(50));
            backward.revoke(DesignationId([number; 16]), Micros(at), place(50));
        }
        let bytes = serde_json::to_vec(&forward).unwrap();
        prop_assert_eq!(&bytes, &serde_json::to_vec(&backward).unwrap());
        prop_assert_eq!(serde_json::from_slice::<Designations>(&bytes).unwrap(), forward);
    }

    /// The answer is the same as that of a naive reading of the list.
    #[test]
    fn entitled_agrees_with_a_naive_reading(
        granted in prop::collection::vec(any_designation(), 0..20),
        subject in 0_u8..4,
        role in 0_usize..9,
        code in proptest::option::of(proptest::sample::select(vec!["KAZ", "KEN"])),
        record_type in proptest::option::of(proptest::sample::select(vec!["event", "pledge"])),
        now in 0_i64..99,
    ) {
        let mut designations = Designations::default();
        granted.into_iter().for_each(|designation| designations.grant(designation));
        let (subject, role, asked) = (SubjectId([subject; 16]), Role::ALL[role], code.map(body));
        let naive = designations.all().map(|held| &held.designation).any(|one| {
            one.subject == subject
                && one.role == role
                && (one.body.is_none() || one.body == asked)
                && (one.record_types.is_empty() || record_type.is_some_and(|t| one.record_types.contains(&t.to_owned())))
                && one.from.0 <= now
                && one.until.is_none_or(|until| now < until.0)
        });
        let answer = designations.entitled(subject, role, asked.as_ref(), record_type, Micros(now));
        prop_assert_eq!(answer.is_ok(), naive);
    }
}
