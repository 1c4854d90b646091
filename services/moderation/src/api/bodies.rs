//! What the acts at a review take.

use dossier_proto::Digest;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::checklist::ChecklistAnswerBody;

/// A comment on a field of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct CommentBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// The field, by its key; empty for the whole.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) field: String,
    /// The language, of a text per language.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) language: String,
    /// What is said.
    pub(crate) text: String,
    /// Who reads it: `moderation` (when nothing is said: moderators, reviewers and auditors), or `contributor` (the body too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "moderation")]
    pub(crate) audience: Option<String>,
}

/// A comment that is sent together with others. Without a field it is a note, or a message to the contributor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct HeldCommentBody {
    /// The field, by its key; empty for the whole.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) field: String,
    /// The language, of a text per language.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) language: String,
    /// What is said.
    pub(crate) text: String,
    /// Who reads it: `moderation` (when nothing is said), or `contributor` (the body too).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "contributor")]
    pub(crate) audience: Option<String>,
}

/// One change that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ItemBody {
    /// The field, by its key; empty for the whole.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) field: String,
    /// The language, of a text per language.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) language: String,
    /// The words it is about.
    #[serde(default, deserialize_with = "null_as_empty")]
    pub(crate) quote: String,
    /// What is asked.
    pub(crate) text: String,
}

/// A request for changes of the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RequestBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// What is to be changed; may be empty where something that was requested before is open or reopened.
    pub(crate) items: Vec<ItemBody>,
    /// Comments that were held, sent in one go with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) comments: Vec<HeldCommentBody>,
}

/// An approval of exactly the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct ApproveBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// For moderators, reviewers and auditors only.
    #[serde(default)]
    pub(crate) note: Option<String>,
    /// Answers to the checklist.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) checklist: Vec<ChecklistAnswerBody>,
    /// Not to be published before this moment (RFC 3339), at most five years ahead. The latest of all that are asked for counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) publish_at: Option<String>,
}

/// A refusal of the entry, having read the content with this digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct RefuseBody {
    /// The content that was read.
    #[schema(value_type = String)]
    pub(crate) digest: Digest,
    /// A code of the registry.
    pub(crate) code: String,
    /// The reason, as the contributor reads it.
    pub(crate) reason: String,
}

/// Programs that have nothing to say for a member often say null.
fn null_as_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.unwrap_or_default())
}
