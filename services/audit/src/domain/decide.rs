//! The decisions: who may read, and what is a new finding.

use dossier_engine::{Context, Decided, Decision, erasure::NoConfirmation};
use dossier_identity::Role;
use dossier_proto::{Actor, BodyCode, Origin, Payload, Place, v1};
use v1::read_trail::Scope;

use super::{
    AuditRefusal, Command, EVENTS_PER_READING_MAX, FINDINGS_MAX, FindingKind, KnownFinding, State,
    limits::{CODE_BYTES_MAX, EVIDENCE_BYTES_MAX},
};

/// Decides a command; see [`dossier_engine::Decider::decide`].
pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, AuditRefusal> {
    match command {
        Command::Read(command) => read(state, command, context),
        Command::Report(command) => report(state, command, context),
        Command::Settle(command) => settle(state, command, context),
        Command::ConfirmErasure(command) => erased(state, command, context),
    }
}

/// What was ordered to be destroyed is.
fn erased(state: &State, command: &v1::ConfirmErasure, context: &Context) -> Result<Decision, AuditRefusal> {
    let confirmed = dossier_engine::erasure::confirm(&state.erasures, command, context, Origin::Audit, 0);
    confirmed.map_err(|why| match why {
        NoConfirmation::WrongActor => AuditRefusal::WrongActor("A service confirms for itself what it has destroyed."),
        NoConfirmation::NoOrder => AuditRefusal::Invalid("There is no such order."),
    })
}

/// A reading is history before anything is shown. Auditors alone may read: an administrator has no say here.
fn read(state: &State, command: &v1::ReadTrail, context: &Context) -> Result<Decision, AuditRefusal> {
    let person = context.person().ok_or(AuditRefusal::WrongActor("Only a person reads a trail."))?;
    let body = checked(command, context)?;
    let record_type = Some(command.record_type.as_str()).filter(|key| !key.is_empty());
    let authority = state
        .designations
        .entitled(person, Role::Auditor, body.as_ref(), record_type, context.now)
        .map_err(|missing| AuditRefusal::NotEntitled { reason: missing.reason, because: missing.because() })?;
    let payload = Payload::TrailRead(v1::TrailRead { command: Some(command.clone()) });
    Ok(Decision::one(Some(authority), Decided { entry: context.entry, part_version: 0, payload }))
}

/// Whether the reading names what it is about; gives the body of the entry.
fn checked(command: &v1::ReadTrail, context: &Context) -> Result<Option<BodyCode>, AuditRefusal> {
    let of_entry = context.entry.is_some() && !command.body.is_empty() && !command.record_type.is_empty();
    let of_range = context.entry.is_none() && command.body.is_empty() && command.record_type.is_empty();
    match Scope::try_from(command.scope) {
        Ok(Scope::Trail | Scope::Content | Scope::Certificate | Scope::Moment) if of_entry => {}
        Ok(Scope::Trail | Scope::Content | Scope::Certificate | Scope::Moment) => {
            return Err(AuditRefusal::Invalid("A trail is of one entry, with its body and record type."));
        }
        Ok(Scope::Events) if of_range => check_range(command)?,
        Ok(Scope::Events) => return Err(AuditRefusal::Invalid("A range of events is of no single entry.")),
        Ok(Scope::Rights) if of_range => {}
        Ok(Scope::Rights) => return Err(AuditRefusal::Invalid("Designations are of no single entry.")),
        // Of one entry; or of all, where it has to be said of which body and type when the designation is not for all of them.
        Ok(Scope::Search | Scope::Export) if of_entry || context.entry.is_none() => check_question(command)?,
        Ok(Scope::Search | Scope::Export) => {
            return Err(AuditRefusal::Invalid("What is of one entry names its body and record type."));
        }
        Ok(Scope::Unspecified) | Err(_) => return Err(AuditRefusal::Invalid("It has to be said what is read.")),
    }
    match command.body.as_str() {
        "" => Ok(None),
        code => code.parse().map(Some).map_err(|_| AuditRefusal::Invalid("The body is not the code of one.")),
    }
}

/// Ids are ids, or nothing.
fn check_question(command: &v1::ReadTrail) -> Result<(), AuditRefusal> {
    let is_id = |bytes: &[u8]| matches!(bytes.len(), 0 | 16);
    if is_id(&command.subject) && is_id(&command.designation) {
        Ok(())
    } else {
        Err(AuditRefusal::Invalid("A person and a designation are known by 16 bytes."))
    }
}

fn check_range(command: &v1::ReadTrail) -> Result<(), AuditRefusal> {
    if !(1..=EVENTS_PER_READING_MAX).contains(&command.count) {
        return Err(AuditRefusal::Invalid("A reading takes 1 to 200 events."));
    }
    let from = command.from.as_ref().map(Place::try_from);
    if matches!(from, Some(Ok(_))) { Ok(()) } else { Err(AuditRefusal::Invalid("A range begins at a place.")) }
}

/// What does not agree is recorded once, however often it is seen.
fn report(state: &State, command: &v1::ReportFinding, context: &Context) -> Result<Decision, AuditRefusal> {
    if context.actor != Actor::System(Origin::Audit) {
        return Err(AuditRefusal::WrongActor("Findings are reported by the audit service itself."));
    }
    let finding = known(command).ok_or(AuditRefusal::Invalid("A finding has a kind and a place."))?;
    if command.expected.len().max(command.found.len()) > EVIDENCE_BYTES_MAX {
        return Err(AuditRefusal::Invalid("Evidence is a root, a digest, a hash or a size."));
    }
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if command.code.len() > CODE_BYTES_MAX || !command.code.bytes().all(is_code) {
        return Err(AuditRefusal::Invalid("A reason is a code: lower-case letters, digits and dashes."));
    }
    if state.findings.contains(&finding) || state.findings.len() >= FINDINGS_MAX {
        return Ok(Decision::NOTHING);
    }
    let payload = Payload::FindingReported(v1::FindingReported { command: Some(command.clone()) });
    Ok(Decision::one(None, Decided { entry: context.entry, part_version: 0, payload }))
}

/// What passes is settled once, and may be found again later. What does not pass stays open.
fn settle(state: &State, command: &v1::SettleFinding, context: &Context) -> Result<Decision, AuditRefusal> {
    if context.actor != Actor::System(Origin::Audit) {
        return Err(AuditRefusal::WrongActor("Findings are settled by the audit service itself."));
    }
    let finding = command.finding.as_ref().and_then(known);
    let finding = finding.ok_or(AuditRefusal::Invalid("A finding has a kind and a place."))?;
    if !finding.kind.passes() {
        return Err(AuditRefusal::Invalid("What was found there does not pass."));
    }
    if !state.findings.contains(&finding) {
        return Ok(Decision::NOTHING);
    }
    let payload = Payload::FindingSettled(v1::FindingSettled { command: Some(command.clone()) });
    Ok(Decision::one(None, Decided { entry: context.entry, part_version: 0, payload }))
}

/// What makes a finding the same as another.
pub(crate) fn known(command: &v1::ReportFinding) -> Option<KnownFinding> {
    let kind = FindingKind::from_number(command.kind)?;
    let at = Place::try_from(command.at.as_ref()?).ok()?;
    let service = Origin::from_number(command.service);
    Some(KnownFinding { kind, at, found: command.found.clone(), service, code: command.code.clone() })
}
