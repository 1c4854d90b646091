//! One row a viewer, one column a thing: the table of DOMAIN section 5, cell by cell.

use super::Sight::{BodyOnly, EntitledRecorded, Hidden, RoleOnly, Shown};
use super::{Sight, Stage, Thing, Viewer, Viewers, sight};
use crate::designations::tests::{ADMIN, body, designations_of};
use crate::{Designations, Role};
use dossier_proto::{Micros, SubjectId};

/// The columns as they stand in DOMAIN: a thing at the stage at which the table means it.
const COLUMNS: [(&str, Thing, Stage); 7] = [
    ("contributor's name", Thing::ContributorName, Stage::Published),
    ("reviewer's and moderator's name", Thing::ModeratorName, Stage::Published),
    ("internal note", Thing::InternalNote, Stage::Submitted),
    ("message to contributor", Thing::MessageToContributor, Stage::Submitted),
    ("draft", Thing::Content, Stage::Draft),
    ("submitted, undecided", Thing::Content, Stage::Submitted),
    ("refused", Thing::Content, Stage::Refused),
];

const TABLE: [(Viewer, [Sight; 7]); 7] = [
    (Viewer::Public, [BodyOnly, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden]),
    (Viewer::ContributorOfBody, [Shown, RoleOnly, Hidden, Shown, Shown, Shown, Shown]),
    (Viewer::ContributorOfOther, [Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden]),
    (Viewer::ModeratorOrReviewer, [Shown, Shown, Shown, Shown, Hidden, Shown, Shown]),
    (Viewer::Publisher, [Shown, Shown, Hidden, Shown, Hidden, Hidden, Hidden]),
    (Viewer::Auditor, [Shown, Shown, Shown, Shown, EntitledRecorded, Shown, Shown]),
    (Viewer::Administrator, [Hidden, Hidden, Hidden, Hidden, Hidden, Hidden, Hidden]),
];

#[test]
fn each_cell_of_the_table() {
    assert_eq!(TABLE.map(|(viewer, _)| viewer), Viewer::ALL, "every viewer has its row");
    for (viewer, row) in TABLE {
        for ((name, thing, stage), expected) in COLUMNS.into_iter().zip(row) {
            assert_eq!(sight(viewer, thing, stage), expected, "{viewer:?} and {name}");
        }
    }
}

#[test]
fn publishers_see_approved_content_and_no_undecided_one() {
    let seen: Vec<_> = Stage::ALL.map(|stage| sight(Viewer::Publisher, Thing::Content, stage)).into();
    assert_eq!(seen, [Hidden, Hidden, Hidden, Shown, Shown, Shown]);
}

#[test]
fn administrators_see_names_on_designations_only() {
    for stage in Stage::ALL {
        assert_eq!(sight(Viewer::Administrator, Thing::NameOnDesignation, stage), Shown);
        for thing in [Thing::ContributorName, Thing::ModeratorName, Thing::InternalNote, Thing::MessageToContributor] {
            assert_eq!(sight(Viewer::Administrator, thing, stage), Hidden, "{thing:?} {stage:?}");
        }
        let content = sight(Viewer::Administrator, Thing::Content, stage);
        assert_eq!(content == Shown, stage == Stage::Published, "{stage:?}");
    }
}

#[test]
fn p13_of_a_draft_nothing_is_seen_outside_the_body() {
    for viewer in Viewer::ALL {
        for thing in Thing::ALL.into_iter().filter(|thing| *thing != Thing::NameOnDesignation) {
            let seen = sight(viewer, thing, Stage::Draft);
            let may = match viewer {
                Viewer::ContributorOfBody => true,
                Viewer::Auditor => seen == EntitledRecorded,
                _ => seen == Hidden,
            };
            assert!(may, "{viewer:?} sees {seen:?} of {thing:?}");
        }
    }
}

#[test]
fn the_public_learns_of_a_body_only_once_something_is_published() {
    for stage in Stage::ALL {
        let expected = if matches!(stage, Stage::Published | Stage::Withheld) { BodyOnly } else { Hidden };
        assert_eq!(sight(Viewer::Public, Thing::ContributorName, stage), expected, "{stage:?}");
    }
}

