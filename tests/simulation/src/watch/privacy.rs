//! P13: what was not submitted reaches nobody, and no key of it is given to any other service.

use std::collections::BTreeSet;

use dossier_proto::{Event, KeyId, Origin, Payload, v1};
use dossier_submission::keys::{is_entitled, of_submitted};

use crate::Town;

#[derive(Default)]
pub(super) struct Privacy {
    /// Keys of words that stay with the body.
    private: BTreeSet<KeyId>,
    given: BTreeSet<KeyId>,
}

impl Privacy {
    pub(super) fn take(&mut self, event: &Event, beside: Option<&Event>) {
        let foreign = beside.filter(|foreign| foreign.head.place.origin == Origin::Submission);
        if let Some(payload) = foreign.and_then(|foreign| foreign.payload.as_ref()) {
            let is_drafted = matches!(
                payload,
                Payload::DraftStarted(_)
                    | Payload::DraftSaved(_)
                    | Payload::ClearanceAsked(_)
                    | Payload::ClearanceReturned(_)
                    | Payload::ClearanceRecalled(_)
                    | Payload::RevisionOpened(_)
                    | Payload::RetractionProposed(_)
            );
            assert!(!is_drafted, "{} keeps a draft (P13): {payload:?}", event.head.place);
        }
        match &event.payload {
            Some(Payload::DraftStarted(one)) => {
                self.of_content(one.command.as_ref().and_then(|it| it.content.as_ref()));
            }
            Some(Payload::DraftSaved(one)) => self.of_content(one.command.as_ref().and_then(|it| it.content.as_ref())),
            Some(Payload::ClearanceAsked(one)) => {
                let command = one.command.as_ref().unwrap();
                self.private.extend(command.what_changed.iter().filter_map(key));
                self.private.extend(command.answers.iter().flat_map(|answer| &answer.text).filter_map(key));
            }
            Some(Payload::ClearanceReturned(one)) => {
                self.private.extend(one.command.iter().flat_map(|it| &it.reason).filter_map(key));
            }
            Some(Payload::Withdrawn(one)) => {
                self.private.extend(one.command.iter().flat_map(|it| &it.reason).filter_map(key));
            }
            Some(Payload::RetractionProposed(one)) => {
                self.private.extend(one.command.iter().flat_map(|it| &it.reason).filter_map(key));
            }
            Some(Payload::RetractionCleared(one)) => {
                for key in one.reason.iter().filter_map(key) {
                    self.private.remove(&key);
                }
            }
            Some(Payload::Submitted(one)) => {
                for key in of_submitted(one) {
                    self.private.remove(&key);
                    self.given.insert(key);
                }
            }
            _ => {}
        }
    }

    fn of_content(&mut self, content: Option<&v1::Content>) {
        let content = content.unwrap();
        self.private.extend(content.sealed.iter().filter_map(key));
    }

    pub(super) fn stand(&self, town: &Town) {
        for key in &self.private {
            for asker in [Origin::Moderation, Origin::Publication, Origin::Audit] {
                assert!(!is_entitled(&town.entries, asker, *key), "{asker:?} may have the key of a draft (P13)");
                assert!(!town.reviews.keys.may_have(asker, *key), "moderation gives the key of a draft (P13)");
            }
        }
        for key in &self.given {
            assert!(is_entitled(&town.entries, Origin::Moderation, *key), "moderation cannot read what was submitted");
        }
    }
}

fn key(sealed: &v1::Sealed) -> Option<KeyId> {
    KeyId::try_from(sealed.key_id.as_slice()).ok()
}
