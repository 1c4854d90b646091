//! The contract of Dossier: every event of every service, the names they use, and the limits they keep.
//!
//! - [`v1`]: the messages as `proto/dossier/v1/*.proto` describe them;
//! - [`Event`]: an event with its envelope checked, which is what the services work with;
//! - [`Place`], [`EntryId`], [`Digest`] and the other newtypes: so that nothing is taken for something else.
//!
//! Contracts only grow. `golden/` holds the bytes of every event in every schema version; they must decode for ever.

mod envelope;
mod event;
mod ids;
mod limits;
mod peek;
mod schema;
mod sealed;

/// The messages, as the `.proto` files describe them.
#[allow(missing_docs, clippy::all, clippy::pedantic, unreachable_pub)]
pub mod v1 {
    include!(concat!(env!("OUT_DIR"), "/dossier.v1.rs"));
}

pub use event::{Actor, Authority, CommandRef, ContractError, Event, Head, Payload, hash_of};
pub use ids::{
    BodyCode, CommandId, DesignationId, Digest, EntryId, EventId, IdError, KeyId, Micros, Origin, Place, SubjectId,
};
pub use limits::{CONTENT_BYTES_MAX, EVENT_BYTES_MAX};
pub use peek::{Peek, key_turn, kind_number, peek};
pub use schema::{must_understand, schema_of};
pub use sealed::{NamedKey, Seals, named_keys};

/// The descriptors of the contract, as a serialised `FileDescriptorSet`: for other people's tools.
pub const DESCRIPTORS: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
