//! What is kept in memory of an event, to put a trail in order and to find one's way in it.

use dossier_proto::{Actor, CommandId, DesignationId, Event, Micros, Payload, Place, v1};

use super::{Judged, kind};

/// An event without its words: about 200 bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// When it was recorded.
    pub at: Micros,
    /// Where it stands.
    pub place: Place,
    /// What led to it.
    pub cause: Option<Place>,
    /// The command it belongs to.
    pub command: Option<CommandId>,
    /// What happened.
    pub kind: &'static str,
    /// Who did it.
    pub actor: Actor,
    /// Under which designation.
    pub designation: Option<DesignationId>,
    /// The content it is about.
    pub judged: Judged,
    /// Whether it publishes an editorial correction.
    pub corrects: bool,
    /// The places that an edition tells the public of; of anything else none.
    pub public: Box<[Place]>,
}

impl Row {
    /// Of an event.
    pub fn of(event: &Event) -> Self {
        let head = &event.head;
        Self {
            at: head.recorded_at,
            place: head.place,
            cause: head.cause,
            command: head.command.map(|command| command.id),
            kind: kind(event.payload.as_ref()),
            actor: head.actor,
            designation: head.authority.map(|authority| authority.designation),
            judged: event.payload.as_ref().map(Judged::by).unwrap_or_default(),
            corrects: corrects(event),
            public: told(event),
        }
    }
}

fn corrects(event: &Event) -> bool {
    matches!(&event.payload, Some(Payload::EditionPublished(edition)) if edition.kind() == v1::EditionKind::Correction)
}

fn told(event: &Event) -> Box<[Place]> {
    let Some(Payload::EditionPublished(edition)) = &event.payload else { return Box::default() };
    let places = edition.steps.iter().filter_map(|step| step.place.as_ref());
    places.filter_map(|place| Place::try_from(place).ok()).collect()
}
