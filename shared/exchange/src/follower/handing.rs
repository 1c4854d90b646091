//! Handing covered events to the consumer: in order, causes and keys first.

use std::{collections::BTreeSet, time::Duration};

use dossier_proto::{Event, KeyId, Micros};
use dossier_vault::GrantedKey;
use tokio::time::{Instant, sleep, timeout};

use super::{Follower, Halt, RETRY_AFTER, reading::Read};
use crate::{
    Appetite, Delivered, Delivery, FollowState, InboxError, KeyRefusal, Position, keys::KEYS_PER_REQUEST_MAX,
    parking::Verdict,
};

/// An event from further ahead than this is held: somebody's clock is wrong.
const AHEAD_MAX: i64 = 5 * Micros::SECOND;
/// Whoever does not give a key is asked again after 100, 200, 400 ms and then every so often.
const KEYS_AGAIN_AFTER_MAX: Duration = Duration::from_secs(1);
/// After this long it is told that the cause of a held event does not come.
const CAUSE_PATIENCE: Duration = Duration::from_secs(2);

impl Follower {
    /// Hands over what is covered. What is held stays, and is tried again with the next step.
    pub(super) async fn hand_over(&mut self) -> Result<(), Halt> {
        let mut ready = Vec::with_capacity(self.covered.len());
        while let Some(read) = self.covered.front() {
            if read.event.head.place.epoch > self.handed.epoch && !ready.is_empty() {
                // What is ready belongs to the former epoch; its position has to be written first.
                self.deliver(std::mem::take(&mut ready)).await?;
                continue;
            }
            let event = read.event.clone();
            if let Err(halt) = self.hold(&event, &mut ready).await {
                self.deliver(ready).await?;
                return Err(halt);
            }
            if let Err(halt) = self.pass_on(&mut ready) {
                self.deliver(ready).await?;
                return Err(halt);
            }
        }
        self.deliver(ready).await
    }

    /// Takes the first covered event: it is ready, or parked, or passed over.
    fn pass_on(&mut self, ready: &mut Vec<Delivered>) -> Result<(), Halt> {
        let Some(Read { event, bytes, .. }) = self.covered.front() else { return Ok(()) };
        let verdict = match self.settings.inbox.appetite() {
            Appetite::Known => self.parking.judge(event, bytes, &self.handed),
            Appetite::Everything => Verdict::Take,
        };
        if verdict == Verdict::Halt {
            return Err(Halt::End(FollowState::NotUnderstood(event.head.place)));
        }
        let Some(read) = self.covered.pop_front() else { return Ok(()) };
        self.handed.count(&read);
        if verdict == Verdict::Take {
            ready.push(Delivered { bytes: read.bytes, event: read.event });
        }
        Ok(())
    }

    /// Holds an event until its cause has been consumed and its moment is not ahead of ours.
    async fn hold(&mut self, event: &Event, ready: &mut Vec<Delivered>) -> Result<(), Halt> {
        let ahead = event.head.recorded_at.0.saturating_sub(self.settings.clock.now().0);
        if ahead > AHEAD_MAX {
            metrics::counter!("dossier_follow_clock_skew_total", "origin" => self.settings.origin.name()).increment(1);
            return Err(Halt::Wait(FollowState::HeldForClock(event.head.recorded_at)));
        }
        let Some(cause) = event.head.cause else { return Ok(()) };
        let Some(mut progress) = self.settings.progress.lacks(cause) else { return Ok(()) };
        // Others may be waiting for what we hold already: hand it over before waiting.
        self.deliver(std::mem::take(ready)).await?;
        let wanted = Position { epoch: cause.epoch, sequence: cause.sequence };
        let since = Instant::now();
        while let Err(_elapsed) = timeout(CAUSE_PATIENCE, progress.wait_for(|position| *position > wanted)).await {
            // Its own follower asks for it: whatever a reading lacks is asked of its origin.
            tracing::warn!(event = %event.head.place, %cause, waited = ?since.elapsed(), "its cause has not come");
            metrics::counter!("dossier_cause_missing_total", "origin" => cause.origin.name()).increment(1);
            self.tell(FollowState::HeldForCause(cause));
        }
        Ok(())
    }

