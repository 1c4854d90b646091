//! `GET /registry`: the registry in force, which is public.

use axum::{
    extract::State as Extracted,
    response::{IntoResponse, Response},
};
use dossier_web::{
    Answer, Cache, Problem, ProblemDocument, ProblemKind, Tag,
    as_of::{AsOfQuery, Moment},
    conditional,
    extract::StrictQuery,
};
use http::{HeaderMap, header};

use super::{
    App,
    scene::{Of, Scene},
};

/// The registry in force, as the canonical bytes that its digest names.
///
/// With `as_of` the one that was in force then in this service, which adopts it; the other services hear of it a moment later.
#[utoipa::path(
    get, path = "/review/api/v1/registry", tag = "registry", operation_id = "getRegistry", params(AsOfQuery),
    responses(
        (status = 200, description = "Canonical JSON (RFC 8785); the ETag is its SHA-256", body = Object),
        (status = 404, description = "None was adopted yet", body = ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = ProblemDocument),
    )
)]
pub(crate) async fn read(
    Extracted(app): Extracted<App>,
    StrictQuery(query): StrictQuery<AsOfQuery>,
    headers: HeaderMap,
) -> Answer<Response> {
    let scene = Scene::at(&app, Of::Rules, query.as_of.clone().map(Moment::as_of).as_ref()).await?;
    let registry = app.off_thread(move |desk| scene.registry(desk));
    let registry = registry.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let tag = Tag::Other(registry.digest().to_string());
    Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || {
        ([(header::CONTENT_TYPE, "application/json")], registry.bytes().to_vec()).into_response()
    }))
}
