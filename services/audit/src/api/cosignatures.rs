//! `POST /audit/log/<origin>/<epoch>/cosignatures`: where foreign witnesses bring what they have signed; and `…/forks`, where anybody brings evidence
//! of two histories. Nobody has to say who they are: what they bring proves itself.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proof::SignedCheckpoint;
use dossier_web::{
    Answer, Problem, ProblemKind,
    extract::{Arriving, StrictPath, Upload},
};
use dossier_witness::{FORK_BYTES_MAX, Fork};
use http::{HeaderValue, StatusCode, header};

use crate::{
    office::Office,
    witnessed::{
        forks,
        taking::{COSIGNED_BYTES_MAX, NotTaken, OwnLog, take},
    },
};

/// Seconds after which what is not copied yet may be: checkpoints are looked at four times a second.
const RETRY_SECONDS: u64 = 2;

/// A witness's cosignature: the checkpoint as it was served here, with the cosignature among its signatures.
pub(super) async fn bring(
    State(office): State<Office>,
    StrictPath((origin, epoch)): StrictPath<(String, String)>,
    body: Upload,
) -> Answer<Response> {
    let log = named(&office, &origin, &epoch)?;
    let taker = move |arriving| {
        let brought = SignedCheckpoint::parse_bytes(&whole(arriving)?)
            .map_err(|error| Problem::new(ProblemKind::MalformedRequest).detail(error.to_string()))?;
        let taken = take(&office, &log, &brought).map_err(|error| problem(&error))?;
        if taken {
            metrics::counter!("dossier_cosignatures_taken_total", "origin" => log.origin.name()).increment(1);
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    body.take(COSIGNED_BYTES_MAX as u64, taker).await
}

/// Evidence that this log has signed two histories.
pub(super) async fn accuse(
    State(office): State<Office>,
    StrictPath((origin, epoch)): StrictPath<(String, String)>,
    body: Upload,
) -> Answer<Response> {
    let log = named(&office, &origin, &epoch)?;
    let taker = move |arriving| {
        let wrong = |detail: String| Problem::new(ProblemKind::MalformedRequest).detail(detail);
        let evidence = Fork::parse(&whole(arriving)?).map_err(|error| wrong(error.to_string()))?;
        forks::take(&office, &log, &evidence).map_err(|error| wrong(error.to_string()))?;
        Ok(StatusCode::NO_CONTENT.into_response())
    };
    body.take(FORK_BYTES_MAX as u64, taker).await
}

fn named(office: &Office, origin: &str, epoch: &str) -> Answer<OwnLog> {
    let none = || Problem::new(ProblemKind::NotFound);
    if !office.witnessed().listens() {
        return Err(Problem::new(ProblemKind::TooManyAttempts)
            .detail("More strangers come to this door than it can listen to. Come again later.")
            .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS)));
    }
    let epoch = epoch.parse().ok().filter(|number: &u32| number.to_string() == epoch).ok_or_else(none)?;
    OwnLog::of(office, origin.parse().map_err(|_| none())?, epoch).ok_or_else(none)
}

fn whole(mut arriving: Arriving) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = arriving.piece()? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn problem(error: &NotTaken) -> Problem {
    let of = |kind| Problem::new(kind).detail(error.to_string());
    match error {
        NotTaken::OtherLog | NotTaken::NotSigned(_) | NotTaken::BadCosignature(_) | NotTaken::Ahead(_) => {
            of(ProblemKind::MalformedRequest)
        }
        NotTaken::NotOurs | NotTaken::NoWitness => of(ProblemKind::NotEntitled),
        NotTaken::Forked => of(ProblemKind::WrongState).with("code", "forked"),
        NotTaken::NotYet(_) => {
            of(ProblemKind::Unavailable).header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
        }
        NotTaken::Copy(_) | NotTaken::Keeping(_) => Problem::internal(error),
    }
}
