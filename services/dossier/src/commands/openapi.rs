//! `dossier openapi`: the OpenAPI 3.1 description of a service, as it is served at `<prefix>/api/v1/openapi.json`.

use dossier_proto::Origin;

use crate::{Exit, Failure, cli::Openapi, output::line};

pub(super) fn run(openapi: &Openapi) -> Result<(), Failure> {
    let description = match openapi.service {
        Origin::Submission => dossier_submission::api::openapi(),
        Origin::Moderation => dossier_moderation::api::openapi(),
        Origin::Publication => dossier_publication::openapi(),
        Origin::Audit => dossier_audit::api::openapi(),
    };
    let text = serde_json::to_string_pretty(&description)
        .map_err(|error| Failure::new(Exit::Failed, format!("the description cannot be written as JSON: {error}")))?;
    line(&text);
    Ok(())
}
