//! `dossier restore`: a service put back from what the others keep of it, or all from a backup.

use std::{fs, os::unix::fs::DirBuilderExt, path::Path};

use dossier_exchange::{Clock, MachineClock};
use dossier_proto::Origin;
use serde_json::{Value, json};

use super::{entering::token_of, serve::settings_of};
use crate::{
    Exit, Failure, Layout, Secrets,
    backup::Opened,
    cli::Restore,
    client::Reader,
    configuration::Configuration,
    house::Asking,
    offline::Offline,
    output::{Audience, text},
    progress::Progress,
    restore::{
        Backed, Exported, Keeper, Lost, Neighbours, PutBack, Report, Several, Until, restore_all, restore_service,
        sweep_around,
    },
    tenant,
};

pub(super) fn run(restore: &Restore, audience: Audience) -> Result<(), Failure> {
    let progress = Progress::on_terminal();
    let Some(origin) = restore.service else {
        let document = all(restore, &progress)?;
        drop(progress);
        audience.show(&document, words);
        return Ok(());
    };
    let report = one(restore, origin, &progress)?;
    drop(progress);
    audience.show(&report.to_json(), |_| {
        report.words() + "\nStart it again: the others follow into the new epoch by themselves."
    });
    Ok(())
}

fn all(restore: &Restore, progress: &Progress) -> Result<Value, Failure> {
    let Some(from) = &restore.from else {
        return Err(Failure::new(
            Exit::Usage,
            "name the service whose disk is lost with --service, or a backup of all with --from",
        ));
    };
    let until = restore.until.as_deref().map(Until::parse).transpose()?;
    let backup = Opened::find(from, progress)?;
    let until = until.map(|until| until.moment(&backup)).transpose()?;
    let back = restore_all(&backup, restore.key.as_deref(), &restore.data, until, MachineClock.now(), progress)?;
    let services: Vec<_> = back.iter().map(described).collect();
    Ok(json!({"from": backup.at(), "data": restore.data, "services": services}))
}

fn described(back: &PutBack) -> Value {
    json!({
        "service": back.service,
        "events": back.events,
        "epoch": back.epoch,
        "unknown_from": {"epoch": back.end.0, "sequence": back.end.1},
        "left_out": back.left_out,
    })
}

fn words(document: &Value) -> String {
    let mut words = format!("{} holds what was in {}:\n", text(document, "data"), text(document, "from"));
    for service in document["services"].as_array().into_iter().flatten() {
        let (end, left_out) = (&service["unknown_from"], service["left_out"].as_u64().unwrap_or_default());
        let left_out =
            if left_out > 0 { format!("; {left_out} later ones of the backup were left out") } else { String::new() };
        words.push_str(&format!(
            "{:<12}{:>9} events; unknown: epoch {} from sequence {} on; goes on in epoch {}{left_out}\n",
            text(service, "service"),
            service["events"].to_string(),
            end["epoch"],
            end["sequence"],
            service["epoch"]
        ));
    }
    words.push_str(&format!(
        "What was acknowledged after the backup is not here: look at what others kept (receipts, mirrors). Start it: dossier up --data {}",
        crate::paste::typed(Path::new(text(document, "data")))
    ));
    words
}

/// One service, beside the others in one data directory, or in one of its own.
fn one(restore: &Restore, origin: Origin, progress: &Progress) -> Result<Report, Failure> {
    if restore.until.is_some() {
        return Err(Failure::new(
            Exit::Usage,
            "a service alone cannot go back behind what the others have read: put it back to the end, or all of them to that moment, without --service",
        ));
    }
    let configuration = restore.config.as_deref().map(Configuration::read).transpose()?;
    let layout = Layout::of(configuration.as_ref().map_or(&restore.data, |configuration| &configuration.data));
    sweep_around(layout.root());
    if let Some(kept) = &restore.keys {
        put_keys_back(kept, &layout)?;
    }
    let secrets = Secrets::read(&layout).map_err(|failure| failure.adding(KEYS_LOST))?;
    tenant::must_not_be_anothers(&layout, origin)?;
    progress.begin("verifying what the others have");
    let mut keepers: Vec<Box<dyn Keeper>> = Vec::new();
    if let Some(configuration) = &configuration {
        keepers.push(Box::new(Asking::begin(settings_of(origin, configuration)?)?));
    } else if restore.from_audit.is_empty() {
        keepers.push(Box::new(Neighbours::open(origin, &[Offline::open(layout.root())?])?));
    } else {
        keepers.extend(from_auditors(restore, origin, &layout, progress)?);
    }
    if let Some(from) = &restore.from {
        let backup = Opened::find(from, progress)?;
        keepers.push(Box::new(Backed::lay_out(origin, &backup, restore.key.as_deref(), &layout)?));
    }
    let keeper = Several(keepers);
    must_be_kept(origin, &keeper, layout.root())?;
    let lost = Lost { origin, layout: &layout, secrets: &secrets, now: MachineClock.now() };
    restore_service(&lost, &keeper, progress)
}

