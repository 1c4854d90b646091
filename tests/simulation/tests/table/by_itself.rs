//! What happens to an entry without anybody asking: read out of the journals of the scenes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use dossier_engine::{Decider, testing::Story};
use dossier_moderation::domain::{Moderation, Standing as Reviewed, State as Reviews};
use dossier_proto::{Actor, EntryId};
use dossier_publication::domain::{Publication, State as Catalogue};
use dossier_simulation::{asking::name, scenes::Scene};
use dossier_submission::domain::{State as Drafts, Submission};

use super::Service;

/// Where an entry stands for submission.
pub(super) fn written(state: &Drafts, id: EntryId) -> String {
    state.entries.get(&id).map_or("–", |entry| entry.state().key()).to_owned()
}

/// Where it stands for moderation.
pub(super) fn reviewed(state: &Reviews, id: EntryId) -> String {
    let standing = state.entries.get(&id).and_then(|entry| entry.standing());
    standing.map_or("unknown", |(standing, _)| Reviewed::key(standing)).to_owned()
}

/// Where it stands for publication.
pub(super) fn published(state: &Catalogue, id: EntryId) -> String {
    let waits = state.schedule.get(id).map(|_| "scheduled");
    let stands = state.entries.get(&id).map(|entry| entry.standing().name());
    stands.or(waits).unwrap_or("unknown").to_owned()
}

/// What happened, from where, to where.
type Row = (String, String, String);

fn read<D: Decider>(story: &Story<D>, id: EntryId, stands: impl Fn(&D::State, EntryId) -> String) -> BTreeSet<Row> {
    let mut state = D::State::default();
    let mut rows = BTreeSet::new();
    for (event, beside) in story.log() {
        let is_ours = event.head.entry == Some(id);
        let before = if is_ours { stands(&state, id) } else { String::new() };
        D::evolve(&mut state, event, beside.as_ref());
        if !is_ours {
            continue;
        }
        let what = match (&event.payload, beside, event.head.actor) {
            (_, Some(foreign), _) => format!("{} is heard of", name(foreign.payload.as_ref().unwrap())),
            (Some(payload), None, Actor::Service(_)) => format!("{} follows from what was heard", name(payload)),
            (Some(payload), None, Actor::System(_)) => format!("{}: its time has come", name(payload)),
            _ => continue,
        };
        rows.insert((what, before, stands(&state, id)));
    }
    rows
}

/// The table of a service.
pub(super) fn table(scenes: &[Scene], service: Service) -> String {
    let rows = scenes.iter().flat_map(|scene| match service {
        Service::Submission => read::<Submission>(&scene.town.submission, scene.id, written),
        Service::Moderation => read::<Moderation>(&scene.town.moderation, scene.id, reviewed),
        Service::Publication => read::<Publication>(&scene.town.publication, scene.id, published),
    });
    let mut grouped: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (what, from, to) in rows {
        let move_ = if from == to { format!("{from} stays") } else { format!("{from} → {to}") };
        grouped.entry(what).or_default().insert(move_);
    }
    let mut text = "| by itself | from → to |\n|---|---|\n".to_owned();
    for (what, moves) in grouped {
        writeln!(text, "| {what} | {} |", moves.into_iter().collect::<Vec<_>>().join("; ")).unwrap();
    }
    text
}
