//! Takes every event of the other services: what our decisions rest on into our own journal, everything into the copies.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use dossier_engine::EngineInbox;
use dossier_exchange::{Appetite, Delivered, Delivery, Divergence, Inbox, InboxError, Tally};
use dossier_proto::{Event, Head, KeyId, Origin, Place};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    copies::Copies,
    domain::{Audit, Finding, FindingKind},
    policy,
    reporter::Reporter,
    views::AuditView,
};

/// The audit service as a consumer.
pub struct AuditInbox {
    own: Arc<EngineInbox<Audit, AuditView>>,
    copies: Arc<Copies>,
    reporter: Reporter,
    /// Whom reading has stopped of in this process, and why.
    disagreements: Mutex<BTreeMap<Origin, String>>,
    /// What each disagreed in last: a contradiction that lasts is seen several times a second, and told when it changes.
    seen_last: Mutex<BTreeMap<Origin, String>>,
}

impl AuditInbox {
    /// For one service.
    pub fn new(own: Arc<EngineInbox<Audit, AuditView>>, copies: Arc<Copies>, reporter: Reporter) -> Arc<Self> {
        Arc::new(Self { own, copies, reporter, disagreements: Mutex::default(), seen_last: Mutex::default() })
    }

    /// Who does not agree with what it signed, and in what; since this process started.
    pub fn disagreements(&self) -> BTreeMap<Origin, String> {
        self.disagreements.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Hands our own engine what the copies hold and it has not heard: after our own journal alone was lost or put back.
    ///
    /// # Errors
    /// [`InboxError`] when the engine has stopped, or the copy cannot be read.
    pub async fn catch_up(&self) -> Result<(), InboxError> {
        let origin = Origin::Moderation;
        let Some(journal) = self.copies.journal(origin) else { return Ok(()) };
        let heard = self.own.resume(origin).next();
        let mut follower = journal.follow(dossier_journal::Place { epoch: heard.epoch, sequence: heard.sequence });
        let unreadable = |error: &dyn std::fmt::Display| InboxError::Stopped(format!("the copy of {origin}: {error}"));
        while let Some(events) = follower.step().map_err(|error| unreadable(&error))? {
            let mut delivered = Vec::new();
            for stored in events {
                let event = Event::decode(&stored.event).map_err(|error| unreadable(&error))?;
                delivered.push(Delivered { bytes: stored.event, event });
            }
            // Where the copy ends: nothing before that has to be looked at again.
            self.deliver_own(origin, &delivered, self.copies.tally(origin)).await?;
        }
        Ok(())
    }

    /// What our own decisions rest on goes into our own journal. It keeps apart what it has heard already.
    async fn deliver_own(&self, origin: Origin, events: &[Delivered], resume: Tally) -> Result<(), InboxError> {
        let events: Vec<_> = events.iter().filter(|one| policy::concerns(&one.event)).cloned().collect();
        if events.is_empty() {
            return Ok(());
        }
        self.own.deliver(Delivery { origin, events, resume }).await
    }

    async fn copy(&self, origin: Origin, events: Vec<Delivered>) -> Result<(), InboxError> {
        let copies = Arc::clone(&self.copies);
        let heads: Vec<Head> = events.iter().map(|one| one.event.head.clone()).collect();
        // It is judged behind this, by the conscience.
        let copied = tokio::task::spawn_blocking(move || copies.append(origin, &events));
        match copied.await {
            Ok(Ok(new)) => {
                metrics::counter!("dossier_copied_total", "origin" => origin.name()).increment(new.len() as u64);
                // Of what was ordered to be destroyed meanwhile: now it is here to be found.
                self.own.destroy_late(&heads).await
            }
            Ok(Err(error)) => Err(InboxError::Stopped(error.to_string())),
            Err(_panicked) => Err(InboxError::Stopped(format!("copying {origin} failed"))),
        }
    }
}

impl Inbox for AuditInbox {
    fn resume(&self, origin: Origin) -> Tally {
        self.copies.tally(origin)
    }

    fn keys_needed(&self, event: &Event) -> Vec<KeyId> {
        self.own.keys_needed(event)
    }

    fn admit(&self, keys: Vec<GrantedKey>) -> BoxFuture<'_, Result<(), InboxError>> {
        self.own.admit(keys)
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), InboxError>> {
        async move {
            let Delivery { origin, events, resume } = delivery;
            // Our own journal first: what the copy holds is not delivered again.
            self.deliver_own(origin, &events, resume).await?;
            if events.is_empty() {
                return Ok(());
            }
            self.copy(origin, events).await
        }
        .boxed()
    }

    fn appetite(&self) -> Appetite {
        Appetite::Everything
    }

    fn diverged(&self, divergence: &Divergence) {
        let finding = finding_of(divergence, &|origin| self.copies.tally(origin));
        let (origin, words) = (finding.at.origin, divergence.to_string());
        let mut disagreements = self.disagreements.lock().unwrap_or_else(PoisonError::into_inner);
        disagreements.entry(origin).or_insert_with(|| words.clone());
        drop(disagreements);
        let mut seen_last = self.seen_last.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen_last.insert(origin, words.clone());
        drop(seen_last);
        if before.as_ref() != Some(&words) {
            self.reporter.report(finding);
        }
    }
}

/// A divergence that the follower saw, as a finding. `copied` says how far an origin was copied.
pub(crate) fn finding_of(divergence: &Divergence, copied: &dyn Fn(Origin) -> Tally) -> Finding {
    let at = |origin: Origin, sequence: u64| Place { origin, epoch: copied(origin).epoch, sequence };
    let finding = |kind, at, expected: Vec<u8>, found: Vec<u8>| Finding { expected, found, ..Finding::of(kind, at) };
    match divergence {
        Divergence::Root { origin, size, signed, read } => {
            finding(FindingKind::RootDiffers, at(*origin, *size), read.as_bytes().to_vec(), signed.as_bytes().to_vec())
        }
        Divergence::Signature { origin, .. } => {
            finding(FindingKind::SignatureBad, copied(*origin).next_place(), Vec::new(), Vec::new())
        }
        Divergence::Shorter { origin, shown, read } => finding(
            FindingKind::Shorter,
            at(*origin, *shown),
            read.to_be_bytes().to_vec(),
            shown.to_be_bytes().to_vec(),
        ),
        Divergence::Event { place, .. } => finding(FindingKind::NotAnEvent, *place, Vec::new(), Vec::new()),
    }
}
