//! What a refused decision tells beside its code: the difference between what the caller read and what is there now, and
//! where the review stands.

use dossier_identity::Thing;
use dossier_proto::{Digest, EntryId, SubjectId};
use dossier_web::{Answer, Part, Problem, Tag};
use http::header;
use serde_json::Value;

use super::{
    App, Desk,
    compared::{self, Against},
    errors,
    execute::Failed,
    eyes::Eyes,
    moment,
};
use crate::domain::Refusal;

/// The digest that a request names.
pub(super) fn named(sent: &Value) -> Option<Digest> {
    sent.get("digest")?.as_str()?.parse().ok()
}

/// The problem, with what helps to decide anew.
pub(super) async fn explained(
    app: &App,
    subject: SubjectId,
    entry: EntryId,
    named: Option<Digest>,
    failed: Failed,
) -> Problem {
    let Failed { problem, refusal } = failed;
    let against = match (&refusal, named) {
        (Some(Refusal::DigestMismatch { .. }), Some(named)) => Against::Digest(named),
        (Some(Refusal::DigestMismatch { .. }), None) => Against::Nothing,
        (Some(Refusal::BaseOutdated { .. }), _) => Against::Edition,
        (Some(Refusal::ReviewEnded { .. } | Refusal::Claimed { .. }), _) => Against::Nothing,
        _ => return problem,
    };
    // A difference that cannot be made must not hide the refusal.
    match app.off_thread(move |desk| explain(desk, subject, entry, against)).await {
        Ok(Some(told)) => told.put(problem),
        Ok(None) => problem,
        Err(error) => {
            tracing::warn!(%entry, %error, "no difference could be made for a refused decision");
            problem
        }
    }
}

struct Told {
    state: &'static str,
    turn: &'static str,
    since: String,
    version: u64,
    difference: Value,
}

impl Told {
    fn put(self, problem: Problem) -> Problem {
        let tag = Tag::Version(Part::Review, self.version);
        let turn = serde_json::json!({ "who": self.turn, "since": self.since });
        problem
            .with("state", self.state)
            .with("turn", turn)
            .with("version", self.version)
            .with("difference", self.difference)
            .header(header::ETAG, tag.header_value())
    }
}

fn explain(desk: &Desk, subject: SubjectId, id: EntryId, against: Against) -> Answer<Option<Told>> {
    let now = desk.clock.now();
    let found = {
        let view = desk.engine.view();
        let entry = view.state.entries.get(&id).cloned();
        entry.and_then(|entry| Eyes::of(&view.state, &entry, subject, now).map(|eyes| (entry, eyes)))
    };
    let Some((entry, eyes)) = found else { return Ok(None) };
    let (Some((standing, _)), Some((turn, since))) = (entry.standing(), entry.turn()) else { return Ok(None) };
    let difference = match (compared::base(&entry, &eyes, against), entry.review()) {
        (Some(base), Some(review)) if eyes.sees(Thing::Content) => {
            let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
            let current = compared::content_of(desk, id, review)?;
            match (registry, current) {
                (Some(registry), Some(current)) => {
                    compared::compare(desk, id, &entry, &registry, &base, &current.content)?
                }
                _ => None,
            }
        }
        _ => None,
    };
    let difference = serde_json::to_value(difference).map_err(|error| Problem::internal(&error))?;
    Ok(Some(Told {
        state: standing.key(),
        turn: turn.key(),
        since: moment::written(since),
        version: entry.version,
        difference,
    }))
}
