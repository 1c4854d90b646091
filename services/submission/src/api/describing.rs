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
        title = "Dossier: contributing",
        description = "Drafts and submission. Every body sees its own entries and nobody else's.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    servers((url = "/contribute/api/v1")),
    security(("token" = [])),
    modifiers(&Token, &Problems),
    paths(
        super::reading::list,
        super::starting::start,
        super::reading::entry,
        super::history::history,
        super::source::source,
        super::saving::save,
        super::files::upload,
        super::files::download,
        super::files::remove,
        super::submitting::submit,
        super::asking::recall,
        super::asking::withdraw,
        super::asking::revise,
        super::asking::ask_retraction,
        super::asking::appeal,
        super::asking::object,
        super::duplicates::duplicates,
        super::clearing::clear,
        super::clearing::give_back,
        super::clearing::clear_retraction,
        super::clearing::return_retraction,
        super::inbox::inbox,
        super::inbox::read,
    ),
    tags(
        (name = "entries", description = "What the caller's bodies write and have written."),
        (name = "inbox", description = "What the caller was told."),
        (name = "files", description = "Files attached to entries."),
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
