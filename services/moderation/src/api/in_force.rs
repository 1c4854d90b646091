//! `GET /registry`: the registry in force, which is public.

use axum::{
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_web::{Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag, conditional};
use http::{HeaderMap, header};

use super::{App, errors};

/// The registry in force, as the canonical bytes that its digest names.
#[utoipa::path(
    get, path = "/review/api/v1/registry", tag = "registry", operation_id = "getRegistry",
    responses(
        (status = 200, description = "Canonical JSON (RFC 8785); the ETag is its SHA-256", body = Object),
        (status = 404, description = "None was adopted yet", body = ProblemDocument),
    )
)]
pub(crate) async fn read(Extracted(app): Extracted<App>, headers: HeaderMap) -> Answer<Response> {
    let registry = app.off_thread(|desk| desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error)));
    let registry = registry.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let tag = Tag::Other(registry.digest().to_string());
    Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || {
        ([(header::CONTENT_TYPE, "application/json")], registry.bytes().to_vec()).into_response()
    }))
}
