//! An event with its envelope checked.

use prost::Message;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{
    BodyCode, CommandId, DesignationId, Digest, EVENT_BYTES_MAX, EntryId, EventId, IdError, Micros, Origin, Place,
    SubjectId, envelope, schema, v1,
};

/// What happened.
pub type Payload = v1::event::Payload;

/// Why bytes are not an event of this contract.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContractError {
    /// Not a protobuf message.
    #[error("these bytes are not an event: {0}")]
    Wire(#[from] prost::DecodeError),
    /// An identifier has the wrong form.
    #[error("an identifier in the event has the wrong form: {0}")]
    Id(#[from] IdError),
    /// A field of the envelope is missing or out of range.
    #[error("the field {0} of the event's envelope is missing or out of range")]
    Field(&'static str),
    /// Larger than any event may be.
    #[error("the event has {found} bytes; an event has at most {max}", max = EVENT_BYTES_MAX)]
    TooLarge {
        /// How many bytes there were.
        found: usize,
    },
}

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person, known by a subject id.
    Person(SubjectId),
    /// A service that reacts to what another one recorded.
    Service(Origin),
    /// The clockwork of a service: what is due.
    System(Origin),
}

impl Actor {
    /// The person, when it is one.
    pub fn person(self) -> Option<SubjectId> {
        match self {
            Self::Person(subject) => Some(subject),
            Self::Service(_) | Self::System(_) => None,
        }
    }
}

/// The designation that entitled an actor, and the event that granted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Authority {
    /// The designation.
    pub designation: DesignationId,
    /// The event that granted it, in moderation's journal.
    pub granted: Place,
}

/// The command an event belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRef {
    /// First 16 bytes of SHA-256(subject ‖ idempotency key).
    pub id: CommandId,
    /// SHA-256 of the request as the caller made it.
    pub request_digest: Digest,
    /// 0 for the first event, which carries the inputs of the decision.
    pub index: u32,
    /// The version the caller expected; on the first event only.
    pub expected_version: Option<u64>,
}

/// The envelope of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its name.
    pub id: EventId,
    /// Where it stands.
    pub place: Place,
    /// Version of the payload's message.
    pub schema: u32,
    /// Whether a reader who does not know the payload has to stop at this entry.
    pub must_understand: bool,
    /// The entry it concerns.
    pub entry: Option<EntryId>,
    /// Version of the draft, review or edition after this event.
    pub part_version: u64,
    /// When it was recorded: after everything before it in this journal, and after its cause.
    pub recorded_at: Micros,
    /// What the clock said.
    pub wall: Micros,
    /// Who acted.
    pub actor: Actor,
    /// The body it was filed for by somebody else.
    pub on_behalf_of: Option<BodyCode>,
    /// The designation used.
    pub authority: Option<Authority>,
    /// The command it belongs to; none for `Received` and `EpochStarted`.
    pub command: Option<CommandRef>,
    /// The foreign event that led to it.
    pub cause: Option<Place>,
    /// Which rules decided.
    pub rules: u32,
    /// Digest of the registry in force.
    pub registry: Option<Digest>,
    /// One errand through all services: the id of the event that began it.
    pub correlation: Option<EventId>,
}

/// An event, read from its bytes or about to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// What it says about itself.
    pub head: Head,
    /// What happened; `None` when it is of a kind this version does not know.
    pub payload: Option<Payload>,
}

/// SHA-256 of an event's bytes: its name towards everybody who does not trust us.
pub fn hash_of(event: &[u8]) -> Digest {
    Digest(Sha256::digest(event).into())
}

impl Event {
    /// Reads an event and lifts an older payload to the newest schema.
    ///
    /// # Errors
    /// [`ContractError`]: the bytes break the contract. That is final; reading them again gives the same.
    pub fn decode(bytes: &[u8]) -> Result<Self, ContractError> {
        if bytes.len() > EVENT_BYTES_MAX {
            return Err(ContractError::TooLarge { found: bytes.len() });
        }
        match envelope::read::head(bytes) {
            // The one field that is left is an event too, with nothing in it but its payload.
            Some((head, payload)) => Ok(Self::lifted(head, v1::Event::decode(payload)?.payload)),
            None => Self::decode_any(bytes),
        }
    }

