//! What each origin signs with, as one reader knows it, for longer than the reader runs.
//!
//! A reader is told the first key of each origin when the installation is made, and nobody tells it of later ones. It learns them from the origin: an
//! event names the next key, and the key in force signs the checkpoint that ends with that event. The proof of it needs nothing else
//! ([C2SP tlog-proof](https://c2sp.org/tlog-proof): event, path and checkpoint), so it does not matter who brings it, and a reader that was away
//! while an origin took several keys is given several proofs. What was learnt is synced to a file before anything is believed because of it: from
//! then on what a former key signs of a later size is refused, also after a restart.
//!
//! The file holds the proofs themselves, and they are verified again when it is read.

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant},
};

use dossier_proof::{
    Checkpoint, HistoryError, KeyHistory, LogProof, SignedCheckpoint, Stand, TurnError, VerifierKey,
    history::MAX_TURNS, leaf_of_event, logged::LogProofVerifyError,
};
use dossier_proto::{Event, Origin, Payload};

use crate::{Divergence, Transport, TransportError};

/// Of each origin at most a thousand proofs of 2 KB: 8 MiB, and room for paths.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;
/// An origin is asked for its later keys at most so often: what is not signed with a known one is mostly somebody else's.
const ASK_AGAIN: Duration = Duration::from_millis(500);
/// Proofs in one answer: with an event of at most 2 KB, a path of 62 hashes and a checkpoint each has less than 6 KiB.
pub const TURNS_PER_ANSWER: usize = 64;
/// The longest proof that is read.
pub const TURN_BYTES_MAX: usize = 8 * 1024;

/// The keys of the origins that one reader follows. Cheap to clone; all clones know the same.
#[derive(Debug, Clone)]
pub struct KeyRing(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    known: RwLock<BTreeMap<Origin, KeyHistory>>,
    /// Where what was learnt is kept; none where the ring lives no longer than what it is told of.
    file: Option<PathBuf>,
    /// What was learnt, in order; whoever learns holds it.
    learnt: Mutex<BTreeMap<Origin, Vec<String>>>,
    /// When each origin last answered; whoever asks holds it.
    asked: Mutex<BTreeMap<Origin, Arc<tokio::sync::Mutex<Option<Instant>>>>>,
}

/// Why a key was not learnt.
#[derive(Debug, thiserror::Error)]
pub enum KeyRingError {
    /// The proof is no proof that the origin takes another key.
    #[error("what should prove that {origin} takes another key does not: {reason}")]
    NotProved {
        /// Whose key.
        origin: Origin,
        /// Why not.
        reason: String,
    },
    /// The origin is not known.
    #[error("no key of {0} is known")]
    Unknown(Origin),
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is in the file does not follow from the first keys.
    #[error(
        "{} does not fit the keys of the installation: {reason}. Is it of another one, or were the first keys replaced? Put both back from one backup",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

impl From<BTreeMap<Origin, KeyHistory>> for KeyRing {
    /// A ring that forgets what it learns.
    fn from(known: BTreeMap<Origin, KeyHistory>) -> Self {
        Self::with(known, None)
    }
}

impl From<BTreeMap<Origin, VerifierKey>> for KeyRing {
    /// The same, of first keys.
    fn from(known: BTreeMap<Origin, VerifierKey>) -> Self {
        known.into_iter().map(|(origin, key)| (origin, key.into())).collect::<BTreeMap<Origin, KeyHistory>>().into()
    }
}

impl KeyRing {
    fn with(known: BTreeMap<Origin, KeyHistory>, file: Option<PathBuf>) -> Self {
        let (learnt, asked) = Default::default();
        Self(Arc::new(Inner { known: RwLock::new(known), file, learnt, asked }))
    }

    /// A ring that knows `told`, and what it learnt before and wrote to `file`.
    ///
    /// # Errors
    /// [`KeyRingError`]: the file cannot be read, or does not follow from what it is told.
    pub fn open(file: &Path, told: BTreeMap<Origin, KeyHistory>) -> Result<Self, KeyRingError> {
        let ring = Self::with(told, Some(file.to_owned()));
        let damaged = |reason: String| KeyRingError::Damaged { path: file.to_owned(), reason };
        let Some(bytes) = read(file).map_err(disk(file))? else { return Ok(ring) };
        let kept: BTreeMap<Origin, Vec<String>> =
            serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
        for (origin, proofs) in kept {
            let proofs: Result<Vec<LogProof>, _> = proofs.iter().map(|proof| proof.parse()).collect();
            let proofs = proofs.map_err(|error| damaged(error.to_string()))?;
            let taken = ring.follow(origin, &proofs).map_err(|error| damaged(error.to_string()))?;
            ring.take(origin, taken.0);
            let texts = proofs.iter().map(ToString::to_string).collect();
            ring.0.learnt.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, texts);
        }
        Ok(ring)
    }

