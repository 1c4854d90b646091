//! The checkpoints that the audit service has seen, with its own signature on them.

use std::{fs, path::Path};

use dossier_audit::seen::Seen;
use dossier_proof::{CosignerReign, KeyFile, cosignature::CosignatureError};
use dossier_proto::Origin;

use crate::{
    offline::Offline,
    verification::{Class, Doubt, DoubtKind, KeptCheckpoint},
};

use super::Report;

/// How messages call them.
pub(super) const WITNESS: &str = "that the audit service saw";

/// Takes them all, as what each journal must contain.
pub(super) fn take(offline: &Offline, keys: &KeyFile, report: &mut Report) {
    let folder = offline.layout().service(Origin::Audit).join("anchors").join("seen");
    if !folder.exists() {
        return;
    }
    let kept = match Seen::open(&folder) {
        Ok(seen) => all(&seen, &folder),
        Err(error) => {
            let doubt = Doubt::about(Origin::Audit, DoubtKind::NotRead, error.to_string()).of(Class::Unreadable);
            report.doubts.push(doubt);
            return;
        }
    };
    for (origin, epoch, seen) in kept {
        // In a deployment audit alone has this key; elsewhere nothing was cosigned with it.
        let bad = |reign: &CosignerReign| {
            let error = seen.signed.cosigned_at(&reign.key).err();
            error.filter(|error| matches!(error, CosignatureError::Bad { .. }))
        };
        if let Some(error) = keys.cosigners.iter().find_map(bad) {
            let found = format!("the checkpoint that the audit service saw of {origin} {epoch}: {error}");
            report.doubts.push(Doubt::about(origin, DoubtKind::NotSigned, found));
        }
        let name = format!("{WITNESS} of {origin}, epoch {epoch}");
        match KeptCheckpoint::of(name, seen.signed) {
            Ok(checkpoint) => report.take_kept(vec![checkpoint], keys),
            Err(failure) => report.doubts.push(Doubt::about(origin, DoubtKind::NotSigned, failure.to_string())),
        }
    }
}

type Kept = (Origin, u32, dossier_audit::seen::SeenCheckpoint);

/// Those of the epochs that there are files of: epochs are few, and their numbers may be far apart.
fn all(seen: &Seen, folder: &Path) -> Vec<Kept> {
    let newest = Origin::ALL.into_iter().filter_map(|origin| seen.newest(origin).map(|one| (origin, one.epoch, one)));
    let mut all: Vec<_> = newest.collect();
    let names = fs::read_dir(folder).into_iter().flatten().flatten();
    for name in names.filter_map(|item| item.file_name().into_string().ok()) {
        let ended = name.strip_suffix(".json").and_then(|name| name.rsplit_once('-'));
        let Some((origin, epoch)) = ended.and_then(|(origin, epoch)| Some((origin.parse().ok()?, epoch.parse().ok()?)))
        else {
            continue;
        };
        all.extend(seen.of_epoch(origin, epoch).map(|one| (origin, epoch, one)));
    }
    all
}
