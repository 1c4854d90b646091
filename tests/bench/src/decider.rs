//! A decider with little in it, so that the engine is what is measured. It keeps what every service keeps of an entry:
//! where it stands, by whose hand, since when.

use std::collections::BTreeMap;

use dossier_engine::{Context, Decided, Decider, Decision, Errand, PerEntry, Record, Refusal, RefusalFacts, View};
use dossier_proto::{Digest, EntryId, Event, Micros, Origin, Payload, SubjectId, v1};
use serde::{Deserialize, Serialize};

use crate::events;

/// Saves drafts.
#[derive(Debug)]
pub(crate) struct Saving;

/// Where an entry stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    version: u64,
    author: Option<SubjectId>,
    since: Micros,
}

/// What is needed to decide.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standings {
    entries: BTreeMap<EntryId, Standing>,
}

/// The one thing that is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is at another version")]
pub(crate) struct Stale;

impl Refusal for Stale {
    fn facts(&self) -> RefusalFacts {
        RefusalFacts { code: "version-mismatch", because: None, current_digest: None, record: Record::Not }
    }
}

impl Decider for Saving {
    type Command = v1::SaveDraft;
    type State = Standings;
    type Refusal = Stale;
    const ORIGIN: Origin = Origin::Submission;
    const RULES: u32 = 1;

    fn decide(state: &Standings, command: &v1::SaveDraft, context: &Context) -> Result<Decision, Stale> {
        let entry = context.entry.unwrap_or_else(|| context.fresh_entry());
        let version = state.entries.get(&entry).map_or(0, |standing| standing.version);
        if context.expected_version.is_some_and(|expected| expected != version) {
            return Err(Stale);
        }
        let payload = Payload::DraftSaved(v1::DraftSaved { command: Some(command.clone()) });
        let decided = Decided { entry: Some(entry), part_version: version + 1, payload };
        Ok(Decision::one(Some(events::authority(version)), decided))
    }

    fn evolve(state: &mut Standings, event: &Event, _beside: Option<&Event>) {
        let (Some(entry), Some(Payload::DraftSaved(_))) = (event.head.entry, &event.payload) else { return };
        let (version, author) = (event.head.part_version, event.head.actor.person());
        state.entries.insert(entry, Standing { version, author, since: event.head.recorded_at });
    }

    fn command_of(events: &[Event]) -> Option<v1::SaveDraft> {
        match events.first()?.payload.as_ref()? {
            Payload::DraftSaved(saved) => saved.command.clone(),
            _ => None,
        }
    }

    fn refused(_command: &v1::SaveDraft, _refusal: &Stale) -> Option<Payload> {
        None
    }

    fn refusal_of(_event: &Event) -> Option<Stale> {
        None
    }

    fn concerns(_state: &Standings, _foreign: &Event) -> bool {
        false
    }

    fn react(_state: &Standings, _foreign: &Event) -> Vec<Errand<v1::SaveDraft>> {
        Vec::new()
    }

    fn next_due(_state: &Standings) -> Option<Micros> {
        None
    }

    fn due(_state: &Standings, _now: Micros) -> Vec<Errand<v1::SaveDraft>> {
        Vec::new()
    }

    fn registry(_state: &Standings) -> Option<Digest> {
        Some(events::REGISTRY)
    }
}

/// A read model that counts, and knows the version of each entry.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Versions {
    pub(crate) events: u64,
    pub(crate) entries: BTreeMap<EntryId, u64>,
}

impl View for Versions {
    fn apply(&mut self, event: &Event, _beside: Option<&Event>) {
        self.events += 1;
        if let Some(entry) = event.head.entry {
            self.entries.insert(entry, event.head.part_version);
        }
    }
}

impl PerEntry for Versions {
    fn bears_on_all(_event: &Event, _beside: Option<&Event>) -> bool {
        false
    }
}
