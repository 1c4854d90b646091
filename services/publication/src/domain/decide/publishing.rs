//! What becomes of an approval: an edition now, an edition at its time, or a refusal that everybody concerned hears.

use dossier_engine::{Context, Decided, Decision};
use dossier_proto::{Actor, EntryId, Micros, Origin, Payload, Place, v1};
use jiff::{Timestamp, tz::TimeZone};

use crate::domain::{
    PublicNumber, PublicationRefusal, Scheduled, State, Waiting, Withheld, refusal::codes, state::Entry,
};

/// Publishes what was approved, or lets it wait for its time. Nothing that happened in between can make it another content:
/// the approval carries the content it judged (P5).
pub(super) fn publish(
    state: &State,
    command: &v1::PublishEdition,
    context: &Context,
) -> Result<Decision, PublicationRefusal> {
    match context.actor {
        Actor::System(Origin::Publication) | Actor::Service(Origin::Publication) => {}
        _ => return Err(PublicationRefusal::SystemOnly),
    }
    let place = command.approved.as_ref().and_then(|place| Place::try_from(place).ok());
    let Some(place) = place else { return Ok(Decision::NOTHING) };
    if let Some(waiting) = state.waiting_at(place) {
        return Ok(Decision { authority: None, events: came_in(state, waiting, context) });
    }
    let scheduled = context.entry.and_then(|entry| state.schedule.get(entry));
    match scheduled.filter(|scheduled| scheduled.waiting.at == place && scheduled.at <= context.now) {
        Some(scheduled) => {
            let waiting = &scheduled.waiting;
            let event = match next_edition(state, waiting, context.now) {
                Ok(next) => next.published(waiting, None),
                Err(declined) => declined.decided(waiting),
            };
            Ok(Decision::one(None, event))
        }
        // An approval that does not wait was dealt with before, and before its time nothing happens: a second time, and too
        // early, changes nothing.
        None => Ok(Decision::NOTHING),
    }
}

/// An approval has just come in.
fn came_in(state: &State, waiting: &Waiting, context: &Context) -> Vec<Decided> {
    let next = match next_edition(state, waiting, context.now) {
        Ok(next) => next,
        Err(declined) => return vec![declined.decided(waiting)],
    };
    let before = state.schedule.get(waiting.entry);
    if let Some(at) = waiting.not_before.filter(|at| *at > context.now) {
        let scheduled = v1::EditionScheduled { command: waiting.edition.command, at: at.0 };
        let version = state.entries.get(&waiting.entry).map_or(0, |entry| entry.version);
        let payload = Payload::EditionScheduled(scheduled);
        let first = Decided { entry: Some(waiting.entry), part_version: version, payload };
        // Of two approvals that wait, the later one is what the body wants public: the earlier would outdate its base.
        let replaced = before.map(|before| {
            let digest = waiting.edition.content.as_ref().map(|content| content.digest.clone()).unwrap_or_default();
            let current_digest = digest;
            Declined { code: codes::REPLACED, because: Some(waiting.at), current_digest, version }
                .decided(&before.waiting)
        });
        return std::iter::once(first).chain(replaced).collect();
    }
    let mut events = vec![next.published(waiting, None)];
    events.extend(before.map(|before| outdated(before, waiting, context, events[0].part_version)));
    events
}

/// What waited is declined, because another edition was published before its time.
fn outdated(before: &Scheduled, published: &Waiting, context: &Context, version: u64) -> Decided {
    let digest = published.edition.content.as_ref().map(|content| content.digest.clone());
    Declined {
        code: codes::BASE_OUTDATED,
        because: Some(context.place),
        current_digest: digest.unwrap_or_default(),
        version,
    }
    .decided(&before.waiting)
}