/// What auditors have, each as it was named: a data directory, an export, or where an audit service is at work.
fn from_auditors(
    restore: &Restore,
    origin: Origin,
    layout: &Layout,
    progress: &Progress,
) -> Result<Vec<Box<dyn Keeper>>, Failure> {
    let (mut others, mut keepers) = (Vec::new(), Vec::<Box<dyn Keeper>>::new());
    let keys = || Offline::open(layout.root())?.histories();
    for named in &restore.from_audit {
        let is_address = |text: &&str| text.starts_with("https://") || text.starts_with("http://");
        if let Some(server) = named.to_str().filter(is_address) {
            let token = restore.token.clone().or_else(|| token_of(server));
            let server = Reader::new(server, restore.ca.as_deref())?.with_token(token);
            keepers.push(Box::new(Exported::fetch(origin, &server, &keys()?, progress)?));
        } else if !Layout::of(named).installation().exists() && Exported::is_one(named, origin) {
            // A data directory is one also where an export lies in it.
            keepers.push(Box::new(Exported::open(origin, named, &keys()?)?));
        } else {
            others.push(Offline::open(named)?);
        }
    }
    // An auditor has no keys: those who lie beside the lost one have some.
    if others.is_empty() {
        others.push(Offline::open(layout.root())?);
    }
    keepers.insert(0, Box::new(Neighbours::open(origin, &others)?));
    Ok(keepers)
}

const KEYS_LOST: &str = "If the keys were lost with the disk, name the copy of DATA/keys that was kept elsewhere with --keys, or a backup with --from and \
--key and without --service. Without the master key nothing can be signed as this installation any more, and nothing sealed can be read";

/// Nobody copies the audit service's own journal: of that nothing has to be kept.
fn must_be_kept(origin: Origin, keeper: &dyn Keeper, data: &Path) -> Result<(), Failure> {
    if origin == Origin::Audit || !keeper.epochs()?.is_empty() {
        return Ok(());
    }
    Err(Failure::not_there(format!(
        "the audit service has no copy of {origin} in {}. Name its data directory with --from-audit, or a backup with --from; nothing was written",
        data.display()
    )))
}

/// Puts the copy of the keys back that was kept elsewhere, where none are.
fn put_keys_back(kept: &Path, layout: &Layout) -> Result<(), Failure> {
    if layout.installation().exists() {
        return Ok(());
    }
    if !kept.join("installation.json").exists() {
        return Err(Failure::not_there(format!(
            "{} is no copy of a directory of keys: installation.json is missing there",
            kept.display()
        )));
    }
    let keys = layout.keys();
    let copy = || -> std::io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&keys)?;
        let last = "installation.json";
        let mut names: Vec<_> =
            fs::read_dir(kept)?.filter_map(|item| item.ok()?.file_name().into_string().ok()).collect();
        // Where the service was at work is left out: this is somewhere else. The name of the installation comes last: nothing starts without it.
        names.retain(|name| name != "place" && name != last && kept.join(name).is_file());
        for name in names.iter().map(String::as_str).chain([last]) {
            fs::copy(kept.join(name), keys.join(name))?;
            fs::File::open(keys.join(name))?.sync_all()?;
        }
        fs::File::open(&keys)?.sync_all()
    };
    copy().map_err(|error| Failure::disk(&keys, &error))
}
