//! How a service says that it has stopped, and why.

use std::thread;

use dossier_journal::WriteError;
use dossier_proto::Origin;
use tokio::sync::watch;

/// Set once.
#[derive(Debug, Clone)]
pub(crate) struct Stopping {
    reason: watch::Sender<Option<String>>,
}

impl Stopping {
    pub(crate) fn new() -> Self {
        Self { reason: watch::Sender::new(None) }
    }

    pub(crate) fn stop(&self, reason: String) {
        self.reason.send_if_modified(|current| {
            let first = current.is_none();
            if first {
                *current = Some(reason);
            }
            first
        });
    }

    /// After a failed write or sync: nobody knows what is on disk.
    pub(crate) fn stop_writing(&self, origin: Origin, error: &WriteError) {
        let reason = error.to_string();
        tracing::error!(%origin, %reason, "the journal cannot be written; the service stops");
        metrics::counter!("dossier_journal_failed_total", "origin" => origin.name()).increment(1);
        self.stop(reason);
    }

    pub(crate) fn reason(&self) -> Option<String> {
        self.reason.borrow().clone()
    }

    /// Returns when the service has stopped.
    pub(crate) async fn stopped(&self) -> String {
        let mut reason = self.reason.subscribe();
        match reason.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            // The sender is ours; it lives as long as this borrow.
            Err(_closed) => String::new(),
        }
    }
}

/// Held by a thread for as long as it works: a thread that ends by a panic stops the service, and says so. Without this the
/// other threads would end quietly, and the service would look sound and answer nobody.
pub(crate) struct StopOnPanic {
    stopping: Stopping,
    /// What the thread does: "decides", "writes", "commits".
    work: &'static str,
}

impl StopOnPanic {
    pub(crate) const fn new(stopping: Stopping, work: &'static str) -> Self {
        Self { stopping, work }
    }
}

impl Drop for StopOnPanic {
    fn drop(&mut self) {
        if thread::panicking() {
            let work = self.work;
            tracing::error!("the thread that {work} panicked; the service stops");
            self.stopping.stop(format!("the thread that {work} panicked"));
        }
    }
}
