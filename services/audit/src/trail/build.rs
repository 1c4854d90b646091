//! From events to steps.

use dossier_identity::Role;
use dossier_proto::{Actor, DesignationId, Micros};
use jiff::Timestamp;

use super::{Before, By, Changed, Effect, Filed, Judged, Sight, Step, Who, judged::stage, kind, sentence};

/// What a step led to, named at most. A submission leads to a handful; the first event of an entry of ten thousand may lead to all.
const EFFECTS_MAX: usize = 20;

/// The steps with these numbers (ascending), whose events are `events`, in the same order. `role` says what a designation is for. Names, words
/// and what changed are missing yet; of a difference, it is said with what to compare.
pub fn steps(
    sight: &Sight<'_>,
    numbers: &[usize],
    events: &[Filed],
    role: &dyn Fn(DesignationId) -> Option<Role>,
) -> Vec<Step> {
    let (known, _) = sight.follow(numbers);
    let page = numbers.iter().zip(events).zip(known);
    page.map(|((number, filed), before)| placed(sight, *number, before, step(filed, role))).collect()
}

/// A step in its place in the trail.
fn placed(sight: &Sight<'_>, number: usize, before: Before, step: Step) -> Step {
    let previous = number.checked_sub(1).and_then(|previous| sight.row(previous));
    let caused = sight.effects(number);
    let effects = caused.iter().take(EFFECTS_MAX).filter_map(|effect| {
        let row = sight.row(*effect)?;
        Some(Effect { number: *effect, place: row.place, kind: row.kind.to_owned() })
    });
    Step {
        number,
        because_of: step.cause.and_then(|cause| sight.number(cause)),
        effects: effects.collect(),
        effects_total: Some(caused.len()).filter(|count| *count > EFFECTS_MAX),
        since_previous: previous.map(|previous| step.recorded_at.0.saturating_sub(previous.at.0)),
        waited: before.waited,
        round: before.round,
        changed: compared(sight, before, &step),
        ..step
    }
}

/// With what the content of a step is compared, and whether it is the same.
fn compared(sight: &Sight<'_>, before: Before, step: &Step) -> Option<Changed> {
    let (against, base) = before.base?;
    let row = sight.row(base)?;
    let (earlier, digest) = (row.judged.digest?, step.digest?);
    Some(Changed {
        against,
        with: row.place,
        step: base,
        digest: Some(earlier),
        same: earlier == digest,
        mark: None,
        fields: Vec::new(),
        left_out: 0,
    })
}

/// What an event says by itself.
pub fn step(filed: &Filed, role: &dyn Fn(DesignationId) -> Option<Role>) -> Step {
    let Filed { event, hash } = filed;
    let head = &event.head;
    // A refused command names no designation: to call somebody by the role they lacked would be wrong.
    let role = head.authority.and_then(|authority| role(authority.designation));
    let judged = event.payload.as_ref().map(Judged::by).unwrap_or_default();
    Step {
        number: 0,
        place: head.place,
        id: head.id,
        hash: *hash,
        kind: kind(event.payload.as_ref()).to_owned(),
        sentence: sentence(event, role),
        by: who(head.actor, role),
        on_behalf_of: head.on_behalf_of.clone(),
        authority: head.authority,
        designation: None,
        cause: head.cause,
        because_of: None,
        effects: Vec::new(),
        effects_total: None,
        command: head.command.map(|command| command.id),
        correlation: head.correlation,
        revision: judged.revision,
        round: judged.round,
        stage: event.payload.as_ref().and_then(stage).map(ToOwned::to_owned),
        edition: judged.edition,
        digest: judged.digest,
        recorded_at: head.recorded_at,
        recorded: written(head.recorded_at),
        wall: head.wall,
        since_previous: None,
        waited: None,
        changed: None,
        said: Vec::new(),
    }
}

pub(super) fn who(actor: Actor, role: Option<Role>) -> Who {
    let (kind, subject, service) = match actor {
        Actor::Person(subject) => (By::Person, Some(subject), None),
        Actor::Service(origin) => (By::Service, None, Some(origin)),
        Actor::System(origin) => (By::System, None, Some(origin)),
    };
    Who { kind, subject, name: None, role: role.filter(|_| kind == By::Person), service }
}

/// A moment as text (RFC 3339, UTC, microseconds). A moment no calendar holds is written as a number.
pub(crate) fn written(moment: Micros) -> String {
    match Timestamp::from_microsecond(moment.0) {
        Ok(stamp) => format!("{stamp:.6}"),
        Err(_) => moment.0.to_string(),
    }
}

/// What the public is told of a step: who is a role, and nothing internal is said (DOMAIN section 5).
pub fn as_the_public_sees(step: Step) -> Step {
    let by = Who { subject: None, name: None, ..step.by };
    let said = step.said.into_iter().filter(|said| said.what == "explanation").collect();
    Step {
        by,
        said,
        authority: None,
        designation: None,
        because_of: None,
        effects: Vec::new(),
        effects_total: None,
        command: None,
        correlation: None,
        waited: None,
        changed: None,
        ..step
    }
}
