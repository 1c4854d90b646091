//! Why the audit service says no.

use dossier_engine::{Record, Refusal, RefusalFacts};
use dossier_identity::NotEntitledReason;
use dossier_proto::{Event, Payload, Place, v1};

use super::Command;

/// Why a command was refused. Holds what is recorded and no more, so that a repeated request gets the same answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditRefusal {
    /// The caller is no auditor, or not of this body and record type.
    #[error("{}", not_entitled(*.reason, *.because))]
    NotEntitled {
        /// Why no designation covers it.
        reason: NotEntitledReason,
        /// The event to look at.
        because: Option<Place>,
    },
    /// Not for this kind of actor.
    #[error("{0}")]
    WrongActor(&'static str),
    /// An argument is missing or does not fit.
    #[error("{0}")]
    Invalid(&'static str),
}

fn not_entitled(reason: NotEntitledReason, because: Option<Place>) -> String {
    let why = match reason {
        NotEntitledReason::NoDesignation => "Trails are read by auditors, and you are not designated as one.",
        NotEntitledReason::OtherBody => "You are designated as auditor, but not for this body.",
        NotEntitledReason::OtherRecordType => "You are designated as auditor, but not for this type of record.",
        NotEntitledReason::Revoked => "Your designation as auditor was revoked.",
        NotEntitledReason::Ended => "Your designation as auditor has ended.",
        NotEntitledReason::NotYetValid => "Your designation as auditor is not valid yet.",
    };
    match because {
        Some(place) => format!("{why} See the event {place}."),
        None => why.to_owned(),
    }
}

impl Refusal for AuditRefusal {
    fn facts(&self) -> RefusalFacts {
        let (code, because, record) = match self {
            Self::NotEntitled { reason, because } => (reason.code(), *because, Record::Kept),
            Self::WrongActor(_) => ("wrong-actor", None, Record::Not),
            Self::Invalid(_) => ("invalid", None, Record::Not),
        };
        RefusalFacts { code, because, current_digest: None, record }
    }
}

/// The event that records a refusal; `None` for those that are an answer and no more.
pub(super) fn recorded(command: &Command, refusal: &AuditRefusal) -> Option<Payload> {
    let facts = refusal.facts();
    let Command::Read(attempted) = command else { return None };
    if facts.record == Record::Not {
        return None;
    }
    Some(Payload::AuditRefused(v1::AuditRefused {
        attempted: Some(v1::audit_refused::Attempted::ReadTrail(attempted.clone())),
        refusal: Some(v1::Refusal {
            code: facts.code.to_owned(),
            because: facts.because.map(Into::into),
            current_digest: Vec::new(),
        }),
    }))
}

/// Reads a recorded refusal back.
pub(super) fn read(event: &Event) -> Option<AuditRefusal> {
    let Some(Payload::AuditRefused(refused)) = &event.payload else { return None };
    let recorded = refused.refusal.as_ref()?;
    let because = recorded.because.as_ref().map(Place::try_from).transpose().ok()?;
    let reason = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == recorded.code)?;
    Some(AuditRefusal::NotEntitled { reason, because })
}
