//! From a request to a decision: idempotency, the engine, and the entry as it is afterwards.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use dossier_engine::{ExecuteError, Outcome, Record, Request, foresee, fresh_id, name_command};
use dossier_proto::{BodyCode, CommandId, Digest, EntryId, EventId};
use dossier_web::{
    Answer, Cache, Part, Tag, digest_of_request,
    extract::{Bearer, IdempotencyKey},
};
use http::{StatusCode, header};
use serde::Serialize;

use super::{assembling, callers, off_thread, past::Scene, refusals};
use crate::{
    domain::{Command, Refusal, Submission, facts},
    office::Office,
};

/// Who asks, and what makes a repeat of the request a repeat.
pub(super) struct Asking {
    pub(super) caller: Bearer,
    name: Name,
    command_id: CommandId,
    request_digest: Digest,
}

/// Where the name of the command comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// The caller gave an idempotency key: it may come again.
    Given,
    /// It was made up here, and nobody else knows it.
    MadeUp,
}

/// What is asked of the engine.
#[derive(Clone)]
pub(super) struct Errand {
    pub(super) command: Command,
    pub(super) entry: Option<EntryId>,
    pub(super) on_behalf_of: Option<BodyCode>,
    pub(super) fresh: EventId,
    pub(super) expected_version: Option<u64>,
}

impl Errand {
    /// A command about an entry.
    pub(super) fn on(entry: EntryId, command: Command, expected_version: Option<u64>) -> Self {
        Self { command, entry: Some(entry), on_behalf_of: None, fresh: fresh_id(), expected_version }
    }

    /// A command about no entry.
    pub(super) fn of_nobody(command: Command) -> Self {
        Self { command, entry: None, on_behalf_of: None, fresh: fresh_id(), expected_version: None }
    }

    /// The same, in the name of a body.
    pub(super) fn in_the_name_of(self, body: Option<BodyCode>) -> Self {
        Self { on_behalf_of: body, ..self }
    }
}

impl Asking {
    /// `path` is the address below the prefix; `body` what was read from the request.
    pub(super) fn new(caller: Bearer, key: IdempotencyKey, method: &str, path: &str, body: &impl Serialize) -> Self {
        let key = key.0.map(String::into_bytes);
        let name = if key.is_some() { Name::Given } else { Name::MadeUp };
        let (command_id, request_digest) =
            name_command(caller.subject.as_bytes(), key.as_deref(), &digest_of_request(method, path, body));
        Self { caller, name, command_id, request_digest }
    }

    /// What was recorded of the same request when it took effect before, for a caller who still sees the entry. To be asked
    /// before words are sealed: a repeat is answered from what was recorded, and needs no keys.
    ///
    /// # Errors
    /// The refusal that was recorded; another request under the same key; 404 when the caller sees the entry no more; 503 when
    /// nobody's command would be decided now.
    pub(super) async fn before(&self, office: &Office) -> Answer<Option<(EntryId, Outcome)>> {
        let before = match self.name {
            Name::Given => office.engine().answered(self.command_id, self.request_digest).await,
            Name::MadeUp => Ok(None),
        };
        let Some(outcome) = before.map_err(|error| refusals::failed(&error))? else {
            office.engine().admits_persons().map_err(|error| refusals::failed(&error))?;
            return Ok(None);
        };
        let Some(id) = outcome.events.first().and_then(|event| event.head.entry) else { return Ok(None) };
        callers::visible(&office.engine().view(), &self.caller, id, office.now())?;
        dossier_web::observe::record_command(&self.command_id);
        Ok(Some((id, outcome)))
    }

    /// What the engine would refuse without a record of it, as things stand. To be asked before words are sealed, with
    /// placeholders where they will be.
    pub(super) fn foresee(&self, office: &Office, errand: &Errand) -> Result<(), Refusal> {
        let entries = office.engine().view();
        let foreseen = foresee::<Submission>(entries.state(), &self.request(errand.clone()), office.now());
        foreseen.or_else(|refusal| if facts(&refusal).record == Record::Not { Err(refusal) } else { Ok(()) })
    }

    /// Has the errand decided.
    pub(super) async fn execute(&self, office: &Office, errand: Errand) -> Result<Outcome, ExecuteError<Refusal>> {
        dossier_web::observe::record_command(&self.command_id);
        office.engine().execute(self.request(errand)).await
    }

    fn request(&self, errand: Errand) -> Request<Command> {
        Request {
            command: errand.command,
            entry: errand.entry,
            actor: self.caller.caller(),
            on_behalf_of: errand.on_behalf_of,
            fresh: errand.fresh,
            expected_version: errand.expected_version,
            command_id: self.command_id,
            request_digest: self.request_digest,
            correlation: None,
        }
    }
}

/// The answer to a write: the entry as it is now, with its ETag.
pub(super) async fn answer(office: &Office, id: EntryId, status: StatusCode) -> Answer<Response> {
    let office = office.clone();
    let document = off_thread(move || assembling::of_entry(&office, id, &Scene::Now)).await?;
    let etag = Tag::Version(Part::Draft, document.version).header_value();
    Ok((status, Cache::Private, [(header::ETAG, etag)], Json(document)).into_response())
}
