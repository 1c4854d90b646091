//! Reads one origin for one consumer: densely, in order, checked.

mod checkpoints;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_proof::{Checkpoint, VerifierKey};
use dossier_proto::{Event, Micros, Origin, Payload, Place};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use crate::{
    Appetite, Clock, Delivered, Delivery, Divergence, FollowState, FollowStatus, Inbox, InboxError, Position,
    ReadLimits, Tally, Transport, TransportError,
    keys::KEYS_PER_REQUEST_MAX,
    parking::{Parking, Verdict},
};

/// An event from further ahead than this is held: somebody's clock is wrong.
const AHEAD_MAX: i64 = 5 * Micros::SECOND;
/// After this long the cause of a held event is asked for.
const CAUSE_PATIENCE: Duration = Duration::from_secs(2);
/// How long to wait before asking again whoever did not answer.
const RETRY_AFTER: Duration = Duration::from_millis(100);
/// While nothing new comes, checkpoints are looked at this often: what was forgotten on the way is asked for.
const IDLE: Duration = Duration::from_secs(1);

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
pub struct FollowerSettings {
    /// Whom to follow.
    pub origin: Origin,
    /// What the origin signs its checkpoints with.
    pub verifier: VerifierKey,
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
    tally: Tally,
    parking: Parking,
    /// Verified, and not compared yet.
    checkpoint: Option<Checkpoint>,
    compared: Position,
    status: watch::Sender<FollowStatus>,
}

/// Why a step ended without bringing the follower further.
enum Halt {
    /// Say so, wait, and try again.
    Wait(FollowState),
    /// For good.
    End(FollowState),
}

impl From<TransportError> for Halt {
    fn from(error: TransportError) -> Self {
        Self::Wait(FollowState::Silent(error.to_string()))
    }
}

impl From<Divergence> for Halt {
    fn from(divergence: Divergence) -> Self {
        Self::End(FollowState::Diverged(divergence))
    }
}

impl Follower {
    /// A follower that goes on where the consumer's journal says.
    pub fn new(settings: FollowerSettings) -> Self {
        let tally = settings.inbox.resume(settings.origin);
        let next = tally.next();
        settings.progress.advance(settings.origin, next);
        let status = FollowStatus {
            origin: settings.origin,
            next,
            head: Position { epoch: next.epoch, sequence: u64::MAX },
            state: FollowState::Reading,
            parked: 0,
        };
        Self {
            settings,
            tally,
            parking: Parking::default(),
            checkpoint: None,
            compared: Position::default(),
            status: watch::Sender::new(status),
        }
    }

    /// What it is doing, from now on.
    pub fn status(&self) -> watch::Receiver<FollowStatus> {
        self.status.subscribe()
    }

    /// Reads until the consumer stops or the origin does not agree with what it signed. Drop the future to stop.
    pub async fn run(mut self) {
        loop {
            match self.step().await {
                Ok(()) => self.tell(FollowState::Reading),
                Err(Halt::Wait(state)) => {
                    self.tell(state);
                    sleep(RETRY_AFTER).await;
                }
                Err(Halt::End(state)) => return self.end(state),
            }
        }
    }

    fn end(&self, state: FollowState) {
        tracing::error!(origin = %self.settings.origin, ?state, "reading has stopped");
        metrics::counter!("dossier_follow_ended_total", "origin" => self.settings.origin.name()).increment(1);
        if let FollowState::Diverged(divergence) = &state {
            self.settings.inbox.diverged(divergence);
        }
        self.tell(state);
    }

    fn tell(&self, state: FollowState) {
        let next = self.tally.next();
        let parked = self.parking.len();
        self.status.send_if_modified(|status| {
            let changed = status.state != state || status.next != next || status.parked != parked;
            if changed && status.state != state && state != FollowState::Reading {
                tracing::warn!(origin = %status.origin, ?state, "a follower waits");
            }
            status.state = state;
            status.next = next;
            status.parked = parked;
            changed
        });
    }

    async fn step(&mut self) -> Result<(), Halt> {
        self.look_at_checkpoint().await?;
        let reading = self.settings.transport.read(self.settings.origin, self.tally.next(), ReadLimits::default());
        match timeout(IDLE, reading).await {
            Ok(batch) => self.take(batch?.events).await,
            Err(_nothing_came) => self.look_around().await,
        }
    }

