//! Keys that change, words that are destroyed, findings that last no longer.

use dossier_proto::{Origin, Payload, v1};

use super::{raw_place, sealed};

pub(super) fn payloads() -> Vec<(&'static str, Payload)> {
    let order = v1::OrderErasure {
        scope: v1::order_erasure::Scope::Content.into(),
        subject: vec![12; 16],
        digests: vec![vec![48; 32], vec![49; 32]],
        reason: "never-public".into(),
        note: sealed(50),
    };
    let finding = v1::ReportFinding {
        kind: v1::report_finding::Kind::ErasureUnconfirmed.into(),
        at: raw_place(Origin::Moderation, 21),
        expected: Vec::new(),
        found: vec![51; 8],
        ..v1::ReportFinding::default()
    };
    vec![
        (
            "key_rotated",
            Payload::KeyRotated(v1::KeyRotated {
                former: "dossier/submission+0a1b2c3d+former".into(),
                verifier: "dossier/submission+1a2b3c4d+next".into(),
            }),
        ),
        (
            "erasure_ordered",
            Payload::ErasureOrdered(v1::ErasureOrdered {
                command: Some(order),
                body: "KEN".into(),
                record_type: "practice".into(),
                // Added later; one without it is written as before.
                standing: Vec::new(),
            }),
        ),
        (
            "erasure_confirmed",
            Payload::ErasureConfirmed(v1::ErasureConfirmed {
                // What is kept was added later; a confirmation without it is written as before.
                command: Some(v1::ConfirmErasure {
                    order: raw_place(Origin::Moderation, 21),
                    destroyed: 3,
                    kept: Vec::new(),
                }),
            }),
        ),
        (
            "finding_settled",
            Payload::FindingSettled(v1::FindingSettled { command: Some(v1::SettleFinding { finding: Some(finding) }) }),
        ),
    ]
}
