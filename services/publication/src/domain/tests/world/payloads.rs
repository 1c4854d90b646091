//! What others say and what publishers ask for, in short.

use dossier_identity::Role;
use dossier_proto::{BodyCode, Digest, EntryId, EventId, Micros, Origin, Payload, Place, SubjectId, v1};

use super::START;
use crate::domain::Command;

pub(crate) fn entry(number: u8) -> EntryId {
    EntryId([number; 16])
}

pub(crate) fn kaz() -> BodyCode {
    "KAZ".parse().unwrap()
}

pub(crate) fn sealed(key: u8) -> v1::Sealed {
    v1::Sealed { key_id: vec![key; 16], nonce: vec![key; 24], ciphertext: vec![key; 80] }
}

pub(crate) fn digest(revision: u8) -> Digest {
    Digest([revision; 32])
}

pub(crate) fn approved(record_type: &str, revision: u8, base_edition: Option<u32>) -> Payload {
    Payload::Approved(v1::Approved {
        command: Some(v1::Approve {
            digest: digest(revision).to_vec(),
            note: None,
            notices: vec!["kosovo-1244".to_owned()],
            ..v1::Approve::default()
        }),
        content: Some(v1::Content {
            revision: u32::from(revision),
            digest: digest(revision).to_vec(),
            sealed: Some(sealed(revision)),
            personal: Vec::new(),
            ..v1::Content::default()
        }),
        record_type: record_type.to_owned(),
        body: "KAZ".to_owned(),
        original_language: "en".to_owned(),
        base_edition,
        submitted: Some(Place { origin: Origin::Submission, epoch: 0, sequence: 2 }.into()),
        steps: vec![v1::PublicStep {
            kind: v1::public_step::Kind::Approved.into(),
            place: Some(Place { origin: Origin::Moderation, epoch: 0, sequence: 3 }.into()),
            recorded_at: START.0,
            count: 0,
        }],
        what_changed: Some(sealed(revision)),
        ..v1::Approved::default()
    })
}

/// The same, not to be public before a moment.
pub(crate) fn approved_for(at: Micros, revision: u8, base_edition: Option<u32>) -> Payload {
    let Payload::Approved(approved) = approved("event", revision, base_edition) else { unreachable!("it is one") };
    Payload::Approved(v1::Approved { publish_at: Some(at.0), ..approved })
}

/// An editorial correction of an edition, confirmed.
pub(crate) fn corrected(revision: u8, base_edition: u32) -> Payload {
    Payload::CorrectionConfirmed(v1::CorrectionConfirmed {
        command: Some(v1::ConfirmCorrection { digest: digest(revision).to_vec(), note: None }),
        proposed: Some(Place { origin: Origin::Moderation, epoch: 0, sequence: 4 }.into()),
        base_edition,
        content: Some(v1::Content {
            revision: u32::from(revision),
            digest: digest(revision).to_vec(),
            sealed: Some(sealed(revision)),
            personal: Vec::new(),
            files: Vec::new(),
        }),
        record_type: "event".to_owned(),
        body: "KAZ".to_owned(),
        original_language: "en".to_owned(),
        fields: vec!["title".to_owned()],
        reason: Some(sealed(7)),
        notices: vec!["kosovo-1244".to_owned()],
    })
}

pub(crate) fn retraction(reason: &str) -> Command {
    Command::Retract(v1::RetractEntry { reason: reason.to_owned(), explanation: Some(sealed(9)) })
}

pub(crate) fn suspension(reason: &str) -> Command {
    Command::Suspend(v1::SuspendEntry { reason: reason.to_owned(), explanation: Some(sealed(9)) })
}

pub(crate) fn reinstatement() -> Command {
    Command::Reinstate(v1::ReinstateEntry { explanation: Some(sealed(9)) })
}

pub(crate) fn supersession(by: EntryId, reason: &str) -> Command {
    let (superseded_by, reason) = (by.to_vec(), reason.to_owned());
    Command::Supersede(v1::SupersedeEntry { superseded_by, reason, explanation: Some(sealed(9)) })
}

pub(crate) fn rescheduling(at: Micros) -> Command {
    Command::Reschedule(v1::Reschedule { at: at.0, reason: Some(sealed(9)) })
}

pub(crate) fn granted(subject: SubjectId, role: Role, body: &str, types: &[&str]) -> Payload {
    Payload::DesignationGranted(v1::DesignationGranted {
        command: Some(v1::GrantDesignation {
            subject: subject.to_vec(),
            role: role.number(),
            body: body.to_owned(),
            record_types: types.iter().map(ToString::to_string).collect(),
            valid_from: 0,
            valid_until: None,
            note_digest: Vec::new(),
            ..v1::GrantDesignation::default()
        }),
    })
}

pub(crate) fn revoked(designation: EventId) -> Payload {
    let command = Some(v1::RevokeDesignation { designation: designation.to_vec() });
    Payload::DesignationRevoked(v1::DesignationRevoked { command })
}

pub(crate) fn adopted(document: &str) -> Payload {
    let command = Some(v1::AdoptRegistry { document: document.as_bytes().to_vec(), digest: digest(0xEE).to_vec() });
    Payload::RegistryAdopted(v1::RegistryAdopted { command })
}

pub(crate) fn declining(asked: Option<Place>) -> Command {
    Command::DeclineRetraction(v1::DeclineRetraction { asked: asked.map(Into::into), reason: Some(sealed(11)) })
}

pub(crate) fn retraction_asked(edition: u32) -> Payload {
    Payload::RetractionAsked(v1::RetractionAsked {
        command: Some(v1::AskRetraction { reason: Some(sealed(8)) }),
        edition,
    })
}

pub(crate) fn retraction_cleared(edition: u32) -> Payload {
    let command = Some(v1::ClearRetraction { proposed: None });
    Payload::RetractionCleared(v1::RetractionCleared { command, edition, reason: Some(sealed(8)) })
}