    /// Reads an event that need not look as we write it: field by field, in whatever order.
    pub(crate) fn decode_any(bytes: &[u8]) -> Result<Self, ContractError> {
        let raw = v1::Event::decode(bytes)?;
        let head = Head {
            id: raw.id.as_slice().try_into()?,
            place: Place { origin: origin(raw.origin)?, epoch: raw.epoch, sequence: raw.sequence },
            schema: raw.schema,
            must_understand: raw.must_understand,
            entry: optional(&raw.entry)?,
            part_version: raw.part_version,
            recorded_at: Micros(raw.recorded_at),
            wall: Micros(raw.wall),
            actor: actor(raw.actor.as_ref().ok_or(ContractError::Field("actor"))?)?,
            on_behalf_of: match raw.on_behalf_of.as_str() {
                "" => None,
                code => Some(code.parse()?),
            },
            authority: raw.authority.as_ref().map(Authority::try_from).transpose()?,
            command: command(&raw)?,
            cause: raw.cause.as_ref().map(Place::try_from).transpose()?,
            rules: raw.rules,
            registry: optional(&raw.registry)?,
            correlation: optional(&raw.correlation)?,
        };
        Ok(Self::lifted(head, raw.payload))
    }

    fn lifted(head: Head, payload: Option<Payload>) -> Self {
        let payload = payload.map(|payload| schema::lift(payload, head.schema, head.recorded_at));
        Self { head, payload }
    }

    /// The bytes of the event, fields in the order of their numbers. For an event that was read, the journal's own
    /// bytes are the truth, not these: an unknown or older payload does not come back the same.
    pub fn encode(&self) -> Vec<u8> {
        let payload = self.payload.as_ref().map_or(0, Payload::encoded_len);
        let mut bytes = Vec::with_capacity(envelope::write::HEAD_BYTES_MAX + payload);
        envelope::write::head(&self.head, &mut bytes);
        if let Some(payload) = &self.payload {
            payload.encode(&mut bytes);
        }
        bytes
    }

    /// Whether this is the first event of a command, which carries the inputs of the decision.
    pub fn opens_command(&self) -> bool {
        self.head.command.is_some_and(|command| command.index == 0)
    }
}

fn origin(number: i32) -> Result<Origin, ContractError> {
    Origin::from_number(number).ok_or(ContractError::Field("origin"))
}

fn optional<'a, T: TryFrom<&'a [u8], Error = IdError>>(bytes: &'a [u8]) -> Result<Option<T>, IdError> {
    if bytes.is_empty() { Ok(None) } else { T::try_from(bytes).map(Some) }
}

fn actor(raw: &v1::Actor) -> Result<Actor, ContractError> {
    match v1::ActorKind::try_from(raw.kind) {
        Ok(v1::ActorKind::Person) => Ok(Actor::Person(raw.subject.as_slice().try_into()?)),
        Ok(v1::ActorKind::Service) => Ok(Actor::Service(origin(raw.service)?)),
        Ok(v1::ActorKind::System) => Ok(Actor::System(origin(raw.service)?)),
        Ok(v1::ActorKind::Unspecified) | Err(_) => Err(ContractError::Field("actor.kind")),
    }
}

fn command(raw: &v1::Event) -> Result<Option<CommandRef>, ContractError> {
    let Some(id) = optional(&raw.command_id)? else { return Ok(None) };
    Ok(Some(CommandRef {
        id,
        request_digest: raw.request_digest.as_slice().try_into()?,
        index: raw.command_index,
        expected_version: raw.expected_version,
    }))
}

impl From<Actor> for v1::Actor {
    fn from(actor: Actor) -> Self {
        let (kind, subject, service) = match actor {
            Actor::Person(subject) => (v1::ActorKind::Person, subject.to_vec(), 0),
            Actor::Service(origin) => (v1::ActorKind::Service, Vec::new(), i32::from(origin.number())),
            Actor::System(origin) => (v1::ActorKind::System, Vec::new(), i32::from(origin.number())),
        };
        Self { kind: kind.into(), subject, service }
    }
}

impl From<Place> for v1::Place {
    fn from(place: Place) -> Self {
        Self { origin: i32::from(place.origin.number()), epoch: place.epoch, sequence: place.sequence }
    }
}

impl TryFrom<&v1::Place> for Place {
    type Error = ContractError;
    fn try_from(raw: &v1::Place) -> Result<Self, ContractError> {
        Ok(Self { origin: origin(raw.origin)?, epoch: raw.epoch, sequence: raw.sequence })
    }
}

impl From<Authority> for v1::Authority {
    fn from(authority: Authority) -> Self {
        Self { designation: authority.designation.to_vec(), granted: Some(authority.granted.into()) }
    }
}

impl TryFrom<&v1::Authority> for Authority {
    type Error = ContractError;
    fn try_from(raw: &v1::Authority) -> Result<Self, ContractError> {
        let granted = raw.granted.as_ref().ok_or(ContractError::Field("authority.granted"))?;
        Ok(Self { designation: raw.designation.as_slice().try_into()?, granted: granted.try_into()? })
    }
}
