//! The thread that writes the anchors.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::AnchorFile;
use crate::core::Core;
use crate::{Head, Stop, WriteError};

/// When nothing is appended, the last head is anchored this long after it became durable: half of the 10 ms promised, the
/// rest is for the sync.
const IDLE_WAIT: Duration = Duration::from_millis(5);

/// Anchors heads behind the writer's back: the head before while a group is being synced, the last one when nothing comes.
pub(crate) struct AnchorKeeper {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Desk {
    orders: Mutex<Orders>,
    changed: Condvar,
}

#[derive(Default)]
struct Orders {
    /// The newest durable head that is not anchored, and since when.
    waiting: Option<(Head, Instant)>,
    /// A group is being synced: now is the time.
    hurry: bool,
    closing: bool,
}

/// When the first anchor is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum First {
    /// Before the journal opens.
    Now,
    /// With the first group that becomes durable.
    Later,
}

impl AnchorKeeper {
    /// Starts the thread.
    pub(crate) fn start(core: &Arc<Core>, mut file: AnchorFile, starts: u64, first: First) -> Result<Self, WriteError> {
        if first == First::Now {
            anchor(core, &mut file, starts, core.durable().head)?;
        }
        let desk = Arc::new(Desk::default());
        let thread = std::thread::Builder::new().name("journal-anchor".to_owned()).spawn({
            let (desk, place, core) = (Arc::clone(&desk), file.place(), Arc::clone(core));
            move || {
                while let Some(head) = desk.next() {
                    // The reason is kept in the core; there is nobody here to tell.
                    if anchor(&core, &mut file, starts, head).is_err() {
                        tracing::error!(%place, "no more anchors are written");
                        return;
                    }
                }
            }
        });
        let thread = thread.map_err(|source| core.stop(Stop::Anchor { place: "(thread)".to_owned(), source }))?;
        Ok(Self { desk, thread: Some(thread) })
    }

    /// A head has become durable.
    pub(crate) fn note(&self, head: Head) {
        self.desk.orders().waiting = Some((head, Instant::now()));
        self.desk.changed.notify_one();
    }

    /// A group is about to be synced.
    pub(crate) fn hurry(&self) {
        let mut orders = self.desk.orders();
        if orders.waiting.is_some() {
            orders.hurry = true;
            self.desk.changed.notify_one();
        }
    }
}

impl Drop for AnchorKeeper {
    /// Anchors the last head.
    fn drop(&mut self) {
        self.desk.orders().closing = true;
        self.desk.changed.notify_one();
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that writes anchors ended with a panic");
        }
    }
}

impl Desk {
    /// Waits for the next head that is due; `None` when the writer has gone and nothing is left.
    fn next(&self) -> Option<Head> {
        let mut orders = self.orders();
        loop {
            let Some((head, since)) = orders.waiting else {
                if orders.closing {
                    return None;
                }
                orders = self.changed.wait(orders).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let rest = IDLE_WAIT.saturating_sub(since.elapsed());
            if orders.hurry || orders.closing || rest.is_zero() {
                orders.waiting = None;
                orders.hurry = false;
                return Some(head);
            }
            orders = self.changed.wait_timeout(orders, rest).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn orders(&self) -> MutexGuard<'_, Orders> {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn anchor(core: &Core, file: &mut AnchorFile, starts: u64, head: Head) -> Result<(), WriteError> {
    let failed = |source| core.stop(Stop::Anchor { place: file.place(), source });
    let signed = core.sign(head.epoch, head.tree_head()).map_err(|e| failed(std::io::Error::other(e)))?;
    file.write(starts, signed.text()).map_err(|source| core.stop(Stop::Anchor { place: file.place(), source }))
}
