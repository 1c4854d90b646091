//! Folds the registry.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Digest, Event, v1};
use serde::Deserialize;

use crate::domain::{AdoptedRegistry, Chair, Need, Stage, State, TypeRules};

pub(super) fn adopt(state: &mut State, event: &Event, adopted: &v1::RegistryAdopted) {
    let Some(command) = &adopted.command else { return };
    let Ok(digest) = Digest::try_from(command.digest.as_slice()) else { return };
    let Some(rules) = read(&command.document) else { return };
    let Rules { refusal_codes, awaited, erasures, checklist, types } = rules;
    let adopted = event.head.place;
    state.registry = Some(AdoptedRegistry { digest, adopted, refusal_codes, awaited, erasures, checklist, types });
}

/// What decisions look at.
pub(in crate::domain) struct Rules {
    refusal_codes: BTreeSet<String>,
    awaited: BTreeSet<String>,
    erasures: BTreeSet<String>,
    checklist: BTreeMap<String, BTreeSet<String>>,
    types: BTreeMap<String, TypeRules>,
}

/// The part of a registry's document that decisions look at.
#[derive(Deserialize)]
struct Document {
    refusals: Vec<Code>,
    #[serde(default)]
    awaited: Vec<Code>,
    #[serde(default)]
    erasures: Vec<Code>,
    #[serde(default)]
    checklist: Vec<Question>,
    #[serde(default)]
    types: Vec<RecordType>,
}

#[derive(Deserialize)]
struct Code {
    key: String,
}

#[derive(Deserialize)]
struct Question {
    key: String,
    #[serde(default)]
    types: BTreeSet<String>,
}

#[derive(Deserialize)]
struct RecordType {
    key: String,
    #[serde(default)]
    review: Path,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Default, Deserialize)]
struct Path {
    #[serde(default)]
    stages: Vec<PathStage>,
}

#[derive(Deserialize)]
struct PathStage {
    key: String,
    needs: Vec<Quorum>,
    #[serde(default)]
    on_split: Option<Quorum>,
}

#[derive(Deserialize)]
struct Quorum {
    role: Chair,
    count: u32,
}

#[derive(Deserialize)]
struct Field {
    key: String,
    #[serde(default)]
    editorial: bool,
}

/// The rules in a registry's document. Read from the document itself and not with the registry's own crate: that one
/// checks more with every version, and an old document must always fold to the same.
pub(in crate::domain) fn read(document: &[u8]) -> Option<Rules> {
    let document: Document = serde_json::from_slice(document).ok()?;
    let keys = |codes: Vec<Code>| codes.into_iter().map(|code| code.key).collect();
    Some(Rules {
        refusal_codes: keys(document.refusals),
        awaited: keys(document.awaited),
        erasures: keys(document.erasures),
        checklist: document.checklist.into_iter().map(|question| (question.key, question.types)).collect(),
        types: document.types.into_iter().map(|one| (one.key.clone(), rules(one))).collect(),
    })
}

fn rules(one: RecordType) -> TypeRules {
    let need = |quorum: Quorum| Need { chair: quorum.role, count: quorum.count };
    let stage = |stage: PathStage| Stage {
        key: stage.key,
        needs: stage.needs.into_iter().map(need).collect(),
        on_split: stage.on_split.map(need),
    };
    TypeRules {
        stages: one.review.stages.into_iter().map(stage).collect(),
        editorial: one.fields.into_iter().filter(|field| field.editorial).map(|field| field.key).collect(),
    }
}
