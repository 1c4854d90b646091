//! A data directory: its journals as they lie there, the audit service's copies of them, the checkpoints it has seen.

use std::path::Path;

use dossier_audit::{copies::COPIED, verify::KnownHead};
use dossier_journal::{Damage, Inspection, Journal, MirrorHead, OpenError, OpenErrorKind};
use dossier_proof::KeyFile;
use dossier_proto::{Origin, Place};

use crate::{
    Failure,
    offline::Offline,
    progress::Progress,
    verification::{Class, Doubt, DoubtKind, KeptCheckpoint, Sources, Travelled, compare_copy, read_copy},
};

use super::{Report, read_all, seen};

/// What signatures of an installation's own prove.
const KEYS: &str = "The signatures are compared with keys that follow from this installation's master key: whoever holds it can sign another \
history. Checkpoints kept elsewhere (--against) rule that out.";

/// The same where one service lives alone.
const KEYS_OF_ONE: &str = "The service's own signatures are compared with keys that follow from its master key, those of others with \
keys/verifiers, which was taken from the deployment's file. Checkpoints kept elsewhere (--against) rule out that whoever holds \
them signed another history.";

/// What lies in the directory.
#[derive(Default)]
struct Shelves {
    journals: Vec<(Origin, Journal)>,
    copies: Vec<(Origin, Journal)>,
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
    // The first administrator is made in moderation's journal alone, before all four have begun. What it received of the others is
    // looked up all the same.
    let has_begun = there.iter().any(|origin| *origin != Origin::Moderation);
    let (mut sources, mut shelves) = (Sources::default(), Shelves::default());
    for origin in Origin::ALL {
        progress.begin(&format!("{origin}: opening"));
        if there.contains(&origin) {
            if let Some(journal) = looked_at(origin, offline.inspect(origin), &mut report)? {
                sources.put(origin, journal.clone());
                shelves.journals.push((origin, journal));
            }
        } else if tenant.is_none() {
            if has_begun {
                report.doubts.push(Doubt::about(origin, DoubtKind::NotThere, "all four are here, or should be"));
            }
            // Whoever says that it received something from it is in doubt.
            sources.put(origin, Travelled(Nothing));
        }
    }
    let audit = shelves.journals.iter().find(|(origin, _)| *origin == Origin::Audit).map(|(_, journal)| journal);
    // One that cannot be opened is in doubt already, and is not opened again.
    let keys = match audit {
        Some(journal) => offline.key_file(Some(journal))?,
        None => KeyFile { logs: offline.histories()?, ..KeyFile::default() },
    };
    seen::take(&offline, &keys, &mut report);
    open_copies(&offline, &mut shelves, &mut sources, &mut report)?;
    let (of_these, of_others) = kept.into_iter().partition(|one| tenant.is_none() || sources.of(one.origin).is_some());
    report.take_kept(of_these, &keys);
    report.pass_over(&of_others);
    read_copies(&shelves, &mut report, progress);
    read_all(&sources, &mut report, progress);
    compare_copies(&shelves, &mut report);
    report.sort();
    Ok(report)
}

/// The journal of a service that has none here.
struct Nothing;

impl crate::verification::Source for Nothing {
    fn epochs(&self) -> Vec<(u32, u64)> {
        Vec::new()
    }

    fn visit(&self, _: &mut dyn FnMut(dossier_audit::verify::Prepared)) -> Vec<crate::verification::Unread> {
        Vec::new()
    }

    fn stretch(&self, _: dossier_journal::Place, _: usize) -> Result<Vec<dossier_journal::Stored>, String> {
        Ok(Vec::new())
    }
}

/// Where the audit service lives alone, its journal is held against its copies.
fn open_copies(
    offline: &Offline,
    shelves: &mut Shelves,
    sources: &mut Sources,
    report: &mut Report,
) -> Result<(), Failure> {
    for origin in COPIED {
        let (mut refusals, inspected) = (Vec::new(), offline.inspect_copy(origin));
        let copy = match inspected {
            Ok(None) => {
                let seen = report.heads.iter().find(|(of, head)| *of == origin && is_seen(head));
                if let Some((_, head)) = seen {
                    let found = format!("there is none, and the audit service saw {} events signed", head.size);
                    report.doubts.push(Doubt::about(origin, DoubtKind::NotThere, found).of_copy());
                }
                continue;
            }
            Ok(Some(Inspection { journal, refusals: refused, .. })) => {
                refusals.extend(refused);
                Some(journal)
            }
            Err(error) => {
                refusals.push(error);
                None
            }
        };
        for error in refusals {
            report.doubts.push(in_doubt(origin, error)?.of_copy());
        }
        let Some(copy) = copy else { continue };
        if sources.of(origin).is_none() {
            sources.consult(origin, Travelled(copy.clone()));
        }
        shelves.copies.push((origin, copy));
    }
    Ok(())
}

