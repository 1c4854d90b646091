//! The contract: every event of every service, and the names they use.

mod ids;

pub use ids::{
    BodyCode, CommandId, DesignationId, Digest, EntryId, EventId, IdError, KeyId, Micros, Origin, Place, SubjectId,
};