    /// Judges what came, and hands over what holds.
    async fn take(&mut self, events: Vec<Bytes>) -> Result<(), Halt> {
        let mut ready = Vec::with_capacity(events.len());
        let mut outcome = Ok(());
        for bytes in events {
            match self.admit(bytes, &mut ready).await {
                Ok(()) => {}
                Err(Admission::Gap) => {
                    outcome = self.hand_over(std::mem::take(&mut ready)).await;
                    if outcome.is_ok() {
                        outcome = self.fill_gap().await;
                    }
                    break;
                }
                Err(Admission::Halt(halt)) => {
                    outcome = Err(halt);
                    break;
                }
            }
        }
        self.hand_over(ready).await?;
        outcome
    }

    /// Checks one event and puts it with those that are ready.
    async fn admit(&mut self, bytes: Bytes, ready: &mut Vec<Delivered>) -> Result<(), Admission> {
        let wanted = self.tally.next_place();
        let event = Event::decode(&bytes).map_err(|error| divergence(wanted, &error))?;
        let place = event.head.place;
        if place.origin != wanted.origin {
            return Err(divergence(wanted, &format!("it says it is {place}")).into());
        }
        // After a loss that others noticed, numbers of epochs are left out: they might be in use elsewhere.
        if place.epoch > wanted.epoch && place.sequence == 0 {
            // What is ready belongs to the former epoch; its position has to be written first.
            self.hand_over(std::mem::take(ready)).await.map_err(Admission::Halt)?;
            return self.next_epoch(bytes, event, ready);
        }
        if self.tally.has(place) {
            return Ok(());
        }
        if place != wanted {
            return Err(Admission::Gap);
        }
        if let Err(halt) = self.hold(&event, ready).await {
            return Err(Admission::Halt(halt));
        }
        self.count(bytes, event, ready)
    }

    fn count(&mut self, bytes: Bytes, event: Event, ready: &mut Vec<Delivered>) -> Result<(), Admission> {
        let place = event.head.place;
        let verdict = match self.settings.inbox.appetite() {
            Appetite::Known => self.parking.judge(&event, &self.tally),
            Appetite::Everything => Verdict::Take,
        };
        if verdict == Verdict::Halt {
            return Err(Admission::Halt(Halt::End(FollowState::NotUnderstood(place))));
        }
        self.tally.add(&bytes);
        if verdict == Verdict::Take {
            ready.push(Delivered { bytes, event });
        }
        self.compare().map_err(|divergence| Admission::Halt(divergence.into()))
    }

    /// The origin goes on in a new epoch. What it knows of the old one must be exactly what we read.
    fn next_epoch(&mut self, bytes: Bytes, event: Event, ready: &mut Vec<Delivered>) -> Result<(), Admission> {
        let place = event.head.place;
        let Some(Payload::EpochStarted(started)) = &event.payload else {
            return Err(divergence(place, &"an epoch must begin with the event that says so").into());
        };
        if started.former_epoch != self.tally.epoch {
            return Err(Admission::Gap);
        }
        let read = self.tally.frontier.size();
        if started.known_size > read {
            return Err(Admission::Gap);
        }
        if started.known_size < read {
            return Err(Divergence::Shorter { origin: place.origin, shown: started.known_size, read }.into());
        }
        if started.known_root != self.tally.frontier.root().as_bytes() {
            return Err(divergence(place, &"it names another root for the former epoch").into());
        }
        self.tally.start_epoch(place.epoch);
        self.checkpoint = None;
        self.count(bytes, event, ready)
    }

    /// Holds an event until its cause has been consumed and its moment is not ahead of ours.
    async fn hold(&mut self, event: &Event, ready: &mut Vec<Delivered>) -> Result<(), Halt> {
        if event.head.recorded_at.0 > self.settings.clock.now().0.saturating_add(AHEAD_MAX) {
            return Err(Halt::Wait(FollowState::HeldForClock(event.head.recorded_at)));
        }
        let Some(cause) = event.head.cause else { return Ok(()) };
        let Some(mut progress) = self.settings.progress.lacks(cause) else { return Ok(()) };
        // Others may be waiting for what we hold already: hand it over before waiting.
        self.hand_over(std::mem::take(ready)).await?;
        let wanted = Position { epoch: cause.epoch, sequence: cause.sequence };
        let since = Instant::now();
        while let Err(_elapsed) = timeout(CAUSE_PATIENCE, progress.wait_for(|position| *position > wanted)).await {
            tracing::warn!(event = %event.head.place, %cause, waited = ?since.elapsed(), "its cause has not come");
            metrics::counter!("dossier_cause_missing_total", "origin" => cause.origin.name()).increment(1);
            self.tell(FollowState::HeldForCause(cause));
        }
        Ok(())
    }