#[test]
fn published_content_is_seen_by_all_and_withheld_content_by_those_who_answer_for_it() {
    let withheld = |viewer| sight(viewer, Thing::Content, Stage::Withheld) == Shown;
    assert!(Viewer::ALL.into_iter().all(|viewer| sight(viewer, Thing::Content, Stage::Published) == Shown));
    let see: Vec<_> = Viewer::ALL.into_iter().filter(|viewer| withheld(*viewer)).collect();
    assert_eq!(see, [Viewer::ContributorOfBody, Viewer::ModeratorOrReviewer, Viewer::Publisher, Viewer::Auditor]);
}

/// Role, body, record types.
type Granted = (Role, Option<&'static str>, &'static [&'static str]);

fn viewers(designations: &Designations, subject: SubjectId) -> Vec<Viewer> {
    Viewers::of(designations, subject, &body("KAZ"), "event", Micros(50)).iter().collect()
}

#[test]
fn a_person_is_what_their_designations_make_them() {
    let person = SubjectId([7; 16]);
    let cases: [(&[Granted], &[Viewer]); 11] = [
        (&[], &[Viewer::Public]),
        (&[(Role::Contributor, Some("KAZ"), &[])], &[Viewer::Public, Viewer::ContributorOfBody]),
        (&[(Role::PublishingAuthority, Some("KAZ"), &[])], &[Viewer::Public, Viewer::ContributorOfBody]),
        (&[(Role::NationalFocalPoint, Some("KAZ"), &[])], &[Viewer::Public, Viewer::ContributorOfBody]),
        (&[(Role::NationalFocalPoint, Some("KEN"), &[])], &[Viewer::Public, Viewer::ContributorOfOther]),
        (&[(Role::Contributor, Some("KEN"), &[])], &[Viewer::Public, Viewer::ContributorOfOther]),
        (
            &[(Role::Contributor, Some("KEN"), &[]), (Role::Contributor, Some("KAZ"), &["pledge"])],
            &[Viewer::Public, Viewer::ContributorOfBody],
        ),
        (&[(Role::Reviewer, None, &["event"])], &[Viewer::Public, Viewer::ModeratorOrReviewer]),
        (&[(Role::Moderator, None, &["pledge"])], &[Viewer::Public]),
        (&[(Role::Registrar, None, &[]), (Role::RecordsManager, None, &[])], &[Viewer::Public]),
        (
            &[(Role::Publisher, None, &[]), (Role::Auditor, None, &[]), (Role::Administrator, None, &[])],
            &[Viewer::Public, Viewer::Publisher, Viewer::Auditor, Viewer::Administrator],
        ),
    ];
    for (held, expected) in cases {
        assert_eq!(viewers(&designations_of(person, held), person), expected, "{held:?}");
    }
}

#[test]
fn the_most_open_of_several_wins_and_an_administrator_alone_adds_nothing() {
    let person = SubjectId([7; 16]);
    let seen = |held: &[Granted], thing, stage| {
        Viewers::of(&designations_of(person, held), person, &body("KAZ"), "event", Micros(50)).sight(thing, stage)
    };
    let administrator = (Role::Administrator, None, ADMIN);
    let publisher = (Role::Publisher, None, ADMIN);
    let moderator = (Role::Moderator, None, ADMIN);
    assert_eq!(seen(&[administrator], Thing::Content, Stage::Submitted), Hidden);
    assert_eq!(seen(&[administrator, moderator], Thing::Content, Stage::Submitted), Shown);
    assert_eq!(seen(&[publisher], Thing::InternalNote, Stage::Approved), Hidden);
    assert_eq!(seen(&[publisher, moderator], Thing::InternalNote, Stage::Approved), Shown);
    assert_eq!(seen(&[administrator], Thing::ContributorName, Stage::Published), BodyOnly);
    assert_eq!(Viewers::public().sight(Thing::Content, Stage::Withheld), Hidden);
}
