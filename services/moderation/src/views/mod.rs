//! What moderators ask for, fed with every durable event: facts and positions, never words.

mod contents;
mod keys;
mod queue;
mod telling;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use dossier_engine::{Decider, PerEntry, View, erasure::Orders};
use dossier_exchange::files::NamedFiles;
use dossier_post::letters::{Inboxes, Roll};
use dossier_proto::{Digest, EntryId, Event, KeyId, Micros, Payload, Place, v1};
use serde::{Deserialize, Serialize};

pub use contents::{Contents, Kept, Whereabouts};
pub use keys::{KeyUse, Keys, key_of, key_of_file};
pub(crate) use queue::LOOKED_AT_MAX;
pub use queue::{Outlived, Place as QueuePlace, Queue, Shelf, Step, Stretch, Walk};
pub(crate) use telling::is_of_edition;

use crate::domain::{Moderation, State};

/// The read model of moderation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviews {
    /// The facts that decisions are made with, as of the last durable event.
    pub state: State,
    /// Every entry, by where it stands and how long it has waited.
    pub queue: Queue,
    /// Where the submitted contents stand in our journal.
    pub contents: Contents,
    /// What each key in our events opens.
    pub keys: Keys,
    /// The files that submitted contents name.
    pub files: NamedFiles,
    /// The key of the internal words of each open review that has any.
    pub internal: BTreeMap<EntryId, KeyId>,
    /// Who was told what, and how far they have read it.
    pub inboxes: Inboxes,
    /// Where to look for those whom something concerns.
    pub roll: Roll,
    /// Every registry that was ever put in force, the first one first.
    pub registries: Vec<Adoption>,
}

/// That a registry was put in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adoption {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The event.
    pub place: Place,
    /// When.
    pub at: Micros,
}

impl View for Reviews {
    fn erasures(&self) -> Option<&Orders> {
        Some(&self.state.erasures)
    }

    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        let former = telling::Former::of(event.head.entry.and_then(|id| self.state.entries.get(&id)));
        let content = event.head.entry.and_then(|id| self.submission_in_review(id));
        Moderation::evolve(&mut self.state, event, beside);
        self.roll.take(event);
        self.inboxes.take(event);
        if let Some(foreign) = beside {
            self.contents.take(event, foreign);
            self.keys.take(foreign);
            if let (Some(entry), Some(Payload::Submitted(submitted))) = (foreign.head.entry, &foreign.payload) {
                self.files.take(entry, submitted.content.as_ref());
            }
        }
        self.keys.take(event);
        self.remember_registry(event);
        if let Some(entry) = event.head.entry {
            self.remember_internal(entry, event);
            self.tell(entry, event, beside, &former);
            let has_moved = self.queue.place(entry, self.state.entries.get(&entry));
            if !has_moved && self.submission_in_review(entry) != content {
                self.queue.renew(entry);
            }
        }
    }
}

impl PerEntry for Reviews {
    fn bears_on_all(event: &Event, _beside: Option<&Event>) -> bool {
        matches!(
            event.payload,
            Some(Payload::RegistryAdopted(_) | Payload::DesignationGranted(_) | Payload::DesignationRevoked(_))
        )
    }
}

impl Reviews {
    /// The submission that the newest review of an entry is of.
    fn submission_in_review(&self, entry: EntryId) -> Option<Place> {
        Some(self.state.entries.get(&entry)?.review()?.submitted.place)
    }

    /// Where the content that the newest review of an entry is of stands. When it is another, the entry counts as moved in the queue.
    pub(crate) fn content_in_review(&self, entry: EntryId) -> Option<Whereabouts> {
        let submitted = self.submission_in_review(entry)?;
        Some(self.contents.submitted(entry, submitted)?.at)
    }

    /// One or two are adopted a year.
    fn remember_registry(&mut self, event: &Event) {
        let Some(Payload::RegistryAdopted(adopted)) = &event.payload else { return };
        let digest = adopted.command.as_ref().and_then(|command| Digest::try_from(command.digest.as_slice()).ok());
        let (place, at) = (event.head.place, event.head.recorded_at);
        self.registries.extend(digest.map(|digest| Adoption { digest, place, at }));
    }

    fn remember_internal(&mut self, entry: EntryId, event: &Event) {
        if let Some(key) = event.payload.as_ref().and_then(internal_words).and_then(key_of) {
            self.internal.entry(entry).or_insert(key);
        }
        match &event.payload {
            // Each review has its own key.
            // What is said after an erasure is said under another key.
            Some(Payload::ReviewOpened(_) | Payload::ErasureOrdered(_)) => {
                self.internal.remove(&entry);
            }
            _ => {
                let review = self.state.entries.get(&entry).and_then(|entry| entry.review());
                if review.is_some_and(|review| review.ended.is_some()) {
                    self.internal.remove(&entry);
                }
            }
        }
    }
}

/// Words of an open review that stay among moderators and reviewers.
fn internal_words(payload: &Payload) -> Option<&v1::Sealed> {
    let inside = |comments: &'_ [v1::Comment]| {
        comments.iter().position(|comment| comment.audience() != v1::Audience::Contributor)
    };
    match payload {
        Payload::CommentMade(made) => {
            let comment = made.command.as_ref()?;
            inside(std::slice::from_ref(comment)).and(comment.text.as_ref())
        }
        Payload::ReviewFinished(finished) => {
            let comments = &finished.command.as_ref()?.comments;
            inside(comments).and_then(|at| comments[at].text.as_ref())
        }
        Payload::ApprovalCounted(counted) => counted.command.as_ref()?.note.as_ref(),
        Payload::ObjectionMade(made) => made.command.as_ref()?.reason.as_ref(),
        Payload::ReviewAssigned(assigned) => assigned.command.as_ref()?.note.as_ref(),
        _ => None,
    }
}