    /// Asks the origin itself for what is missing.
    async fn fill_gap(&mut self) -> Result<(), Halt> {
        let wanted = self.tally.next();
        metrics::counter!("dossier_gap_total", "origin" => self.settings.origin.name()).increment(1);
        let batch = self.settings.transport.replay(self.settings.origin, wanted, ReadLimits::default()).await?;
        self.take_replayed(batch.events).await
    }

    /// Judges what the origin itself brought, and hands over what holds.
    async fn take_replayed(&mut self, events: Vec<Bytes>) -> Result<(), Halt> {
        let mut ready = Vec::with_capacity(events.len());
        let mut outcome = Ok(());
        for bytes in events {
            match self.admit(bytes, &mut ready).await {
                Ok(()) => {}
                Err(Admission::Gap) => break,
                Err(Admission::Halt(halt)) => {
                    outcome = Err(halt);
                    break;
                }
            }
        }
        self.hand_over(ready).await?;
        outcome
    }

    /// Hands events over, keys first, and says so to the consumer's other followers.
    async fn hand_over(&mut self, events: Vec<Delivered>) -> Result<(), Halt> {
        let next = self.tally.next();
        if events.is_empty() && self.status.borrow().next == next {
            return Ok(());
        }
        self.fetch_keys(&events).await;
        let delivery = Delivery { origin: self.settings.origin, events, resume: self.parking.resume(&self.tally) };
        loop {
            match self.settings.inbox.deliver(delivery.clone()).await {
                Ok(()) => break,
                Err(InboxError::Busy) => sleep(RETRY_AFTER).await,
                Err(InboxError::Stopped(why)) => return Err(Halt::End(FollowState::Stopped(why))),
            }
        }
        self.settings.progress.advance(self.settings.origin, next);
        self.tell(FollowState::Reading);
        Ok(())
    }

    /// Asks for the keys these events need, until they came or were refused. A refusal is final for the asker: the
    /// event is acted upon all the same, and its words stay unreadable here.
    async fn fetch_keys(&mut self, events: &[Delivered]) {
        let mut wanted: Vec<_> =
            events.iter().flat_map(|delivered| self.settings.inbox.keys_needed(&delivered.event)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for keys in wanted.chunks(KEYS_PER_REQUEST_MAX) {
            while let Err(reason) = self.fetch(keys).await {
                self.tell(FollowState::HeldForKeys(reason));
                sleep(RETRY_AFTER).await;
            }
        }
    }

    async fn fetch(&self, keys: &[dossier_proto::KeyId]) -> Result<(), String> {
        let asked = self.settings.transport.ask_keys(self.settings.origin, keys.to_vec()).await;
        match asked.map_err(|error| error.to_string())? {
            Ok(granted) => self.settings.inbox.admit(granted).await.map_err(|error| error.to_string()),
            Err(crate::KeyRefusal::Unreadable) => Err(crate::KeyRefusal::Unreadable.to_string()),
            Err(refusal) if keys.len() > 1 => {
                // One key that is gone must not keep the others away.
                tracing::debug!(%refusal, "asking for the keys one by one");
                for key in keys {
                    Box::pin(self.fetch(std::slice::from_ref(key))).await?;
                }
                Ok(())
            }
            Err(refusal) => {
                tracing::warn!(origin = %self.settings.origin, %refusal, "a key was refused");
                Ok(())
            }
        }
    }
}

/// Why an event was not counted.
enum Admission {
    /// Something before it is missing.
    Gap,
    /// Something else.
    Halt(Halt),
}

impl From<Divergence> for Admission {
    fn from(divergence: Divergence) -> Self {
        Self::Halt(divergence.into())
    }
}

fn divergence(place: Place, reason: &dyn std::fmt::Display) -> Divergence {
    Divergence::Event { place, reason: reason.to_string() }
}
