//! Certificates of registration: `GET /audit/certificates/{number}/{edition}` for everybody, `GET /entries/{id}/certificate` for auditors.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::v1;
use dossier_web::{
    Answer, Cache, ProblemDocument, Tag, conditional,
    extract::{Bearer, StrictPath, StrictQuery},
    page::Paper,
};
use http::HeaderMap;
use serde::Deserialize;

use super::{asked, doors, off_thread, receipts::problem, trails::admitted};
use crate::{
    certificate::{Reader, draw, gather},
    office::Office,
};

/// The certificate of an edition, for everybody: a page. It tells what the receipt proves.
pub(super) async fn public(
    State(office): State<Office>,
    StrictPath((name, edition)): StrictPath<(String, u32)>,
    paper: Paper,
    headers: HeaderMap,
) -> Answer<Response> {
    off_thread(move || {
        let facts = gather(&office, &name, edition, Reader::Public).map_err(|error| problem(&error, &name))?;
        let page = draw(&facts, office.site(), &paper)?;
        let tag = Tag::of_bytes(page.as_str().as_bytes());
        Ok(conditional::answer(&headers, &tag, paper.cache(), || page.into_response()))
    })
    .await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct CertificateQuery {
    /// Which edition, from 1.
    #[param(minimum = 1, required = true)]
    edition: Option<u32>,
}

/// The certificate of an edition, for auditors
///
/// A page to be printed: what the public certificate at /audit/certificates/NUMBER/EDITION tells, and who acted under which designation.
/// In the language of the request. The reading is recorded before it is answered.
#[utoipa::path(
    get,
    path = "/entries/{id}/certificate",
    tag = "trails", operation_id = "getCertificate",
    params(("id" = String, Path, description = "The entry's id, or its public number"), CertificateQuery),
    responses(
        (status = 200, description = "The certificate", body = String, content_type = "text/html"),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of this entry", body = ProblemDocument),
        (status = 404, description = "There is no such entry or edition", body = ProblemDocument),
        (status = 503, description = "The logs are not signed so far yet", body = ProblemDocument),
    )
)]
pub(super) async fn of_entry(
    State(office): State<Office>,
    caller: Bearer,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<CertificateQuery>,
    paper: Paper,
) -> Answer<Response> {
    let (entry, facts) = admitted(&office, &caller, named.clone()).await?;
    // Whoever may not read it is told that first, and not what is missing.
    let Some(edition) = query.edition else {
        doors::auditor_of(&office, &caller, &facts.body, &facts.record_type)?;
        return Err(asked::unfit("edition", "It has to be said which edition, from 1"));
    };
    let command = v1::ReadTrail {
        scope: v1::read_trail::Scope::Certificate.into(),
        body: facts.body.to_string(),
        record_type: facts.record_type,
        edition,
        ..v1::ReadTrail::default()
    };
    doors::record_reading(&office, &caller, Some(entry), command).await?;
    off_thread(move || {
        let facts = gather(&office, &named, edition, Reader::Auditor).map_err(|error| problem(&error, &named))?;
        let page = draw(&facts, office.site(), &paper)?;
        Ok((Cache::Private, page).into_response())
    })
    .await
}
