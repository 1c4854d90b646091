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
    /// The same as a code: that of the refusal that was due ([`RefusalFacts`](crate::RefusalFacts)), or one of `other-events`,
    /// `without-effect`, `other-refusal`, `not-refused`, `other-authority`, `other-registry`, `never-begun`, `not-a-command`.
    pub code: &'static str,
    /// The event that stands against it.
    pub because: Option<Place>,
}

/// What is different, before it has a place.
struct Differs {
    found: String,
    code: &'static str,
    because: Option<Place>,
}

impl Differs {
    fn saying(code: &'static str, found: &str) -> Self {
        Self { found: found.to_owned(), code, because: None }
    }
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
    /// Goes on where another one was that had settled everything.
    pub fn resumed(fold: Fold<D::State>) -> Self {
        Self { fold, ..Self::default() }
    }

    /// What was folded so far: everything but the command that waits for its end.
    pub const fn fold(&self) -> &Fold<D::State> {
        &self.fold
    }

    /// Whether no command waits for its end.
    pub const fn is_settled(&self) -> bool {
        self.command.is_empty()
    }

    /// Judges the last command where it is whole as far as it goes: for whoever follows a journal and does not know whether more of it
    /// is to come. Answers whether nothing waits.
    pub fn settle_if_whole(&mut self) -> bool {
        if !self.command.is_empty() && self.judge(&self.command).is_ok() {
            self.fold_command();
        }
        self.is_settled()
    }

    /// What was found since this was asked last.
    pub fn take_deviations(&mut self) -> Vec<Deviation> {
        std::mem::take(&mut self.deviations)
    }

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

    /// Judges the last command: no more of it is to come.
    pub fn settle(&mut self) {
        let Some(first) = self.command.first() else { return };
        if let Err(Differs { found, code, because }) = self.judge(&self.command)
            && self.deviations.len() < DEVIATIONS_MAX
        {
            self.deviations.push(Deviation { at: first.head.place, found, code, because });
        }
        self.fold_command();
    }

    fn fold_command(&mut self) {
        for event in std::mem::take(&mut self.command) {
            self.fold.apply::<D>(&event, None);
        }
    }

    fn judge(&self, events: &[Event]) -> Result<(), Differs> {
        let first = &events[0];
        if !first.opens_command() {
            return Err(Differs::saying("never-begun", "it continues a command that was never begun"));
        }
        let command = D::command_of(events)
            .ok_or_else(|| Differs::saying("not-a-command", "its command cannot be rebuilt from it"))?;
        let context = Context::of(first);
        if D::registry(&self.fold.state) != context.registry {
            return Err(Differs::saying("other-registry", "it names another registry than was in force"));
        }
        let recorded: Vec<_> = events.iter().map(decided).collect();
        let is_refusal = D::refusal_of(first).is_some();
        match D::decide(&self.fold.state, &command, &context) {
            Ok(_) if is_refusal => Err(Differs::saying("not-refused", "it should not have been refused")),
            Ok(decision) if decision.events.is_empty() => {
                Err(Differs::saying("without-effect", "the decision leads to nothing: it was so already"))
            }
            Ok(decision) if decision.events != recorded => {
                Err(Differs::saying("other-events", "the decision leads to other events"))
            }
            Ok(decision) if decision.authority != first.head.authority => {
                Err(Differs::saying("other-authority", "the decision rests on another designation"))
            }
            Ok(_) => Ok(()),
            Err(refusal) => {
                let expected: Option<Payload> = D::refused(&command, &refusal);
                if expected.is_some() && expected == first.payload && events.len() == 1 {
                    return Ok(());
                }
                let facts = refusal.facts();
                let found = format!("it should have been refused ({}): {refusal}", facts.code);
                let code = if is_refusal { "other-refusal" } else { facts.code };
                Err(Differs { found, code, because: facts.because })
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
