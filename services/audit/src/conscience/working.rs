//! The conscience at work: slices of judging, one after the other, off the async threads, and what the clock asks for in between.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use dossier_engine::{Clock, Digests, Engine};
use dossier_journal::{Place as At, ReadError};
use dossier_proto::{Micros, Origin, Place};
use dossier_vault::Vault;
use tokio::time::{Instant, sleep};

use super::{
    AskService, Deciders, Depth, Orders, Patience, StateAsked,
    following::{Bench, Following, Stepped},
    judging::Granted,
    library::Library,
    pace::{IDLE, SAVE_AFTER, SAVE_QUIET, rest_after},
    saved::Keep,
    states::{Comparable, Memory, comparable, compare, tell_apart},
};
use crate::{
    domain::{Audit, Finding, FindingKind},
    reporter::Reporter,
    views::AuditView,
};

/// So long the copy may take to reach what a service said of itself.
const REACHING: Duration = Duration::from_secs(10);
/// How often the figures and the erasures are looked at.
const TICK: Duration = Duration::from_secs(1);

/// How far each journal was judged, with all findings on record. All clones see the same.
#[derive(Clone, Default)]
pub(crate) struct Judged(Arc<Mutex<BTreeMap<Origin, Place>>>);

impl Judged {
    fn set(&self, followings: &[Following]) {
        let mut judged = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        judged.extend(followings.iter().map(|one| (one.origin, one.place())));
    }

    /// The next event to be judged of each.
    pub(crate) fn all(&self) -> BTreeMap<Origin, Place> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What the conscience works with.
#[derive(Clone)]
pub(crate) struct Conscience {
    pub(crate) library: Arc<Library>,
    pub(crate) vault: Vault,
    pub(crate) deciders: Arc<dyn Deciders>,
    pub(crate) ask: AskService,
    pub(crate) engine: Engine<Audit, AuditView>,
    pub(crate) reporter: Reporter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) patience: Patience,
    pub(crate) judged: Judged,
    /// The audit service's directory.
    pub(crate) directory: std::path::PathBuf,
}

/// What it remembers.
pub(super) struct Books {
    pub(super) followings: Vec<Following>,
    pub(super) orders: Orders,
    pub(super) granted: Granted,
}

impl Conscience {
    /// Works for ever. Drop the future to stop; what was not judged is judged after the next start.
    pub(crate) async fn run(self) {
        let this = self.clone();
        let Some(mut books) = off_thread(move || this.open()).await else { return };
        let (mut ticked, mut saved, mut compared) = (Instant::now(), Instant::now(), None::<Instant>);
        let mut unsaved = 0;
        loop {
            let started = Instant::now();
            let Some((back, stepped)) = self.slice(books, None).await else { return };
            books = back;
            self.report(stepped.findings).await;
            self.judged.set(&books.followings);
            unsaved += stepped.events as u64;
            if unsaved >= SAVE_AFTER || (unsaved > 0 && stepped.events == 0 && saved.elapsed() >= SAVE_QUIET) {
                let Some(back) = self.save(books).await else { return };
                (books, unsaved, saved) = (back, 0, Instant::now());
            }
            if ticked.elapsed() >= TICK {
                ticked = Instant::now();
                self.figures(&books);
            }
            if stepped.events > 0 {
                sleep(rest_after(started.elapsed())).await;
                continue;
            }
            self.erasures(&books).await;
            if compared.is_none_or(|last| last.elapsed() >= self.patience.states) {
                compared = Some(Instant::now());
                let Some(back) = self.states(books).await else { return };
                books = back;
            }
            sleep(IDLE).await;
        }
    }

    /// The same with a library of its own, for work beside it: each remembers what it looked up last.
    pub(crate) fn with_own_library(&self) -> Self {
        Self { library: Arc::new(self.library.again()), ..self.clone() }
    }

    fn keep(&self) -> Keep {
        Keep::below(&self.directory, self.deciders.fingerprint())
    }

    fn open(&self) -> Books {
        let begin = |origin| Following::begin(origin, Depth::State, &*self.deciders, &self.library);
        let anew = || (Library::origins().map(begin).collect(), Orders::default());
        let (followings, orders) = self.keep().load(&*self.deciders, &self.library).unwrap_or_else(anew);
        Books { followings, orders, granted: Granted::default() }
    }

    /// One step of each journal. `None` when the process ends.
    async fn slice(&self, mut books: Books, until: Option<(Origin, At)>) -> Option<(Books, Stepped)> {
        let this = self.clone();
        off_thread(move || {
            let mut all = Stepped::default();
            let Books { followings, orders, granted } = &mut books;
            for following in followings {
                let limit = match until {
                    Some((origin, _)) if origin != following.origin => continue,
                    until => until.map(|(_, at)| at),
                };
                let (library, vault, deciders) = (&*this.library, &this.vault, &*this.deciders);
                let mut bench = Bench { library, granted, orders, vault, deciders };
                match following.step(limit, &mut bench) {
                    Ok(stepped) => {
                        all.events += stepped.events;
                        all.findings.extend(stepped.findings);
                    }
                    Err(error) => unreadable(following.origin, &error),
                }
            }
            (books, all)
        })
        .await
    }

    async fn report(&self, findings: Vec<Finding>) {
        for finding in findings {
            self.reporter.report_durably(finding).await;
        }
    }

    async fn save(&self, books: Books) -> Option<Books> {
        let this = self.clone();
        off_thread(move || {
            this.keep().save(&books.followings, &books.orders, &this.library);
            books
        })
        .await
    }

