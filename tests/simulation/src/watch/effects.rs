//! P4: whatever is asked of another service is answered once.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{Event, Payload, Place};

use super::place;

#[derive(Default)]
pub(super) struct Effects {
    /// What became of what, by the event that asked for it.
    done: BTreeMap<(&'static str, Place), Place>,
    /// Refusals, each with the submission it ended: an appeal lets that be decided once more.
    refused: BTreeMap<Place, Place>,
    appealed: BTreeSet<Place>,
}

impl Effects {
    pub(super) fn take(&mut self, event: &Event) {
        let Some(payload) = &event.payload else { return };
        match payload {
            Payload::ReviewOpened(opened) => {
                let command = opened.command.unwrap();
                let of = command.appeal.as_ref().or(command.submitted.as_ref());
                self.once("opened", place(of), event);
            }
            Payload::RecallGranted(one) => self.once("answered", place(one.command.unwrap().asked.as_ref()), event),
            Payload::WithdrawalGranted(one) => self.once("answered", place(one.command.unwrap().asked.as_ref()), event),
            Payload::RequestTooLate(one) => self.once("answered", place(one.command.unwrap().asked.as_ref()), event),
            Payload::EditionPublished(one) => self.once("public", place(one.command.unwrap().approved.as_ref()), event),
            Payload::PublicationDeclined(one) => {
                self.once("public", place(one.command.unwrap().approved.as_ref()), event);
            }
            Payload::EditionScheduled(one) => {
                self.once("scheduled", place(one.command.unwrap().approved.as_ref()), event);
            }
            Payload::Cleared(one) => self.once("cleared", place(one.asked.as_ref()), event),
            Payload::ClearanceReturned(one) => self.once("cleared", place(one.asked.as_ref()), event),
            Payload::ClearanceRecalled(one) => self.once("cleared", place(one.asked.as_ref()), event),
            Payload::RetractionCleared(one) => {
                self.once("retraction cleared", place(one.command.unwrap().proposed.as_ref()), event);
            }
            Payload::CorrectionConfirmed(one) => self.once("corrected", place(one.proposed.as_ref()), event),
            Payload::CorrectionRejected(one) => self.once("corrected", place(one.proposed.as_ref()), event),
            Payload::AppealAsked(one) => {
                let (refused, submitted) = (place(one.refused.as_ref()), place(one.submitted.as_ref()));
                assert!(self.appealed.insert(submitted), "there is one appeal against each refusal");
                assert_eq!(self.refused.get(&refused), Some(&submitted), "the appeal is against a refusal of this");
                self.done.remove(&("ended", submitted));
            }
            other => self.ended(other, event),
        }
    }

    fn ended(&mut self, payload: &Payload, event: &Event) {
        let submitted = match payload {
            Payload::Approved(one) => one.submitted,
            Payload::ChangesRequested(one) => one.submitted,
            Payload::EntryRefused(one) => one.submitted,
            Payload::MarkedDuplicate(one) => one.submitted,
            _ => return,
        };
        let submitted = place(submitted.as_ref());
        self.once("ended", submitted, event);
        if matches!(payload, Payload::EntryRefused(_)) {
            self.refused.insert(event.head.place, submitted);
        }
    }

    fn once(&mut self, what: &'static str, of: Place, event: &Event) {
        let before = self.done.insert((what, of), event.head.place);
        assert_eq!(before, None, "{of} was {what} twice (P4), again by {}", event.head.place);
    }
}
