//! The OpenAPI document, from the handlers themselves.

use axum::{Json, extract::State, response::Response};
use dossier_web::{Cache, Tag, conditional, describing::Problems};
use http::HeaderMap;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        Server,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::App;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dossier: publication",
        description = "Published entries, their editions, tombstones.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        super::list::list,
        super::export::export,
        super::entries::entry,
        super::entries::editions,
        super::entries::edition,
        super::files::download,
        super::retract::retract,
        super::suspend::suspend,
        super::suspend::reinstate,
        super::supersede::supersede,
        super::scheduled::list,
        super::scheduled::reschedule,
        super::scheduled::publish,
        super::requests::list,
        super::requests::decline,
    ),
    tags(
        (name = "entries", description = "What was published"),
        (name = "schedule", description = "For publishers: editions that wait for their time"),
        (name = "retraction", description = "For publishers: what bodies ask to have taken back"),
    ),
    modifiers(&Bearer, &Problems),
)]
struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// The OpenAPI 3.1 document of this service.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document, with the address of this installation.
pub(super) async fn document(State(app): State<App>, headers: HeaderMap) -> Response {
    let mut document = openapi();
    document.servers = Some(vec![Server::new(app.site.base_url.clone())]);
    let tag = Tag::of_bytes(&serde_json::to_vec(&document).unwrap_or_default());
    conditional::answer(&headers, &tag, Cache::PublicJson, || Json(document))
}
