//! `POST /registry`: a registrar puts a registry in force.

use axum::{
    Json,
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_engine::Repeated;
use dossier_identity::Role;
use dossier_proto::v1;
use dossier_registry::{Registry, RegistryBytesError, RegistryChange, changes};
use dossier_web::{
    Answer, Cache, PlaceShown, Problem, ProblemDocument, ProblemKind, extract::IdempotencyKey, limits::ERRORS_MAX,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    App,
    asked::{Asked, Asker},
    designations::check_token,
    errors,
    execute::Errand,
};
use crate::domain::Command;

/// A registry to be put in force.
#[derive(Debug, Clone, Deserialize, Serialize, ToSchema)]
pub(crate) struct AdoptBody {
    /// The whole registry as canonical JSON (RFC 8785), in one text so that its bytes stay as they are: what
    /// `GET /registry` answers, and what `dossier registry adopt` sends.
    pub(crate) document: String,
}

/// A registry that is in force now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Adopted {
    /// SHA-256 of its canonical bytes.
    digest: String,
    /// Its version.
    #[schema(example = "2026-2")]
    version: String,
    /// What it says otherwise than the one before.
    #[schema(value_type = Vec<Object>)]
    changes: Vec<RegistryChange>,
    /// The event; absent when it was in force already.
    #[serde(skip_serializing_if = "Option::is_none")]
    recorded: Option<PlaceShown>,
    /// Whether the command had taken effect before, under the same idempotency key.
    repeated: bool,
}

/// Puts a registry in force. Its bytes travel as an event, and every service uses it as soon as it has read that. Contents
/// submitted before keep what was right then: a term that was retired stays where it stood.
#[utoipa::path(
    post, path = "/review/api/v1/registry", tag = "registry", operation_id = "adoptRegistry", request_body = AdoptBody,
    params(IdempotencyKey),
    responses(
        (status = 200, description = "In force", body = Adopted),
        (status = 403, description = "Only a registrar (recorded)", body = ProblemDocument),
        (status = 413, description = "Larger than fits an event", body = ProblemDocument),
        (status = 422, description = "Not sound: every fault at once", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn adopt(Extracted(app): Extracted<App>, asker: Asker, asked: Asked<AdoptBody>) -> Answer<Response> {
    check_token(&asker.bearer, None)?;
    let may = {
        let (subject, now) = (asker.bearer.subject, app.clock.now());
        app.engine.view().state.designations.entitled(subject, Role::Registrar, None, None, now).is_ok()
    };
    let document = asked.body.document;
    let (registry, changes) = app
        .off_thread(move |desk| {
            let before = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
            let registry = Registry::adoptable(document.as_bytes()).map_err(|error| unfit(&error))?;
            let changes = before.map(|before| changes(&before, &registry)).unwrap_or_default();
            Ok((registry, changes))
        })
        .await?;
    // The refusal of somebody who may not is recorded, and need not keep the whole registry.
    let document = if may { registry.bytes().to_vec() } else { Vec::new() };
    let command = Command::AdoptRegistry(v1::AdoptRegistry { document, digest: registry.digest().to_vec() });
    let sent = json!({"digest": registry.digest().to_string()});
    let errand = Errand { entry: None, command, digest: asked.digest, sent };
    let outcome = app.execute(&asker, errand).await.map_err(|failed| failed.problem)?;
    let adopted = Adopted {
        digest: registry.digest().to_string(),
        version: registry.version().to_owned(),
        changes,
        recorded: outcome.events.first().map(|event| event.head.place.into()),
        repeated: outcome.repeated == Repeated::Yes,
    };
    Ok((Cache::Private, Json(adopted)).into_response())
}

fn unfit(error: &RegistryBytesError) -> Problem {
    let listed: Vec<Value> = match error {
        RegistryBytesError::TooLarge { .. } => {
            return Problem::new(ProblemKind::TooLarge).detail(format!("{error}."));
        }
        RegistryBytesError::Faults(faults) => faults
            .iter()
            .take(ERRORS_MAX)
            .map(|fault| json!({"pointer": "/document", "detail": fault.to_string(), "file": fault.file, "key": fault.key}))
            .collect(),
        error => vec![json!({"pointer": "/document", "detail": error.to_string()})],
    };
    Problem::new(ProblemKind::InvalidRequest).detail(format!("{error}.")).with("errors", listed)
}
