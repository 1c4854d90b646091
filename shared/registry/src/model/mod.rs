//! What a registry is made of. Every structure refuses keys it does not know, so that a misspelt rule is an error and
//! never a rule that silently passes.

mod field;
mod notice;
mod places;
mod reasons;
mod record_type;
mod review_path;
mod vocabulary;
mod words;

pub use field::{Cardinality, Condition, Expected, Field, Kind, Limits, Precision, Section};
pub use notice::{Notice, Trigger};
pub use places::{City, Places, Platform};
pub use reasons::{ChecklistItem, Reason, RetractionUse};
pub use record_type::{RecordType, SavedPageRules};
pub use review_path::{BodyKind, Clearance, Quorum, ReviewPath, ReviewRole, ReviewStage, Waiting};
pub use vocabulary::{FormerName, PastTerms, Term, TermGroup, Vocabulary};
pub use words::Words;

/// For `skip_serializing_if`: a switch that is off is not written.
fn is_false(value: &bool) -> bool {
    !*value
}

/// For `skip_serializing_if`: a switch that is on unless said otherwise is not written when it is on.
fn is_true(value: &bool) -> bool {
    *value
}

/// For `default`: a switch that is on unless said otherwise.
fn yes() -> bool {
    true
}
