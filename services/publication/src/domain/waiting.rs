//! Approved contents on their way to become editions.
//!
//! The ciphertext of a content stands in the state from its arrival until its time: the timer that publishes it decides on
//! the state alone, and the edition's event carries the content. What is published at once leaves the state in the same
//! frame. So the state holds the contents of those few that wait for a time: at the mean of 2 KB a thousand of them are
//! 2 MB. No word of them can be read without its key, here or in a snapshot.

use dossier_proto::{BodyCode, EntryId, Event, Micros, Payload, Place, v1};
use serde::{Deserialize, Serialize};

/// An approved content or a confirmed correction as it came in, until it is published or declined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The entry.
    pub entry: EntryId,
    /// The approval, or the confirmation of the correction.
    pub at: Place,
    /// The edition that it revises.
    pub base: Option<u32>,
    /// Not before this moment: the later of what the body asked for and the moderator said.
    pub not_before: Option<Micros>,
    /// The edition it will be, without its numbers.
    #[serde(with = "message")]
    pub edition: v1::EditionPublished,
}

impl Waiting {
    /// What an event of moderation lets through; `None` of every other event.
    pub(super) fn of(foreign: &Event) -> Option<Self> {
        let (entry, at) = (foreign.head.entry?, foreign.head.place);
        let command = Some(v1::PublishEdition { approved: Some(at.into()) });
        match foreign.payload.as_ref()? {
            Payload::Approved(approved) => Some(Self {
                entry,
                at,
                base: approved.base_edition,
                not_before: approved.publish_at.map(Micros),
                edition: v1::EditionPublished {
                    command,
                    content: approved.content.clone(),
                    record_type: approved.record_type.clone(),
                    body: approved.body.clone(),
                    original_language: approved.original_language.clone(),
                    notices: approved.command.as_ref().map(|command| command.notices.clone()).unwrap_or_default(),
                    steps: approved.steps.clone(),
                    what_changed: approved.what_changed.clone(),
                    ..v1::EditionPublished::default()
                },
            }),
            Payload::CorrectionConfirmed(confirmed) => Some(Self {
                entry,
                at,
                base: Some(confirmed.base_edition),
                not_before: None,
                edition: v1::EditionPublished {
                    command,
                    content: confirmed.content.clone(),
                    record_type: confirmed.record_type.clone(),
                    body: confirmed.body.clone(),
                    original_language: confirmed.original_language.clone(),
                    notices: confirmed.notices.clone(),
                    steps: vec![v1::PublicStep {
                        kind: v1::public_step::Kind::Corrected.into(),
                        place: Some(at.into()),
                        recorded_at: foreign.head.recorded_at.0,
                        count: 0,
                    }],
                    kind: v1::EditionKind::Correction.into(),
                    // The moderators' reason is for the body; the public is told that it is a correction.
                    ..v1::EditionPublished::default()
                },
            }),
            _ => None,
        }
    }

    /// The body that puts it on record; `None` when what was approved names none.
    pub fn body(&self) -> Option<BodyCode> {
        self.edition.body.parse().ok()
    }
}

/// Writes a message as its protobuf bytes: its one canonical form here.
mod message {
    use dossier_proto::v1;
    use prost::Message;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(edition: &v1::EditionPublished, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&edition.encode_to_vec())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<v1::EditionPublished, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        v1::EditionPublished::decode(bytes.as_slice()).map_err(D::Error::custom)
    }
}
