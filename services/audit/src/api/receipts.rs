//! `GET /audit/receipts/{number}/{edition}`: the proof that goes with a published edition, for everybody.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_web::{Answer, Cache, Problem, ProblemKind, Tag, conditional, extract::StrictPath, off_thread};
use http::{HeaderMap, HeaderValue, header};

use crate::{
    office::Office,
    published::published,
    receipts::{NoReceipt, make},
};

/// Seconds after which a receipt that cannot be made yet may be: checkpoints are looked at four times a second.
const RETRY_SECONDS: u64 = 2;

/// The receipt of an edition
///
/// Its text with the salt of its digest, and the proof that it was submitted, approved and published: verified offline with `dossier verify`, or with
/// any program that knows RFC 6962 and the C2SP formats. For everybody, while the entry is public.
#[utoipa::path(
    get,
    path = "/receipts/{name}/{edition}",
    tag = "checkpoints", operation_id = "getReceipt",
    security(()),
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        ("edition" = u32, Path, description = "Which edition, from 1"),
    ),
    responses(
        (status = 200, description = "The receipt", body = Object, content_type = "application/json"),
        (status = 404, description = "No such edition was published", body = dossier_web::ProblemDocument),
        (status = 410, description = "The public does not read the entry now, or its text was erased", body = dossier_web::ProblemDocument),
        (status = 503, description = "The logs are not signed so far yet", body = dossier_web::ProblemDocument),
    )
)]
pub(super) async fn receipt(
    State(office): State<Office>,
    StrictPath((name, edition)): StrictPath<(String, u32)>,
    headers: HeaderMap,
) -> Answer<Response> {
    off_thread(move || {
        let receipt = make(&office, &name, edition).map_err(|error| problem(&error, &name))?;
        let text = receipt.to_text();
        let tag = Tag::of_bytes(text.as_bytes());
        // A number that we gave: letters, digits and dashes.
        let saved_as = format!("attachment; filename=\"{}-{edition}.receipt.json\"", receipt.number);
        let described =
            [(header::CONTENT_TYPE, "application/json".to_owned()), (header::CONTENT_DISPOSITION, saved_as)];
        Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || (described, text).into_response()))
    })
    .await
}

/// What the services sign with
///
/// The keys that receipts and checkpoints rest on, a line each, in one file; the line before a key says what it signs and from where to where, former
/// keys first.
#[utoipa::path(
    get,
    path = "/verifier-keys.txt",
    tag = "checkpoints", operation_id = "getVerifierKeys",
    security(()),
    responses((status = 200, description = "The keys", content_type = "text/plain", body = String))
)]
pub(super) async fn verifier_keys(State(office): State<Office>) -> Answer<Response> {
    let keys = off_thread(move || Ok::<_, Problem>(published(&office))).await?;
    let text = format!(
        "# What this installation signs with (C2SP verifier keys): each service its own log, the audit service what it compared, witnesses what\n\
         # they saw. The line before a key says which checkpoints it signs, EPOCH/SIZE, or which seconds.\n{keys}"
    );
    Ok((Cache::PublicJson, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

pub(super) fn problem(error: &NoReceipt, name: &str) -> Problem {
    match error {
        NoReceipt::NotThere => Problem::new(ProblemKind::NotFound),
        NoReceipt::Withheld => Problem::new(ProblemKind::Gone)
            .detail(format!("The public does not read this entry now; /entries/{name} says why. Receipts that were given out still verify."))
            .with("code", "withheld"),
        NoReceipt::Erased => Problem::new(ProblemKind::Gone)
            .detail("The text of this edition was erased. Receipts that were given out still verify.")
            .with("code", "erased"),
        NoReceipt::NotYet => Problem::new(ProblemKind::Unavailable)
            .detail("The logs that hold it are not signed and compared so far yet. Try again in a moment.")
            .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS)),
        NoReceipt::EpochEnded(origin) => Problem::new(ProblemKind::NotFound).detail(format!(
            "It stands in an epoch of {origin}'s journal that ended before what it holds was signed and compared: nobody can sign it any more."
        )),
        NoReceipt::Unfit(_) | NoReceipt::Copy(_) => Problem::internal(error),
    }
}
