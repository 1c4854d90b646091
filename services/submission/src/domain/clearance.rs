//! What has to be cleared by the publishing authority of its state before it leaves the body: a fact about the registry in
//! force, kept so that deciding needs no registry.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::BodyCode;
use dossier_registry::{Clearance, Registry};
use serde::{Deserialize, Serialize};

use super::FieldNames;

/// The vocabulary of the registry whose terms are states and areas, by their ISO 3166-1 alpha-3 codes.
const STATES: &str = "countries";

/// Which types ask for clearance, and of whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClearanceRules {
    /// The codes of bodies that are states.
    states: BTreeSet<BodyCode>,
    /// The types that ask for clearance; the others do not stand here.
    types: BTreeMap<String, TypeRule>,
}

/// What a type asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TypeRule {
    /// Whether of every body, or of states alone.
    of_all: bool,
    /// The fields that may change without it.
    free: BTreeSet<String>,
}

/// What was written since the content was cleared last, or was public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Uncleared {
    /// It never was, or what it rests on has moved.
    All,
    /// These fields, as numbers in [`FieldNames`]; also what was written back since.
    Fields(BTreeSet<u16>),
}

impl Uncleared {
    /// Nothing: the content is as it was cleared.
    pub fn nothing() -> Self {
        Self::Fields(BTreeSet::new())
    }

    /// Folds that these fields were written.
    pub(super) fn wrote(&mut self, names: &mut FieldNames, fields: &[String]) {
        let Self::Fields(known) = self else { return };
        for field in fields {
            match names.number(field) {
                Some(number) => {
                    known.insert(number);
                }
                None => {
                    *self = Self::All;
                    return;
                }
            }
        }
    }
}

impl ClearanceRules {
    /// What the bytes of a registry say; `None` when they are not one that this program knows.
    pub(super) fn of(document: &[u8]) -> Option<Self> {
        let registry = Registry::from_bytes(document).ok()?;
        let states = registry.vocabulary(STATES).map(|states| states.terms.as_slice()).unwrap_or_default();
        let types = registry.types().iter().filter(|kind| kind.review.clearance != Clearance::None).map(|kind| {
            let free = kind.fields.iter().filter(|field| !field.clearance).map(|field| field.key.clone());
            let of_all = kind.review.clearance == Clearance::All;
            (kind.key.clone(), TypeRule { of_all, free: free.collect() })
        });
        Some(Self { states: states.iter().filter_map(|term| term.key.parse().ok()).collect(), types: types.collect() })
    }

    /// Whether what this body says about records of this type is cleared at all.
    pub fn is_needed(&self, body: &BodyCode, record_type: &str) -> bool {
        self.rule(body, record_type).is_some()
    }

    /// Whether a content has to be cleared, of which this is not cleared yet.
    pub fn is_needed_for(&self, body: &BodyCode, record_type: &str, uncleared: &Uncleared, names: &FieldNames) -> bool {
        let Some(rule) = self.rule(body, record_type) else { return false };
        match uncleared {
            Uncleared::All => true,
            // What has no name (any more) may mean anything.
            Uncleared::Fields(fields) => {
                fields.iter().any(|number| names.name(*number).is_none_or(|field| !rule.free.contains(field)))
            }
        }
    }

    fn rule(&self, body: &BodyCode, record_type: &str) -> Option<&TypeRule> {
        self.types.get(record_type).filter(|rule| rule.of_all || self.states.contains(body))
    }
}
