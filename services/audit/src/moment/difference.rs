//! What changed about an entry between two moments. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Stand;

/// Something about an entry that was another at the second moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Axis {
    /// What: `work`, `public`, `saved`, `submitted`, `round`, `approved`, `edition` or `superseded_by`.
    #[schema(example = "work")]
    pub what: String,
    /// At the first moment; null where there was none.
    #[schema(value_type = Object, nullable)]
    pub from: Value,
    /// At the second.
    #[schema(value_type = Object, nullable)]
    pub to: Value,
}

/// What differs between two stands, in the order in which a stand is told.
pub fn axes(from: &Stand, to: &Stand) -> Vec<Axis> {
    let (from, to) = (members(from), members(to));
    let names = ["work", "public", "saved", "submitted", "round", "approved", "edition", "superseded_by"];
    let axis = |what: &str| {
        let (from, to) = (from.get(what).cloned().unwrap_or_default(), to.get(what).cloned().unwrap_or_default());
        (from != to).then(|| Axis { what: what.to_owned(), from, to })
    };
    names.into_iter().filter_map(axis).collect()
}

fn members(stand: &Stand) -> Value {
    // Plain members with string names can always be written.
    serde_json::to_value(stand).unwrap_or_default()
}
