//! The keys of one log, one after another: which of them signs which checkpoint.
//!
//! A log gives its key up by an event that names the new one. The checkpoint that ends with this event is signed with the former key, every
//! later one with the new key. So whoever trusts the first key learns all later ones, and each key signs one stretch of the log: what a former
//! key signs of a later size is forged, whatever it says.
//!
//! The origin line of a log's checkpoints is its name, which is the name of all its keys, a slash, and the epoch. Epochs follow on each other,
//! so a checkpoint's place among all of them is its epoch and its size ([`Stand`]).

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::{
    checkpoint::{Checkpoint, CheckpointVerifyError, SignedCheckpoint},
    decimal,
    keys::VerifierKey,
    note::VerifyError,
};

/// The most keys a log has had: one a week for twenty years. A file of keys and an answer have room for as many.
pub const MAX_TURNS: usize = 1024;

/// Where a log stands: an epoch, and how many leaves that epoch's tree has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Stand {
    /// The epoch.
    pub epoch: u32,
    /// Leaves in it.
    pub size: u64,
}

/// A log has taken another key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The last checkpoint of the former key: it ends with the event that names the new one.
    pub after: Stand,
    /// The new key.
    pub verifier: VerifierKey,
}

/// The keys of a log. Never empty; no key comes twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHistory {
    first: VerifierKey,
    turns: Vec<Turn>,
}

/// A key with the stretch that it signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reign<'a> {
    /// The key.
    pub key: &'a VerifierKey,
    /// It signs what is larger than this; the first key signs from the beginning.
    pub after: Option<Stand>,
    /// Up to and with this; the present key has no end.
    pub until: Option<Stand>,
}

/// Why a log does not take another key in this way. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TurnError {
    /// One of the two is no key.
    #[error("it names something that is no key")]
    NoKey,
    /// One of the two is of another log.
    #[error("it names a key of {found}, and the log is {log}")]
    OtherLog {
        /// The log.
        log: String,
        /// Whose key it is.
        found: String,
    },
    /// The former key is not the one in force.
    #[error("it gives up the key {found}, and the log signs with {expected} there")]
    NotInForce {
        /// The key in force.
        expected: Box<VerifierKey>,
        /// The key it names.
        found: Box<VerifierKey>,
    },
    /// The new key is one that the log had.
    #[error("it takes the key {0}, which the log had already: a key that was given up never comes back")]
    Again(Box<VerifierKey>),
    /// It stands where the log has turned already.
    #[error("it stands at {found}, and the log has taken its present key after {last}")]
    NotAfter {
        /// The last turn.
        last: Stand,
        /// This one.
        found: Stand,
    },
    /// More than [`MAX_TURNS`].
    #[error("a log takes at most {MAX_TURNS} keys")]
    TooMany,
}

/// Why a checkpoint cannot be believed. Final, for these keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum HistoryError {
    /// None of the log's known keys has signed it: it is forged, or the log has a newer key.
    #[error("no key of the log that is known here has signed it")]
    Unknown,
    /// One of the log's keys has signed it, and another one signs there.
    #[error(
        "it is signed with the key {found}, which the log does not sign {at} with: whoever has a key that was given up can forge nothing with it"
    )]
    NotInForce {
        /// What it is said to be of.
        at: Stand,
        /// The key that signed.
        found: Box<VerifierKey>,
    },
    /// A signature does not hold, or it is of another log.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointVerifyError),
}

impl Stand {
    /// Where a checkpoint of the log `log` stands; nothing when it is of another one.
    #[must_use]
    pub fn of(checkpoint: &Checkpoint, log: &str) -> Option<Self> {
        let epoch = checkpoint.origin.strip_prefix(log)?.strip_prefix('/')?;
        let epoch = u32::try_from(decimal::parse(epoch)?).ok()?;
        Some(Self { epoch, size: checkpoint.size })
    }
}

impl fmt::Display for Stand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.epoch, self.size)
    }
}

impl FromStr for Stand {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (epoch, size) = text.split_once('/').ok_or(())?;
        let epoch = decimal::parse(epoch).and_then(|epoch| u32::try_from(epoch).ok()).ok_or(())?;
        Ok(Self { epoch, size: decimal::parse(size).ok_or(())? })
    }
}

impl From<VerifierKey> for KeyHistory {
    fn from(first: VerifierKey) -> Self {
        Self { first, turns: Vec::new() }
    }
}

impl KeyHistory {
    /// The log's name, which is that of all its keys.
    #[must_use]
    pub fn log(&self) -> &str {
        self.first.name().as_str()
    }

