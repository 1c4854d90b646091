//! A designation as a trail shows it: what it says, who granted it, and what became of it.

use dossier_identity::{Held, Role};
use dossier_proto::{DesignationId, Digest, Micros, Place};
use serde::{Deserialize, Serialize};

use super::{Who, build::who, build::written};

/// The recorded right under which somebody acted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Designated {
    /// Its name.
    #[schema(value_type = String)]
    pub id: DesignationId,
    /// As what it lets its holder act.
    #[schema(value_type = String)]
    pub role: Role,
    /// For which body; for every one where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// For which record types; for all where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// The event that granted it.
    #[schema(value_type = Object)]
    pub granted: Place,
    /// When it was granted (RFC 3339, UTC).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_at: Option<String>,
    /// By whom.
    pub granted_by: Who,
    /// Valid from then on.
    pub from: String,
    /// Valid before then; without end where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The number of the designating note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note_number: Option<String>,
    /// SHA-256 of the designating note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub note_digest: Option<Digest>,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// Where the event that granted it can be read.
    pub event: String,
}

impl Designated {
    /// A designation as it is known now; `granted_at` is when the event that granted it was recorded.
    pub fn of(held: &Held, granted_at: Option<Micros>) -> Self {
        let designation = &held.designation;
        let Place { origin, epoch, sequence } = designation.place;
        Self {
            id: designation.id,
            role: designation.role,
            body: designation.body.as_ref().map(ToString::to_string),
            types: designation.record_types.clone(),
            granted: designation.place,
            granted_at: granted_at.map(written),
            granted_by: who(designation.granted_by, None),
            from: written(designation.from),
            until: designation.until.map(written),
            note_number: Some(designation.note_number.clone()).filter(|number| !number.is_empty()),
            note_digest: designation.note_digest,
            revoked: held.revoked.map(|revoked| written(revoked.at)),
            event: format!("/audit/api/v1/events?origin={origin}&epoch={epoch}&from={sequence}&limit=1"),
        }
    }
}
