//! Events as their origin publishes them, kept until they are read: a plain subscription, with a bound.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_proto::Origin;
use futures_util::StreamExt;
use tokio::sync::Notify;

use super::{Connection, carried::Carried, names, task::Task};
use crate::{Position, ReadLimits};

/// Events that are kept for a reader who is busy; four readers keep at most 64 MiB.
const KEPT_EVENTS_MAX: usize = 8192;
/// Their weight. The largest event still fits thirty times.
const KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// What came and was not read yet, by where it says that it stands.
#[derive(Debug, Default)]
struct Kept {
    events: BTreeMap<Position, Carried>,
    bytes: usize,
    /// Something was dropped because there was no room.
    missed: bool,
}

/// A subscription to one origin's events.
pub(crate) struct Live {
    kept: Arc<Mutex<Kept>>,
    news: Arc<Notify>,
    _pump: Task,
}

/// What a live reading found.
#[derive(Debug)]
pub(crate) enum Found {
    /// Events from the wanted position on, without a gap.
    Run(Vec<Carried>),
    /// Later events, but not the wanted one.
    Gap,
    /// Nothing.
    Nothing,
}

impl Live {
    /// Subscribes. Events published after this has returned and been sent come here.
    pub(crate) async fn subscribe(connection: &Connection, origin: Origin) -> Result<Self, String> {
        let mut messages =
            connection.client().subscribe(names::events_of(origin)).await.map_err(|error| error.to_string())?;
        let (kept, news) = (Arc::<Mutex<Kept>>::default(), Arc::<Notify>::default());
        let (keeping, telling) = (Arc::clone(&kept), Arc::clone(&news));
        let pump = Task::spawn(async move {
            while let Some(message) = messages.next().await {
                let Some(carried) = Carried::live(&message) else { continue };
                lock(&keeping).put(carried);
                telling.notify_one();
            }
        });
        Ok(Self { kept, news, _pump: pump })
    }

    /// Takes events from `from` on, and forgets what is before.
    pub(crate) fn take(&self, from: Position, limits: ReadLimits) -> Found {
        lock(&self.kept).take(from, limits)
    }

    /// What is kept although something before it is missing, in order.
    pub(crate) fn take_after_gap(&self, from: Position, limits: ReadLimits) -> Vec<Carried> {
        let mut kept = lock(&self.kept);
        let Some(first) = kept.events.range(from..).next().map(|(at, _)| *at) else { return Vec::new() };
        match kept.take(first, limits) {
            Found::Run(run) => run,
            Found::Gap | Found::Nothing => Vec::new(),
        }
    }

    /// Whether something was dropped since the last time this was asked.
    pub(crate) fn has_missed(&self) -> bool {
        std::mem::take(&mut lock(&self.kept).missed)
    }

    /// Returns when something came since the last return. One reader waits at a time.
    pub(crate) async fn news(&self) {
        self.news.notified().await;
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kept {
    fn put(&mut self, carried: Carried) {
        let weight = carried.weight();
        let is_full = self.events.len() >= KEPT_EVENTS_MAX || self.bytes + weight > KEPT_BYTES_MAX;
        if is_full && !self.events.contains_key(&carried.at) {
            self.missed = true;
            return;
        }
        self.bytes += weight;
        if let Some(former) = self.events.insert(carried.at, carried) {
            self.bytes -= former.weight();
        }
    }

    fn forget_before(&mut self, from: Position) {
        if self.events.first_key_value().is_none_or(|(first, _)| *first >= from) {
            return;
        }
        let rest = self.events.split_off(&from);
        self.bytes -= self.events.values().map(Carried::weight).sum::<usize>();
        self.events = rest;
    }

    fn take(&mut self, from: Position, limits: ReadLimits) -> Found {
        self.forget_before(from);
        let Some(first) = self.events.first_key_value().map(|(first, _)| *first) else { return Found::Nothing };
        let begins_epoch = first.epoch > from.epoch && first.sequence == 0;
        if first != from && !begins_epoch {
            return Found::Gap;
        }
        let (mut run, mut bytes, mut wanted) = (Vec::new(), 0_usize, first);
        while let Some(entry) = self.events.first_entry() {
            let fits = run.is_empty() || bytes + entry.get().bytes.len() <= limits.bytes_max;
            if *entry.key() != wanted || run.len() >= limits.events_max || !fits {
                break;
            }
            let carried = entry.remove();
            self.bytes -= carried.weight();
            bytes += carried.bytes.len();
            wanted.sequence += 1;
            run.push(carried);
        }
        Found::Run(run)
    }
}

#[cfg(test)]
mod tests;
