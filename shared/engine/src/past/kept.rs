//! The views folded last, by their position.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use dossier_journal::Place as At;

use super::{KEPT_FOR, KEPT_MAX, Past};

/// Views folded before, the one looked at last in front.
pub(crate) struct Kept<V> {
    views: Arc<Mutex<Vec<One<V>>>>,
    /// One is folded at a time: what they need of memory is then known.
    folding: Arc<tokio::sync::Mutex<()>>,
}

struct One<V> {
    past: Arc<Past<V>>,
    looked_at: Instant,
}

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self { views: Arc::default(), folding: Arc::default() }
    }
}

impl<V: Send + Sync + 'static> Kept<V> {
    /// The turn to fold; it ends when what is answered is dropped. It goes with the work: whoever asked may be gone before that has ended.
    pub(super) async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.folding).lock_owned().await
    }

    pub(super) fn get(&self, end: At) -> Option<Arc<Past<V>>> {
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let at = views.iter().position(|one| one.past.end == end)?;
        views[..=at].rotate_right(1);
        views[0].looked_at = Instant::now();
        Some(Arc::clone(&views[0].past))
    }

    /// The nearest that is not later.
    pub(super) fn before(&self, end: At) -> Option<Arc<Past<V>>> {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        let earlier = views.iter().map(|one| &one.past).filter(|past| past.end <= end);
        earlier.max_by_key(|past| past.end).map(Arc::clone)
    }

    pub(super) fn put(&self, past: Arc<Past<V>>) {
        let mut views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.insert(0, One { past, looked_at: Instant::now() });
        views.truncate(KEPT_MAX);
        // Whoever finds it empty keeps no watch; the first that comes begins one.
        if views.len() == 1 {
            self.drop_what_is_old();
        }
    }

    /// Keeps watch for as long as anything is kept.
    fn drop_what_is_old(&self) {
        let views = Arc::downgrade(&self.views);
        tokio::spawn(async move {
            loop {
                // Not to wait for anything: to look at what has become old.
                tokio::time::sleep(KEPT_FOR / 10).await;
                let Some(views) = views.upgrade() else { return };
                let mut views = views.lock().unwrap_or_else(PoisonError::into_inner);
                views.retain(|one| one.looked_at.elapsed() < KEPT_FOR);
                if views.is_empty() {
                    return;
                }
            }
        });
    }
}
