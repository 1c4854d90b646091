//! Reads one origin for one consumer: densely, in order, and nothing is acted upon that the origin has not signed.
//!
//! What comes is judged in [`reading`]: counted, and kept until a checkpoint of the origin covers it. What somebody *carried*
//! and does not hold is no news about the origin: the reading goes back to where it was covered and the origin itself is asked.
//! Only what the origin itself says is held against it.

mod handing;
mod hearing;
mod reading;
mod signature;
mod turning;

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Duration,
};

use dossier_proto::{Origin, Place};
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use self::{
    hearing::{Heard, hear},
    reading::{Folded, Read, Reading, Word},
    signature::{Signature, claimed_end, verified},
};
use crate::{
    Batch, Clock, Divergence, FollowState, FollowStatus, Inbox, KeyRing, NotVerified, Position, ReadLimits, Tally,
    Transport, TransportError, parking::Parking,
};

/// How long to wait before asking again whoever did not answer.
const RETRY_AFTER: Duration = Duration::from_millis(100);
/// How long to wait before asking again an origin that contradicted itself.
const CONTRADICTED_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// When nothing came for so long, it is looked whether something should have.
const IDLE: Duration = Duration::from_secs(1);
/// So many events wait for a signature at most before one is asked for: sixteen readings.
const UNCOVERED_EVENTS_MAX: usize = 4_096;
/// And so many bytes: with one reading more, 9 MiB for each origin that is followed.
const UNCOVERED_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What the origin itself is asked for at once: an answer of 768 KiB leaves room for its checkpoint.
const REPLAY_LIMITS: ReadLimits = ReadLimits { events_max: 4_096, bytes_max: 700 * 1024 };

/// How far each origin was consumed by one consumer; followers of the same consumer share it to hold events until
/// their causes have been consumed.
#[derive(Debug, Clone)]
pub struct Progress {
    origins: Arc<BTreeMap<Origin, watch::Sender<Position>>>,
}

impl Progress {
    /// For a consumer that follows these origins.
    pub fn new(origins: impl IntoIterator<Item = Origin>) -> Self {
        let channels = origins.into_iter().map(|origin| (origin, watch::Sender::new(Position::default())));
        Self { origins: Arc::new(channels.collect()) }
    }

    fn advance(&self, origin: Origin, position: Position) {
        if let Some(channel) = self.origins.get(&origin) {
            channel.send_replace(position);
        }
    }

    /// The channel of an origin, when it is followed and has not come as far as `place`.
    fn lacks(&self, place: Place) -> Option<watch::Receiver<Position>> {
        let channel = self.origins.get(&place.origin)?;
        let wanted = Position { epoch: place.epoch, sequence: place.sequence };
        (*channel.borrow() <= wanted).then(|| channel.subscribe())
    }
}

/// What a follower is made of.
#[derive(Clone)]
pub struct FollowerSettings {
    /// Whom to follow.
    pub origin: Origin,
    /// What the origin signs its checkpoints with.
    pub keys: KeyRing,
    /// Carries the bytes.
    pub transport: Arc<dyn Transport>,
    /// Takes them.
    pub inbox: Arc<dyn Inbox>,
    /// The consumer's positions.
    pub progress: Progress,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
}

/// Reads one origin for one consumer.
pub struct Follower {
    settings: FollowerSettings,
    reading: Reading,
    /// Covered by a signature, and not handed over yet.
    covered: VecDeque<Read>,
    /// The end of what was handed over.
    handed: Tally,
    parking: Parking,
    /// What was carried did not hold; the origin itself is asked next.
    doubts: bool,
    /// The consumer was told of a contradiction, and no signature has agreed with what was read since.
    told: bool,
    /// The origin's last word, when it speaks of more than was read: compared when the reading comes there.
    ahead: Option<Signature>,
    heard: watch::Receiver<Heard>,
    status: watch::Sender<FollowStatus>,
}

/// Why a step ended without bringing the follower further.
enum Halt {
    /// Say so, wait, and try again.
    Wait(FollowState),
    /// The origin contradicts what it signed, or somebody speaks in its place.
    Contradiction(Divergence),
    /// For good.
    End(FollowState),
}

