//! From events to steps.

use dossier_identity::Role;
use dossier_proto::{Actor, DesignationId, Digest, Event, Micros, Payload};
use jiff::Timestamp;

use super::{By, Filed, Step, Who, kind, sentence};

/// The steps of events that are in causal order. `before` is when the event before the first of them was recorded, `role`
/// says what a designation is for. Names and words are missing yet.
pub fn steps(events: &[Filed], before: Option<Micros>, role: &dyn Fn(DesignationId) -> Option<Role>) -> Vec<Step> {
    let mut previous = before;
    let mut steps = Vec::with_capacity(events.len());
    for filed in events {
        let recorded_at = filed.event.head.recorded_at;
        let since_previous = previous.map(|previous| recorded_at.0.saturating_sub(previous.0));
        previous = Some(recorded_at);
        steps.push(Step { since_previous, ..step(filed, role) });
    }
    steps
}

fn step(filed: &Filed, role: &dyn Fn(DesignationId) -> Option<Role>) -> Step {
    let Filed { event, hash } = filed;
    let head = &event.head;
    // A refused command names no designation: to call somebody by the role they lacked would be wrong.
    let role = head.authority.and_then(|authority| role(authority.designation));
    let (revision, digest) = judged(event);
    Step {
        place: head.place,
        id: head.id,
        hash: *hash,
        kind: kind(event.payload.as_ref()).to_owned(),
        sentence: sentence(event, role),
        by: who(head.actor, role),
        on_behalf_of: head.on_behalf_of.clone(),
        authority: head.authority,
        cause: head.cause,
        command: head.command.map(|command| command.id),
        correlation: head.correlation,
        revision,
        digest,
        recorded_at: head.recorded_at,
        recorded: written(head.recorded_at),
        wall: head.wall,
        since_previous: None,
        said: Vec::new(),
    }
}

fn who(actor: Actor, role: Option<Role>) -> Who {
    let (kind, subject, service) = match actor {
        Actor::Person(subject) => (By::Person, Some(subject), None),
        Actor::Service(origin) => (By::Service, None, Some(origin)),
        Actor::System(origin) => (By::System, None, Some(origin)),
    };
    Who { kind, subject, name: None, role: role.filter(|_| kind == By::Person), service }
}

/// Revision and digest of the content an event is about.
fn judged(event: &Event) -> (Option<u32>, Option<Digest>) {
    let Some(payload) = &event.payload else { return (None, None) };
    let content = match payload {
        Payload::DraftStarted(one) => one.command.as_ref().and_then(|command| command.content.as_ref()),
        Payload::DraftSaved(one) => one.command.as_ref().and_then(|command| command.content.as_ref()),
        Payload::Submitted(one) => one.content.as_ref(),
        Payload::Approved(one) => one.content.as_ref(),
        Payload::EditionPublished(one) => one.content.as_ref(),
        _ => None,
    };
    if let Some(content) = content {
        return (Some(content.revision), digest(&content.digest));
    }
    match payload {
        Payload::ReviewOpened(one) => (Some(one.revision), digest(&one.digest)),
        Payload::CommentMade(one) => (None, one.command.as_ref().and_then(|command| digest(&command.digest))),
        Payload::ChangesRequested(one) => {
            (Some(one.revision), one.command.as_ref().and_then(|command| digest(&command.digest)))
        }
        Payload::EntryRefused(one) => {
            (Some(one.revision), one.command.as_ref().and_then(|command| digest(&command.digest)))
        }
        Payload::RevisionOpened(one) => (Some(one.base_revision), digest(&one.base_digest)),
        _ => (None, None),
    }
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    Digest::try_from(bytes).ok()
}

/// A moment as text (RFC 3339, UTC, microseconds). A moment no calendar holds is written as a number.
fn written(moment: Micros) -> String {
    match Timestamp::from_microsecond(moment.0) {
        Ok(stamp) => format!("{stamp:.6}"),
        Err(_) => moment.0.to_string(),
    }
}
