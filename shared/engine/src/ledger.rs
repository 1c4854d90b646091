//! Which commands have taken effect, so that each does so once (P4).

use std::{
    collections::{HashMap, VecDeque},
    sync::OnceLock,
};

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
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// In the order they were recorded in, which is that of their times.
    receipts: VecDeque<(CommandId, Receipt)>,
    /// How many have been forgotten: the number of the first receipt that is still there.
    forgotten: u64,
    /// Where each command's receipt is, by number. Made when the first command asks: a replay of years passes through
    /// receipts that nobody will ask for. Says nothing that the receipts do not say, so it is in no snapshot and no digest.
    #[serde(skip)]
    numbers: OnceLock<HashMap<CommandId, u64>>,
}

impl Clone for Ledger {
    /// Without the numbers: a copy is made for a snapshot, where nobody asks.
    fn clone(&self) -> Self {
        Self { receipts: self.receipts.clone(), forgotten: self.forgotten, numbers: OnceLock::new() }
    }
}

impl PartialEq for Ledger {
    fn eq(&self, other: &Self) -> bool {
        (&self.receipts, self.forgotten) == (&other.receipts, other.forgotten)
    }
}

impl Ledger {
    /// What is remembered of this command.
    pub fn find(&self, command: CommandId) -> Option<Receipt> {
        let number = self.numbers().get(&command)?;
        let index = usize::try_from(number.checked_sub(self.forgotten)?).ok()?;
        self.receipts.get(index).map(|(_, receipt)| *receipt)
    }

    /// Does now what the first question would wait for: about 0.1 µs a command.
    pub(crate) fn prepare(&self) {
        self.numbers();
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
        if let Some(numbers) = self.numbers.get_mut() {
            numbers.insert(command.id, self.forgotten + self.receipts.len() as u64);
        }
        self.receipts.push_back((command.id, receipt));
    }

    /// The events of a command stand one after the other.
    fn extend(&mut self, command: CommandId) {
        if let Some((_, receipt)) = self.receipts.back_mut().filter(|(last, _)| *last == command) {
            receipt.count += 1;
        }
    }

    fn forget_before(&mut self, moment: Micros) {
        while let Some((command, _)) = self.receipts.pop_front_if(|(_, receipt)| receipt.recorded_at < moment) {
            if let Some(numbers) = self.numbers.get_mut() {
                // Unless the same name has been used again since.
                if numbers.get(&command) == Some(&self.forgotten) {
                    numbers.remove(&command);
                }
            }
            self.forgotten += 1;
        }
    }

    fn numbers(&self) -> &HashMap<CommandId, u64> {
        let numbered = || self.receipts.iter().map(|(command, _)| *command).zip(self.forgotten..).collect();
        self.numbers.get_or_init(numbered)
    }
}

#[cfg(test)]
mod tests;
