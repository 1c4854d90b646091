//! One event of every kind, every field filled, always the same.

mod keeping;
mod review;
mod telling;

use dossier_proto::{
    Actor, Authority, CommandId, CommandRef, DesignationId, Digest, EntryId, Event, EventId, Head, Micros, Origin,
    Payload, Place, SubjectId, must_understand, schema_of, v1,
};

fn place(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

fn raw_place(origin: Origin, sequence: u64) -> Option<v1::Place> {
    Some(place(origin, sequence).into())
}

fn sealed(byte: u8) -> Option<v1::Sealed> {
    Some(v1::Sealed { key_id: vec![byte; 16], nonce: vec![byte; 24], ciphertext: vec![byte; 40] })
}

fn content(revision: u32) -> Option<v1::Content> {
    let personal = v1::PersonalValue { pointer: "/contact".into(), commitment: vec![7; 32], sealed: sealed(8) };
    Some(v1::Content {
        revision,
        digest: vec![9; 32],
        sealed: sealed(10),
        personal: vec![personal],
        ..v1::Content::default()
    })
}

fn refusal(code: &str) -> Option<v1::Refusal> {
    Some(v1::Refusal { code: code.into(), because: raw_place(Origin::Submission, 3), current_digest: vec![11; 32] })
}

fn steps() -> Vec<v1::PublicStep> {
    vec![v1::PublicStep {
        kind: v1::public_step::Kind::Submitted.into(),
        place: raw_place(Origin::Submission, 3),
        recorded_at: 1_767_225_600_000_000,
        count: 2,
    }]
}

/// The name of the payload's field in the envelope, and a payload with every field filled.
pub(crate) fn payloads() -> Vec<(&'static str, Payload)> {
    let mut all = shared();
    all.extend(telling::payloads());
    all.extend(keeping::payloads());
    all.extend(submission());
    all.extend(review::submission());
    all.extend(moderation());
    all.extend(review::moderation());
    all.extend(publication());
    all.extend(review::publication());
    all.extend(audit());
    all
}

fn shared() -> Vec<(&'static str, Payload)> {
    vec![
        ("received", Payload::Received(v1::Received { place: raw_place(Origin::Submission, 3), hash: vec![1; 32] })),
        (
            "epoch_started",
            Payload::EpochStarted(v1::EpochStarted { former_epoch: 1, known_size: 70, known_root: vec![2; 32] }),
        ),
    ]
}

fn submission() -> Vec<(&'static str, Payload)> {
    let withdraw = v1::Withdraw { reason: sealed(3) };
    let submit = v1::Submit {
        revision: 2,
        digest: vec![9; 32],
        what_changed: sealed(4),
        certified: true,
        faults: 1,
        equals_revision: Some(1),
        answers: vec![v1::Answer { item: 1, text: sealed(5), round: 0 }],
        ..v1::Submit::default()
    };
    vec![
        (
            "draft_started",
            Payload::DraftStarted(v1::DraftStarted {
                command: Some(v1::StartDraft {
                    record_type: "event".into(),
                    body: "KAZ".into(),
                    original_language: "en".into(),
                    content: content(1),
                    fields: vec!["title".into()],
                    source_digest: vec![6; 32],
                    ..v1::StartDraft::default()
                }),
            }),
        ),
        (
            "draft_saved",
            Payload::DraftSaved(v1::DraftSaved {
                command: Some(v1::SaveDraft { content: content(2), fields: vec!["dates".into()] }),
            }),
        ),
        (
            "submitted",
            Payload::Submitted(v1::Submitted {
                command: Some(submit),
                content: content(2),
                record_type: "event".into(),
                body: "KAZ".into(),
                original_language: "en".into(),
                lineage: vec![v1::Author {
                    subject: vec![12; 16],
                    fields: vec!["title".into()],
                    written: raw_place(Origin::Submission, 1),
                }],
                base_edition: Some(1),
                round: 2,
                ..v1::Submitted::default()
            }),
        ),
        (
            "recall_asked",
            Payload::RecallAsked(v1::RecallAsked {
                command: Some(v1::AskRecall {}),
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        ("withdrawn", Payload::Withdrawn(v1::Withdrawn { command: Some(withdraw.clone()) })),
        (
            "withdrawal_asked",
            Payload::WithdrawalAsked(v1::WithdrawalAsked {
                command: Some(withdraw),
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        (
            "revision_opened",
            Payload::RevisionOpened(v1::RevisionOpened {
                command: Some(v1::OpenRevision {}),
                base_edition: 1,
                base_revision: 2,
                base_digest: vec![9; 32],
            }),
        ),
        (
            "retraction_asked",
            Payload::RetractionAsked(v1::RetractionAsked {
                command: Some(v1::AskRetraction { reason: sealed(13) }),
                edition: 1,
            }),
        ),
        ("expired", Payload::Expired(v1::Expired { command: Some(v1::Expire {}) })),
        (
            "submission_refused",
            Payload::SubmissionRefused(v1::SubmissionRefused {
                attempted: Some(v1::submission_refused::Attempted::AskRecall(v1::AskRecall {})),
                refusal: refusal("no-designation"),
            }),
        ),
    ]
}

fn moderation() -> Vec<(&'static str, Payload)> {
    let answer = v1::AnswerRequest { asked: raw_place(Origin::Submission, 5) };
    let approve = v1::Approve {
        digest: vec![9; 32],
        note: sealed(14),
        notices: vec!["kosovo-1244".into()],
        ..v1::Approve::default()
    };
    vec![
        (
            "review_opened",
            Payload::ReviewOpened(v1::ReviewOpened {
                command: Some(v1::OpenReview {
                    submitted: raw_place(Origin::Submission, 3),
                    ..v1::OpenReview::default()
                }),
                revision: 2,
                digest: vec![9; 32],
                record_type: "event".into(),
                body: "KAZ".into(),
                round: 1,
                ..v1::ReviewOpened::default()
            }),
        ),
        ("review_claimed", Payload::ReviewClaimed(claimed())),
        ("review_released", Payload::ReviewReleased(v1::ReviewReleased { command: Some(v1::Release {}) })),
        (
            "comment_made",
            Payload::CommentMade(v1::CommentMade {
                command: Some(v1::Comment {
                    digest: vec![9; 32],
                    field: "location".into(),
                    language: "en".into(),
                    text: sealed(15),
                    ..v1::Comment::default()
                }),
            }),
        ),
        (
            "changes_requested",
            Payload::ChangesRequested(v1::ChangesRequested {
                command: Some(v1::RequestChanges {
                    digest: vec![9; 32],
                    items: vec![v1::RequestedChange {
                        item: 1,
                        field: "location".into(),
                        language: "en".into(),
                        quote: sealed(16),
                        text: sealed(17),
                    }],
                    ..v1::RequestChanges::default()
                }),
                revision: 2,
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        (
            "approved",
            Payload::Approved(v1::Approved {
                command: Some(approve.clone()),
                content: content(2),
                record_type: "event".into(),
                body: "KAZ".into(),
                original_language: "en".into(),
                base_edition: Some(1),
                submitted: raw_place(Origin::Submission, 3),
                steps: steps(),
                what_changed: sealed(4),
                ..v1::Approved::default()
            }),
        ),
        (
            "entry_refused",
            Payload::EntryRefused(v1::EntryRefused {
                command: Some(v1::Refuse { digest: vec![9; 32], code: "out_of_scope".into(), reason: sealed(18) }),
                revision: 2,
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        (
            "recall_granted",
            Payload::RecallGranted(v1::RecallGranted {
                command: Some(answer),
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        (
            "withdrawal_granted",
            Payload::WithdrawalGranted(v1::WithdrawalGranted {
                command: Some(answer),
                submitted: raw_place(Origin::Submission, 3),
            }),
        ),
        (
            "request_too_late",
            Payload::RequestTooLate(v1::RequestTooLate {
                command: Some(answer),
                ended: raw_place(Origin::Moderation, 8),
            }),
        ),
        (
            "designation_granted",
            Payload::DesignationGranted(v1::DesignationGranted {
                command: Some(v1::GrantDesignation {
                    subject: vec![12; 16],
                    role: v1::Role::Contributor.into(),
                    body: "KAZ".into(),
                    record_types: vec!["event".into()],
                    valid_from: 1_767_225_600_000_000,
                    valid_until: Some(1_798_761_600_000_000),
                    note_digest: vec![19; 32],
                    ..v1::GrantDesignation::default()
                }),
            }),
        ),
        (
            "designation_revoked",
            Payload::DesignationRevoked(v1::DesignationRevoked {
                command: Some(v1::RevokeDesignation { designation: vec![20; 16] }),
            }),
        ),
        (
            "registry_adopted",
            Payload::RegistryAdopted(v1::RegistryAdopted {
                command: Some(v1::AdoptRegistry { document: b"{}".to_vec(), digest: vec![21; 32] }),
            }),
        ),
        (
            "moderation_refused",
            Payload::ModerationRefused(v1::ModerationRefused {
                attempted: Some(v1::moderation_refused::Attempted::Approve(approve)),
                refusal: refusal("own-words"),
            }),
        ),
    ]
}

fn claimed() -> v1::ReviewClaimed {
    let mut claimed = v1::ReviewClaimed { command: Some(v1::Claim {}), ..Default::default() };
    claimed.lease_until = 1_767_229_200_000_000;
    claimed
}

fn publication() -> Vec<(&'static str, Payload)> {
    let publish = v1::PublishEdition { approved: raw_place(Origin::Moderation, 8) };
    let retract = v1::RetractEntry { reason: "withdrawn-by-body".into(), explanation: sealed(22) };
    vec![
        (
            "edition_published",
            Payload::EditionPublished(v1::EditionPublished {
                command: Some(publish),
                number: "EVT-2026-00042".into(),
                edition: 2,
                content: content(2),
                record_type: "event".into(),
                body: "KAZ".into(),
                original_language: "en".into(),
                notices: vec!["kosovo-1244".into()],
                steps: steps(),
                what_changed: sealed(4),
                ..v1::EditionPublished::default()
            }),
        ),
        (
            "publication_declined",
            Payload::PublicationDeclined(v1::PublicationDeclined {
                command: Some(publish),
                refusal: refusal("base-outdated"),
            }),
        ),
        ("entry_retracted", Payload::EntryRetracted(v1::EntryRetracted { command: Some(retract.clone()), edition: 2 })),
        (
            "publication_refused",
            Payload::PublicationRefused(v1::PublicationRefused {
                attempted: Some(v1::publication_refused::Attempted::RetractEntry(retract)),
                refusal: refusal("no-designation"),
            }),
        ),
    ]
}

fn audit() -> Vec<(&'static str, Payload)> {
    vec![
        (
            "trail_read",
            Payload::TrailRead(v1::TrailRead {
                command: Some(v1::ReadTrail {
                    scope: v1::read_trail::Scope::Events.into(),
                    from: raw_place(Origin::Publication, 0),
                    count: 50,
                    // Added later, with empty meaning "none": the bytes of the first version stay as they are.
                    ..v1::ReadTrail::default()
                }),
            }),
        ),
        (
            "audit_refused",
            Payload::AuditRefused(v1::AuditRefused {
                attempted: Some(v1::audit_refused::Attempted::ReadTrail(v1::ReadTrail {
                    scope: v1::read_trail::Scope::Content.into(),
                    from: raw_place(Origin::Publication, 0),
                    count: 50,
                    body: "KAZ".into(),
                    record_type: "event".into(),
                    ..v1::ReadTrail::default()
                })),
                refusal: refusal("no-designation"),
            }),
        ),
        (
            "finding_reported",
            Payload::FindingReported(v1::FindingReported {
                command: Some(v1::ReportFinding {
                    kind: v1::report_finding::Kind::NotApproved.into(),
                    at: raw_place(Origin::Publication, 4),
                    expected: vec![23; 32],
                    found: vec![24; 32],
                    code: "own-words".into(),
                    because: raw_place(Origin::Moderation, 3),
                    service: v1::Origin::Publication.into(),
                }),
            }),
        ),
    ]
}

/// An event with every field of the envelope filled.
pub(crate) fn event(payload: Payload) -> Event {
    let head = Head {
        id: EventId([1; 16]),
        place: Place { origin: Origin::Moderation, epoch: 1, sequence: 300 },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: Some(EntryId([2; 16])),
        part_version: 7,
        recorded_at: Micros(1_767_225_600_000_001),
        wall: Micros(1_767_225_600_000_000),
        actor: Actor::Person(SubjectId([3; 16])),
        on_behalf_of: Some("KAZ".parse().unwrap()),
        authority: Some(Authority { designation: DesignationId([4; 16]), granted: place(Origin::Moderation, 2) }),
        command: Some(CommandRef {
            id: CommandId([5; 16]),
            request_digest: Digest([6; 32]),
            index: 0,
            expected_version: Some(6),
        }),
        cause: Some(place(Origin::Submission, 3)),
        rules: 1,
        registry: Some(Digest([7; 32])),
        correlation: Some(EventId([8; 16])),
    };
    Event { head, payload: Some(payload) }
}
