//! Looks at each origin's newest checkpoint again and again: is it signed, does it agree with the copy, does it say more
//! than the last one? What holds is kept.

use std::{sync::Arc, time::Duration};

use dossier_exchange::{Clock, KeyRing, NotVerified, Transport};
use dossier_journal::Journal;
use dossier_proof::{Checkpoint, CosigningKey, SignedCheckpoint};
use dossier_proto::{Micros, Origin, Place};
use tokio::time::{sleep, timeout};

use crate::{
    copies::Copies,
    cosigners::cosigned_anew,
    domain::{Finding, FindingKind},
    reporter::Reporter,
    seen::{Judgement, SeenCheckpoint, judge},
};

/// At most so often a checkpoint is asked for: each new one costs a sync of the disk.
const EVERY: Duration = Duration::from_millis(250);
/// So long the copy may take to reach what a checkpoint speaks of; then the next one is looked at. What was not compared
/// with the copy is not kept.
const COPYING: Duration = Duration::from_secs(1);

/// Whom to watch.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The service.
    pub origin: Origin,
    /// The name of its log: the origin line of its checkpoints is `<log>/<epoch>`.
    pub log: String,
    /// What it signs with, as far as is known here.
    pub keys: KeyRing,
}

impl Watched {
    /// The end a checkpoint speaks of, epoch and size, when the origin has signed it and it is of its log.
    pub(crate) async fn head_of(&self, transport: &dyn Transport, signed: &SignedCheckpoint) -> Option<(u32, u64)> {
        self.keys.verified(transport, self.origin, signed).await.ok()?;
        let seen = SeenCheckpoint::of(signed.clone(), &self.log, Micros(0))?;
        Some((seen.epoch, seen.size()))
    }
}

/// Watches one origin.
pub(crate) struct Watching {
    pub(crate) watched: Watched,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) copies: Arc<Copies>,
    pub(crate) reporter: Reporter,
    pub(crate) clock: Arc<dyn Clock>,
    /// Signs what was compared.
    pub(crate) cosigner: CosigningKey,
}

impl Watching {
    /// Watches for ever. Drop the future to stop.
    pub(crate) async fn run(self) {
        self.cosign_anew().await;
        loop {
            self.look().await;
            sleep(EVERY).await;
        }
    }

    async fn look(&self) {
        let origin = self.watched.origin;
        let asked_at = self.clock.now();
        // Silence is the follower's to tell.
        let Ok(signed) = self.transport.checkpoint(origin).await else { return };
        match self.checked(&signed).await {
            Ok(None) => {}
            Ok(Some(seen)) => {
                let end = (seen.epoch, seen.size());
                self.compare(seen).await;
                let head = self.copies.journal(origin).map(|journal| journal.head());
                if head.is_some_and(|head| (head.epoch, head.size) >= end) {
                    self.copies.passed().note(origin, asked_at);
                }
            }
            Err(finding) => self.reporter.report(finding),
        }
    }

    /// The checkpoint, when the origin has signed it and it is of its log.
    async fn checked(&self, signed: &SignedCheckpoint) -> Result<Option<SeenCheckpoint>, Finding> {
        let Watched { origin, log, keys } = &self.watched;
        let Checkpoint { size, root, .. } = signed.unverified();
        let bad = || {
            let at = Place { origin: *origin, epoch: self.copies.tally(*origin).epoch, sequence: *size };
            Finding { found: root.as_bytes().to_vec(), ..Finding::of(FindingKind::SignatureBad, at) }
        };
        match keys.verified(&*self.transport, *origin, signed).await {
            Ok(_) => SeenCheckpoint::of(signed.clone(), log, self.clock.now()).ok_or_else(bad).map(Some),
            // It may have taken another key, and does not say: nobody knows yet.
            Err(NotVerified::Unheard(_)) => Ok(None),
            Err(NotVerified::Contradicts(_)) => Err(bad()),
        }
    }

    async fn compare(&self, seen: SeenCheckpoint) {
        let origin = self.watched.origin;
        let Some(journal) = self.copies.journal(origin) else { return };
        let says_nothing = (seen.epoch, seen.size()) == (0, 0);
        let says_the_same = |kept: &SeenCheckpoint| kept.signed.unverified() == seen.signed.unverified();
        if says_nothing || self.copies.seen().newest(origin).is_some_and(|kept| says_the_same(&kept)) {
            return;
        }
        reached(journal, &seen).await;
        let Ok(copied) = journal.root_at(seen.epoch, seen.size()) else { return };
        let kept = self.copies.seen().newest(origin);
        match judge(origin, kept.as_ref(), &seen, copied) {
            Judgement::Same => {}
            Judgement::Against(finding) => self.reporter.report(finding),
            Judgement::Newer => self.keep(self.cosigned(seen)).await,
        }
    }

    /// The root was compared with the copy, which only grows: so this tree continues every one that was cosigned before
    /// ([C2SP tlog-cosignature](https://c2sp.org/tlog-cosignature)).
    fn cosigned(&self, mut seen: SeenCheckpoint) -> SeenCheckpoint {
        let seconds = u64::try_from(seen.at.0 / Micros::SECOND).unwrap_or_default();
        if let Err(error) = seen.signed.cosign(&self.cosigner, seconds) {
            tracing::warn!(origin = %self.watched.origin, %error, "a checkpoint is kept without our signature");
        }
        seen
    }

    /// What was kept is signed with the present key: receipts that are made from here on rest on that one alone.
    async fn cosign_anew(&self) {
        let (origin, copies) = (self.watched.origin, Arc::clone(&self.copies));
        let key = self.cosigner.clone();
        let seconds = u64::try_from(self.clock.now().0 / Micros::SECOND).unwrap_or_default();
        let signing = tokio::task::spawn_blocking(move || {
            copies.seen().sign_anew(origin, |signed| cosigned_anew(signed, &key, seconds))
        });
        if let Ok(Err(error)) = signing.await {
            tracing::error!(%origin, %error, "what was kept could not be signed with the present key");
        }
    }

    async fn keep(&self, seen: SeenCheckpoint) {
        let (origin, copies) = (self.watched.origin, Arc::clone(&self.copies));
        let kept = tokio::task::spawn_blocking(move || copies.seen().keep(origin, seen)).await;
        if let Ok(Err(error)) = kept {
            tracing::error!(%origin, %error, "a checkpoint could not be kept");
        }
    }
}

/// Waits a while for the copy to be as long as the checkpoint says.
async fn reached(journal: &Journal, seen: &SeenCheckpoint) {
    let mut heads = journal.watch();
    let wanted = (seen.epoch, seen.size());
    let _ = timeout(COPYING, heads.wait_for(|head| (head.epoch, head.size) >= wanted)).await;
}
