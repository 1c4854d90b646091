//! Taking an entry back.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, State},
    response::{IntoResponse, Response},
};
use dossier_engine::{ExecuteError, Record, Refusal as _, Request, foresee, fresh_id, name_command};
use dossier_identity::Role;
use dossier_proto::{CommandId, Digest, v1};
use dossier_registry::says_something;
use dossier_web::{
    Answer, Cache, Part, Problem, ProblemDocument, ProblemKind, digest_of_request,
    extract::{Bearer, FieldError, IdempotencyKey, IfMatch, StrictJson, StrictPath},
};
use http::{StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    App,
    document::{TombstoneDocument, tag_of},
    entries::{known, tombstone_document},
    errors,
};
use crate::{
    domain::{Command, Publication},
    off_thread,
    reading::Known,
};

/// Characters of a public explanation: two pages. It is read on a tombstone, not studied.
const EXPLANATION_CHARACTERS_MAX: usize = 4_000;

/// Why an entry is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(super) struct RetractBody {
    /// A reason of the registry.
    #[schema(example = "factual_error")]
    reason: String,
    /// What the public reads in place of the entry.
    #[schema(example = "The event described here did not take place.")]
    explanation: String,
}

/// Takes an entry back for good. A tombstone stays in its place; the number is never given again.
///
/// Needs a designation as publisher for the body and the type. `If-Match: "e2"` makes sure that nothing was published since it was
/// read.
#[utoipa::path(
    post, path = "/api/v1/entries/{name}/retract", tag = "entries", operation_id = "retractEntry",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("If-Match" = Option<String>, Header, description = "The ETag that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "A repeat under the same key takes effect once"),
    ),
    request_body = RetractBody,
    responses(
        (status = 200, description = "It is retracted: the tombstone", body = TombstoneDocument,
            headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "It was retracted before", body = ProblemDocument),
        (status = 412, description = "Something was published since it was read", body = ProblemDocument),
        (status = 422, description = "The reason is none of the registry, or the explanation is missing or too long",
            body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn retract(State(app): State<App>, asked: Asked) -> Answer<Response> {
    let before = known(&app, &asked.name)?;
    asked.bearer.check_body(&before.entry.body)?;
    let (command_id, request_digest) = asked.named();
    // What took effect before is answered from what was recorded: nothing is sealed for it again.
    let repeated = match asked.key.0 {
        Some(_) => app.engine().answered(command_id, request_digest).await.map_err(errors::of_execution)?.is_some(),
        None => false,
    };
    if !repeated {
        app.engine().admits_persons().map_err(errors::of_execution)?;
        let expected_version = match asked.if_match.optional(Part::Edition) {
            Some(expected) => Some(expected.for_command(Part::Edition, before.entry.version())?),
            None => None,
        };
        let explanation = checked(&asked.body.explanation)?;
        let request = Request {
            command: Command::Retract(v1::RetractEntry::default()),
            entry: Some(before.id),
            actor: asked.bearer.caller(),
            on_behalf_of: None,
            fresh: fresh_id(),
            expected_version,
            command_id,
            request_digest,
            correlation: None,
        };
        let request = in_words(&app, &asked, &before, explanation, request).await?;
        dossier_web::observe::record_command(&request.command_id);
        app.engine().execute(request).await.map_err(errors::of_execution)?;
    }
    off_thread(move || {
        let after = known(&app, &asked.name)?;
        let document = tombstone_document(&app, &after)?;
        let tag = [(header::ETAG, tag_of(&after).header_value())];
        Ok((StatusCode::OK, Cache::Private, tag, Json(document)).into_response())
    })
    .await
}

/// The request with its words, sealed. A refused attempt is recorded for everybody to read: of a caller who may not retract it
/// holds nothing that was typed. No key is made for it, nor for what would be refused without a record.
async fn in_words(
    app: &App,
    asked: &Asked,
    known: &Known,
    explanation: String,
    request: Request<Command>,
) -> Answer<Request<Command>> {
    let retract = |explanation| {
        let command = v1::RetractEntry { reason: asked.body.reason.clone(), explanation: Some(explanation) };
        Request { command: Command::Retract(command), ..request.clone() }
    };
    {
        let view = app.engine().view();
        let entry = &known.entry;
        let (subject, now) = (asked.bearer.subject, app.clock.now());
        let (body, record_type) = (Some(&entry.body), Some(entry.record_type.as_str()));
        if view.state().designations.entitled(subject, Role::Publisher, body, record_type, now).is_err() {
            return Ok(request);
        }
        let foreseen = foresee::<Publication>(view.state(), &retract(v1::Sealed::default()), now);
        if let Err(refusal) = foreseen
            && refusal.facts().record == Record::Not
        {
            return Err(errors::of_execution(ExecuteError::Refused { refusal, recorded: None }));
        }
    }
    let (sealing, id) = (app.clone(), known.id);
    let sealed = off_thread(move || {
        sealing.reading.words.seal_explanation(id, &explanation).map_err(|error| Problem::internal(&error))
    });
    Ok(retract(sealed.await?))
}

/// The explanation, if people can read it and it is not too long.
fn checked(explanation: &str) -> Answer<String> {
    let text = explanation.trim();
    let wrong = |detail: String| {
        let error = FieldError { pointer: "/explanation".to_owned(), detail };
        FieldError::problem(ProblemKind::InvalidRequest, &[error]).with("code", "faults")
    };
    if !says_something(text) {
        return Err(wrong("say in a few sentences, for the public, why the entry is taken back".to_owned()));
    }
    let length = text.chars().count();
    if length > EXPLANATION_CHARACTERS_MAX {
        return Err(wrong(format!("it has {length} characters; at most {EXPLANATION_CHARACTERS_MAX} fit")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(wrong("it holds control characters; write plain text".to_owned()));
    }
    Ok(text.to_owned())
}

impl Asked {
    fn named(&self) -> (CommandId, Digest) {
        let key = self.key.0.as_deref().map(str::as_bytes);
        name_command(self.bearer.subject.as_bytes(), key, &self.digest)
    }
}

/// A request to retract, with everything it says.
pub(super) struct Asked {
    bearer: Bearer,
    key: IdempotencyKey,
    if_match: IfMatch,
    name: String,
    body: RetractBody,
    digest: Digest,
}

impl FromRequest<App> for Asked {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, content) = request.into_parts();
        let bearer = Bearer::from_request_parts(&mut parts, app).await?;
        let key = IdempotencyKey::from_request_parts(&mut parts, app).await?;
        let if_match = IfMatch::from_request_parts(&mut parts, app).await?;
        let StrictPath(name) = StrictPath::<String>::from_request_parts(&mut parts, app).await?;
        let Parts { method, uri, .. } = parts.clone();
        let StrictJson(body) =
            StrictJson::<RetractBody>::from_request(axum::extract::Request::from_parts(parts, content), app).await?;
        let digest = digest_of_request(method.as_str(), uri.path(), &body);
        Ok(Self { bearer, key, if_match, name, body, digest })
    }
}
