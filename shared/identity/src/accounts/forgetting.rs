//! Whether somebody is forgotten here for sure: what a service has to know before it says so in its journal.
//!
//! That a copy of the accounts does not name somebody says nothing as long as it may be older than the order, or was not heard at all. So
//! a round of asking has to have begun after the question was put here, and have been answered; and where the copy is written down, one
//! without that person has to have taken the place of the former file.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier_proto::SubjectId;
use tokio::time::Instant;

use super::{Accounts, People, WrittenCopy};

/// Why it cannot be said that somebody is forgotten. All of it passes; ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotForgotten {
    /// The account is there.
    #[error("moderation has not forgotten the person yet, as far as was heard here")]
    Known,
    /// Nobody has answered since it was asked here for the first time.
    #[error("moderation has not been heard about the accounts since the order came here")]
    NotHeard,
    /// The file with the copy may still hold them.
    #[error("the written copy of the accounts was not replaced by one without the person yet")]
    NotWritten,
}

/// What a copy knows of those who are to be forgotten. One small row for each order about a person: there are few, and never more than people.
#[derive(Debug, Default)]
pub(super) struct Forgetting {
    /// The copy that the file holds: nothing where none is written, `Some(0)` before the first is.
    written: Option<u64>,
    asked: BTreeMap<SubjectId, Asked>,
}

#[derive(Debug)]
struct Asked {
    /// When it was asked here for the first time: after the order was heard.
    since: Instant,
    /// The first copy, asked for after that, without them.
    gone_in: Option<u64>,
}

/// What the copy that is here tells of somebody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told {
    /// When it was last asked whether this is the newest.
    pub(super) heard: Instant,
    /// Which of the copies that were here since the start.
    pub(super) edition: u64,
    pub(super) is_known: bool,
}

impl Forgetting {
    /// `look` tells what the copy says; it is called after the moment of asking was noted.
    pub(super) fn ask(&mut self, subject: SubjectId, look: impl FnOnce() -> Option<Told>) -> Result<(), NotForgotten> {
        let now = Instant::now();
        let asked = self.asked.entry(subject).or_insert(Asked { since: now, gone_in: None });
        let told = look().filter(|told| told.heard > asked.since).ok_or(NotForgotten::NotHeard)?;
        if told.is_known {
            asked.gone_in = None;
            return Err(NotForgotten::Known);
        }
        let gone_in = *asked.gone_in.get_or_insert(told.edition);
        match self.written {
            Some(written) if written < gone_in => Err(NotForgotten::NotWritten),
            _ => Ok(()),
        }
    }
}

/// The lock of a [`Forgetting`]: a panic while it was held cannot leave it half changed.
pub(super) fn locked(forgetting: &Mutex<Forgetting>) -> MutexGuard<'_, Forgetting> {
    forgetting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Accounts {
    /// That nothing here tells any more who somebody was: no account, no copy in memory, no written copy. The first question about somebody
    /// has to be put after the order to forget them was heard.
    ///
    /// # Errors
    /// [`NotForgotten`]; ask again soon.
    pub fn have_forgotten(&self, subject: SubjectId) -> Result<(), NotForgotten> {
        match &self.people {
            People::Kept(holder) => match holder.known().accounts.get(&subject) {
                Some(account) if account.erased.is_none() => Err(NotForgotten::Known),
                _ => Ok(()),
            },
            People::Mirrored(mirror) => locked(&mirror.forgetting).ask(subject, || mirror.told(subject)),
        }
    }

    /// Says that the copy is written down from now on: before the first is heard. Nobody counts as forgotten before the file is another one.
    pub fn will_be_written_down(&self) {
        if let People::Mirrored(mirror) = &self.people {
            locked(&mirror.forgetting).written.get_or_insert(0);
        }
    }

    /// The copy that is here, when it is not the one that was written down last.
    pub fn unwritten(&self) -> Option<WrittenCopy> {
        let People::Mirrored(mirror) = &self.people else { return None };
        let written = locked(&mirror.forgetting).written.unwrap_or_default();
        mirror.edition().filter(|edition| *edition > written).and_then(|_| self.copied())
    }

    /// Says that this copy is durable, and that no former one is left.
    pub fn written_down(&self, edition: u64) {
        if let People::Mirrored(mirror) = &self.people {
            let mut forgetting = locked(&mirror.forgetting);
            forgetting.written = forgetting.written.max(Some(edition));
        }
    }
}
