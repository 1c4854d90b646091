//! P6: whoever wrote any of it, submitted or cleared it, or has declared a conflict does not count; and without them there are enough.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Event, Payload, Place, SubjectId, v1};

use super::place;
use crate::{Town, asking::moderation, words::Text};

#[derive(Default)]
pub(super) struct People {
    /// Who saved any of it, drafts included: what `Submitted` has to list.
    saved: BTreeMap<EntryId, BTreeSet<SubjectId>>,
    /// Who wrote, submitted or cleared any of what was submitted, since the first draft.
    authors: BTreeMap<EntryId, BTreeSet<SubjectId>>,
    /// The same of what became public, with those who proposed corrections of it: their words are in whatever revises it.
    /// By person, the edition from which on.
    published: BTreeMap<EntryId, BTreeMap<SubjectId, u32>>,
    /// What a submission held, by its event; and by the event that approved it.
    lineages: BTreeMap<Place, BTreeSet<SubjectId>>,
    out: BTreeSet<(EntryId, SubjectId)>,
    /// The last opinion of each person on each text of an entry: whether they let it pass.
    opinions: BTreeMap<(EntryId, Text), BTreeMap<SubjectId, bool>>,
    proposed: BTreeMap<Place, SubjectId>,
    /// Who refused, by submission: an appeal is for others.
    refused: BTreeMap<Place, SubjectId>,
    asked: BTreeMap<Place, SubjectId>,
    corrections: BTreeMap<Place, SubjectId>,
}

impl People {
    pub(super) fn take(&mut self, town: &Town, event: &Event) {
        let (Some(payload), Some(entry)) = (&event.payload, event.head.entry) else { return };
        let (here, Some(by)) = (event.head.place, event.head.actor.person()) else {
            return self.published(entry, payload);
        };
        match payload {
            Payload::DraftStarted(_) | Payload::DraftSaved(_) => {
                self.saved.entry(entry).or_default().insert(by);
            }
            Payload::ClearanceAsked(_) | Payload::RetractionProposed(_) => {
                self.asked.insert(here, by);
            }
            Payload::RetractionCleared(one) => {
                assert_ne!(
                    self.asked[&place(one.command.unwrap().proposed.as_ref())],
                    by,
                    "cleared what they proposed"
                );
            }
            Payload::Submitted(one) => self.submitted(here, entry, by, one),
            Payload::ConflictDeclared(_) => {
                self.out.insert((entry, by));
            }
            Payload::ApprovalCounted(one) => self.opinion(town, entry, by, &one.command.as_ref().unwrap().digest, true),
            Payload::ObjectionMade(one) => self.opinion(town, entry, by, &one.command.as_ref().unwrap().digest, false),
            Payload::Approved(one) => {
                self.opinion(town, entry, by, &one.command.as_ref().unwrap().digest, true);
                self.suffice(town, entry, one);
                let lineage = self.lineages[&place(one.submitted.as_ref())].clone();
                self.lineages.insert(here, lineage);
                assert_ne!(self.refused.get(&place(one.submitted.as_ref())), Some(&by), "an appeal is for another one");
            }
            Payload::EntryRefused(one) => {
                self.unless_barred(town, entry, by);
                let before = self.refused.insert(place(one.submitted.as_ref()), by);
                assert_ne!(before, Some(by), "an appeal is for another one");
            }
            Payload::ChangesRequested(_) | Payload::MarkedDuplicate(_) => self.unless_barred(town, entry, by),
            Payload::CorrectionProposed(_) => {
                assert!(!self.out.contains(&(entry, by)), "who has a conflict corrects nothing (P6)");
                self.proposed.insert(here, by);
            }
            Payload::CorrectionConfirmed(one) => {
                let proposer = self.proposed[&place(one.proposed.as_ref())];
                assert_ne!(proposer, by, "nobody confirms their own correction (P6)");
                assert!(!self.out.contains(&(entry, by)), "who has a conflict confirms nothing (P6)");
                let wrote = self.published[&entry].contains_key(&by);
                assert!(!wrote, "{by} confirms a correction of their own words (P6): {}", town.trail(entry));
                self.corrections.insert(here, proposer);
            }
            other => self.published(entry, other),
        }
    }

    fn published(&mut self, entry: EntryId, payload: &Payload) {
        let Payload::EditionPublished(one) = payload else { return };
        let passed = place(one.command.as_ref().unwrap().approved.as_ref());
        let authors = self.published.entry(entry).or_default();
        for author in self.corrections.get(&passed).into_iter().chain(self.lineages.get(&passed).into_iter().flatten())
        {
            authors.entry(*author).or_insert(one.edition);
        }
    }

    fn submitted(&mut self, here: Place, entry: EntryId, by: SubjectId, one: &v1::Submitted) {
        let listed = one.lineage.iter().map(|author| SubjectId::try_from(author.subject.as_slice()).unwrap()).collect();
        assert_eq!(self.saved[&entry], listed, "the whole lineage, since the first draft (P6)");
        let authors = self.authors.entry(entry).or_default();
        authors.extend(listed);
        authors.insert(by);
        if let Some(asked) = &one.clearance_asked {
            let asker = self.asked[&place(Some(asked))];
            assert_ne!(asker, by, "nobody clears what they submit");
            authors.insert(asker);
        }
        if let (Some(base), Some(published)) = (one.base_edition, self.published.get(&entry)) {
            authors.extend(published.iter().filter(|(_, edition)| **edition <= base).map(|(author, _)| *author));
        }
        self.lineages.insert(here, authors.clone());
    }

    fn opinion(&mut self, town: &Town, entry: EntryId, by: SubjectId, digest: &[u8], passes: bool) {
        self.unless_barred(town, entry, by);
        let text = town.words.said_by(digest).expect("an opinion is about something");
        self.opinions.entry((entry, text)).or_default().insert(by, passes);
    }

    fn unless_barred(&self, town: &Town, entry: EntryId, by: SubjectId) {
        assert!(!self.out.contains(&(entry, by)), "{by} declared a conflict of interest (P6)");
        let authors = self.authors.get(&entry);
        let wrote = authors.is_some_and(|authors| authors.contains(&by));
        assert!(!wrote, "{by} decides on their own words (P6): {}", town.trail(entry));
    }

    /// Whoever lets it pass, and may, is at least as many as the path of the type asks for.
    fn suffice(&self, town: &Town, entry: EntryId, approved: &v1::Approved) {
        let wanted = match approved.record_type.as_str() {
            "practice" => 5,
            "report" => 2,
            _ => 1,
        };
        let text = town.words.said_by(&approved.content.as_ref().unwrap().digest).unwrap();
        let may = |by: &SubjectId| !self.out.contains(&(entry, *by)) && !self.authors[&entry].contains(by);
        let opinions = &self.opinions[&(entry, text)];
        let passing = opinions.iter().filter(|(by, passes)| **passes && may(by)).count();
        assert!(passing >= wanted, "a {} of {wanted} was approved by {opinions:?} (P6)", approved.record_type);
    }
}

/// Of the opinions that moderation counts now, none is of somebody who is out.
pub(super) fn stand(town: &Town) {
    for (id, entry) in &town.moderation.state().entries {
        let Some(review) = moderation::entry(town, *id).and_then(|entry| entry.review()) else { continue };
        for opinion in &review.opinions {
            assert!(!entry.conflicts.contains_key(&opinion.by), "a conflict counts (P6)");
            assert!(review.authors.iter().all(|(author, _)| *author != opinion.by), "an author counts (P6)");
        }
    }
}
