//! Which commands have taken effect, so that each does so once (P4).

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{CommandId, CommandRef, Digest, Event, Micros};
use serde::{Deserialize, Serialize};

/// People and programs may repeat a command for thirty days. Between services positions do it, for ever.
const KEPT_FOR: i64 = 30 * Micros::DAY;

/// What is remembered of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Epoch of its events.
    pub epoch: u32,
    /// Sequence of the first.
    pub first: u64,
    /// How many there are.
    pub count: u32,
    /// What was asked.
    pub request_digest: Digest,
    /// When.
    pub recorded_at: Micros,
}

/// The commands of the last thirty days.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ledger {
    receipts: BTreeMap<CommandId, Receipt>,
    by_age: BTreeSet<(Micros, CommandId)>,
}

impl Ledger {
    /// What is remembered of this command.
    pub fn find(&self, command: CommandId) -> Option<Receipt> {
        self.receipts.get(&command).copied()
    }

    /// Folds one event.
    pub fn apply(&mut self, event: &Event) {
        self.forget_before(event.head.recorded_at.plus(-KEPT_FOR));
        let Some(command) = event.head.command else { return };
        if event.head.actor.person().is_none() {
            return;
        }
        if command.index == 0 { self.open(command, event) } else { self.extend(command.id) }
    }

    fn open(&mut self, command: CommandRef, event: &Event) {
        let head = &event.head;
        let receipt = Receipt {
            epoch: head.place.epoch,
            first: head.place.sequence,
            count: 1,
            request_digest: command.request_digest,
            recorded_at: head.recorded_at,
        };
        self.receipts.insert(command.id, receipt);
        self.by_age.insert((head.recorded_at, command.id));
    }

    fn extend(&mut self, command: CommandId) {
        if let Some(receipt) = self.receipts.get_mut(&command) {
            receipt.count += 1;
        }
    }

    fn forget_before(&mut self, moment: Micros) {
        while let Some(&(recorded_at, command)) = self.by_age.first() {
            if recorded_at >= moment {
                return;
            }
            self.by_age.pop_first();
            self.receipts.remove(&command);
        }
    }
}
