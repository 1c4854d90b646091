//! A data directory: its journals as they lie there, the audit service's copies of them, the checkpoints it has seen.

use std::path::Path;

use dossier_audit::seen::Seen;
use dossier_journal::{Journal, OpenError, OpenErrorKind, Stored};
use dossier_proto::Origin;

use crate::{
    Failure,
    offline::Offline,
    progress::Progress,
    verification::{Doubt, DoubtKind, KeptCheckpoint, Source, Sources, compare_copy},
};

use super::{Report, read_all};

/// What signatures of an installation's own prove.
const KEYS: &str = "The signatures are compared with keys that follow from this installation's master key: whoever holds it can sign another \
history. Checkpoints kept elsewhere (--against) rule that out.";

/// The same where one service lives alone.
const KEYS_OF_ONE: &str = "The service's own signatures are compared with keys that follow from its master key, those of others with \
keys/verifiers, which was taken from the deployment's file. Checkpoints kept elsewhere (--against) rule out that whoever holds \
them signed another history.";

/// The journal of a service that has none here. Whoever says that it received something from it is in doubt.
struct Nothing;

impl Source for Nothing {
    fn epochs(&self) -> Vec<(u32, u64)> {
        Vec::new()
    }

    fn visit(&self, _: &mut dyn FnMut(&Stored)) -> Result<(), String> {
        Ok(())
    }

    fn get(&self, _: dossier_journal::Place) -> Result<Option<Stored>, String> {
        Ok(None)
    }
}

pub(super) fn verify(directory: &Path, kept: Vec<KeptCheckpoint>, progress: &Progress) -> Result<Report, Failure> {
    let offline = Offline::open(directory)?;
    let (there, tenant) = (offline.services(None)?, offline.tenant()?);
    let mut report = match tenant {
        None => Report::new(format!("data directory {}", directory.display()), KEYS.to_owned()),
        Some(origin) => {
            let what =
                format!("data directory {}, of {origin} alone: others' journals are elsewhere", directory.display());
            Report::new(what, KEYS_OF_ONE.to_owned())
        }
    };
    let mut sources = Sources::default();
    let mut journals = Vec::new();
    for origin in Origin::ALL {
        if !there.contains(&origin) {
            match tenant {
                // All four are here, or should be.
                None => sources.put(origin, Nothing),
                Some(_) => consult_copy(&offline, origin, &mut sources, &mut report)?,
            }
            continue;
        }
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree"));
        let opened = offline.journal(origin).map(Some).or_else(|error| in_doubt(origin, error, &mut report))?;
        if let Some(journal) = opened {
            sources.put(origin, journal.clone());
            journals.push((origin, journal));
        }
    }
    take_checkpoints(&offline, kept, &mut report)?;
    if tenant.is_none() {
        compare_copies(&offline, &journals, &mut report, progress)?;
    }
    read_all(&sources, &mut report, progress);
    Ok(report)
}

/// Where the audit service lives alone, its journal is held against its copies.
fn consult_copy(offline: &Offline, origin: Origin, sources: &mut Sources, report: &mut Report) -> Result<(), Failure> {
    match offline.copy(origin) {
        Ok(Some(copy)) => sources.consult(origin, copy),
        Ok(None) => {}
        Err(error) => drop(in_doubt(Origin::Audit, error, report)?),
    }
    Ok(())
}

/// A journal that is refused is in doubt. One that could not be looked at is a failure of this command.
fn in_doubt(origin: Origin, error: OpenError, report: &mut Report) -> Result<Option<Journal>, Failure> {
    match error.kind() {
        OpenErrorKind::Busy | OpenErrorKind::Io | OpenErrorKind::Options => Err(error.into()),
        _ => {
            report.doubts.push(Doubt::about(origin, DoubtKind::NotOpened, error.to_string()));
            Ok(None)
        }
    }
}

/// Those that were named, and the newest that the audit service has seen of each.
fn take_checkpoints(offline: &Offline, kept: Vec<KeptCheckpoint>, report: &mut Report) -> Result<(), Failure> {
    let folder = offline.layout().service(Origin::Audit).join("anchors").join("seen");
    let mut all = kept;
    if folder.exists() {
        let seen = Seen::open(&folder).map_err(|error| Failure::damaged(error.to_string()))?;
        for origin in Origin::ALL {
            let Some(newest) = seen.newest(origin) else { continue };
            all.push(KeptCheckpoint::of(format!("that the audit service saw of {origin}"), newest.signed)?);
        }
    }
    report.take_kept(all, &offline.verifiers()?);
    Ok(())
}

fn compare_copies(
    offline: &Offline,
    journals: &[(Origin, Journal)],
    report: &mut Report,
    progress: &Progress,
) -> Result<(), Failure> {
    for origin in dossier_audit::copies::COPIED {
        progress.begin(&format!("{origin}: comparing with the audit service's copy"));
        let copy = match offline.copy(origin) {
            Ok(Some(copy)) => copy,
            Ok(None) => continue,
            Err(error) => {
                in_doubt(Origin::Audit, error, report)?;
                continue;
            }
        };
        report.copies.push(origin);
        let original = journals.iter().find(|(one, _)| *one == origin);
        let Some((_, original)) = original else {
            if !report.doubts.iter().any(|doubt| doubt.origin == origin) {
                let found =
                    format!("there is no journal, but the audit service has copied {} events", copy.head().size);
                report.doubts.push(Doubt::about(origin, DoubtKind::CopyIsLonger, found));
            }
            continue;
        };
        let doubt = compare_copy(origin, original, &copy).map_err(|error| Failure::damaged(error.to_string()))?;
        report.doubts.extend(doubt);
    }
    Ok(())
}
