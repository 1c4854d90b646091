//! A journal verified: what was signed, what each event is, and what each decision rests on.

use dossier_journal::Place as At;
use dossier_proof::SignedCheckpoint;
use dossier_proto::Origin;

use super::{Check, Checked, ExitKind, Fault};
use crate::{
    conscience::{Library, judge_anew},
    office::Office,
    pages::address_of,
    verify::{Examination, KnownHead},
};

/// Verifies the journal of a service. `told` gets each check as it is done.
pub(super) fn verify(office: &Office, origin: Origin, progress: &dyn Fn(u64), told: &dyn Fn(Checked)) {
    let (signatures, heads) = signed(office, origin);
    told(signatures);
    told(events(office, origin, heads, progress));
    told(decisions(office, origin, progress));
}

/// The checkpoints that are kept of it, one of each epoch, with whose keys are published.
fn signed(office: &Office, origin: Origin) -> (Checked, Vec<KnownHead>) {
    let mut checked = Checked::of(Check::Signatures);
    let mut heads = Vec::new();
    let history = office.keys(origin);
    let log = office.watched().iter().find(|watched| watched.origin == origin).map(|watched| watched.log.clone());
    let (Some(history), Some(log)) = (history, log) else {
        checked.is_checked = false;
        return (checked, heads);
    };
    let keys: Vec<_> = history.reigns().map(|reign| reign.key.clone()).collect();
    for (epoch, checkpoint) in checkpoints(office, origin) {
        checked.count += 1;
        match KnownHead::signed(&checkpoint, &log, &keys, "the checkpoint that was kept") {
            Ok(head) => heads.push(head),
            Err(error) => checked.fault(Fault {
                kind: ExitKind::Unsigned,
                at: format!("{origin}/{epoch}"),
                found: error.to_string(),
            }),
        }
    }
    (checked, heads)
}

fn checkpoints(office: &Office, origin: Origin) -> Vec<(u32, SignedCheckpoint)> {
    let Some(journal) = office.journal(origin) else { return Vec::new() };
    if origin == Origin::Audit {
        return journal.checkpoint().ok().map(|signed| (journal.head().epoch, signed)).into_iter().collect();
    }
    let seen = office.copies().seen();
    let of = |(epoch, _)| seen.of_epoch(origin, epoch).map(|seen| (epoch, seen.signed));
    journal.epochs().into_iter().filter_map(of).collect()
}

/// Every event from the first, with the tree over them.
fn events(office: &Office, origin: Origin, heads: Vec<KnownHead>, progress: &dyn Fn(u64)) -> Checked {
    let mut checked = Checked::of(Check::Events);
    let Some(journal) = office.journal(origin) else {
        checked.is_checked = false;
        return checked;
    };
    let mut examination = Examination::new(origin, &**office.copies()).against(heads);
    let read = journal.replay(At { epoch: 0, sequence: 0 }, |stored| {
        examination.take(&stored);
        progress(1);
    });
    if let Err(error) = read {
        examination.unreadable(&error);
    }
    let examined = examination.finish();
    checked.count = examined.events;
    checked.told = examined
        .epochs
        .iter()
        .map(|seen| format!("epoch {}: {} events, root {}", seen.epoch, seen.size, seen.root))
        .collect();
    for fault in &examined.faults {
        checked.fault(Fault { kind: fault.kind.into(), at: address_of(fault.at), found: fault.found.clone() });
    }
    checked.more += examined.faults_total.saturating_sub(examined.faults.len() as u64);
    checked
}

/// What each event rests on, and every command decided again.
fn decisions(office: &Office, origin: Origin, progress: &dyn Fn(u64)) -> Checked {
    let mut checked = Checked::of(Check::Decisions);
    let library = Library::new(office.engine().journal().clone(), std::sync::Arc::clone(office.copies()));
    match judge_anew(origin, (&library, office.vault(), &**office.deciders()), progress) {
        Ok(anew) => {
            (checked.count, checked.is_checked) = (anew.events, anew.is_decided);
            for finding in anew.findings {
                let (kind, at) = (finding.kind.into(), address_of(finding.at));
                checked.fault(Fault { kind, at, found: finding.sentence() });
            }
        }
        Err(error) => {
            checked.fault(Fault { kind: ExitKind::Unreadable, at: origin.to_string(), found: error.to_string() });
        }
    }
    checked
}
