//! Ends this process with SIGKILL, at its point.

use std::{
    io::{self, Write as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use dossier_engine::{Faults, Passing, Step};

use crate::{answers::Answers, point::Point};

/// How long a process that ends once its callers have their answers waits for these to leave it.
const ANSWERS_LEAVE_WITHIN: Duration = Duration::from_millis(200);

/// What a process says that ends when its callers have their answers.
pub const ANSWERS_HAVE_LEFT: &str = "the answers have left";

/// Ends the process at a point. For the step "answered, and nobody else has read it" the other services are kept from
/// recording anything they receive from the moment on at which the group is about to be committed, and the answers are let out.
pub struct Dying {
    point: Point,
    answers: Arc<Answers>,
    arrivals: AtomicU64,
    /// The number of the group at which it ends; 0 until that has come. Others are committed and answered after it has come.
    group: AtomicU64,
    /// How many had asked by then.
    asked: AtomicU64,
    /// How many answers had left when it was committed.
    left: AtomicU64,
}

impl Dying {
    /// At this point.
    pub fn at(point: Point, answers: Arc<Answers>) -> Self {
        Self {
            point,
            answers,
            arrivals: AtomicU64::new(0),
            group: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            left: AtomicU64::new(0),
        }
    }

    fn look_for_the_group(&self, passing: &Passing) {
        if !self.point.counts(passing) {
            return;
        }
        if self.arrivals.fetch_add(1, Ordering::SeqCst) + 1 == self.point.arrival {
            // Whoever waits for this group has asked by now.
            self.asked.store(self.answers.asked(), Ordering::SeqCst);
            self.group.store(passing.group, Ordering::SeqCst);
        }
    }

    /// Requests that came after the group's are counted too and may not be answered: then the time runs out.
    fn let_answers_out(&self, commands: usize) {
        self.answers.wait_for(self.asked.load(Ordering::SeqCst), ANSWERS_LEAVE_WITHIN);
        let left = self.answers.left() - self.left.load(Ordering::SeqCst);
        if commands > 0 && left >= commands as u64 {
            // For who waits for our end. A standard error that is gone has nobody who waits.
            let _ = writeln!(io::stderr(), "{ANSWERS_HAVE_LEFT}");
        }
    }

    fn is_kept_from_reading(&self, passing: &Passing) -> bool {
        self.point.step == Step::Answered
            && passing.origin != self.point.origin
            && passing.step == Step::BeforeCommit
            && passing.received > 0
            && self.group.load(Ordering::SeqCst) != 0
    }
}

impl Faults for Dying {
    fn reach(&self, passing: Passing) {
        if self.is_kept_from_reading(&passing) {
            wait_for_the_end();
        }
        if passing.origin != self.point.origin {
            return;
        }
        if passing.step == Step::BeforeCommit {
            self.look_for_the_group(&passing);
        }
        if passing.group != self.group.load(Ordering::SeqCst) {
            return;
        }
        if passing.step == Step::Committed {
            self.left.store(self.answers.left(), Ordering::SeqCst);
        }
        if passing.step != self.point.step {
            return;
        }
        if self.point.step == Step::Answered {
            self.let_answers_out(passing.commands);
        }
        kill_this_process();
    }
}

/// `kill -9`, by itself.
fn kill_this_process() {
    let this = rustix::process::getpid();
    if rustix::process::kill_process(this, rustix::process::Signal::KILL).is_err() {
        // Without the signal there is still the end without any tidying up.
        std::process::abort();
    }
    wait_for_the_end();
}

/// The end comes from another thread, or from the kernel.
fn wait_for_the_end() {
    loop {
        thread::park();
    }
}
