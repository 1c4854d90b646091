//! P5: every content that is public was let through by somebody who named what it says.

use std::collections::BTreeMap;

use dossier_proto::{EntryId, Event, Payload, Place, v1};

use super::place;
use crate::Town;

#[derive(Default)]
pub(super) struct Contents {
    /// What was saved, by entry: only what somebody of the body saved is submitted.
    saved: BTreeMap<EntryId, Vec<Vec<u8>>>,
    submitted: BTreeMap<Place, Let>,
    asked: BTreeMap<Place, Let>,
    proposed: BTreeMap<Place, Let>,
    /// What may be published, by the event that says so.
    passed: BTreeMap<Place, Let>,
}

/// A content of an entry.
#[derive(Debug, Clone, PartialEq)]
struct Let {
    entry: EntryId,
    content: v1::Content,
    not_before: Option<i64>,
}

impl Contents {
    pub(super) fn take(&mut self, town: &Town, event: &Event) {
        let (Some(payload), Some(entry)) = (&event.payload, event.head.entry) else { return };
        let here = event.head.place;
        let of =
            |content: &Option<v1::Content>, not_before| Let { entry, content: content.clone().unwrap(), not_before };
        match payload {
            Payload::DraftStarted(one) => self.save(entry, one.command.as_ref().unwrap().content.as_ref()),
            Payload::DraftSaved(one) => self.save(entry, one.command.as_ref().unwrap().content.as_ref()),
            Payload::ClearanceAsked(one) => {
                self.asked.insert(here, of(&one.content, None));
            }
            Payload::Submitted(one) => self.submit(here, entry, one),
            Payload::Approved(one) => self.approve(town, here, entry, one),
            Payload::CorrectionProposed(one) => {
                self.proposed.insert(here, of(&one.command.as_ref().unwrap().content, None));
            }
            Payload::CorrectionConfirmed(one) => {
                let confirmed = of(&one.content, None);
                assert_eq!(self.proposed[&place(one.proposed.as_ref())], confirmed, "what was proposed is confirmed");
                assert_eq!(one.command.as_ref().unwrap().digest, confirmed.content.digest, "the digest named (P5)");
                self.passed.insert(here, confirmed);
            }
            Payload::EditionPublished(one) => {
                let approved = place(one.command.as_ref().unwrap().approved.as_ref());
                let passed = self.passed.get(&approved).expect("published without an approval (P5)");
                assert_eq!(
                    (passed.entry, Some(&passed.content)),
                    (entry, one.content.as_ref()),
                    "published unread (P5)"
                );
                let now = event.head.recorded_at.0;
                assert!(passed.not_before.is_none_or(|moment| moment <= now), "published before its time");
            }
            _ => {}
        }
    }

    fn save(&mut self, entry: EntryId, content: Option<&v1::Content>) {
        self.saved.entry(entry).or_default().push(content.unwrap().digest.clone());
    }

    fn submit(&mut self, here: Place, entry: EntryId, one: &v1::Submitted) {
        let command = one.command.as_ref().unwrap();
        let content = one.content.clone().unwrap();
        assert_eq!(command.digest, content.digest, "submitted is what was named (P5)");
        assert!(self.saved[&entry].contains(&content.digest), "submitted is what was saved");
        let submitted = Let { entry, content, not_before: command.embargo_until };
        if let Some(asked) = &one.clearance_asked {
            let asked = &self.asked[&place(Some(asked))];
            assert_eq!((asked.entry, &asked.content), (entry, &submitted.content), "cleared is what was asked (P5)");
        }
        self.submitted.insert(here, submitted);
    }

    fn approve(&mut self, town: &Town, here: Place, entry: EntryId, one: &v1::Approved) {
        let submitted = &self.submitted[&place(one.submitted.as_ref())];
        assert_eq!((submitted.entry, Some(&submitted.content)), (entry, one.content.as_ref()), "approved unsubmitted");
        let named = &one.command.as_ref().unwrap().digest;
        // The digest of an earlier content that says the same is as good.
        let (read, passed) = (town.words.said_by(named), town.words.said_by(&submitted.content.digest));
        assert!(read.is_some() && read == passed, "approved unread (P5)");
        assert!(submitted.not_before <= one.publish_at, "the body's embargo was forgotten");
        self.passed.insert(here, Let { not_before: one.publish_at, ..submitted.clone() });
    }
}
