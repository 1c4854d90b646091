//! Who follows whom, and whether all have read what there is.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use dossier_audit::HeadRead;
use dossier_exchange::{Clock, FollowState, FollowStatus, MachineClock, Position};
use dossier_journal::MirrorHead;
use dossier_proto::{Digest, Micros, Origin};
use tokio::sync::watch;

/// What the followers of one service are doing, for whoever looks on. All clones see the same.
#[derive(Clone)]
pub(super) struct Onlooker {
    reader: Origin,
    /// There is nothing to look at before the service begins to read.
    statuses: Arc<OnceLock<Vec<watch::Receiver<FollowStatus>>>>,
}

impl Onlooker {
    pub(super) fn of(reader: Origin) -> Self {
        Self { reader, statuses: Arc::default() }
    }

    /// From now on these are looked at. A service begins once.
    pub(super) fn look_at(&self, statuses: Vec<watch::Receiver<FollowStatus>>) {
        drop(self.statuses.set(statuses));
    }

    pub(super) fn statuses(&self) -> Vec<watch::Receiver<FollowStatus>> {
        self.statuses.get().cloned().unwrap_or_default()
    }

    /// Those without whom nothing goes on. Nobody waits for audit: what it says to moderation is that it has destroyed what was ordered, and
    /// records go their way without it.
    pub(super) fn waited_for(&self) -> Vec<watch::Receiver<FollowStatus>> {
        self.statuses().into_iter().filter(|status| status.borrow().origin != Origin::Audit).collect()
    }

    /// How far another service's journal was read, by what it signed; nothing before the reading began.
    pub(super) fn read(&self, origin: Origin) -> Option<MirrorHead> {
        let statuses = self.statuses.get()?;
        let status = statuses.iter().map(|status| status.borrow()).find(|status| status.origin == origin)?;
        Some(MirrorHead { epoch: status.next.epoch, size: status.next.sequence, root: status.root })
    }

    /// How far each of the others was read.
    pub(super) fn heads(&self) -> Vec<HeadRead> {
        let statuses = self.statuses();
        let head = |status: &FollowStatus| HeadRead {
            origin: status.origin,
            epoch: status.next.epoch,
            size: status.next.sequence,
            root: Digest(*status.root.as_bytes()),
        };
        statuses.iter().map(|status| head(&status.borrow())).collect()
    }

    /// What is wrong with the service's reading, in words: all of it.
    pub(super) fn trouble(&self) -> Result<(), String> {
        let Some(statuses) = self.statuses.get() else {
            return Err(format!("{} does not read the others yet", self.reader));
        };
        let waited_for = statuses.iter().map(|status| status.borrow()).filter(|status| status.origin != Origin::Audit);
        let said: Vec<_> = waited_for.filter_map(|status| self.words(&status)).collect();
        if said.is_empty() { Ok(()) } else { Err(said.join("; ")) }
    }

    fn words(&self, status: &FollowStatus) -> Option<String> {
        if status.is_sound() {
            return None;
        }
        let (reader, origin, next) = (self.reader, status.origin, status.next.sequence);
        let mut words = format!("{reader} reads {origin} up to {next}");
        if status.state != FollowState::Reading {
            words.push_str(&format!(": {}", state_in_words(&status.state)));
        }
        if status.parked > 0 {
            words.push_str(&parked_in_words(status));
        }
        Some(words)
    }

    /// Returns when everything that these heads speak of has been consumed. Never, when somebody has stopped reading.
    pub(super) async fn has_read(&self, heads: &BTreeMap<Origin, Position>) {
        for mut status in self.statuses() {
            let has_read = |status: &FollowStatus| heads.get(&status.origin).is_none_or(|head| status.next >= *head);
            if status.wait_for(has_read).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// How far each follower is behind the head it has heard of, what is parked, and whether a clock is ahead.
    pub(super) fn record(&self) {
        for status in self.statuses() {
            let status = status.borrow();
            let labels = [("reader", self.reader.name()), ("origin", status.origin.name())];
            let lag = status.head.sequence.saturating_sub(status.next.sequence);
            let lag = if status.head.sequence == u64::MAX { 0 } else { lag };
            metrics::gauge!("dossier_follow_lag_events", &labels).set(lag as f64);
            metrics::gauge!("dossier_follow_parked_entries", &labels).set(status.parked as f64);
            metrics::gauge!("dossier_follow_sound", &labels).set(f64::from(u8::from(status.is_sound())));
            metrics::gauge!("dossier_follow_clock_ahead_seconds", &labels)
                .set(ahead(&status.state, MachineClock.now()));
        }
    }
}

/// How many entries are parked, and which ones: the first of them, each with the event that is not understood. The words have neither a
/// colon nor a semicolon, by which `dossier doctor` knows that nothing else is wrong.
fn parked_in_words(status: &FollowStatus) -> String {
    let mut named: Vec<_> = status.parked_first.iter().map(ToString::to_string).collect();
    let more = status.parked - named.len().min(status.parked);
    if more > 0 {
        named.push(format!("and {more} more"));
    }
    format!(
        ", {} entries are parked until a version that understands them is started ({})",
        status.parked,
        named.join(", ")
    )
}

/// By how many seconds the next event is ahead of our clock, when it is held for that.
fn ahead(state: &FollowState, now: Micros) -> f64 {
    match state {
        FollowState::HeldForClock(moment) => moment.0.saturating_sub(now.0) as f64 / Micros::SECOND as f64,
        _ => 0.0,
    }
}

/// What a follower is doing, for an operator.
fn state_in_words(state: &FollowState) -> String {
    match state {
        FollowState::Reading => "reading".to_owned(),
        FollowState::HeldForCause(cause) => format!("the next event waits for its cause {cause}"),
        FollowState::HeldForClock(moment) => format!(
            "the next event was recorded at {}, more than five seconds ahead of this machine's clock: one of the two clocks is wrong",
            moment_in_words(*moment)
        ),
        FollowState::Silent(reason) => reason.clone(),
        FollowState::HeldForKeys(reason) => format!("a key it needs has not been given yet: {reason}"),
        FollowState::NotUnderstood(place) => {
            format!(
                "{place} is of a kind that this version does not know; start the version that wrote it, or a later one"
            )
        }
        FollowState::Diverged(divergence) => format!("it does not agree with what was signed: {divergence}"),
        FollowState::Stopped(reason) => format!("it has stopped: {reason}"),
    }
}

fn moment_in_words(moment: Micros) -> String {
    jiff::Timestamp::from_microsecond(moment.0).map_or_else(|_| moment.0.to_string(), |moment| moment.to_string())
}
