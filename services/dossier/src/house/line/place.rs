//! A service's place: whether it is certain that no other instance is at work, or was since this one was cut off.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use dossier_exchange::{Moment, nats::Tenure};
use tokio::sync::watch;

use super::{Line, comparing::Witnessed};
use crate::{Failure, house::room::Room};

/// What was found out about a tenure of the place.
#[derive(Debug)]
pub(super) struct Place {
    /// The number of the tenure since whose beginning nobody else has written, as far as the stream and the audit service know. None is 0.
    confirmed: AtomicU32,
    /// Whether that is the present one, for who works on the service's stream.
    certain: watch::Sender<bool>,
}

impl Default for Place {
    fn default() -> Self {
        Self { confirmed: AtomicU32::new(0), certain: watch::Sender::new(true) }
    }
}

impl Place {
    pub(super) fn certain(&self) -> watch::Receiver<bool> {
        self.certain.subscribe()
    }
}

impl Line {
    /// The number of the present tenure; 0 before the place was taken. To be asked for before the journal is compared.
    pub(in crate::house) fn tenure(&self) -> u32 {
        self.presence.get().map_or(0, |presence| presence.tenure().borrow().number)
    }

    /// The journal was compared since this tenure began: nobody else has written.
    pub(in crate::house) fn confirm(&self, tenure: u32) {
        self.place.confirmed.store(tenure, Ordering::Release);
    }

    /// As of when no other instance is at work, whenever that is asked; nothing while it is not certain.
    pub(in crate::house) fn alone(self: &Arc<Self>) -> impl Fn() -> Option<Moment> + Send + Sync + 'static + use<> {
        let line = Arc::clone(self);
        move || {
            let Tenure { number, as_of } = *line.presence.get()?.tenure().borrow();
            as_of.filter(|_| number == line.place.confirmed.load(Ordering::Acquire))
        }
    }

    /// Keeps the place: after each absence it is looked whether another instance has written meanwhile, and the service goes on when none
    /// has. Returns when it must end.
    pub(in crate::house) async fn keep(&self, room: &Room) -> Failure {
        tokio::select! {
            failure = self.look_after_absences(room) => failure,
            lost = self.lost() => lost,
        }
    }

    async fn look_after_absences(&self, room: &Room) -> Failure {
        let Some(presence) = self.presence.get() else { return std::future::pending().await };
        let mut tenure = presence.tenure();
        loop {
            let Tenure { number, as_of } = *tenure.borrow_and_update();
            let is_confirmed = number == self.place.confirmed.load(Ordering::Acquire);
            self.place
                .certain
                .send_if_modified(|certain| std::mem::replace(certain, is_confirmed && as_of.is_some()) != *certain);
            if as_of.is_some() && !is_confirmed {
                if let Err(failure) = self.compare_again(room).await {
                    return failure;
                }
                self.confirm(number);
                continue;
            }
            if tenure.changed().await.is_err() {
                // The place is kept no more: the other one that took it is told by `lost`.
                return std::future::pending().await;
            }
        }
    }

    async fn compare_again(&self, room: &Room) -> Result<(), Failure> {
        self.compare_with_stream(room).await?;
        self.compare_with_others(room, Witnessed::Yes).await
    }
}