    /// The first key: whoever trusts it learns the others.
    #[must_use]
    pub const fn first(&self) -> &VerifierKey {
        &self.first
    }

    /// The newest key that is known.
    #[must_use]
    pub fn current(&self) -> &VerifierKey {
        self.turns.last().map_or(&self.first, |turn| &turn.verifier)
    }

    /// The number of the newest key that is known, from 1.
    #[must_use]
    pub fn generation(&self) -> u32 {
        // At most a thousand turns.
        u32::try_from(self.turns.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// The turns, in order.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Every key, with the stretch that it signs, in order.
    pub fn reigns(&self) -> impl Iterator<Item = Reign<'_>> {
        let begins = [(&self.first, None)].into_iter();
        let begins = begins.chain(self.turns.iter().map(|turn| (&turn.verifier, Some(turn.after))));
        let ends = self.turns.iter().map(|turn| Some(turn.after)).chain([None]);
        begins.zip(ends).map(|((key, after), until)| Reign { key, after, until })
    }

    /// The key that signs what stands there, as far as is known.
    #[must_use]
    pub fn key_at(&self, stand: Stand) -> &VerifierKey {
        let turn = self.turns.iter().rev().find(|turn| turn.after < stand);
        turn.map_or(&self.first, |turn| &turn.verifier)
    }

    /// Takes another key: `former` and `verifier` as the event names them, `after` the checkpoint that ends with it. Whether `former` has signed
    /// that checkpoint, and the event is in it, is for the caller to see to. Answers whether it was news.
    ///
    /// # Errors
    /// [`TurnError`]: nothing was taken.
    pub fn turn(&mut self, after: Stand, former: &str, verifier: &str) -> Result<bool, TurnError> {
        let read = |text: &str| {
            let key = VerifierKey::parse(text).map_err(|_| TurnError::NoKey)?;
            if key.name() == self.first.name() {
                return Ok(key);
            }
            Err(TurnError::OtherLog { log: self.log().to_owned(), found: key.name().to_string() })
        };
        let (former, verifier) = (read(former)?, read(verifier)?);
        if self.turns.iter().any(|turn| turn.after == after && turn.verifier == verifier) {
            return Ok(false);
        }
        if let Some(last) = self.turns.last().map(|turn| turn.after).filter(|last| *last >= after) {
            return Err(TurnError::NotAfter { last, found: after });
        }
        if *self.current() != former {
            return Err(TurnError::NotInForce { expected: Box::new(self.current().clone()), found: Box::new(former) });
        }
        if self.reigns().any(|reign| *reign.key == verifier) {
            return Err(TurnError::Again(Box::new(verifier)));
        }
        if self.turns.len() >= MAX_TURNS {
            return Err(TurnError::TooMany);
        }
        self.turns.push(Turn { after, verifier });
        Ok(true)
    }

    /// The history up to a stand, without later turns.
    #[must_use]
    pub fn until(&self, stand: Stand) -> Self {
        let turns = self.turns.iter().take_while(|turn| turn.after <= stand).cloned().collect();
        Self { first: self.first.clone(), turns }
    }

    /// Whether one of the two only knows more than the other, and nothing else.
    #[must_use]
    pub fn agrees_with(&self, other: &Self) -> bool {
        self.first == other.first && self.turns.iter().zip(&other.turns).all(|(one, other)| one == other)
    }

    /// The checkpoint and where it stands, when it is of this log and signed with the key that signs there.
    ///
    /// # Errors
    /// [`HistoryError`] says why it cannot be believed.
    pub fn verify(&self, signed: &SignedCheckpoint) -> Result<(Stand, Checkpoint), HistoryError> {
        let Some(stand) = Stand::of(signed.unverified(), self.log()) else {
            let expected = format!("{}/<epoch>", self.log());
            let found = signed.unverified().origin.clone();
            return Err(CheckpointVerifyError::WrongOrigin { expected, found }.into());
        };
        match signed.verify(self.key_at(stand)) {
            Ok(checkpoint) => Ok((stand, checkpoint)),
            Err(CheckpointVerifyError::Note(VerifyError::NoKnownSignature)) => {
                let other = self.reigns().find(|reign| signed.verify(reign.key).is_ok());
                Err(other.map_or(HistoryError::Unknown, |reign| HistoryError::NotInForce {
                    at: stand,
                    found: Box::new(reign.key.clone()),
                }))
            }
            Err(error) => Err(error.into()),
        }
    }
}
