//! An export: files alone, no data directory, no sled.

use std::path::Path;

use dossier_engine::key_turn;
use dossier_journal::export::{ExportError, Readers, verify_export_from};
use dossier_proof::{KeyFile, KeyHistory};
use dossier_proto::Origin;

use crate::{
    Exit, Failure,
    offline::peek,
    progress::Progress,
    verification::{
        Class, Doubt, DoubtKind, ExportedJournal, Exports, KEYS_FILE, KeptCheckpoint, Source, Sources, read_keys,
    },
};

use super::{Report, read_all};

pub(super) fn verify(
    path: &Path,
    given: Option<&Path>,
    kept: Vec<KeptCheckpoint>,
    progress: &Progress,
) -> Result<Report, Failure> {
    let exports = Exports::find(path)?;
    let (mut keys, whose) = trusted(&exports, given, path)?;
    let mut report = Report::new(format!("export {}", path.display()), whose);
    let mut sources = Sources::default();
    for (origin, folder) in &exports.folders {
        progress.begin(&format!("{origin}: comparing every event with what was signed"));
        match open(*origin, folder, &keys, progress) {
            Ok((journal, history)) => {
                // With the keys that it took meanwhile: its own events name them.
                keys.logs.retain(|known| known.log() != history.log());
                keys.logs.push(history);
                report.sign(*origin);
                sources.put(*origin, journal);
            }
            Err(Problem::Doubt(doubt)) => {
                // What can be read all the same tells more of what was done, and where.
                if doubt.kind == DoubtKind::ExportDamaged
                    && let Ok(journal) = ExportedJournal::open(folder)
                {
                    sources.put(*origin, journal);
                }
                report.doubts.push(doubt);
            }
            Err(Problem::Failure(failure)) => return Err(failure),
        }
    }
    if given.is_none() && exports.keys.as_deref().and_then(Path::parent) == Some(path) {
        report.doubts.extend(missing(&exports, &keys, path));
    }
    let (of_these, of_others) = kept.into_iter().partition(|one| exports.folders.contains_key(&one.origin));
    report.take_kept(of_these, &keys);
    report.pass_over(&of_others);
    read_all(&sources, &mut report, progress);
    Ok(report)
}

/// An export has a key for each service that is in it: what has a key and no folder was taken out.
fn missing(exports: &Exports, keys: &KeyFile, path: &Path) -> Vec<Doubt> {
    let signs = |origin: Origin| keys.log_of(origin.name()).is_some();
    let gone = Origin::ALL.into_iter().filter(|origin| signs(*origin) && !exports.folders.contains_key(origin));
    let found = |origin: Origin| {
        format!(
            "{KEYS_FILE} has the key of {origin}, and {} has no manifest.txt of it: it was exported and is not there. Take another copy",
            path.join(origin.name()).display()
        )
    };
    gone.map(|origin| Doubt::about(origin, DoubtKind::ExportDamaged, found(origin)).of(Class::Missing)).collect()
}

enum Problem {
    Doubt(Doubt),
    Failure(Failure),
}

/// The keys, and in one sentence what they are worth.
fn trusted(exports: &Exports, given: Option<&Path>, path: &Path) -> Result<(KeyFile, String), Failure> {
    if let Some(file) = given {
        return Ok((read_keys(file)?, format!("The signatures are compared with the keys in {}.", file.display())));
    }
    let Some(file) = &exports.keys else {
        let missing = format!(
            "there is no {KEYS_FILE} in {} nor beside it; name the installation's keys with --keys FILE",
            path.display()
        );
        return Err(Failure::new(Exit::NotThere, missing));
    };
    let whose = format!(
        "The signatures are compared with the keys in {}, which came with the export: that shows that nothing was damaged on the way, \
         and not who wrote it. Get the keys by another way and name them with --keys.",
        file.display()
    );
    Ok((read_keys(file)?, whose))
}

fn open(
    origin: Origin,
    folder: &Path,
    keys: &KeyFile,
    progress: &Progress,
) -> Result<(ExportedJournal, KeyHistory), Problem> {
    let doubt = |kind, found: String| Problem::Doubt(Doubt::about(origin, kind, found));
    // A key signs for the log it is named after: that of one service is none for another.
    let trusted = keys.log_of(origin.name()).ok_or_else(|| {
        doubt(DoubtKind::NotSigned, format!("no key of {origin} is trusted here, or keys of several installations"))
    })?;
    let readers = Readers { peek, turn: key_turn };
    let verified =
        verify_export_from(folder, trusted, readers, |progressed| progress.at(progressed.done, progressed.total));
    let (summary, history) = verified.map_err(|error| problem(origin, folder, trusted, &error))?;
    let journal = ExportedJournal::open(folder).map_err(|found| doubt(DoubtKind::ExportDamaged, found))?;
    let sizes: Vec<_> = summary.epochs.into_iter().filter(|(_, size)| *size > 0).collect();
    if journal.epochs() != sizes {
        return Err(doubt(
            DoubtKind::ExportDamaged,
            format!("{} holds event files that its manifest does not name", folder.display()),
        ));
    }
    Ok((journal, history))
}

/// What is wrong with an export, as far as its files tell.
fn problem(origin: Origin, folder: &Path, trusted: &KeyHistory, error: &ExportError) -> Problem {
    let doubt = |kind, class| Problem::Doubt(Doubt::about(origin, kind, error.to_string()).of(class));
    match error {
        ExportError::Untrusted { .. } if log_of(folder).is_some_and(|log| log != trusted.log()) => {
            doubt(DoubtKind::NotSigned, Class::Foreign)
        }
        ExportError::Untrusted { .. } => doubt(DoubtKind::NotSigned, Class::Unsigned),
        // Every file is what the manifest says, and the events are not those that were signed.
        ExportError::Damaged { place, .. } if place == folder => doubt(DoubtKind::ExportDamaged, Class::Altered),
        ExportError::Damaged { .. } => doubt(DoubtKind::ExportDamaged, Class::Unreadable),
        ExportError::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => {
            doubt(DoubtKind::ExportDamaged, Class::Missing)
        }
        ExportError::Io { place, source } => Problem::Failure(Failure::disk(place, source)),
        other => Problem::Failure(Failure::damaged(other.to_string())),
    }
}

/// The log that the manifest names, in its second line.
fn log_of(folder: &Path) -> Option<String> {
    let manifest = std::fs::read_to_string(folder.join("manifest.txt")).ok()?;
    Some(manifest.lines().nth(1)?.strip_prefix("log ")?.to_owned())
}