/// What its service would refuse is in doubt, and is read all the same where it can be.
fn looked_at(
    origin: Origin,
    inspected: Result<Inspection, OpenError>,
    report: &mut Report,
) -> Result<Option<Journal>, Failure> {
    let Inspection { journal, anchor, refusals } = match inspected {
        Ok(inspection) => inspection,
        Err(error) => {
            report.doubts.push(in_doubt(origin, error)?);
            return Ok(None);
        }
    };
    match anchor {
        Some(MirrorHead { epoch, size, root }) if refusals.is_empty() => {
            report.sign(origin);
            report.heads.push((origin, KnownHead { epoch, size, root, witness: "its anchor".to_owned() }));
        }
        _ => {}
    }
    for error in refusals {
        report.doubts.push(in_doubt(origin, error)?);
    }
    Ok(Some(journal))
}

/// A journal that would be refused is in doubt. One that could not be looked at is a failure of this command.
fn in_doubt(origin: Origin, error: OpenError) -> Result<Doubt, Failure> {
    let at = |epoch: u32, sequence: u64| Some(Place { origin, epoch, sequence });
    let (place, class) = match &error {
        OpenError::Truncated { epoch, found, .. } => (at(*epoch, *found), Class::Truncated),
        OpenError::RolledBack { epoch, found, .. } => (at(*epoch, *found), Class::RolledBack),
        OpenError::Damaged { damage: Damage { epoch, sequence, kind, .. }, .. } => {
            (at(*epoch, *sequence), Class::of_damage(*kind))
        }
        other => match other.kind() {
            OpenErrorKind::Busy | OpenErrorKind::Io | OpenErrorKind::Options => return Err(error.into()),
            kind => (None, Class::of_refusal(kind)),
        },
    };
    let found = error.to_string();
    let doubt = match place {
        Some(place) => Doubt::at(place, DoubtKind::NotOpened, found),
        None => Doubt::about(origin, DoubtKind::NotOpened, found),
    };
    Ok(doubt.of(class))
}

fn read_copies(shelves: &Shelves, report: &mut Report, progress: &Progress) {
    for (origin, copy) in &shelves.copies {
        let total = copy.epochs().iter().map(|(_, size)| size).sum();
        progress.begin(&format!("{origin}: reading the audit service's copy"));
        // What the journal's own anchor says, and what others kept, may be newer than the copy; what the audit service has seen was
        // compared with it.
        let heads = report.heads.iter().filter(|(of, head)| of == origin && (is_seen(head) || reaches(copy, head)));
        let heads: Vec<_> = heads.map(|(_, head)| head.clone()).collect();
        let doubts = read_copy(*origin, copy, heads, &mut |done| progress.at(done, total));
        report.doubts.extend(doubts);
        report.copies.push(*origin);
    }
}

/// What the audit service has seen signed.
fn is_seen(head: &KnownHead) -> bool {
    head.witness.contains(seen::WITNESS)
}

fn reaches(copy: &Journal, head: &KnownHead) -> bool {
    copy.epochs().iter().any(|(epoch, size)| *epoch == head.epoch && head.size <= *size)
}

fn compare_copies(shelves: &Shelves, report: &mut Report) {
    for (origin, copy) in &shelves.copies {
        let Some((_, original)) = shelves.journals.iter().find(|(one, _)| one == origin) else { continue };
        let signed: Vec<_> = report.heads.iter().filter(|(of, _)| of == origin).map(|(_, head)| head.clone()).collect();
        // A tree that cannot be read was told when its journal was.
        report.doubts.extend(compare_copy(*origin, original, copy, &signed).ok().flatten());
    }
}