impl From<TransportError> for Halt {
    fn from(error: TransportError) -> Self {
        Self::Wait(FollowState::Silent(error.to_string()))
    }
}

impl From<NotVerified> for Halt {
    fn from(not: NotVerified) -> Self {
        match not {
            NotVerified::Contradicts(divergence) => divergence.into(),
            NotVerified::Unheard(silent) => silent.into(),
        }
    }
}

impl From<Divergence> for Halt {
    fn from(divergence: Divergence) -> Self {
        Self::Contradiction(divergence)
    }
}

impl Follower {
    /// A follower that goes on where the consumer's journal says.
    pub fn new(settings: FollowerSettings) -> Self {
        let handed = settings.inbox.resume(settings.origin);
        let reading = Reading::at(handed.clone(), settings.inbox.appetite());
        let next = handed.next();
        settings.progress.advance(settings.origin, next);
        let status = FollowStatus {
            origin: settings.origin,
            next,
            root: handed.frontier.root(),
            head: Position { epoch: next.epoch, sequence: u64::MAX },
            heard: None,
            known_as_of: None,
            awaited: None,
            state: FollowState::Reading,
            parked: 0,
            parked_first: Vec::new(),
        };
        Self {
            settings,
            reading,
            covered: VecDeque::new(),
            handed,
            parking: Parking::default(),
            doubts: false,
            told: false,
            ahead: None,
            heard: watch::channel(Heard::Nothing).1,
            status: watch::Sender::new(status),
        }
    }

    /// What it is doing, from now on.
    pub fn status(&self) -> watch::Receiver<FollowStatus> {
        self.status.subscribe()
    }

    /// Reads until the consumer stops. Nothing is taken of an origin that does not agree with what it signed; it is asked again and
    /// again, as it may have been somebody else who spoke in its place. Drop the future to stop.
    pub async fn run(mut self) {
        let (last, heard) = watch::channel(Heard::Nothing);
        self.heard = heard;
        let (settings, status) = (self.settings.clone(), self.status.clone());
        tokio::select! {
            () = hear(&settings, &last, &status) => {}
            () = self.read_on() => {}
        }
    }

    async fn read_on(&mut self) {
        loop {
            match self.step().await {
                // After a contradiction it is over when the origin's signature agrees again.
                Ok(()) if self.told => {}
                Ok(()) => self.tell(FollowState::Reading),
                Err(Halt::Wait(state)) => {
                    self.tell(state);
                    sleep(RETRY_AFTER).await;
                }
                Err(Halt::Contradiction(divergence)) => {
                    self.contradicted(&divergence);
                    sleep(CONTRADICTED_AGAIN_AFTER).await;
                }
                Err(Halt::End(state)) => return self.end(state),
            }
        }
    }

    fn end(&self, state: FollowState) {
        tracing::error!(origin = %self.settings.origin, ?state, "reading has stopped");
        metrics::counter!("dossier_follow_ended_total", "origin" => self.settings.origin.name()).increment(1);
        self.tell(state);
    }

    /// What was signed stands, and so does what was handed over. The consumer is told once.
    fn contradicted(&mut self, divergence: &Divergence) {
        metrics::counter!("dossier_follow_contradictions_total", "origin" => self.settings.origin.name()).increment(1);
        self.reading.rewind();
        self.ahead = None;
        self.doubts = false;
        self.tell(FollowState::Diverged(divergence.clone()));
        if !std::mem::replace(&mut self.told, true) {
            tracing::error!(origin = %self.settings.origin, %divergence, "nothing is read until this is over");
            self.settings.inbox.diverged(divergence);
        }
    }

    fn tell(&self, state: FollowState) {
        let parked = self.parking.len();
        self.status.send_if_modified(|status| {
            let changed = status.state != state || status.parked != parked;
            if changed && status.state != state && state != FollowState::Reading {
                tracing::warn!(origin = %status.origin, ?state, "a follower waits");
            }
            status.state = state;
            if status.parked != parked {
                status.parked = parked;
                status.parked_first = self.parking.named().to_vec();
            }
            changed
        });
    }

