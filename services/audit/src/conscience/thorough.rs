//! Everything once more from the first event, now and then, at a quarter of a core: what was altered since it was judged, and what only a
//! fold of everything shows, views and snapshots.

use dossier_engine::Digests;
use dossier_journal::Place as At;
use dossier_proto::Origin;
use tokio::time::{Instant, sleep};

use super::{
    Depth, Orders, StateAsked,
    following::{Bench, Following, Stepped},
    judging::Granted,
    library::Library,
    pace::{IDLE, long_rest_after},
    states::{Comparable, Memory, comparable, compare},
    working::{Conscience, off_thread, unreadable},
};

/// So often it is waited for the copy to reach what a service said of itself: ten seconds.
const WAITS_MAX: u32 = 100;

/// What is at work on one journal.
struct Work {
    following: Following,
    granted: Granted,
    /// Orders are kept by whoever follows; these are dropped.
    orders: Orders,
}

impl Conscience {
    /// Judges everything anew for ever, with long rests. Drop the future to stop.
    pub(crate) async fn run_thorough(self) {
        loop {
            sleep(self.patience.thorough).await;
            let started = Instant::now();
            for origin in Library::origins() {
                if self.thorough(origin).await.is_none() {
                    return;
                }
            }
            metrics::counter!("dossier_conscience_thorough_total").increment(1);
            tracing::info!(took = ?started.elapsed(), "everything was judged anew");
        }
    }

    /// One journal. `None` when the process ends.
    async fn thorough(&self, origin: Origin) -> Option<()> {
        let fingerprint = self.deciders.fingerprint();
        let snapshot = comparable(&self.ask, origin, StateAsked::Snapshot, fingerprint).await;
        let this = self.clone();
        let mut work = off_thread(move || Work {
            following: Following::begin(origin, Depth::StateAndView, &*this.deciders, &this.library),
            granted: Granted::default(),
            orders: Orders::default(),
        })
        .await?;
        let memories = [Memory::SnapshotState, Memory::SnapshotView];
        match snapshot {
            Comparable::Told(told) => work = self.compare_at(work, &told, memories).await?,
            Comparable::Nothing => {
                for memory in memories {
                    self.conclude(origin, memory, None).await;
                }
            }
            Comparable::Unknown => {}
        }
        let live = comparable(&self.ask, origin, StateAsked::Live, fingerprint).await;
        match live {
            Comparable::Told(told) => drop(self.compare_at(work, &told, [Memory::LiveState, Memory::LiveView]).await?),
            Comparable::Nothing | Comparable::Unknown => drop(self.reach_thoroughly(work, None).await?),
        }
        Some(())
    }

    async fn compare_at(&self, work: Work, told: &Digests, memories: [Memory; 2]) -> Option<Work> {
        let at = At { epoch: told.next.epoch, sequence: told.next.sequence };
        let work = self.reach_thoroughly(work, Some(at)).await?;
        let one = &work.following;
        if one.next != at || !one.complete {
            return Some(work);
        }
        let origin = one.origin;
        let (work, ours) = off_thread(move || {
            let ours = work.following.rehearsal.as_ref().map(|ours| (ours.state(), ours.view()));
            (work, ours)
        })
        .await?;
        let Some((state, view)) = ours else { return Some(work) };
        for memory in memories {
            let digest = match memory {
                Memory::LiveState | Memory::SnapshotState => Some(state),
                Memory::LiveView | Memory::SnapshotView => view,
            };
            if let Some(digest) = digest {
                let compared = compare(memory, origin, told, digest);
                self.conclude(origin, compared.memory, compared.finding).await;
            }
        }
        Some(work)
    }

    /// The next events.
    async fn step_thoroughly(&self, mut work: Work, until: Option<At>) -> Option<(Work, Stepped)> {
        let this = self.clone();
        off_thread(move || {
            let Work { following, granted, orders } = &mut work;
            let (library, vault, deciders) = (&*this.library, &this.vault, &*this.deciders);
            let mut bench = Bench { library, granted, orders, vault, deciders };
            let stepped = following.step(until, &mut bench).unwrap_or_else(|error| {
                unreadable(following.origin, &error);
                Stepped::default()
            });
            *orders = Orders::default();
            (work, stepped)
        })
        .await
    }

    /// Judges until `until`, or until nothing more is there.
    async fn reach_thoroughly(&self, mut work: Work, until: Option<At>) -> Option<Work> {
        let mut waits = 0;
        loop {
            let started = Instant::now();
            let (back, stepped) = self.step_thoroughly(work, until).await?;
            work = back;
            for finding in stepped.findings {
                self.reporter.report_durably(finding).await;
            }
            let is_there = until.is_some_and(|until| work.following.next >= until);
            if is_there || (stepped.events == 0 && (until.is_none() || waits >= WAITS_MAX)) {
                return Some(work);
            }
            if stepped.events == 0 {
                waits += 1;
                sleep(IDLE).await;
            } else {
                sleep(long_rest_after(started.elapsed())).await;
            }
        }
    }
}
