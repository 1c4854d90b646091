//! Decides recorded commands again, under the rules and the state of their moment (P10).

use dossier_proto::{Event, Payload, Place};

use crate::{Context, Decided, Decider, Fold, Refusal};

/// A recorded command that could not have been decided so.
#[derive(Debug, Clone, PartialEq)]
pub struct Deviation {
    /// Its first event.
    pub at: Place,
    /// What is different, in words for an auditor.
    pub found: String,
}

/// Follows a journal from its first event and decides every command again.
pub struct Redecider<D: Decider> {
    fold: Fold<D::State>,
    /// The events of the command being read.
    command: Vec<Event>,
    deviations: Vec<Deviation>,
}

/// More deviations than this say no more than this many do.
const DEVIATIONS_MAX: usize = 1_000;

impl<D: Decider> Default for Redecider<D> {
    fn default() -> Self {
        Self { fold: Fold::default(), command: Vec::new(), deviations: Vec::new() }
    }
}

impl<D: Decider> Redecider<D> {
    /// Takes the next event, with the foreign event it stands for.
    pub fn take(&mut self, event: Event, beside: Option<&Event>) {
        let continues = event.head.command.is_some_and(|command| {
            command.index > 0
                && self.command.last().and_then(|last| last.head.command).is_some_and(|last| last.id == command.id)
        });
        if !continues {
            self.settle();
        }
        if event.head.command.is_some() {
            self.command.push(event);
        } else {
            self.fold.apply::<D>(&event, beside);
        }
    }

    /// Everything that could not have been decided so.
    pub fn finish(mut self) -> (Fold<D::State>, Vec<Deviation>) {
        self.settle();
        (self.fold, self.deviations)
    }

    fn settle(&mut self) {
        let events = std::mem::take(&mut self.command);
        let Some(first) = events.first() else { return };
        if let Err(found) = self.judge(&events)
            && self.deviations.len() < DEVIATIONS_MAX
        {
            self.deviations.push(Deviation { at: first.head.place, found });
        }
        for event in &events {
            self.fold.apply::<D>(event, None);
        }
    }

    fn judge(&self, events: &[Event]) -> Result<(), String> {
        let first = &events[0];
        if !first.opens_command() {
            return Err("it continues a command that was never begun".to_owned());
        }
        let command = D::command_of(events).ok_or("its command cannot be rebuilt from it")?;
        let context = Context::of(first);
        if D::registry(&self.fold.state) != context.registry {
            return Err("it names another registry than was in force".to_owned());
        }
        let recorded: Vec<_> = events.iter().map(decided).collect();
        match D::decide(&self.fold.state, &command, &context) {
            Ok(decision) if decision.events != recorded => Err("the decision leads to other events".to_owned()),
            Ok(decision) if decision.authority != first.head.authority => {
                Err("the decision rests on another designation".to_owned())
            }
            Ok(_) => Ok(()),
            Err(refusal) => {
                let expected: Option<Payload> = D::refused(&command, &refusal);
                if expected.is_some() && expected == first.payload && events.len() == 1 {
                    return Ok(());
                }
                Err(format!("it should have been refused ({}): {refusal}", refusal.facts().code))
            }
        }
    }
}

fn decided(event: &Event) -> Decided {
    let head = &event.head;
    // `decide` never sees an unknown payload: this event was written by the same version or a later one; an unknown
    // kind gives an empty one, which no decision equals.
    let payload = event.payload.clone().unwrap_or(Payload::EpochStarted(Default::default()));
    Decided { entry: head.entry, part_version: head.part_version, payload }
}
