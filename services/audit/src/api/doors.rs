//! Who may in: every door of this interface goes through here. A reading is recorded, durably, before it is answered.

use dossier_engine::{ExecuteError, Outcome, Refusal as _, Request, command_id, fresh_id};
use dossier_identity::{NotEntitled, Role};
use dossier_proto::{BodyCode, Digest, EntryId, v1};
use dossier_web::{Answer, PlaceShown, Problem, ProblemKind, extract::Bearer};
use http::{HeaderValue, header};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use crate::{
    domain::{AuditRefusal, Command},
    office::Office,
};

/// Seconds after which a caller may try again when the service is busy or starting.
const RETRY_SECONDS: u64 = 2;

/// Whether the caller is an auditor of anything: for what concerns no single entry and nobody's words.
pub(crate) fn auditor(office: &Office, caller: &Bearer) -> Answer<()> {
    let view = office.engine().view();
    let holds = view.state.designations.holds(caller.subject, Role::Auditor, office.now());
    holds.map(|_authority| ()).map_err(|missing| closed(office, &missing))
}

/// Whether the caller is an auditor of entries of this body and type.
pub(crate) fn auditor_of(office: &Office, caller: &Bearer, body: &BodyCode, record_type: &str) -> Answer<()> {
    let view = office.engine().view();
    let designations = &view.state.designations;
    let entitled = designations.entitled(caller.subject, Role::Auditor, Some(body), Some(record_type), office.now());
    entitled.map(|_authority| ()).map_err(|missing| closed(office, &missing))
}

/// Whether the caller is an auditor of every body and type: for what concerns all of them.
pub(crate) fn auditor_of_all(office: &Office, caller: &Bearer) -> Answer<()> {
    bound_to_none(caller)?;
    let view = office.engine().view();
    let entitled = view.state.designations.entitled(caller.subject, Role::Auditor, None, None, office.now());
    entitled.map(|_authority| ()).map_err(|missing| closed(office, &missing))
}

/// A token that is bound to one body reads nothing that concerns all of them.
pub(super) fn bound_to_none(caller: &Bearer) -> Answer<()> {
    match &caller.body {
        Some(body) => Err(Problem::new(ProblemKind::NotEntitled)
            .detail(format!("This token acts for {body} only, and this concerns all bodies."))
            .with("reason", "token-bound-to-another-body")),
        None => Ok(()),
    }
}

/// Nobody is told that they have no right by a service that has not read all rights: one that came back after a loss reads them again.
fn closed(office: &Office, missing: &NotEntitled) -> Problem {
    if office.engine().admits_persons().is_err() {
        return Problem::authority_not_heard();
    }
    not_entitled(&AuditRefusal::NotEntitled { reason: missing.reason, because: missing.because() })
}

/// The same answer whether there is such an entry or not: where the refusal is recorded is not told.
fn not_entitled(refusal: &AuditRefusal) -> Problem {
    let facts = refusal.facts();
    let problem = Problem::new(ProblemKind::NotEntitled)
        .detail(refusal.to_string())
        .with("code", "no-designation")
        .with("reason", facts.code);
    match facts.because {
        Some(because) => problem.with("because", PlaceShown::from(because)),
        None => problem,
    }
}

/// Records that the caller reads this now; durable when it returns. Whoever may not gets a problem, which is recorded too.
pub(crate) async fn record_reading(
    office: &Office,
    caller: &Bearer,
    entry: Option<EntryId>,
    command: v1::ReadTrail,
) -> Answer<Outcome> {
    let fresh = fresh_id();
    let request = Request {
        // Each reading is one of its own: it is never answered from what was recorded for another.
        command_id: command_id(caller.subject.as_bytes(), &fresh.0),
        request_digest: Digest(Sha256::digest(command.encode_to_vec()).into()),
        command: Command::Read(command),
        entry,
        actor: caller.caller(),
        on_behalf_of: None,
        fresh,
        expected_version: None,
        correlation: None,
    };
    office.engine().execute(request).await.map_err(|error| failed(&error))
}

fn failed(error: &ExecuteError<AuditRefusal>) -> Problem {
    match error {
        ExecuteError::Refused { refusal: AuditRefusal::Invalid(why) | AuditRefusal::WrongActor(why), .. } => {
            Problem::new(ProblemKind::InvalidRequest).detail(*why)
        }
        ExecuteError::Refused { refusal, .. } => not_entitled(refusal),
        ExecuteError::AuthorityNotHeard => Problem::authority_not_heard(),
        ExecuteError::Busy | ExecuteError::Stopped => Problem::new(ProblemKind::Unavailable)
            .detail("The reading could not be recorded, so nothing was read. Ask again.")
            .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS)),
        ExecuteError::KeyReused | ExecuteError::TooLarge { .. } => Problem::internal(error),
    }
}
