//! What one instance says next, and what it may conclude from what it hears. Pure.

#[cfg(test)]
mod tests;

use std::{collections::VecDeque, time::Duration};

use bytes::Bytes;
use dossier_journal::Signers;

use super::claim::{ANSWERS_MAX, Claim, Instance, Nonce};
use crate::Moment;

/// Whoever gives back what was asked longer ago may be gone by now.
const ASKED_LASTS: Duration = Duration::from_secs(10);
/// What was asked lately: in ten seconds an instance that starts asks forty times, and again for each that it answers.
const ASKED_MAX: usize = 64;
/// What was answered lately: the same question brought again is not answered again.
const ANSWERED_MAX: usize = 256;

/// What somebody's words amount to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// What this instance said at that moment came through the broker.
    Own(Moment),
    /// Another one is there, now.
    Other(Instance),
    /// Once there was another one; perhaps it still is. It is answered, and asked.
    Perhaps,
    /// Of an instance of this name that is long gone, or nothing new.
    Old,
}

/// One instance's side of the conversation.
pub(super) struct Voice {
    signers: Signers,
    pub(super) instance: Instance,
    asked: VecDeque<(Nonce, Moment)>,
    unanswered: VecDeque<Nonce>,
    answered: VecDeque<Nonce>,
}

impl Voice {
    pub(super) fn new(signers: Signers, instance: Instance) -> Self {
        let (asked, unanswered, answered) = Default::default();
        Self { signers, instance, asked, unanswered, answered }
    }

    /// Whether somebody waits for an answer.
    pub(super) fn has_to_answer(&self) -> bool {
        !self.unanswered.is_empty()
    }

    /// Says that it is there, asks, and answers who asked. `asks` was never used before.
    pub(super) fn speak(&mut self, asks: Nonce, now: Moment) -> Bytes {
        let count = self.unanswered.len().min(ANSWERS_MAX);
        let answers: Vec<_> = self.unanswered.drain(..count).collect();
        keep(&mut self.answered, answers.iter().copied(), ANSWERED_MAX);
        keep(&mut self.asked, [(asks, now)], ASKED_MAX);
        Claim { instance: self.instance, asks, answers }.sign(&self.signers.current())
    }

    /// Takes what came.
    ///
    /// # Errors
    /// Why it is nobody's word.
    pub(super) fn hear(&mut self, bytes: &[u8], now: Moment) -> Result<Heard, &'static str> {
        let claim = Claim::read(bytes, &self.signers.present_and_later())?;
        if claim.instance.id == self.instance.id {
            return Ok(self.when_asked(claim.asks, now).map_or(Heard::Old, Heard::Own));
        }
        let is_new = !self.answered.contains(&claim.asks) && !self.unanswered.contains(&claim.asks);
        if is_new {
            keep(&mut self.unanswered, [claim.asks], ANSWERS_MAX);
        }
        let answers = claim.answers.iter().any(|nonce| self.when_asked(*nonce, now).is_some());
        Ok(match (answers, is_new) {
            (true, _) => Heard::Other(claim.instance),
            (false, true) => Heard::Perhaps,
            (false, false) => Heard::Old,
        })
    }

    /// When this was asked, if that was lately.
    fn when_asked(&self, nonce: Nonce, now: Moment) -> Option<Moment> {
        let (_, when) = self.asked.iter().find(|(asked, _)| *asked == nonce)?;
        (now.since(*when) <= ASKED_LASTS).then_some(*when)
    }
}

/// Adds at the end; what is oldest is forgotten.
fn keep<T>(queue: &mut VecDeque<T>, new: impl IntoIterator<Item = T>, max: usize) {
    queue.extend(new);
    let over = queue.len().saturating_sub(max);
    queue.drain(..over);
}
