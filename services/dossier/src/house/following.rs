//! Who follows whom, and whether all have read what there is.

use std::collections::BTreeMap;

use dossier_engine::Following;
use dossier_exchange::{FollowStatus, Position};
use dossier_proto::Origin;
use tokio::sync::watch;

/// The followers of all services.
#[derive(Default)]
pub(super) struct Followings(Vec<(Origin, Following)>);

/// The same, for whoever looks on.
#[derive(Clone)]
pub(super) struct Onlooker(Vec<(Origin, watch::Receiver<FollowStatus>)>);

impl Followings {
    pub(super) fn add(&mut self, reader: Origin, following: Following) {
        self.0.push((reader, following));
    }

    /// The status channels of one reader.
    pub(super) fn of(&self, reader: Origin) -> Vec<watch::Receiver<FollowStatus>> {
        self.0.iter().filter(|(one, _)| *one == reader).flat_map(|(_, following)| following.watch()).collect()
    }

    pub(super) fn onlooker(&self) -> Onlooker {
        let watched =
            self.0.iter().flat_map(|(reader, following)| following.watch().into_iter().map(|status| (*reader, status)));
        Onlooker(watched.collect())
    }

    pub(super) fn stop(&mut self) {
        self.0.iter_mut().for_each(|(_, following)| following.stop());
    }

    /// Returns when everybody has consumed what these heads speak of. Never, when somebody has stopped reading.
    pub(super) async fn have_read(&self, heads: &BTreeMap<Origin, Position>) {
        for (_, following) in &self.0 {
            for mut status in following.watch() {
                let has_read =
                    |status: &FollowStatus| heads.get(&status.origin).is_none_or(|head| status.next >= *head);
                if status.wait_for(has_read).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}

impl Onlooker {
    /// What is wrong with somebody's reading, in words.
    pub(super) fn trouble(&self) -> Option<String> {
        self.0.iter().find_map(|(reader, status)| {
            let status = status.borrow();
            (!status.is_sound()).then(|| {
                format!(
                    "{reader} reads {} up to {}: {:?}, {} entries parked",
                    status.origin, status.next.sequence, status.state, status.parked
                )
            })
        })
    }

    /// How many events lie between each reader and the head it has heard of.
    pub(super) fn record_lags(&self) {
        for (reader, status) in &self.0 {
            let status = status.borrow();
            let lag = status.head.sequence.saturating_sub(status.next.sequence);
            let lag = if status.head.sequence == u64::MAX { 0 } else { lag };
            metrics::gauge!("dossier_follow_lag_events", "reader" => reader.name(), "origin" => status.origin.name())
                .set(lag as f64);
            metrics::gauge!("dossier_follow_parked_entries", "reader" => reader.name(), "origin" => status.origin.name())
                .set(status.parked as f64);
        }
    }
}
