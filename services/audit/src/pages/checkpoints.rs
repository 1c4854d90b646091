//! What each service has signed, and who has cosigned it: per log and epoch.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier_proof::SignedCheckpoint;
use dossier_proto::{Micros, Origin};
use dossier_web::{
    Answer, Problem, off_thread,
    page::{Paper, Room, Words, icon},
};

use super::{Part, PartLink, parts, said};
use crate::{
    api::checkpoints::{LogDocument, logs},
    office::Office,
};

#[derive(Template)]
#[template(path = "audit_checkpoints.html")]
struct CheckpointsTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    logs: Vec<Log>,
}

/// The log of a service.
struct Log {
    id: String,
    service: String,
    name: String,
    verifier: String,
    cosigner: Option<String>,
    note: String,
    epochs: Vec<Epoch>,
}

/// An epoch of it, by the newest checkpoint that was seen.
struct Epoch {
    number: u32,
    size: String,
    root: String,
    seen: (String, String),
    tiles: String,
    /// Who has cosigned, and when.
    cosigners: Vec<Cosigned>,
}

struct Cosigned {
    name: String,
    is_ours: bool,
    at: Option<(String, String)>,
}

/// `GET /audit/checkpoints`. For everybody, as the checkpoints are.
pub(super) async fn show(State(office): State<Office>, paper: Paper) -> Answer<Response> {
    let words = paper.words;
    let main = off_thread(move || {
        let logs = logs(&office)?.into_iter().map(|log| shown(&office, log, words)).collect::<Answer<Vec<_>>>()?;
        Ok(CheckpointsTemplate { words, parts: parts(words, Part::Checkpoints), logs })
    })
    .await?;
    let title = words.text("auditor.part.checkpoints");
    Ok((paper.cache(), paper.page(Room::Audit, title, &main)?).into_response())
}

fn shown(office: &Office, log: LogDocument, words: &Words) -> Answer<Log> {
    let origin = log.origin;
    let epochs = log.epochs.iter().rev().map(|epoch| of_epoch(office, origin, *epoch, words));
    Ok(Log {
        id: origin.name().to_owned(),
        service: said::origin(words, origin),
        name: log.log,
        verifier: log.verifier,
        cosigner: log.cosigner,
        note: format!("/audit/api/v1/checkpoints/{origin}"),
        epochs: epochs.collect::<Answer<Vec<_>>>()?.into_iter().flatten().collect(),
    })
}

fn of_epoch(office: &Office, origin: Origin, epoch: u32, words: &Words) -> Answer<Option<Epoch>> {
    let (signed, at) = if origin == Origin::Audit {
        let signed = office.engine().journal().checkpoint().map_err(|error| Problem::internal(&error))?;
        (signed, office.now())
    } else {
        let Some(seen) = office.copies().seen().of_epoch(origin, epoch) else { return Ok(None) };
        (seen.signed, seen.at)
    };
    let signed = office.witnessed().with_cosignatures(origin, epoch, signed);
    let said = signed.unverified();
    Ok(Some(Epoch {
        number: epoch,
        size: words.number(said.size),
        root: STANDARD.encode(said.root.as_bytes()),
        seen: said::minute(words, at),
        tiles: format!("/audit/log/{origin}/{epoch}/checkpoint"),
        cosigners: cosigners(office, &signed, words),
    }))
}

/// Our own cosigner first, then the witnesses that have signed.
fn cosigners(office: &Office, signed: &SignedCheckpoint, words: &Words) -> Vec<Cosigned> {
    let moment = |seconds: u64| {
        let micros = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(1_000_000));
        micros.map(|micros| said::minute(words, Micros(micros)))
    };
    let ours = office.cosigners().iter().map(|reign| (&reign.key, true));
    let witnesses = office.witnessed().witnesses().keys().map(|key| (key, false));
    ours.chain(witnesses)
        .filter_map(|(key, is_ours)| {
            let at = signed.cosigned_at(key).ok()?;
            Some(Cosigned { name: key.name().to_string(), is_ours, at: moment(at) })
        })
        .collect()
}
