//! What the longer path through the review adds: clearance, stages, corrections, times.

use dossier_proto::{Origin, Payload, v1};

use super::{content, raw_place, sealed};

const MOMENT: i64 = 1_767_225_600_000_000;

fn with_file(content: v1::Content) -> v1::Content {
    let file = v1::AttachedFile {
        digest: vec![43; 32],
        key_id: vec![44; 16],
        bytes: 25_000_000,
        media_type: "application/pdf".into(),
    };
    v1::Content { files: vec![file], ..content }
}

fn checklist() -> Vec<v1::ChecklistAnswer> {
    vec![v1::ChecklistAnswer { key: "scope".into(), said: v1::checklist_answer::Said::Yes.into() }]
}

fn lineage() -> Vec<v1::Author> {
    vec![v1::Author { subject: vec![12; 16], fields: vec!["title".into()], written: raw_place(Origin::Submission, 1) }]
}

pub(super) fn submission() -> Vec<(&'static str, Payload)> {
    let submit = v1::Submit {
        revision: 2,
        digest: vec![9; 32],
        what_changed: sealed(4),
        certified: true,
        embargo_until: Some(MOMENT),
        ..v1::Submit::default()
    };
    let asked = || raw_place(Origin::Submission, 4);
    vec![
        (
            "clearance_asked",
            Payload::ClearanceAsked(v1::ClearanceAsked {
                command: Some(submit),
                content: content(2).map(with_file),
                record_type: "practice".into(),
                body: "KEN".into(),
                original_language: "en".into(),
                lineage: lineage(),
                base_edition: Some(1),
                round: 2,
            }),
        ),
        (
            "cleared",
            Payload::Cleared(v1::Cleared {
                command: Some(v1::Clear { digest: vec![9; 32], note: sealed(20) }),
                asked: asked(),
            }),
        ),
        (
            "clearance_returned",
            Payload::ClearanceReturned(v1::ClearanceReturned {
                command: Some(v1::ReturnToBody { digest: vec![9; 32], reason: sealed(21) }),
                asked: asked(),
            }),
        ),
        (
            "clearance_recalled",
            Payload::ClearanceRecalled(v1::ClearanceRecalled { command: Some(v1::AskRecall {}), asked: asked() }),
        ),
        (
            "retraction_proposed",
            Payload::RetractionProposed(v1::RetractionProposed {
                command: Some(v1::AskRetraction { reason: sealed(22) }),
                edition: 1,
            }),
        ),
        (
            "retraction_cleared",
            Payload::RetractionCleared(v1::RetractionCleared {
                command: Some(v1::ClearRetraction { proposed: asked() }),
                edition: 1,
                reason: sealed(22),
            }),
        ),
        (
            "appeal_asked",
            Payload::AppealAsked(v1::AppealAsked {
                command: Some(v1::AskAppeal { reason: sealed(23) }),
                refused: raw_place(Origin::Moderation, 8),
                submitted: asked(),
            }),
        ),
        (
            "correction_objected",
            Payload::CorrectionObjected(v1::CorrectionObjected {
                command: Some(v1::ObjectToCorrection { reason: sealed(24) }),
                edition: 2,
            }),
        ),
    ]
}

pub(super) fn moderation() -> Vec<(&'static str, Payload)> {
    let mut all = opinions();
    all.extend(work());
    all.extend(corrections());
    all
}

fn opinions() -> Vec<(&'static str, Payload)> {
    let approve = v1::Approve {
        digest: vec![9; 32],
        note: sealed(14),
        notices: vec!["kosovo-1244".into()],
        checklist: checklist(),
        publish_at: Some(MOMENT),
    };
    let external = v1::ReviewerKind::External.into();
    let reviewer = v1::Role::Reviewer.into();
    vec![
        (
            "approval_counted",
            Payload::ApprovalCounted(v1::ApprovalCounted {
                command: Some(approve),
                stage: "peer".into(),
                role: reviewer,
                reviewer_kind: external,
                next_stage: "publisher".into(),
            }),
        ),
        (
            "objection_made",
            Payload::ObjectionMade(v1::ObjectionMade {
                command: Some(v1::Object { digest: vec![9; 32], reason: sealed(25), checklist: checklist() }),
                stage: "peer".into(),
                role: reviewer,
                reviewer_kind: external,
            }),
        ),
        (
            "conflict_declared",
            Payload::ConflictDeclared(v1::ConflictDeclared {
                command: Some(v1::DeclareConflict { reason: sealed(26) }),
            }),
        ),
        (
            "change_settled",
            Payload::ChangeSettled(v1::ChangeSettled {
                command: Some(v1::SettleChange {
                    digest: vec![9; 32],
                    round: 1,
                    item: 2,
                    outcome: v1::settle_change::Outcome::Reopened.into(),
                    text: sealed(27),
                }),
            }),
        ),
        (
            "review_finished",
            Payload::ReviewFinished(v1::ReviewFinished {
                command: Some(v1::FinishReview {
                    digest: vec![9; 32],
                    comments: vec![v1::Comment {
                        digest: vec![9; 32],
                        field: "title".into(),
                        language: "en".into(),
                        text: sealed(28),
                        audience: v1::Audience::Contributor.into(),
                    }],
                }),
            }),
        ),
    ]
}

