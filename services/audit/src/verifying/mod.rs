//! Verification that somebody asks for: a journal, or the receipt of an edition. One at a time, off the async threads; how far it is and what
//! came of it is kept in memory.

mod journal;
mod kinds;
mod receipt;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use dossier_proto::{Micros, Origin};
use dossier_web::live::Live;

pub(crate) use kinds::ExitKind;

use crate::office::Office;

/// Runs that are kept: each a few lines, with a thousand findings at most.
const RUNS_MAX: usize = 10;

/// What is verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The journal of a service: ours, or the copy of another's.
    Journal(Origin),
    /// The receipt of an edition of the entry with this number or id.
    Receipt(String, u32),
}

/// One thing that is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The checkpoints are signed by whose they are.
    Signatures,
    /// Every event is what and where it says, in order; and the tree over them is the one that was signed.
    Events,
    /// What events rest on is there and is so; every command decided again comes out the same.
    Decisions,
    /// A receipt can be made of what is held.
    Making,
    /// The receipt holds by itself and by the published keys.
    Receipt,
}

impl Check {
    /// The key of its words.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Signatures => "signatures",
            Self::Events => "events",
            Self::Decisions => "decisions",
            Self::Making => "making",
            Self::Receipt => "receipt",
        }
    }
}

/// What came of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) check: Check,
    /// How many were looked at: checkpoints, events, steps of a proof.
    pub(crate) count: u64,
    /// What does not hold.
    pub(crate) faults: Vec<Fault>,
    /// More of it, which is only counted.
    pub(crate) more: u64,
    /// What was found in words for a person, in English.
    pub(crate) told: Vec<String>,
    /// Whether it could be checked; what could not is no fault.
    pub(crate) is_checked: bool,
}

impl Checked {
    const fn of(check: Check) -> Self {
        Self { check, count: 0, faults: Vec::new(), more: 0, told: Vec::new(), is_checked: true }
    }

    fn fault(&mut self, fault: Fault) {
        if self.faults.len() < FAULTS_SHOWN { self.faults.push(fault) } else { self.more += 1 }
    }
}

/// Faults that are shown of one check; the first says where to look.
const FAULTS_SHOWN: usize = 20;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: ExitKind,
    /// Where.
    pub(crate) at: String,
    /// What exactly, in English.
    pub(crate) found: String,
}

/// A verification, under way or done.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) number: u64,
    pub(crate) subject: Subject,
    pub(crate) begun: Micros,
    pub(crate) ended: Option<Micros>,
    /// Events that are looked at in all: each twice, once for what it is and once for what was decided.
    pub(crate) total: u64,
    done: Arc<AtomicU64>,
    pub(crate) checked: Vec<Checked>,
}

impl Run {
    /// How much of it is done, in hundredths.
    pub(crate) fn percent(&self) -> u64 {
        if self.ended.is_some() {
            return 100;
        }
        // 99 at most before its end.
        (self.done.load(Ordering::Relaxed) * 100 / self.total.max(1)).min(99)
    }

    /// The first kind that counts; none when everything holds as far as it was looked at.
    pub(crate) fn worst(&self) -> Option<ExitKind> {
        self.checked.iter().flat_map(|checked| &checked.faults).map(|fault| fault.kind).min_by_key(|kind| kind.rank())
    }
}

/// The topic of pages that show runs.
pub(crate) const TOPIC: &str = "verify";

/// The runs, the newest first.
#[derive(Default)]
pub(crate) struct Verifying {
    runs: Mutex<VecDeque<Run>>,
    live: Live,
}

impl Verifying {
    fn runs(&self) -> MutexGuard<'_, VecDeque<Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that are kept, the newest first.
    pub(crate) fn all(&self) -> Vec<Run> {
        self.runs().iter().cloned().collect()
    }

    /// The number of the next run: what the form holds, so that a form that is sent twice begins one.
    pub(crate) fn next(&self) -> u64 {
        self.runs().front().map_or(1, |run| run.number + 1)
    }

    /// Puts a run in its place, if none is under way and this is the next.
    fn put(&self, run: Run) -> bool {
        let mut runs = self.runs();
        let is_busy = runs.front().is_some_and(|last| last.ended.is_none());
        if is_busy || run.number != runs.front().map_or(1, |last| last.number + 1) {
            return false;
        }
        runs.push_front(run);
        runs.truncate(RUNS_MAX);
        drop(runs);
        self.live.tell([TOPIC]);
        true
    }

    fn change(&self, number: u64, change: impl FnOnce(&mut Run)) {
        if let Some(run) = self.runs().iter_mut().find(|run| run.number == number) {
            change(run);
        }
        self.live.tell([TOPIC]);
    }

    /// Whoever is told when something moves here.
    pub(crate) const fn live(&self) -> &Live {
        &self.live
    }

    /// So many events were looked at: who watches is told at each hundredth.
    fn progress(&self, (done, total): (&AtomicU64, u64), events: u64) {
        let before = done.fetch_add(events, Ordering::Relaxed);
        let hundredth = |done: u64| done * 100 / total.max(1);
        if hundredth(before) != hundredth(before + events) {
            self.live.tell([TOPIC]);
        }
    }
}

/// Begins to verify, unless something is being verified, or this number was begun already. Answers at once.
pub(crate) fn begin(office: &Office, number: u64, subject: Subject) -> bool {
    let total = match &subject {
        Subject::Journal(origin) => {
            let epochs = office.journal(*origin).map(dossier_journal::Journal::epochs).unwrap_or_default();
            2 * epochs.into_iter().map(|(_, size)| size).sum::<u64>()
        }
        Subject::Receipt(..) => 1,
    };
    let done = Arc::new(AtomicU64::new(0));
    let begun = office.now();
    let run = Run {
        number,
        subject: subject.clone(),
        begun,
        ended: None,
        total,
        done: Arc::clone(&done),
        checked: Vec::new(),
    };
    if !office.verifying().put(run) {
        return false;
    }
    let office = office.clone();
    // Nobody waits for it: what comes of it is read from where it is kept.
    drop(tokio::task::spawn_blocking(move || {
        // Whatever happens, a run ends: the next one may begin.
        let _ended = Ending { office: office.clone(), number };
        let progress = |events| office.verifying().progress((&done, total), events);
        let told = |checked| office.verifying().change(number, |run| run.checked.push(checked));
        match subject {
            Subject::Journal(origin) => journal::verify(&office, origin, &progress, &told),
            Subject::Receipt(name, edition) => receipt::verify(&office, &name, edition, &told),
        }
    }));
    true
}

/// Ends a run when it is dropped, also when the work panics.
struct Ending {
    office: Office,
    number: u64,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let now = self.office.now();
        self.office.verifying().change(self.number, |run| run.ended = Some(now));
    }
}