    fn figures(&self, books: &Books) {
        for following in &books.followings {
            let head = self.library.head(following.origin).unwrap_or_default();
            let behind =
                if head.0 == following.next.epoch { head.1.saturating_sub(following.next.sequence) } else { 0 };
            let name = following.origin.name();
            metrics::gauge!("dossier_conscience_behind_events", "origin" => name).set(behind as f64);
            let decides = f64::from(u8::from(following.rehearsal.is_some()));
            metrics::gauge!("dossier_conscience_decides", "origin" => name).set(decides);
        }
        let view = self.engine.view();
        for kind in FindingKind::ALL {
            let open = view.open_findings().filter(|row| row.kind == kind).count();
            metrics::gauge!("dossier_findings_open", "kind" => kind.key()).set(open as f64);
        }
    }

    /// Everything that is copied was judged: so whoever has not confirmed has not.
    async fn erasures(&self, books: &Books) {
        let limit = i64::try_from(self.patience.erasures.as_micros()).unwrap_or(i64::MAX);
        let late = books.orders.late(Micros(self.clock.now().0.saturating_sub(limit)));
        let open: Vec<_> = {
            let view = self.engine.view();
            let rows = view.open_findings().filter(|row| row.kind == FindingKind::ErasureUnconfirmed);
            rows.map(|row| row.finding()).collect()
        };
        let is_open = |one: &Finding| open.iter().any(|open| (open.at, open.service) == (one.at, one.service));
        self.report(late.into_iter().filter(|one| !is_open(one)).collect()).await;
        for finding in open {
            let followed = books.followings.iter().find(|one| one.origin == finding.at.origin).map(Following::place);
            let (Some(service), Some(followed)) = (finding.service, followed) else { continue };
            if books.orders.is_confirmed(finding.at, service, followed) {
                self.reporter.settle(finding).await;
            }
        }
    }

    /// Compares the live state of every service with what its journal amounts to. Nothing is read on meanwhile, so that ours can be taken
    /// to exactly where theirs is.
    async fn states(&self, mut books: Books) -> Option<Books> {
        for origin in Library::origins() {
            let fingerprint = self.deciders.fingerprint();
            self.settle_what_has_no_snapshot(origin).await;
            let told = comparable(&self.ask, origin, StateAsked::Live, fingerprint).await;
            let Comparable::Told(told) = told else { continue };
            books = self.reach(books, origin, &told).await?;
            let at = At { epoch: told.next.epoch, sequence: told.next.sequence };
            let (back, ours) = off_thread(move || {
                let is_it = |one: &&Following| one.origin == origin && one.next == at && one.complete;
                let one = books.followings.iter().find(is_it);
                let ours = one.and_then(|one| one.rehearsal.as_ref()).map(|rehearsal| rehearsal.state());
                (books, ours)
            })
            .await?;
            books = back;
            if let Some(ours) = ours {
                let compared = compare(Memory::LiveState, origin, &told, ours);
                self.conclude(origin, compared.memory, compared.finding).await;
            }
        }
        Some(books)
    }

    /// What was wrong in a snapshot lasts no longer once there is none: whoever folds anew was told to delete it.
    async fn settle_what_has_no_snapshot(&self, origin: Origin) {
        let memories = [Memory::SnapshotState, Memory::SnapshotView];
        let is_open = {
            let view = self.engine.view();
            let is_it = |row: &crate::views::FindingRow| {
                row.kind == FindingKind::StateDiffers
                    && row.service == Some(origin)
                    && memories.iter().any(|memory| memory.code() == row.code)
            };
            view.open_findings().any(is_it)
        };
        if !is_open {
            return;
        }
        let told = comparable(&self.ask, origin, StateAsked::Snapshot, self.deciders.fingerprint()).await;
        if told == Comparable::Nothing {
            for memory in memories {
                self.conclude(origin, memory, None).await;
            }
        }
    }

    /// Judges until the next event is the one a service named.
    async fn reach(&self, mut books: Books, origin: Origin, told: &Digests) -> Option<Books> {
        let at = At { epoch: told.next.epoch, sequence: told.next.sequence };
        let deadline = Instant::now() + REACHING;
        loop {
            let (back, stepped) = self.slice(books, Some((origin, at))).await?;
            books = back;
            self.report(stepped.findings).await;
            let next = books.followings.iter().find(|one| one.origin == origin).map(|one| one.next);
            if next.is_none_or(|next| next >= at) || Instant::now() > deadline {
                return Some(books);
            }
            if stepped.events == 0 {
                sleep(IDLE).await;
            }
        }
    }

    /// One finding for as long as a memory differs, and settled when it does not.
    pub(super) async fn conclude(&self, origin: Origin, memory: Memory, finding: Option<Finding>) {
        metrics::counter!("dossier_states_compared_total", "memory" => memory.code()).increment(1);
        let open: Vec<_> = {
            let view = self.engine.view();
            let is_it = |row: &&crate::views::FindingRow| {
                row.kind == FindingKind::StateDiffers && row.service == Some(origin) && row.code == memory.code()
            };
            view.open_findings().filter(is_it).map(|row| row.finding()).collect()
        };
        match finding {
            Some(finding) if open.is_empty() => {
                tell_apart(&self.ask, origin, &finding).await;
                self.reporter.report_durably(finding).await;
            }
            Some(_) => {}
            None => {
                for finding in open {
                    self.reporter.settle(finding).await;
                }
            }
        }
    }
}

pub(super) fn unreadable(origin: Origin, error: &ReadError) {
    // The journal says so by itself, in readiness.
    tracing::error!(%origin, %error, "what is to be judged cannot be read");
}

/// `None` when the runtime ends. A panic goes on to whoever watches the task.
pub(super) async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => Some(done),
        Err(stopped) if stopped.is_cancelled() => None,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
