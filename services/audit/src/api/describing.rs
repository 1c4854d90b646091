//! The interface described for programs: OpenAPI 3.1, generated from the code.

use dossier_web::describing::Problems;
use utoipa::{
    Modify, OpenApi,
    openapi::{
        self,
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dossier: audit",
        description = "Who did what, when, under which authority, and whether it all agrees. Every reading is recorded.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/audit/api/v1")),
    security(("token" = [])),
    modifiers(&Token, &Problems),
    paths(
        super::trails::trail,
        super::search::search,
        super::certificates::of_entry,
        super::moments::moment,
        super::moments::difference,
        super::events::events,
        super::checkpoints::all,
        super::checkpoints::one,
        super::key_turns::turns,
        super::receipts::receipt,
        super::receipts::verifier_keys,
        super::state::state,
        super::findings::findings,
        super::figures::figures,
        super::readings::readings,
    ),
    tags(
        (name = "trails", description = "What happened to an entry, and who looked at it."),
        (name = "journals", description = "The journals as they are."),
        (name = "checkpoints", description = "What each service has signed; for everybody."),
        (name = "findings", description = "What does not agree."),
        (name = "figures", description = "How long things take, and how often they are refused."),
    ),
)]
struct Description;

/// Callers send `Authorization: Bearer <token>`.
struct Token;

impl Modify for Token {
    fn modify(&self, openapi: &mut openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The description of the interface.
pub fn openapi() -> openapi::OpenApi {
    Description::openapi()
}
