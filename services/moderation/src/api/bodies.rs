//! What the acts at a review take.

use dossier_proto::Digest;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// A comment on a field of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CommentBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
    /// The field, by its key; empty for the whole.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(super) field: String,
    /// The language, of a text per language.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(super) language: String,
    /// What is said, to moderators and reviewers only.
    pub(super) text: String,
}

/// One change that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ItemBody {
    /// The field, by its key; empty for the whole.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(super) field: String,
    /// The language, of a text per language.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(super) language: String,
    /// The words it is about.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(super) quote: String,
    /// What is asked.
    pub(super) text: String,
}

/// A request for changes of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RequestBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
    /// What is to be changed.
    pub(super) items: Vec<ItemBody>,
}

/// An approval of exactly the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ApproveBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
    /// For moderators, reviewers and auditors only.
    #[serde(default)]
    pub(super) note: Option<String>,
}

/// A refusal of the entry, having read the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RefuseBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
    /// A code of the registry.
    pub(super) code: String,
    /// The reason, as the contributor reads it.
    pub(super) reason: String,
}

/// Programs that have nothing to say for a member often say null.
fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}