fn work() -> Vec<(&'static str, Payload)> {
    let hold = v1::Hold { awaited: "third-party".into(), reason: sealed(29), until: Some(MOMENT) };
    let duplicate = v1::MarkDuplicate { digest: vec![9; 32], duplicate_of: vec![30; 16], reason: sealed(31) };
    let assign = v1::Assign { subject: vec![32; 16], note: sealed(33) };
    vec![
        ("review_held", Payload::ReviewHeld(v1::ReviewHeld { command: Some(hold) })),
        ("review_resumed", Payload::ReviewResumed(v1::ReviewResumed { command: Some(v1::Resume {}) })),
        ("review_assigned", Payload::ReviewAssigned(v1::ReviewAssigned { command: Some(assign), lease_until: MOMENT })),
        (
            "marked_duplicate",
            Payload::MarkedDuplicate(v1::MarkedDuplicate {
                command: Some(duplicate),
                revision: 2,
                submitted: raw_place(Origin::Submission, 4),
                number: "EVT-2026-00042".into(),
            }),
        ),
    ]
}

fn corrections() -> Vec<(&'static str, Payload)> {
    let proposed = || raw_place(Origin::Moderation, 9);
    vec![
        (
            "correction_proposed",
            Payload::CorrectionProposed(v1::CorrectionProposed {
                command: Some(v1::ProposeCorrection {
                    edition: 1,
                    base_digest: vec![9; 32],
                    content: content(3),
                    fields: vec!["title".into()],
                    reason: sealed(34),
                    faults: 1,
                }),
            }),
        ),
        (
            "correction_confirmed",
            Payload::CorrectionConfirmed(v1::CorrectionConfirmed {
                command: Some(v1::ConfirmCorrection { digest: vec![35; 32], note: sealed(36) }),
                proposed: proposed(),
                base_edition: 1,
                content: content(3),
                record_type: "practice".into(),
                body: "KEN".into(),
                original_language: "en".into(),
                fields: vec!["title".into()],
                reason: sealed(34),
                notices: vec!["kosovo-1244".into()],
            }),
        ),
        (
            "correction_rejected",
            Payload::CorrectionRejected(v1::CorrectionRejected {
                command: Some(v1::RejectCorrection { digest: vec![35; 32], reason: sealed(37) }),
                proposed: proposed(),
            }),
        ),
    ]
}

pub(super) fn publication() -> Vec<(&'static str, Payload)> {
    let approved = || raw_place(Origin::Moderation, 8);
    let suspend = v1::SuspendEntry { reason: "under_examination".into(), explanation: sealed(38) };
    let supersede =
        v1::SupersedeEntry { superseded_by: vec![39; 16], reason: "replaced".into(), explanation: sealed(40) };
    vec![
        (
            "edition_scheduled",
            Payload::EditionScheduled(v1::EditionScheduled {
                command: Some(v1::PublishEdition { approved: approved() }),
                at: MOMENT,
            }),
        ),
        (
            "edition_rescheduled",
            Payload::EditionRescheduled(v1::EditionRescheduled {
                command: Some(v1::Reschedule { at: MOMENT, reason: sealed(41) }),
                approved: approved(),
            }),
        ),
        ("entry_suspended", Payload::EntrySuspended(v1::EntrySuspended { command: Some(suspend), edition: 1 })),
        (
            "entry_reinstated",
            Payload::EntryReinstated(v1::EntryReinstated {
                command: Some(v1::ReinstateEntry { explanation: sealed(42) }),
                edition: 1,
            }),
        ),
        (
            "entry_superseded",
            Payload::EntrySuperseded(v1::EntrySuperseded {
                command: Some(supersede),
                edition: 1,
                number: "PRA-2026-00007".into(),
            }),
        ),
    ]
}
