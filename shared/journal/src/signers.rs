//! What a journal signs with: one key after another.
//!
//! All keys follow from one secret and a number, the generation. Which of them signs what is in the journal itself: an event gives one key up and
//! names the next. The journal notes the places of these events when they are written (`meta`), in the group they are in, so that an opening knows
//! them before it reads any event. Nothing else says which generation it is.

#[cfg(test)]
mod tests;

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use dossier_proof::{KeyHistory, SigningKey, Stand, TurnError, VerifierKey};

/// An event that gives the journal's key up, as it names both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyTurn {
    /// The key up to and with this event, as text.
    pub former: String,
    /// The key after it.
    pub verifier: String,
}

/// Reads a [`KeyTurn`] from an event's bytes; nothing when it is another event.
pub type TurnFn = fn(&[u8]) -> Option<KeyTurn>;

/// Why a journal does not take a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignersError {
    /// It cannot follow there.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// It is not the one that follows from our secret.
    #[error("it takes the key {0}, which does not follow from the master key")]
    NotOurs(Box<VerifierKey>),
    /// There is only one key.
    #[error("it takes another key, and there is only one")]
    OnlyOne,
}

/// The keys that a journal signs with. Cheap to clone; all clones know the same.
#[derive(Clone)]
pub struct Signers(Arc<Inner>);

struct Inner {
    derive: Box<Derive>,
    known: RwLock<Known>,
}

type Derive = dyn Fn(u32) -> Option<SigningKey> + Send + Sync;

struct Known {
    /// Of generation 1, 2 and so on. Never empty; one more than the history has turns.
    keys: Vec<SigningKey>,
    history: KeyHistory,
    /// Before the journal was opened: what it presumably signs with.
    presumed: Option<(u32, SigningKey)>,
    /// What is made once for each generation.
    recognised: Option<Vec<VerifierKey>>,
}

impl From<SigningKey> for Signers {
    /// One key, for ever.
    fn from(key: SigningKey) -> Self {
        Self::generations(key, |_| None)
    }
}

impl fmt::Debug for Signers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signers({:?})", self.history())
    }
}

impl Signers {
    /// The first key, and what gives the key of a generation (2 and more).
    #[must_use]
    pub fn generations(first: SigningKey, derive: impl Fn(u32) -> Option<SigningKey> + Send + Sync + 'static) -> Self {
        let known = Known { history: first.verifier().into(), keys: vec![first], presumed: None, recognised: None };
        Self(Arc::new(Inner { derive: Box::new(derive), known: RwLock::new(known) }))
    }

    /// Says what the journal presumably signs with now, for who has to sign something before it is opened. The journal knows better.
    #[must_use]
    pub fn presumed(self, generation: u32) -> Self {
        let key = (generation > 1).then(|| (self.0.derive)(generation)).flatten();
        self.known_mut(|known| {
            known.presumed = key.map(|key| (generation, key));
            known.recognised = None;
        });
        self
    }

    /// What the journal signs what is new with.
    #[must_use]
    pub fn current(&self) -> SigningKey {
        self.known(|known| known.presumed.as_ref().map_or_else(|| last(&known.keys), |(_, key)| key).clone())
    }

    /// What it signs there with.
    #[must_use]
    pub fn at(&self, stand: Stand) -> SigningKey {
        self.known(|known| {
            let turns = known.history.turns().iter().filter(|turn| turn.after < stand).count();
            known.keys.get(turns).unwrap_or_else(|| last(&known.keys)).clone()
        })
    }

    /// The public keys, with the stretches that they sign.
    #[must_use]
    pub fn history(&self) -> KeyHistory {
        self.known(|known| known.history.clone())
    }

    /// The generation in force, from 1.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.known(|known| u32::try_from(known.keys.len()).unwrap_or(u32::MAX))
    }

    /// The key of the next generation.
    #[must_use]
    pub fn following(&self) -> Option<SigningKey> {
        (self.0.derive)(self.generation() + 1)
    }

    /// The public keys of this generation and of some that may follow: what a newer copy of the same journal may sign with.
    #[must_use]
    pub fn present_and_later(&self) -> Vec<VerifierKey> {
        if let Some(recognised) = self.known(|known| known.recognised.clone()) {
            return recognised;
        }
        let (present, key) = self.known(|known| match &known.presumed {
            Some((generation, key)) => (*generation, key.verifier()),
            None => (u32::try_from(known.keys.len()).unwrap_or(u32::MAX), last(&known.keys).verifier()),
        });
        let later = (1..=LATER).map_while(|later| (self.0.derive)(present.saturating_add(later)));
        let keys: Vec<_> = [key].into_iter().chain(later.map(|key| key.verifier())).collect();
        self.known_mut(|known| known.recognised = Some(keys.clone()));
        keys
    }

    /// Knows from here on what is in the journal.
    pub(crate) fn settle(&self, turns: impl IntoIterator<Item = (Stand, KeyTurn)>) -> Result<(), SignersError> {
        self.known_mut(|known| {
            known.keys.truncate(1);
            known.history = known.history.first().clone().into();
            known.presumed = None;
            known.recognised = None;
        });
        turns.into_iter().try_for_each(|(after, turn)| self.turn(after, &turn))
    }

    /// The journal takes its next key.
    pub(crate) fn turn(&self, after: Stand, turn: &KeyTurn) -> Result<(), SignersError> {
        let key = self.following().ok_or(SignersError::OnlyOne)?;
        self.known_mut(|known| {
            let mut history = known.history.clone();
            if history.turn(after, &turn.former, &turn.verifier)? {
                if *history.current() != key.verifier() {
                    return Err(SignersError::NotOurs(Box::new(history.current().clone())));
                }
                known.history = history;
                known.keys.push(key);
                known.presumed = None;
                known.recognised = None;
            }
            Ok(())
        })
    }

    fn known<T>(&self, look: impl FnOnce(&Known) -> T) -> T {
        look(&self.0.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn known_mut<T>(&self, change: impl FnOnce(&mut Known) -> T) -> T {
        change(&mut self.0.known.write().unwrap_or_else(PoisonError::into_inner))
    }
}

/// So many later generations of one's own keys are recognised: more rotations than happen while an old copy lies in a drawer.
const LATER: u32 = 16;

fn last(keys: &[SigningKey]) -> &SigningKey {
    keys.last().expect("`generations` puts the first key there, and `settle` leaves it")
}
