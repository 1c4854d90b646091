//! Deciding again (P10) beside the reading: in a thread of its own, fed by a queue that is bounded in bytes.

use std::{
    mem,
    sync::mpsc::{SyncSender, sync_channel},
    thread::{Scope, ScopedJoinHandle},
};

use dossier_engine::Deviation;
use dossier_proto::{Event, Origin};

use crate::deciders::again;

/// Events are handed over once they have so many bytes together, or are so many.
const PARCEL_BYTES: usize = 256 * 1024;
const PARCEL_EVENTS: usize = 512;
/// Parcels that wait: 8 × (256 KiB + one event) and what is made of them by decoding.
const PARCELS_WAITING: usize = 8;

/// Whether every command is decided again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deciding {
    /// Yes.
    Again,
    /// No: for measuring what the rest takes.
    Not,
}

type Parcel = Vec<(Event, Option<Event>)>;

/// The queue's end that the reading holds.
pub(super) struct Deciders<'scope> {
    running: Option<Running<'scope>>,
}

struct Running<'scope> {
    line: SyncSender<Parcel>,
    thread: ScopedJoinHandle<'scope, Vec<Deviation>>,
    parcel: Parcel,
    bytes: usize,
}

impl<'scope> Deciders<'scope> {
    pub(super) fn start<'env>(origin: Origin, deciding: Deciding, scope: &'scope Scope<'scope, 'env>) -> Self {
        if deciding == Deciding::Not {
            return Self { running: None };
        }
        let (line, parcels) = sync_channel::<Parcel>(PARCELS_WAITING);
        let thread = scope.spawn(move || {
            let mut again = again(origin);
            for (event, beside) in parcels.into_iter().flatten() {
                again.take_event(event, beside);
            }
            again.finish()
        });
        Self { running: Some(Running { line, thread, parcel: Vec::new(), bytes: 0 }) }
    }

    /// Takes the next event of so many bytes, with the foreign event that it stands for.
    pub(super) fn take(&mut self, event: Event, beside: Option<Event>, bytes: usize) {
        let Some(running) = &mut self.running else { return };
        running.parcel.push((event, beside));
        running.bytes += bytes;
        if running.bytes >= PARCEL_BYTES || running.parcel.len() >= PARCEL_EVENTS {
            running.bytes = 0;
            // When it has ended by a panic, that is told where it is joined.
            let _ = running.line.send(mem::take(&mut running.parcel));
        }
    }

    /// Everything that could not have been decided so.
    pub(super) fn finish(self) -> Vec<Deviation> {
        let Some(Running { line, thread, parcel, .. }) = self.running else { return Vec::new() };
        let _ = line.send(parcel);
        drop(line);
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}
