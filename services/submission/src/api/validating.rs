//! Checking contents with what this service knows around them: what is public, and what the entry said before.

use dossier_proto::EntryId;
use dossier_registry::{Citation, Citations, Fault, Known, Registry, Stage, has_errors};
use dossier_web::Answer;
use serde_json::Value;

use super::{contents, past::Scene};
use crate::{
    domain::{Entry, EntryFacts, Workflow},
    office::Office,
};

/// What this service has heard of the public catalogue. Every entry begins here, so what is not known here is not public.
struct Catalogue<'a> {
    office: &'a Office,
    scene: &'a Scene,
    /// The entry that cites; none while it is being begun.
    citing: Option<EntryId>,
}

impl Citations for Catalogue<'_> {
    fn cited(&self, entry: EntryId, edition: u32) -> Citation {
        if self.citing == Some(entry) {
            return Citation::Itself;
        }
        let known = self.scene.other(self.office, entry, |known| cited(known, edition));
        known.unwrap_or_else(|problem| {
            tracing::error!(?problem, %entry, "what is cited could not be looked up");
            Citation::Unpublished
        })
    }
}

fn cited(known: Option<&Entry>, edition: u32) -> Citation {
    match known.and_then(|known| Some((known, known.public.as_ref()?))) {
        // A draft of another body is as good as none.
        None => Citation::Unpublished,
        Some((_, public)) if edition > public.edition => Citation::Unpublished,
        Some((known, _)) if matches!(known.workflow, Workflow::Retracted { .. }) => Citation::Retracted,
        Some((known, _)) => Citation::Published { record_type: known.facts.record_type.clone() },
    }
}

/// What is wrong with a content of an entry.
pub(crate) fn validate(
    office: &Office,
    registry: &Registry,
    (id, facts): (EntryId, &EntryFacts),
    content: &Value,
    stage: Stage,
) -> Answer<Vec<Fault>> {
    validate_in(office, &Scene::Now, registry, (id, facts), (content, stage))
}

/// The same, of the moment that is looked at.
pub(crate) fn validate_in(
    office: &Office,
    scene: &Scene,
    registry: &Registry,
    (id, facts): (EntryId, &EntryFacts),
    (content, stage): (&Value, Stage),
) -> Answer<Vec<Fault>> {
    let catalogue = Catalogue { office, scene, citing: Some(id) };
    let known = Known::NOTHING.citing(&catalogue);
    let look = |known| registry.validate_knowing(&facts.record_type, content, scene.instant(office), stage, known);
    let found = look(known);
    // What was submitted before is unsealed only where it can make a difference.
    if !has_errors(&found) {
        return Ok(found);
    }
    match last_submitted(office, scene, id)? {
        Some(before) => Ok(look(known.after(&before))),
        None => Ok(found),
    }
}

/// What is wrong with the first content of an entry that is being begun.
pub(crate) fn validate_first(office: &Office, registry: &Registry, facts: &EntryFacts, content: &Value) -> Vec<Fault> {
    let catalogue = Catalogue { office, scene: &Scene::Now, citing: None };
    let known = Known::NOTHING.citing(&catalogue);
    registry.validate_knowing(&facts.record_type, content, office.now(), Stage::Draft, known)
}

/// What the entry said when it was submitted last, as far as it can be read.
fn last_submitted(office: &Office, scene: &Scene, id: EntryId) -> Answer<Option<Value>> {
    let submissions = contents::submissions_in(office, scene, id)?;
    let Some(content) = submissions.into_iter().find_map(|submitted| submitted.content) else { return Ok(None) };
    Ok(contents::opened(office, id, &content)?.map(|opened| opened.readable()))
}
