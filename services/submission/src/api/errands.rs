//! From a request to a decision: idempotency, the engine, and the entry as it is afterwards.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use dossier_engine::{ExecuteError, Outcome, Request, fresh_id, name_command};
use dossier_proto::{BodyCode, CommandId, Digest, EntryId, EventId};
use dossier_web::{
    Answer, Cache, Part, Tag,
    extract::{Bearer, IdempotencyKey},
};
use http::{StatusCode, header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::{assembling, off_thread};
use crate::{
    domain::{Command, Refusal},
    office::Office,
};

/// Who asks, and what makes a repeat of the request a repeat.
pub(super) struct Asking {
    pub(super) caller: Bearer,
    command_id: CommandId,
    request_digest: Digest,
}

/// What is asked of the engine.
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
}

impl Asking {
    /// `path` is the address below the prefix; `body` what was read from the request.
    pub(super) fn new(caller: Bearer, key: IdempotencyKey, method: &str, path: &str, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("what was read from JSON can be written as JSON");
        let mut hash = Sha256::new();
        for part in [method.as_bytes(), path.as_bytes(), &body] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let key = key.0.map(String::into_bytes);
        let (command_id, request_digest) =
            name_command(caller.subject.as_bytes(), key.as_deref(), &Digest(hash.finalize().into()));
        Self { caller, command_id, request_digest }
    }

    /// Has the errand decided.
    pub(super) async fn execute(&self, office: &Office, errand: Errand) -> Result<Outcome, ExecuteError<Refusal>> {
        let request = Request {
            command: errand.command,
            entry: errand.entry,
            actor: self.caller.caller(),
            on_behalf_of: errand.on_behalf_of,
            fresh: errand.fresh,
            expected_version: errand.expected_version,
            command_id: self.command_id,
            request_digest: self.request_digest,
            correlation: None,
        };
        dossier_web::observe::record_command(&request.command_id);
        office.engine().execute(request).await
    }
}

/// The answer to a write: the entry as it is now, with its ETag.
pub(super) async fn answer(office: &Office, id: EntryId, status: StatusCode) -> Answer<Response> {
    let office = office.clone();
    let document = off_thread(move || assembling::of_entry(&office, id)).await?;
    let etag = Tag::Version(Part::Draft, document.version).header_value();
    Ok((status, Cache::Private, [(header::ETAG, etag)], Json(document)).into_response())
}
