//! Revisions: numbered densely from 1 for each entry, no digest for two, and only saved ones are submitted.

use std::collections::BTreeMap;

use dossier_proto::{EntryId, Origin, Payload, v1};

use super::{Complaint, Fault, History};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let mut entries: BTreeMap<EntryId, Vec<Vec<u8>>> = BTreeMap::new();
    for kept in history.of(Origin::Submission) {
        let (Some(entry), Some(payload)) = (kept.entry(), &kept.event.payload) else { continue };
        if let Payload::Submitted(submitted) = payload {
            let saved = entries.get(&entry).map(Vec::as_slice).unwrap_or_default();
            if !submitted.content.as_ref().is_some_and(|content| is_among(saved, content)) {
                complaints.push(Complaint::new(
                    Fault::RevisionWrong,
                    kept.place(),
                    "what is submitted was never saved",
                ));
            }
            continue;
        }
        let Some(content) = saved(payload) else { continue };
        let revisions = entries.entry(entry).or_default();
        if content.revision as usize != revisions.len() + 1 {
            let found = format!("revision {} is saved where {} comes next", content.revision, revisions.len() + 1);
            complaints.push(Complaint::new(Fault::RevisionWrong, kept.place(), found));
        }
        if revisions.contains(&content.digest) {
            complaints.push(Complaint::new(Fault::RevisionWrong, kept.place(), "a revision before has this digest"));
        }
        revisions.push(content.digest.clone());
    }
}

/// The content that is saved by an event.
pub(super) fn saved(payload: &Payload) -> Option<&v1::Content> {
    match payload {
        Payload::DraftStarted(started) => started.command.as_ref()?.content.as_ref(),
        Payload::DraftSaved(saved) => saved.command.as_ref()?.content.as_ref(),
        _ => None,
    }
}

fn is_among(saved: &[Vec<u8>], content: &v1::Content) -> bool {
    let number = content.revision as usize;
    number > 0 && saved.get(number - 1) == Some(&content.digest)
}