    async fn step(&mut self) -> Result<(), Halt> {
        self.hand_over().await?;
        self.listen()?;
        if self.doubts {
            return self.ask_origin().await;
        }
        if self.reading.uncovered() > UNCOVERED_EVENTS_MAX || self.reading.uncovered_bytes() > UNCOVERED_BYTES_MAX {
            return self.ask_for_signature().await;
        }
        let limits = ReadLimits::default();
        let reading = self.settings.transport.read(self.settings.origin, self.reading.next(), limits);
        match timeout(IDLE, reading).await {
            Ok(Ok(batch)) => self.take(batch, Word::Carried).await,
            Ok(Err(silent)) => {
                // Who carries does not; the origin itself may.
                self.look_around().await?;
                Err(silent.into())
            }
            Err(_nothing_came) => self.look_around().await,
        }
    }

    /// Takes notice of what the origin itself said last.
    fn listen(&mut self) -> Result<(), Halt> {
        if !self.heard.has_changed().unwrap_or(false) {
            return Ok(());
        }
        let heard = self.heard.borrow_and_update().clone();
        match heard {
            Heard::Nothing | Heard::Silent(_) => Ok(()),
            Heard::Contradicts(divergence) => Err(divergence.into()),
            Heard::Stands(signature) if signature.end >= self.reading.next() => {
                self.ahead = Some(*signature);
                self.cover_ahead()
            }
            Heard::Stands(_) => Ok(()),
        }
    }

    /// Nothing came for a while: the carrier may have forgotten something, or the origin itself.
    async fn look_around(&mut self) -> Result<(), Halt> {
        self.listen()?;
        if self.reading.uncovered() > 0 {
            return self.ask_for_signature().await;
        }
        let heard = self.heard.borrow().clone();
        match heard {
            Heard::Stands(signature) if signature.end > self.reading.next() => self.catch_up(signature.end).await,
            Heard::Stands(signature) if signature.end < self.reading.next() => self.is_still_there(signature.end).await,
            Heard::Silent(reason) => Err(Halt::Wait(FollowState::Silent(reason))),
            _ => Ok(()),
        }
    }

    /// Judges what came, and hands over what is covered.
    async fn take(&mut self, batch: Batch, word: Word) -> Result<(), Halt> {
        let before = self.reading.next();
        let signature = self.last_signature(&batch, before, word).await?;
        let mut missing = None;
        for bytes in batch.events {
            match self.reading.fold(bytes, word) {
                Ok(Folded::Counted) => {}
                Ok(Folded::Repeated) => continue,
                Ok(Folded::Missing) => {
                    missing = Some("something before what came is missing".to_owned());
                    break;
                }
                Err(divergence) if self.reading.is_evidence(word) => return Err(divergence.into()),
                Err(divergence) => {
                    missing = Some(divergence.to_string());
                    break;
                }
            }
            if let Err(not) = self.follow_turn().await {
                let NotVerified::Contradicts(divergence) = not else { return Err(not.into()) };
                if self.reading.is_evidence(word) {
                    return Err(divergence.into());
                }
                tracing::warn!(%divergence, "what was carried does not hold; the origin is asked for it");
                self.reading.rewind();
                self.doubts = true;
                return Ok(());
            }
            self.cover_ahead()?;
            if let Some(signature) = &signature {
                self.cover(signature, word)?;
            }
            if self.doubts {
                return Ok(());
            }
        }
        self.hand_over().await?;
        match missing {
            Some(reason) if word == Word::Carried => {
                tracing::debug!(origin = %self.settings.origin, next = ?self.reading.next(), reason, "the origin is asked");
                self.ask_origin().await
            }
            _ => Ok(()),
        }
    }

    /// The last signature that came with a reading and speaks of more than was read before. What was carried under a wrong one
    /// waits for a right one.
    async fn last_signature(&self, batch: &Batch, before: Position, word: Word) -> Result<Option<Signature>, Halt> {
        let useful = batch.checkpoints.iter().rev().filter(|signed| claimed_end(signed).is_none_or(|end| end > before));
        for signed in useful {
            match verified(&self.settings, signed).await {
                Ok(signature) => return Ok(Some(signature)),
                Err(divergence) if word == Word::Origin => return Err(divergence.into()),
                Err(divergence) => tracing::debug!(%divergence, "what was carried as a signature is none"),
            }
        }
        Ok(None)
    }