    /// The keys of an origin.
    #[must_use]
    pub fn history(&self, origin: Origin) -> Option<KeyHistory> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).get(&origin).cloned()
    }

    /// The newest key of an origin that is known: what it signs its answers with.
    #[must_use]
    pub fn current(&self, origin: Origin) -> Option<VerifierKey> {
        let known = self.0.known.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&origin).map(|history| history.current().clone())
    }

    /// All that is known.
    #[must_use]
    pub fn histories(&self) -> BTreeMap<Origin, KeyHistory> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The proofs by which keys of an origin were learnt here, in order: at most `max` behind the first `from`. Whoever has them can teach
    /// anybody, the origin itself after a loss included.
    #[must_use]
    pub fn proofs(&self, origin: Origin, from: usize, max: usize) -> Vec<String> {
        let learnt = self.0.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        learnt.get(&origin).into_iter().flatten().skip(from).take(max).cloned().collect()
    }

    /// Takes later keys of an origin, each with its proof, in order. Durable when this returns, where the ring has a file. Answers how many were news.
    ///
    /// # Errors
    /// [`KeyRingError`]: nothing was learnt.
    pub fn learn(&self, origin: Origin, proofs: &[LogProof]) -> Result<usize, KeyRingError> {
        let mut learnt = self.0.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let (history, news) = self.follow(origin, proofs)?;
        if news.is_empty() {
            return Ok(0);
        }
        let mut kept = learnt.clone();
        kept.entry(origin).or_default().extend(news.iter().map(ToString::to_string));
        if let Some(file) = &self.0.file {
            write(file, &kept).map_err(disk(file))?;
        }
        *learnt = kept;
        tracing::info!(%origin, key = %history.current(), "it signs with another key");
        metrics::counter!("dossier_keys_learnt_total", "origin" => origin.name()).increment(news.len() as u64);
        self.take(origin, history);
        Ok(news.len())
    }

    fn take(&self, origin: Origin, history: KeyHistory) {
        self.0.known.write().unwrap_or_else(PoisonError::into_inner).insert(origin, history);
    }

    /// What is known after these proofs, and which of them are news.
    fn follow<'a>(
        &self,
        origin: Origin,
        proofs: &'a [LogProof],
    ) -> Result<(KeyHistory, Vec<&'a LogProof>), KeyRingError> {
        let mut history = self.history(origin).ok_or(KeyRingError::Unknown(origin))?;
        let mut news = Vec::new();
        for proof in proofs {
            let turned = follow_one(&mut history, origin, proof);
            if turned.map_err(|reason| KeyRingError::NotProved { origin, reason: reason.to_string() })? {
                news.push(proof);
            }
        }
        Ok((history, news))
    }

    /// Asks an origin for the keys that it took after those that are known. Who asks while somebody else does waits for that answer; after an
    /// answer nothing is asked again before half a second.
    ///
    /// # Errors
    /// [`TransportError`]: it did not answer. Nothing can be concluded from what it is not known to have signed.
    pub async fn catch_up(&self, transport: &dyn Transport, origin: Origin) -> Result<(), TransportError> {
        let asked = {
            let mut asked = self.0.asked.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(asked.entry(origin).or_default())
        };
        let mut answered = asked.lock().await;
        if answered.is_none_or(|last| last.elapsed() >= ASK_AGAIN) {
            self.ask(transport, origin).await?;
            *answered = Some(Instant::now());
        }
        Ok(())
    }

    /// The same at once.
    pub(crate) async fn ask(&self, transport: &dyn Transport, origin: Origin) -> Result<(), TransportError> {
        for _ in 0..MAX_TURNS.div_ceil(TURNS_PER_ANSWER) {
            let Some(known) = self.history(origin).map(|history| history.turns().len()) else { return Ok(()) };
            let proofs = transport.key_turns(origin, known).await?;
            if proofs.is_empty() {
                return Ok(());
            }
            let ring = self.clone();
            // It is written to a file.
            let learnt = tokio::task::spawn_blocking(move || ring.learn(origin, &proofs)).await;
            match learnt {
                Ok(Ok(news)) if news > 0 => {}
                Ok(Ok(_)) | Err(_) => return Ok(()),
                Ok(Err(error)) => {
                    metrics::counter!("dossier_keys_not_believed_total", "origin" => origin.name()).increment(1);
                    tracing::warn!(%origin, %error, "a key was not learnt");
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// A checkpoint and where it stands, when the origin has signed it with the key that signs there. Where no known key has, the origin is asked
    /// whether it took another.
    ///
    /// # Errors
    /// [`NotVerified`].
    pub async fn verified(
        &self,
        transport: &dyn Transport,
        origin: Origin,
        signed: &SignedCheckpoint,
    ) -> Result<(Stand, Checkpoint), NotVerified> {
        let refused =
            |error: HistoryError| NotVerified::Contradicts(Divergence::Signature { origin, reason: error.to_string() });
        let known = || self.history(origin).ok_or(HistoryError::Unknown);
        let verify = || known().and_then(|history| history.verify(signed));
        match verify() {
            Err(HistoryError::Unknown) => {
                self.catch_up(transport, origin).await?;
                verify().map_err(refused)
            }
            Err(error @ HistoryError::NotInForce { .. }) => {
                metrics::counter!("dossier_former_keys_refused_total", "origin" => origin.name()).increment(1);
                tracing::warn!(%origin, %error, "a key that was given up was used");
                Err(refused(error))
            }
            verified => verified.map_err(refused),
        }
    }
}

/// Why a checkpoint was not verified.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It is not the origin's.
    #[error(transparent)]
    Contradicts(Divergence),
    /// No known key has signed it, and the origin does not say whether it took another: nobody knows yet.
    #[error(transparent)]
    Unheard(#[from] TransportError),
}

/// Why a proof is none.
#[derive(Debug, thiserror::Error)]
enum NoTurn {
    #[error("there is no event in it that names another key")]
    NoEvent,
    #[error("the event is of {0}, which is another place than the proof's")]
    OtherPlace(dossier_proto::Place),
    #[error(transparent)]
    Signature(#[from] HistoryError),
    #[error(transparent)]
    Proof(#[from] LogProofVerifyError),
    #[error(transparent)]
    Turn(#[from] TurnError),
}

/// Takes the next key, when the proof holds; whether it was news.
fn follow_one(history: &mut KeyHistory, origin: Origin, proof: &LogProof) -> Result<bool, NoTurn> {
    let event = Event::decode(proof.extra()).map_err(|_| NoTurn::NoEvent)?;
    let Some(Payload::KeyRotated(turn)) = &event.payload else { return Err(NoTurn::NoEvent) };
    let place = event.head.place;
    let after = Stand { epoch: place.epoch, size: place.sequence.saturating_add(1) };
    let signed = proof.unverified();
    if place.origin != origin
        || proof.index() != place.sequence
        || Stand::of(signed.unverified(), history.log()) != Some(after)
    {
        return Err(NoTurn::OtherPlace(place));
    }
    let mut followed = history.clone();
    if !followed.turn(after, &turn.former, &turn.verifier)? {
        return Ok(false);
    }
    history.verify(signed)?;
    let key = history.key_at(after).clone();
    proof.verify(leaf_of_event(proof.extra()), &signed.unverified().origin, &[key])?;
    *history = followed;
    Ok(true)
}

fn disk(path: &Path) -> impl Fn(io::Error) -> KeyRingError {
    let path = path.to_owned();
    move |source| KeyRingError::Disk { path: path.clone(), source }
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::metadata(path) {
        Ok(about) if about.len() > FILE_BYTES_MAX => Err(io::Error::other(format!("it has {} bytes", about.len()))),
        Ok(_) => fs::read(path).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Beside and then in its place, synced: a crash leaves the one or the other.
fn write(path: &Path, kept: &BTreeMap<Origin, Vec<String>>) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(kept)?;
    let beside = path.with_extension("unfinished");
    let mut file = File::create(&beside)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    match path.parent() {
        Some(parent) => File::open(parent)?.sync_all(),
        None => Ok(()),
    }
}
