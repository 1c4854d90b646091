//! `dossier keys rotate`: journals sign with another key from here on.

use std::{path::Path, sync::Arc};

use dossier_audit::seen::Seen;
use dossier_engine::{EngineSettings, MachineClock, Rotated, rotate_key};
use dossier_journal::MirrorHead;
use dossier_proto::Origin;
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::RotateKeys,
    commands::serve::settings_of,
    configuration::Configuration,
    house,
    offline::Offline,
    output::{Audience, text},
    progress::Progress,
};

pub(super) fn rotate(asked: &RotateKeys, audience: Audience) -> Result<(), Failure> {
    let configuration = asked.config.as_deref().map(Configuration::read).transpose()?;
    let data = configuration.as_ref().map_or(&asked.data.data, |configuration| &configuration.data);
    let offline = Offline::open(data)?;
    let tenant = offline.tenant()?;
    let services = offline.services(tenant.filter(|_| configuration.is_some()).or(asked.service))?;
    let progress = Progress::on_terminal();
    let known = known_to_others(tenant, configuration.as_ref(), data, &progress)?;
    // All of them first: nothing is written while one of them is open, or is not sound.
    for origin in &services {
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree and the anchor"));
        offline.journal(*origin)?;
    }
    let mut rotated = Vec::new();
    for origin in services {
        progress.begin(&format!("{origin}: taking another key"));
        rotated.push(rotate_one(&offline, origin, &known)?);
        offline.secrets().note_generations(offline.layout(), &[origin])?;
    }
    drop(progress);
    let one = |rotated: &Rotated| {
        json!({
            "service": rotated.origin, "generation": rotated.generation, "former": rotated.former.to_string(),
            "verifier": rotated.verifier.to_string(), "epoch": rotated.after.epoch, "size": rotated.after.size,
        })
    };
    let document = json!({"data": data.display().to_string(), "rotated": rotated.iter().map(one).collect::<Vec<_>>()});
    audience.show(&document, words);
    Ok(())
}

/// What the others of a deployment know of the journal: one that was put back, and does not know it, would give a place that was used before to
/// another event.
fn known_to_others(
    tenant: Option<Origin>,
    configuration: Option<&Configuration>,
    data: &Path,
    progress: &Progress,
) -> Result<Vec<MirrorHead>, Failure> {
    let usage = |text: String| Err(Failure::new(Exit::Usage, text));
    match (tenant, configuration) {
        (None, None) => Ok(Vec::new()),
        (Some(origin), Some(configuration)) => {
            progress.begin(&format!("{origin}: asking its stream and the others what they have of its journal"));
            house::what_others_know(settings_of(origin, configuration)?)
        }
        (Some(origin), None) => usage(format!(
            "{} is the data directory of {origin} alone: whether its journal is the newest one is for its stream at the broker and the other services to \
             say. Name its configuration instead of its data directory: dossier keys rotate --config {origin}.toml. Nothing was written",
            data.display()
        )),
        (None, Some(_)) => usage(format!(
            "{} is no data directory of one service of a deployment; name it with --data, without --config. Nothing was written",
            data.display()
        )),
    }
}

fn rotate_one(offline: &Offline, origin: Origin, known: &[MirrorHead]) -> Result<Rotated, Failure> {
    let (layout, secrets) = (offline.layout(), offline.secrets());
    let settings = EngineSettings {
        fingerprint: house::fingerprint(),
        mirrors: seen_by_audit(offline, origin)?.into_iter().chain(known.iter().copied()).collect(),
        ..EngineSettings::new(
            layout.service(origin),
            secrets.log(origin),
            secrets.signer(origin),
            Arc::new(MachineClock),
        )
    };
    Ok(rotate_key(origin, settings)?)
}

/// What the audit service has seen of the journal, where it lives here too: a journal that was put back takes no key.
fn seen_by_audit(offline: &Offline, origin: Origin) -> Result<Option<MirrorHead>, Failure> {
    let folder = offline.layout().service(Origin::Audit).join("anchors").join("seen");
    if !folder.exists() {
        return Ok(None);
    }
    let seen = Seen::open(&folder).map_err(|error| Failure::damaged(error.to_string()))?;
    Ok(seen.head(origin))
}

fn words(document: &Value) -> String {
    let mut words = String::new();
    for one in document["rotated"].as_array().into_iter().flatten() {
        words.push_str(&format!(
            "{:<12}signs with its key number {} from here on: {}\n{:12}The former key, {}, signs nothing after {} events of epoch {}.\n",
            text(one, "service"),
            one["generation"],
            text(one, "verifier"),
            "",
            text(one, "former"),
            one["size"],
            one["epoch"],
        ));
    }
    words.push_str(NEXT);
    words
}

const NEXT: &str = "
Start the services again. Nobody needs to be told: other services learn the key from the journal itself, and so does who verifies an export.
Receipts that were made before stay valid. Whoever verifies receipts with a file of keys takes the new one: /audit/api/v1/verifier-keys.txt, or that
of a new export. Make a backup now, with keys/: it is the first that has the new key in use.";
