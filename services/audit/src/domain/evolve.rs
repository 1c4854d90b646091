//! Folds events into the state. Nothing here fails: what it does not know changes nothing.

use dossier_proto::{Digest, Event, Origin, Payload};

use super::{State, decide::known};

/// Folds one event of our journal; `beside` is the foreign event a `Received` stands for.
pub(super) fn evolve(state: &mut State, event: &Event, beside: Option<&Event>) {
    state.erasures.fold(event, beside);
    match &event.payload {
        Some(Payload::Received(_)) => {
            if let Some(foreign) = beside {
                receive(state, foreign);
            }
        }
        Some(Payload::FindingReported(reported)) => {
            if let Some(finding) = reported.command.as_ref().and_then(known) {
                state.findings.insert(finding);
            }
        }
        Some(Payload::FindingSettled(settled)) => {
            let finding = settled.command.as_ref().and_then(|command| command.finding.as_ref());
            if let Some(finding) = finding.and_then(known) {
                state.findings.remove(&finding);
            }
        }
        _ => {}
    }
}

fn receive(state: &mut State, foreign: &Event) {
    if foreign.head.place.origin != Origin::Moderation {
        return;
    }
    match &foreign.payload {
        Some(Payload::DesignationGranted(_) | Payload::DesignationRevoked(_)) => state.designations.fold(foreign),
        Some(Payload::RegistryAdopted(adopted)) => {
            let digest = adopted.command.as_ref().map(|command| Digest::try_from(command.digest.as_slice()));
            if let Some(Ok(digest)) = digest {
                state.registry = Some(digest);
            }
        }
        _ => {}
    }
}
