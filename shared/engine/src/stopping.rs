//! How a service says that it has stopped, and why.

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
