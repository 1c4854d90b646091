//! What deciders need to know of letters: how far everybody has read, and what a record of sent letters may say.

use std::collections::BTreeMap;

use dossier_proto::{Origin, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

/// Ends in one record: 64 × 22 bytes are 1.5 KB of an event.
pub(super) const ENDS_MAX: usize = 64;

/// How far everybody has read their inbox in this journal. A place for each person who ever read: 40 bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMarks(BTreeMap<SubjectId, Place>);

impl ReadMarks {
    /// How far somebody has read.
    pub fn of(&self, subject: SubjectId) -> Option<Place> {
        self.0.get(&subject).copied()
    }

    /// Folds that somebody has read so far. Nobody unreads.
    pub fn read(&mut self, subject: SubjectId, command: &v1::ReadInbox) {
        let Some(through) = command.through.as_ref().and_then(|place| Place::try_from(place).ok()) else { return };
        let mark = self.0.entry(subject).or_insert(through);
        *mark = (*mark).max(through);
    }

    /// Whether a mark moves: "no" where it stands there or farther already.
    ///
    /// # Errors
    /// What is wrong with the command: the event is none of this journal, or is still to come. `here` is where the next event stands.
    pub fn moves(&self, subject: SubjectId, command: &v1::ReadInbox, here: Place) -> Result<bool, &'static str> {
        let through = command.through.as_ref().and_then(|place| Place::try_from(place).ok());
        let through = through.ok_or("it names no event")?;
        if through.origin != here.origin {
            return Err("the inbox of another service is read there");
        }
        if through >= here {
            return Err("it names an event that is still to come");
        }
        Ok(self.of(subject).is_none_or(|mark| mark < through))
    }
}

/// Whether a record of how letters ended may be written: only the postman of the service itself says so, of at most 64
/// letters. One without letters says that from now on they go out by mail.
///
/// # Errors
/// What is wrong with it.
pub fn check_record(
    record: &v1::RecordLetters,
    actor: dossier_proto::Actor,
    origin: Origin,
) -> Result<(), &'static str> {
    if actor != dossier_proto::Actor::System(origin) {
        return Err("only the postman says how letters ended");
    }
    if record.letters.len() > ENDS_MAX {
        return Err("a record holds at most 64 letters");
    }
    let is_sound = |end: &v1::LetterEnd| {
        end.letter.len() == 16 && end.outcome() != v1::LetterOutcome::Unspecified && end.attempts > 0
    };
    if record.letters.iter().all(is_sound) { Ok(()) } else { Err("a letter has 16 bytes, an outcome, and was tried") }
}