    /// Gives events to the consumer, keys first, and says so to the consumer's other followers.
    async fn deliver(&mut self, events: Vec<Delivered>) -> Result<(), Halt> {
        let next = self.handed.next();
        if events.is_empty() && self.status.borrow().next == next {
            return Ok(());
        }
        self.fetch_keys(&events).await;
        let delivery = Delivery { origin: self.settings.origin, events, resume: self.parking.resume(&self.handed) };
        loop {
            match self.settings.inbox.deliver(delivery.clone()).await {
                Ok(()) => break,
                Err(InboxError::Busy) => sleep(RETRY_AFTER).await,
                Err(InboxError::Stopped(why)) => return Err(Halt::End(FollowState::Stopped(why))),
            }
        }
        self.settings.progress.advance(self.settings.origin, next);
        // Not before: what waits for a key, or for the consumer, was not consumed, and nothing it says is known here.
        let root = self.handed.frontier.root();
        self.status.send_modify(|status| status.come_to(next, root));
        self.tell(FollowState::Reading);
        Ok(())
    }

    /// Asks for the keys these events need, until they came or their holder refused them. Its refusal is final for the asker: the
    /// event is acted upon all the same, and its words stay unreadable here. (That it is the holder's, and no old one, is what
    /// [`crate::Transport`] promises.)
    async fn fetch_keys(&mut self, events: &[Delivered]) {
        let mut wanted: Vec<_> =
            events.iter().flat_map(|delivered| self.settings.inbox.keys_needed(&delivered.event)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        for keys in wanted.chunks(KEYS_PER_REQUEST_MAX) {
            let mut again_after = RETRY_AFTER;
            while let Err(reason) = self.fetch(keys).await {
                self.tell(FollowState::HeldForKeys(reason));
                sleep(again_after).await;
                again_after = (again_after * 2).min(KEYS_AGAIN_AFTER_MAX);
            }
        }
    }

    async fn fetch(&self, keys: &[KeyId]) -> Result<(), String> {
        let asked = self.settings.transport.ask_keys(self.settings.origin, keys.to_vec()).await;
        match asked.map_err(|error| error.to_string())? {
            Ok(granted) if are_those(&granted, keys) => {
                self.settings.inbox.admit(granted).await.map_err(|error| error.to_string())
            }
            Ok(_) => Err("other keys were given than were asked for".to_owned()),
            Err(KeyRefusal::Unreadable) => Err(KeyRefusal::Unreadable.to_string()),
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

/// Whether exactly the keys that were asked for were given: what is left out would never be asked for again.
fn are_those(granted: &[GrantedKey], asked: &[KeyId]) -> bool {
    let granted: BTreeSet<_> = granted.iter().map(GrantedKey::key_id).collect();
    granted == asked.iter().copied().collect()
}

#[cfg(test)]
mod tests {
    use dossier_vault::{Kind, MasterKey, Vault};

    use super::*;

    #[test]
    fn what_is_given_is_what_was_asked_for() {
        let directory = tempfile::tempdir().expect("a directory for a vault");
        let master = MasterKey::create_or_read(directory.path().join("master.key")).expect("a master key");
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).expect("a vault");
        let ids = [Kind::Revision; 3].map(|kind| vault.fresh(kind).expect("a key"));
        let given = |ids: &[KeyId]| vault.grant(ids).expect("the keys").keys;
        assert!(are_those(&given(&ids), &ids) && are_those(&given(&[ids[1], ids[0]]), &ids[..2]));
        assert!(!are_those(&given(&ids[..2]), &ids), "one is missing");
        assert!(!are_those(&given(&ids), &ids[..2]), "one was not asked for");
        assert!(!are_those(&[], &ids[..1]));
    }
}