    /// Compares with a signature when the reading is exactly where it speaks of. What disagrees is forgotten and asked for
    /// again, of the origin itself; when it was the origin that said it, the origin contradicts itself.
    fn cover(&mut self, signature: &Signature, word: Word) -> Result<(), Halt> {
        let is_of_the_end = signature.end == self.reading.next();
        match self.reading.cover(signature) {
            Ok(covered) => {
                self.told &= !is_of_the_end;
                self.covered.extend(covered);
                self.stands_at_least(signature.end);
                Ok(())
            }
            Err(divergence) if self.reading.is_evidence(word) => Err(divergence.into()),
            Err(divergence) => {
                tracing::warn!(%divergence, "what was carried does not hold; the origin is asked for it");
                metrics::counter!("dossier_follow_doubts_total", "origin" => self.settings.origin.name()).increment(1);
                self.reading.rewind();
                self.doubts = true;
                Ok(())
            }
        }
    }

    /// Compares with the origin's own last word, when the reading has come there.
    fn cover_ahead(&mut self) -> Result<(), Halt> {
        let next = self.reading.next();
        match self.ahead.take_if(|ahead| ahead.end <= next) {
            Some(signature) => self.cover(&signature, Word::Origin),
            None => Ok(()),
        }
    }

    /// The head is never less than what a signature covers.
    fn stands_at_least(&self, end: Position) {
        self.status.send_if_modified(|status| {
            let unknown = status.head.sequence == u64::MAX;
            let changed = !unknown && status.head < end;
            if changed {
                status.head = end;
            }
            changed
        });
    }

    /// Asks the origin itself for what is wanted next.
    async fn ask_origin(&mut self) -> Result<(), Halt> {
        metrics::counter!("dossier_gap_total", "origin" => self.settings.origin.name()).increment(1);
        let wanted = self.reading.next();
        let asked = self.settings.transport.replay(self.settings.origin, wanted, REPLAY_LIMITS).await;
        match asked {
            Ok(batch) => {
                self.doubts = false;
                Box::pin(self.take(batch, Word::Origin)).await
            }
            // What was carried is not there at all. It may be there the next moment: it was signed a moment ago.
            Err(TransportError::NotThere { .. }) => {
                self.reading.rewind();
                self.doubts = false;
                sleep(RETRY_AFTER).await;
                Ok(())
            }
            Err(silent) => Err(silent.into()),
        }
    }

    /// Asks the origin to sign what was read up to here.
    async fn ask_for_signature(&mut self) -> Result<(), Halt> {
        let end = self.reading.next();
        match self.settings.transport.checkpoint_at(self.settings.origin, end).await {
            Ok(signed) => {
                let signature = verified(&self.settings, &signed).await?;
                self.cover(&signature, Word::Origin)?;
                self.hand_over().await
            }
            // It never was so long: what was carried is not its own.
            Err(TransportError::NotThere { .. }) => {
                self.reading.rewind();
                self.doubts = true;
                Ok(())
            }
            Err(silent) => Err(silent.into()),
        }
    }

    /// The origin speaks of more than the reading brings.
    async fn catch_up(&mut self, head: Position) -> Result<(), Halt> {
        while self.reading.next() < head {
            let before = self.reading.next();
            self.ask_origin().await?;
            if self.reading.next() <= before {
                break;
            }
        }
        Ok(())
    }

    /// The origin's last word speaks of less than was read. It may be older than that; so the origin itself is asked for the last
    /// event that it signed.
    async fn is_still_there(&self, head: Position) -> Result<(), Halt> {
        let read = self.reading.covered();
        let Some(last) = read.sequence.checked_sub(1) else { return Ok(()) };
        let origin = self.settings.origin;
        let last = Position { sequence: last, ..read };
        let limits = ReadLimits { events_max: 1, ..ReadLimits::default() };
        match self.settings.transport.replay(origin, last, limits).await {
            Ok(_) => Ok(()),
            Err(TransportError::NotThere { .. }) => {
                let shown = if head.epoch == read.epoch { head.sequence } else { 0 };
                Err(Divergence::Shorter { origin, shown, read: read.sequence }.into())
            }
            Err(silent) => Err(silent.into()),
        }
    }
}
