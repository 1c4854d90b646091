//! `GET /openapi.json`: this interface, described by the code that answers it.

use std::sync::LazyLock;

use axum::response::IntoResponse;
use dossier_web::{Cache, describing::Problems};
use http::header;
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use super::{
    acts, adopting, corrections, designations, entering, erasures, files, holding, in_force, inbox, invited, inviting,
    one_review, opinions, own_account, queue, tracking,
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Dossier: review",
        description = "Reviews and decisions, designations, the registry in force. Decisions name the digest they judged.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    paths(
        queue::list,
        queue::counts,
        queue::difference,
        one_review::read,
        files::download,
        acts::claim,
        acts::release,
        acts::comment,
        acts::request_changes,
        acts::approve,
        acts::refuse,
        opinions::object,
        opinions::declare_conflict,
        holding::hold,
        holding::resume,
        holding::assign,
        tracking::settle,
        tracking::finish,
        tracking::mark_duplicate,
        corrections::propose,
        corrections::confirm,
        corrections::reject,
        designations::list,
        designations::grant,
        designations::revoke,
        erasures::order,
        erasures::list,
        inviting::invite,
        inviting::again,
        inviting::withdraw,
        invited::list,
        entering::welcome,
        entering::sign_in,
        entering::sign_out,
        entering::sign_out_everywhere,
        entering::ask_reset,
        entering::complete_reset,
        own_account::read,
        own_account::change,
        own_account::change_password,
        inbox::inbox,
        inbox::read,
        in_force::read,
        adopting::adopt,
    ),
    tags(
        (name = "reviews", description = "The queue, and what people do at a review"),
        (name = "designations", description = "Who may do what"),
        (name = "erasures", description = "Words that are destroyed wherever they are, persons who are forgotten, and who has confirmed it"),
        (name = "people", description = "Coming in: invitations, passwords, sessions, one's own account"),
        (name = "inbox", description = "What the caller was told"),
        (name = "registry", description = "Record types, vocabularies, notices and codes in force"),
    ),
    modifiers(&Bearer, &Problems)
)]
struct Description;

/// How callers say who they are.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, description: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        description.components.get_or_insert_default().add_security_scheme("bearer", scheme);
    }
}

/// The OpenAPI 3.1 description of this interface.
pub fn openapi() -> utoipa::openapi::OpenApi {
    Description::openapi()
}

/// The description, as text, made once.
static TEXT: LazyLock<String> =
    LazyLock::new(|| openapi().to_pretty_json().expect("the description is made of strings and numbers"));

pub(crate) async fn document() -> impl IntoResponse {
    (Cache::PublicJson, [(header::CONTENT_TYPE, "application/json")], TEXT.as_str())
}
