//! The decisions: publish, decline, retract.

use dossier_engine::{Context, Decided, Decision};
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Actor, Authority, EntryId, Micros, Origin, Payload, Place, v1};
use jiff::{Timestamp, tz::TimeZone};

use super::{
    Command, PublicNumber, PublicationRefusal, State,
    refusal::codes,
    state::{Entry, Waiting},
};

/// Decides a command; see [`dossier_engine::Decider::decide`].
pub(super) fn decide(state: &State, command: &Command, context: &Context) -> Result<Decision, PublicationRefusal> {
    match command {
        Command::Publish(command) => publish(state, command, context),
        Command::Retract(command) => retract(state, command, context),
    }
}

/// Publishes what was approved, at once. Nothing that happened in between can make it another content: the approval
/// carries the content it judged (P5).
fn publish(state: &State, command: &v1::PublishEdition, context: &Context) -> Result<Decision, PublicationRefusal> {
    match context.actor {
        Actor::System(Origin::Publication) | Actor::Service(Origin::Publication) => {}
        _ => return Err(PublicationRefusal::SystemOnly),
    }
    let place = command.approved.as_ref().and_then(|place| Place::try_from(place).ok());
    // An approval that does not wait was dealt with before: a second time changes nothing.
    let Some(waiting) = place.and_then(|place| state.waiting_at(place)) else { return Ok(Decision::NOTHING) };
    let decided = match next_edition(state, waiting, context.now) {
        Ok(next) => next.published(command, waiting),
        Err(declined) => declined.decided(command, waiting.entry),
    };
    Ok(Decision::one(None, decided))
}

/// The edition an approved content becomes.
struct Next {
    number: PublicNumber,
    edition: u32,
}

impl Next {
    fn published(self, command: &v1::PublishEdition, waiting: &Waiting) -> Decided {
        let approved = &waiting.approved;
        let notices = approved.command.as_ref().map(|command| command.notices.clone()).unwrap_or_default();
        Decided {
            entry: Some(waiting.entry),
            part_version: u64::from(self.edition),
            payload: Payload::EditionPublished(v1::EditionPublished {
                command: Some(*command),
                number: self.number.to_string(),
                edition: self.edition,
                content: approved.content.clone(),
                record_type: approved.record_type.clone(),
                body: approved.body.clone(),
                original_language: approved.original_language.clone(),
                notices,
                steps: approved.steps.clone(),
                what_changed: approved.what_changed.clone(),
                ..v1::EditionPublished::default()
            }),
        }
    }
}

/// Why an approval cannot become an edition. That is an event: the body and the moderators hear of it.
struct Declined {
    code: &'static str,
    because: Option<Place>,
    current_digest: Vec<u8>,
    version: u64,
}

impl Declined {
    fn of(code: &'static str) -> Self {
        Self { code, because: None, current_digest: Vec::new(), version: 0 }
    }

    fn against(code: &'static str, entry: &Entry, because: Place) -> Self {
        Self { code, because: Some(because), current_digest: entry.digest.to_vec(), version: entry.version() }
    }

    fn decided(self, command: &v1::PublishEdition, entry: EntryId) -> Decided {
        Decided {
            entry: Some(entry),
            part_version: self.version,
            payload: Payload::PublicationDeclined(v1::PublicationDeclined {
                command: Some(*command),
                refusal: Some(v1::Refusal {
                    code: self.code.to_owned(),
                    because: self.because.map(Into::into),
                    current_digest: self.current_digest,
                }),
            }),
        }
    }
}

fn next_edition(state: &State, waiting: &Waiting, now: Micros) -> Result<Next, Declined> {
    let base = waiting.approved.base_edition;
    let Some(entry) = state.entries.get(&waiting.entry) else {
        // A content that revises an edition nobody published has lost its base.
        return if base.is_some() {
            Err(Declined::of(codes::BASE_OUTDATED))
        } else {
            first_edition(state, waiting, now)
        };
    };
    if let Some(retraction) = entry.retracted {
        return Err(Declined::against(codes::WRONG_STATE, entry, retraction));
    }
    if base != Some(entry.edition) {
        return Err(Declined::against(codes::BASE_OUTDATED, entry, entry.published));
    }
    Ok(Next { number: entry.number.clone(), edition: entry.edition + 1 })
}

fn first_edition(state: &State, waiting: &Waiting, now: Micros) -> Result<Next, Declined> {
    let rules = state.rules.as_ref();
    let prefix = rules.and_then(|rules| rules.prefixes.get(&waiting.approved.record_type));
    let number = prefix.and_then(|prefix| {
        let year = year_of(now);
        PublicNumber::new(prefix, year, state.next_running(prefix, year)?)
    });
    match number {
        Some(number) => Ok(Next { number, edition: 1 }),
        None => Err(Declined::of(codes::UNKNOWN_CODE)),
    }
}

/// The year (UTC) of a moment. Years before 1 or after 9999 give 0, which is no year of a number.
pub(super) fn year_of(now: Micros) -> i16 {
    Timestamp::from_microsecond(now.0).map(|stamp| stamp.to_zoned(TimeZone::UTC).year()).unwrap_or(0)
}

fn retract(state: &State, command: &v1::RetractEntry, context: &Context) -> Result<Decision, PublicationRefusal> {
    let found = context.entry.and_then(|id| state.entries.get(&id).map(|entry| (id, entry)));
    let (id, entry) = found.ok_or(PublicationRefusal::NotFound)?;
    let authority = publisher_of(state, entry, context)?;
    if let Some(because) = entry.retracted {
        return Err(PublicationRefusal::AlreadyRetracted { because });
    }
    if context.expected_version.is_some_and(|expected| expected != entry.version()) {
        return Err(PublicationRefusal::VersionMismatch { current: entry.version() });
    }
    known_reason(state, &command.reason, context.now)?;
    if command.explanation.is_none() {
        return Err(PublicationRefusal::ExplanationMissing);
    }
    let retracted = v1::EntryRetracted { command: Some(command.clone()), edition: entry.edition };
    let decided =
        Decided { entry: Some(id), part_version: entry.version() + 1, payload: Payload::EntryRetracted(retracted) };
    Ok(Decision::one(Some(authority), decided))
}

fn publisher_of(state: &State, entry: &Entry, context: &Context) -> Result<Authority, PublicationRefusal> {
    let nobody = PublicationRefusal::NoDesignation { reason: NotEntitledReason::NoDesignation, because: None };
    let person = context.person().ok_or(nobody)?;
    state
        .designations
        .entitled(person, Role::Publisher, Some(&entry.body), Some(&entry.record_type), context.now)
        .map_err(PublicationRefusal::from)
}

fn known_reason(state: &State, code: &str, now: Micros) -> Result<(), PublicationRefusal> {
    let rules = state.rules.as_ref();
    if rules.is_some_and(|rules| rules.may_retract_for(code, now)) {
        return Ok(());
    }
    let known = rules.map(|rules| rules.retraction_reasons_at(now).join(", ")).unwrap_or_default();
    Err(PublicationRefusal::UnknownCode { code: code.chars().take(64).collect(), known })
}
