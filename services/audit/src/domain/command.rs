//! What can be asked of the audit service.

use dossier_proto::{Event, Payload, v1};

/// A command with all its arguments, as the event it leads to holds them.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Read a trail, a range of events, or the words of an entry. Of auditors.
    Read(v1::ReadTrail),
    /// Something does not agree. Of the system alone.
    Report(v1::ReportFinding),
    /// What a finding said lasts no longer. Of the system alone.
    Settle(v1::SettleFinding),
    /// This service has destroyed what was ordered. Of the system alone.
    ConfirmErasure(v1::ConfirmErasure),
}

impl Command {
    /// The command whose first event this is; `None` when it opens none of ours.
    pub(super) fn of(first: &Event) -> Option<Self> {
        Some(match first.payload.as_ref()? {
            Payload::TrailRead(event) => Self::Read(event.command.clone()?),
            Payload::FindingReported(event) => Self::Report(event.command.clone()?),
            Payload::FindingSettled(event) => Self::Settle(event.command.clone()?),
            Payload::ErasureConfirmed(event) => Self::ConfirmErasure(event.command.clone()?),
            Payload::AuditRefused(event) => match event.attempted.clone()? {
                v1::audit_refused::Attempted::ReadTrail(command) => Self::Read(command),
            },
            _ => return None,
        })
    }
}