/// What waits of an entry is declined at once when the entry is retracted or superseded: its body need not wait to hear it.
pub(super) fn declined_with(
    state: &State,
    id: EntryId,
    entry: &Entry,
    context: &Context,
    version: u64,
) -> Option<Decided> {
    let scheduled = state.schedule.get(id)?;
    let current_digest = entry.digest.to_vec();
    let declined = Declined { code: codes::WRONG_STATE, because: Some(context.place), current_digest, version };
    Some(declined.decided(&scheduled.waiting))
}

/// The edition an approved content becomes.
pub(super) struct Next {
    number: PublicNumber,
    edition: u32,
    version: u64,
}

impl Next {
    pub(super) fn published(self, waiting: &Waiting, now: Option<v1::PublishNow>) -> Decided {
        Decided {
            entry: Some(waiting.entry),
            part_version: self.version,
            payload: Payload::EditionPublished(v1::EditionPublished {
                number: self.number.to_string(),
                edition: self.edition,
                now,
                ..waiting.edition.clone()
            }),
        }
    }
}

/// Why an approval cannot become an edition. That is an event: the body and the moderators hear of it.
pub(super) struct Declined {
    pub(super) code: &'static str,
    because: Option<Place>,
    current_digest: Vec<u8>,
    version: u64,
}

impl Declined {
    fn of(code: &'static str) -> Self {
        Self { code, because: None, current_digest: Vec::new(), version: 0 }
    }

    fn against(code: &'static str, entry: &Entry, because: Place) -> Self {
        Self { code, because: Some(because), current_digest: entry.digest.to_vec(), version: entry.version }
    }

    fn decided(self, waiting: &Waiting) -> Decided {
        Decided {
            entry: Some(waiting.entry),
            part_version: self.version,
            payload: Payload::PublicationDeclined(v1::PublicationDeclined {
                command: waiting.edition.command,
                refusal: Some(v1::Refusal {
                    code: self.code.to_owned(),
                    because: self.because.map(Into::into),
                    current_digest: self.current_digest,
                }),
            }),
        }
    }
}

/// The edition that what waits would be now.
///
/// An entry that is suspended gets its next edition, and stays suspended: a suspension for a fault in the text ends well when
/// the mended text is there before the entry is given back, not after.
pub(super) fn next_edition(state: &State, waiting: &Waiting, now: Micros) -> Result<Next, Declined> {
    let Some(entry) = state.entries.get(&waiting.entry) else {
        // A content that revises an edition nobody published has lost its base.
        return if waiting.base.is_some() {
            Err(Declined::of(codes::BASE_OUTDATED))
        } else {
            first_edition(state, waiting, now)
        };
    };
    if let Some(Withheld::Retracted(retraction)) = entry.withheld {
        return Err(Declined::against(codes::WRONG_STATE, entry, retraction));
    }
    if let Some(successor) = entry.successor {
        return Err(Declined::against(codes::WRONG_STATE, entry, successor.said));
    }
    if waiting.base != Some(entry.edition) {
        return Err(Declined::against(codes::BASE_OUTDATED, entry, entry.published));
    }
    Ok(Next { number: entry.number.clone(), edition: entry.edition + 1, version: entry.version + 1 })
}

fn first_edition(state: &State, waiting: &Waiting, now: Micros) -> Result<Next, Declined> {
    let rules = state.rules.as_ref();
    let prefix = rules.and_then(|rules| rules.prefixes.get(&waiting.edition.record_type));
    let number = prefix.and_then(|prefix| {
        let year = year_of(now);
        PublicNumber::new(prefix, year, state.next_running(prefix, year)?)
    });
    match number {
        Some(number) => Ok(Next { number, edition: 1, version: 1 }),
        None => Err(Declined::of(codes::UNKNOWN_CODE)),
    }
}

/// The year (UTC) of a moment. Years before 1 or after 9999 give 0, which is no year of a number.
fn year_of(now: Micros) -> i16 {
    Timestamp::from_microsecond(now.0).map(|stamp| stamp.to_zoned(TimeZone::UTC).year()).unwrap_or(0)
}
