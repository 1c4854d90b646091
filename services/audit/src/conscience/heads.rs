//! Whether services read what others write. What is apart for a moment is work; what is apart and stands still is a finding.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use dossier_engine::Engine;
use dossier_exchange::Transport;
use dossier_proto::{Origin, Place};
use tokio::time::{Instant, sleep};

use super::{HeadRead, Patience, StateAsked, library::Library, questions::AskService};
use crate::{
    domain::{ANOTHER_HISTORY, Audit, BEHIND, Finding, FindingKind, NOT_READABLE},
    reporter::Reporter,
    views::AuditView,
    watching::Watched,
};

/// Epoch and size.
pub(super) type Head = (u32, u64);

/// Who reads whom: no reader stands for our own copy.
pub(super) type Pair = (Option<Origin>, Origin);

/// Since when somebody is behind without reading anything.
#[derive(Debug, Clone, Copy)]
struct Gap {
    since: Instant,
    read: Head,
}

/// Everybody who is behind.
#[derive(Default)]
pub(super) struct Gaps(BTreeMap<Pair, Gap>);

/// How two heads stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// All of it was read.
    Level,
    /// It is being read, or not for long not.
    Reading,
    /// Nothing has been read for too long.
    Apart,
}

impl Gaps {
    /// Notes how far was read of what is known to be written. Pure but for what it remembers.
    pub(super) fn note(&mut self, pair: Pair, head: Head, read: Head, now: Instant, limit: Duration) -> Standing {
        if read >= head {
            self.0.remove(&pair);
            return Standing::Level;
        }
        let gap = self.0.entry(pair).or_insert(Gap { since: now, read });
        if read != gap.read {
            *gap = Gap { since: now, read };
        }
        if now.duration_since(gap.since) >= limit { Standing::Apart } else { Standing::Reading }
    }
}

/// Looks at all heads, again and again.
pub(crate) struct Heads {
    pub(crate) watched: Vec<Watched>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) ask: AskService,
    pub(crate) library: Arc<Library>,
    pub(crate) engine: Engine<Audit, AuditView>,
    pub(crate) reporter: Reporter,
    pub(crate) patience: Patience,
}

impl Heads {
    /// Looks for ever. Drop the future to stop.
    pub(crate) async fn run(mut self) {
        let mut gaps = Gaps::default();
        loop {
            sleep(self.patience.heads_every).await;
            self.look(&mut gaps).await;
        }
    }

    async fn look(&mut self, gaps: &mut Gaps) {
        let mut heads = BTreeMap::new();
        for watched in self.watched.clone() {
            let Some(head) = self.signed(&watched).await else { continue };
            heads.insert(watched.origin, head);
            if watched.origin != Origin::Audit {
                let Some(copied) = self.library.head(watched.origin) else { continue };
                self.compare(gaps, (None, watched.origin), head, copied, NOT_READABLE).await;
            }
        }
        for reader in Origin::ALL {
            let told = (self.ask)(reader, StateAsked::Heads).await;
            // Silence is told by whoever follows it.
            let Ok(told) = told else { continue };
            for read in told.heads {
                if let Some(head) = heads.get(&read.origin) {
                    self.compare_reader(gaps, reader, *head, read).await;
                }
            }
        }
    }

    /// The newest head an origin signed; of our own, where our journal ends.
    async fn signed(&self, watched: &Watched) -> Option<Head> {
        if watched.origin == Origin::Audit {
            return self.library.head(Origin::Audit);
        }
        let signed = self.transport.checkpoint(watched.origin).await.ok()?;
        // One that is not signed by it is a finding of whoever watches the checkpoints.
        watched.head_of(&*self.transport, &signed).await
    }

    async fn compare_reader(&self, gaps: &mut Gaps, reader: Origin, head: Head, read: HeadRead) {
        let pair = (Some(reader), read.origin);
        if self.library.root(read.origin, read.epoch, read.size).is_some_and(|root| root != read.root.0) {
            let at = Place { origin: read.origin, epoch: read.epoch, sequence: read.size };
            let finding = Finding {
                found: read.root.to_vec(),
                code: ANOTHER_HISTORY.to_owned(),
                service: Some(reader),
                ..Finding::of(FindingKind::HeadsApart, at)
            };
            return self.report(finding).await;
        }
        self.settle(pair, ANOTHER_HISTORY).await;
        self.compare(gaps, pair, head, (read.epoch, read.size), BEHIND).await;
    }

    async fn compare(&self, gaps: &mut Gaps, pair: Pair, head: Head, read: Head, code: &str) {
        match gaps.note(pair, head, read, Instant::now(), self.patience.heads) {
            Standing::Reading => {}
            Standing::Level => self.settle(pair, code).await,
            Standing::Apart => {
                let (service, origin) = pair;
                let at = Place { origin, epoch: read.0, sequence: read.1 };
                let size = |head: Head| head.1.to_be_bytes().to_vec();
                let finding = Finding {
                    expected: size(head),
                    found: size(read),
                    code: code.to_owned(),
                    service,
                    ..Finding::of(FindingKind::HeadsApart, at)
                };
                self.report(finding).await;
            }
        }
    }

    /// One finding for as long as it lasts, whatever is written meanwhile.
    async fn report(&self, finding: Finding) {
        if self.open((finding.service, finding.at.origin), &finding.code).is_empty() {
            self.reporter.report_durably(finding).await;
        }
    }

    async fn settle(&self, pair: Pair, code: &str) {
        for finding in self.open(pair, code) {
            self.reporter.settle(finding).await;
        }
    }

    fn open(&self, (service, origin): Pair, code: &str) -> Vec<Finding> {
        let view = self.engine.view();
        let of_pair = view.open_findings().filter(|row| {
            row.kind == FindingKind::HeadsApart && row.at.origin == origin && row.service == service && row.code == code
        });
        of_pair.map(|row| row.finding()).collect()
    }
}
