//! What is asked of the engine, and what it answers.

use std::time::{SystemTime, UNIX_EPOCH};

use dossier_proto::{Actor, BodyCode, CommandId, Digest, EntryId, Event, EventId, Origin, Place};
use sha2::{Digest as _, Sha256};
use ulid::Ulid;

/// A command with everything a caller says about it.
#[derive(Debug, Clone)]
pub struct Request<C> {
    /// What is to be decided.
    pub command: C,
    /// The entry it concerns; none when it creates one.
    pub entry: Option<EntryId>,
    /// Who asks.
    pub actor: Actor,
    /// The body it is filed for by somebody else.
    pub on_behalf_of: Option<BodyCode>,
    /// The name for what it creates ([`fresh_id`]); known beforehand, so that words can be sealed for their place.
    pub fresh: EventId,
    /// The version the caller expects.
    pub expected_version: Option<u64>,
    /// The command's name ([`command_id`]).
    pub command_id: CommandId,
    /// SHA-256 of the request as the caller made it: the same name with another request is refused.
    pub request_digest: Digest,
    /// The errand it belongs to, when it began elsewhere.
    pub correlation: Option<EventId>,
}

impl<C> Request<C> {
    /// A command of the service itself that concerns no entry; nobody repeats it.
    pub fn of_system(origin: Origin, command: C) -> Self {
        let fresh = fresh_id();
        Self {
            command,
            entry: None,
            actor: Actor::System(origin),
            on_behalf_of: None,
            fresh,
            expected_version: None,
            command_id: command_id(b"system", fresh.as_bytes()),
            request_digest: Digest(Sha256::digest(fresh.as_bytes()).into()),
            correlation: None,
        }
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The events of the command; none when it changed nothing.
    pub events: Vec<Event>,
    /// Whether it had taken effect before and is now only answered again.
    pub repeated: Repeated,
}

/// Whether an answer is the first to its command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeated {
    /// It took effect now.
    No,
    /// It took effect before.
    Yes,
}

/// Why a command took no effect.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExecuteError<R: std::error::Error> {
    /// The decider refused. Final: the same command in the same state is refused again.
    #[error("{refusal}")]
    Refused {
        /// Why.
        refusal: R,
        /// Where the refusal stands in the journal, when it is recorded.
        recorded: Option<Place>,
    },
    /// Another request was made under this idempotency key. Final.
    #[error("another request was made under this idempotency key")]
    KeyReused,
    /// An event would be larger than any may be. Final.
    #[error("this makes an event of {found} bytes; an event has at most {max}")]
    TooLarge {
        /// How many bytes.
        found: usize,
        /// How many there may be.
        max: usize,
    },
    /// Moderation was not heard for [`AUTHORITY_LASTS`](crate::AUTHORITY_LASTS), so nobody's rights are known well enough.
    /// Nothing was decided or recorded. Retryable: the same request with the same idempotency key is decided once moderation is
    /// heard again.
    #[error("moderation was not heard of late, so it is not certain what you may do")]
    AuthorityNotHeard,
    /// Too much is waiting. Retryable.
    #[error("too many commands are waiting")]
    Busy,
    /// The service has stopped. Whether the command took effect is to be found out by repeating it, with the same
    /// idempotency key, when the service is back.
    #[error("the service has stopped")]
    Stopped,
}

/// A fresh id: the time of day and 80 random bits.
pub fn fresh_id() -> EventId {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
    let mut random = [0; 16];
    // Without randomness nothing here is safe to go on with: keys, salts and tokens come from the same source.
    getrandom::fill(&mut random).expect("the system gives random bytes");
    EventId::from(Ulid::from_parts(millis, u128::from_be_bytes(random)))
}

/// What a command and its request are called in the journal, where everybody may read.
///
/// `request` is the digest of what the caller sent. It may hold few words, which could be guessed from a bare digest (P11);
/// so it is salted with the idempotency key, which is in no journal. A caller who gives no key gets a random one: the
/// command can then not be repeated.
pub fn name_command(subject: &[u8], idempotency_key: Option<&[u8]>, request: &Digest) -> (CommandId, Digest) {
    let mut random = [0; 32];
    let key = idempotency_key.unwrap_or_else(|| {
        getrandom::fill(&mut random).expect("the system gives random bytes");
        &random
    });
    let salted = Sha256::new()
        .chain_update(b"dossier request\0")
        .chain_update((key.len() as u64).to_be_bytes())
        .chain_update(key)
        .chain_update(request.as_bytes())
        .finalize();
    (command_id(subject, key), Digest(salted.into()))
}

/// The name of a command: the first 16 bytes of SHA-256(subject ‖ idempotency key).
pub fn command_id(subject: &[u8], idempotency_key: &[u8]) -> CommandId {
    let digest = Sha256::new().chain_update(subject).chain_update(idempotency_key).finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    CommandId(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of a request stood in the journal as it was, so that a short reason could be found by guessing (P11).
    #[test]
    fn a_request_cannot_be_guessed_from_its_digest() {
        let request = Digest(Sha256::digest(b"{\"reason\": \"no\"}").into());
        let (_, with_key) = name_command(b"alder", Some(b"a key"), &request);
        let (_, same) = name_command(b"alder", Some(b"a key"), &request);
        let (first, without) = name_command(b"alder", None, &request);
        let (second, again) = name_command(b"alder", None, &request);
        assert_eq!(with_key, same, "a repeat is recognised");
        assert!(with_key != request && without != request && without != again && first != second);
    }
}
