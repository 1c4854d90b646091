//! Each entry as each service tells it, by what it recorded itself and what it heard: they must say the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use dossier_proto::{EntryId, Event, Origin, Payload, Place};

use super::{Complaint, Fault, History, history::place};

/// An entry in a service's words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Story {
    /// Number and edition.
    public: Option<(String, u32)>,
    /// By which event it was retracted.
    retracted: Option<Place>,
    /// How each submission ended, by its place: the event that ended it.
    ended: BTreeMap<Place, Place>,
    /// What was asked and how it was answered.
    answered: BTreeMap<Place, Place>,
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let public = self
            .public
            .as_ref()
            .map_or_else(|| "not public".to_owned(), |(number, edition)| format!("{number} edition {edition}"));
        let ended: Vec<_> = self.ended.iter().map(|(from, to)| format!("{from} ended by {to}")).collect();
        write!(f, "{public}, retracted by {:?}, {}", self.retracted, ended.join(", "))
    }
}

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let told = |origin| stories(history, origin);
    let (submission, moderation, publication) =
        (told(Origin::Submission), told(Origin::Moderation), told(Origin::Publication));
    let entries: BTreeSet<_> = moderation.keys().chain(publication.keys()).copied().collect();
    for entry in entries {
        let story = |of: &BTreeMap<EntryId, Story>| of.get(&entry).cloned().unwrap_or_default();
        let (body, moderators, public) = (story(&submission), story(&moderation), story(&publication));
        if body != moderators {
            let found = format!("submission: {body}; moderation: {moderators}");
            complaints.push(Complaint::new(Fault::Disagreement, format!("entry {entry}"), found));
        }
        if (&body.public, body.retracted) != (&public.public, public.retracted) {
            let found = format!("submission: {body}; publication: {public}");
            complaints.push(Complaint::new(Fault::Disagreement, format!("entry {entry}"), found));
        }
    }
}

fn stories(history: &History, origin: Origin) -> BTreeMap<EntryId, Story> {
    let mut stories: BTreeMap<EntryId, Story> = BTreeMap::new();
    for kept in history.of(origin) {
        let Some(entry) = kept.entry() else { continue };
        match kept.foreign() {
            Some(foreign) => tell(stories.entry(entry).or_default(), &foreign),
            None => tell(stories.entry(entry).or_default(), &kept.event),
        }
    }
    stories
}

fn tell(story: &mut Story, event: &Event) {
    let here = event.head.place;
    let Some(payload) = &event.payload else { return };
    match payload {
        Payload::EditionPublished(published) => story.public = Some((published.number.clone(), published.edition)),
        Payload::EntryRetracted(_) => story.retracted = Some(here),
        _ => {}
    }
    let submitted = match payload {
        Payload::ChangesRequested(ended) => ended.submitted.as_ref(),
        Payload::Approved(ended) => ended.submitted.as_ref(),
        Payload::EntryRefused(ended) => ended.submitted.as_ref(),
        Payload::MarkedDuplicate(ended) => ended.submitted.as_ref(),
        Payload::RecallGranted(ended) => ended.submitted.as_ref(),
        Payload::WithdrawalGranted(ended) => ended.submitted.as_ref(),
        _ => None,
    };
    story.ended.extend(place(submitted).map(|submitted| (submitted, here)));
    let asked = match payload {
        Payload::RecallGranted(answer) => answer.command.as_ref(),
        Payload::WithdrawalGranted(answer) => answer.command.as_ref(),
        Payload::RequestTooLate(answer) => answer.command.as_ref(),
        _ => None,
    };
    let asked = asked.and_then(|asked| place(asked.asked.as_ref()));
    story.answered.extend(asked.map(|asked| (asked, here)));
}
