//! Who was told what, and how far they have read it: folded from a journal, event by event.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Bound,
};

use dossier_identity::accounts::{Contact, Wanted};
use dossier_proto::{EntryId, Event, Micros, Payload, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use super::{About, LetterId, News, Onward, ReadMarks, Tongue};
use crate::Mail;

/// Letters in one inbox, the newest: what is older is history and stands in the journal. A letter takes some 120 bytes, so an inbox has
/// 60 KB at most, and those of a thousand people 60 MB.
pub const LETTERS_MAX: usize = 500;

/// What is older than this is not sent any more: five days are as long as mail servers try, and longer than any weekend.
pub const MAIL_AGE_MAX: i64 = 5 * Micros::DAY;

/// Letters that wait to be sent. Five days of a thousand letters an hour are 120 000; each takes 200 bytes, so 24 MB at most. What is
/// more is in the inboxes and is not sent.
const DUE_MAX: usize = 120_000;

/// Whoever was told by mail that something waits for their kind is told again after so long, or once they have looked.
const BELL_EVERY: i64 = Micros::DAY;

/// For whom a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// For information.
    Told,
    /// The next move is theirs.
    Yours,
    /// The next move is anybody's of their kind. In the inbox stands each; by mail goes the first, and then no other until they have read
    /// their inbox or a day went by: whoever has forty entries to choose from does not want forty mails.
    AnyOfYou,
}

impl Call {
    /// Whether it says that the reader has something to do.
    pub const fn is_to_act(self) -> bool {
        matches!(self, Self::Yours | Self::AnyOfYou)
    }
}

/// What is told of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notice {
    /// Our own event.
    pub place: Place,
    /// When it happened, where it happened.
    pub at: Micros,
    /// The entry it is about.
    pub entry: EntryId,
    /// What happened.
    pub news: News,
    /// What comes next.
    pub onward: Onward,
}

/// What one person is told of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its name.
    pub id: LetterId,
    /// Our own event.
    pub place: Place,
    /// When it happened, where it happened.
    pub at: Micros,
    /// The entry it is about.
    pub entry: EntryId,
    /// What happened.
    pub news: News,
    /// What comes next.
    pub onward: Onward,
    /// For whom it is.
    pub call: Call,
}

/// Where in the order of what is due a letter is: when it was recorded.
pub type DueAt = (Micros, LetterId);

/// A letter that is to go out by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// To whom.
    pub subject: SubjectId,
    /// What.
    pub letter: Letter,
}

/// All inboxes of a service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inboxes {
    /// The oldest first.
    letters: BTreeMap<SubjectId, VecDeque<Letter>>,
    read: ReadMarks,
    /// When somebody's bell was rung last.
    rung: BTreeMap<SubjectId, Micros>,
    /// Since when letters go out by mail.
    mailed_since: Option<Micros>,
    /// What is to go out, by when it was recorded.
    due: BTreeMap<(Micros, LetterId), Due>,
    /// Where in `due` a letter is.
    due_at: BTreeMap<LetterId, Micros>,
}

impl Inboxes {
    /// None yet, and from this moment on they go out by mail.
    #[cfg(test)]
    pub(super) fn since(moment: Micros) -> Self {
        Self { mailed_since: Some(moment), ..Self::default() }
    }

    /// Tells people of an event that was recorded at `recorded`; the first telling of one event counts, for each person.
    pub fn tell(&mut self, to: impl IntoIterator<Item = SubjectId>, notice: Notice, call: Call, recorded: Micros) {
        for subject in to {
            let Notice { place, at, entry, news, onward } = notice;
            let letter = Letter { id: LetterId::of(place, subject, news.key()), place, at, entry, news, onward, call };
            let inbox = self.letters.entry(subject).or_default();
            if inbox.back().is_some_and(|last| last.place == place) {
                continue;
            }
            inbox.push_back(letter);
            if inbox.len() > LETTERS_MAX {
                inbox.pop_front();
            }
            if self.mailed_since.is_some() && self.due.len() < DUE_MAX && self.rings(subject, call, recorded) {
                self.due.insert((recorded, letter.id), Due { subject, letter });
                self.due_at.insert(letter.id, recorded);
            }
        }
    }

    /// Whether this is to be heard, and not only seen.
    fn rings(&mut self, subject: SubjectId, call: Call, now: Micros) -> bool {
        if call != Call::AnyOfYou {
            return true;
        }
        if self.rung.get(&subject).is_some_and(|last| now.0 < last.plus(BELL_EVERY).0) {
            return false;
        }
        self.rung.insert(subject, now);
        true
    }

    /// Folds what our own events say of letters; anything else only lets time go by.
    pub fn take(&mut self, event: &Event) {
        match &event.payload {
            Some(Payload::InboxRead(v1::InboxRead { command: Some(command) })) => {
                let Some(subject) = event.head.actor.person() else { return };
                self.read.read(subject, command);
                self.rung.remove(&subject);
            }
            Some(Payload::LettersEnded(v1::LettersEnded { command: Some(record) })) => {
                self.mailed_since.get_or_insert(event.head.recorded_at);
                record.letters.iter().filter_map(|end| LetterId::read(&end.letter)).for_each(|id| self.end(id));
            }
            _ => {}
        }
        self.forget_before(Micros(event.head.recorded_at.0.saturating_sub(MAIL_AGE_MAX + Micros::DAY)));
    }

    fn end(&mut self, id: LetterId) {
        if let Some(recorded) = self.due_at.remove(&id) {
            self.due.remove(&(recorded, id));
        }
    }

    /// What is too old to be sent, and a day more, in which its end is recorded.
    fn forget_before(&mut self, moment: Micros) {
        while let Some((&(recorded, id), _)) = self.due.first_key_value() {
            if recorded >= moment {
                return;
            }
            self.end(id);
        }
    }

    /// The letters of somebody, the newest first, from before `before` on.
    pub fn of(&self, subject: SubjectId, before: Option<Place>) -> impl Iterator<Item = &Letter> {
        let letters = self.letters.get(&subject).into_iter().flat_map(|letters| letters.iter().rev());
        letters.filter(move |letter| before.is_none_or(|before| letter.place < before))
    }

    /// Whether somebody has read a letter.
    pub fn is_read(&self, subject: SubjectId, letter: &Letter) -> bool {
        self.read.of(subject).is_some_and(|mark| letter.place <= mark)
    }

    /// How far somebody has read.
    pub fn read_through(&self, subject: SubjectId) -> Option<Place> {
        self.read.of(subject)
    }

    /// Since when letters go out by mail; those of before never do.
    pub const fn mailed_since(&self) -> Option<Micros> {
        self.mailed_since
    }

    /// What is to go out by mail, the oldest first.
    pub fn due(&self) -> impl Iterator<Item = &Due> {
        self.due.values()
    }

    /// The oldest of what is to go out by mail, from behind `after` on; at most so many.
    pub fn due_after(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.due.range((from, Bound::Unbounded)).take(most).map(|(at, due)| (*at, *due)).collect()
    }

    /// How much waits to go out, and since when the oldest does.
    pub fn waiting(&self) -> (usize, Option<Micros>) {
        (self.due.len(), self.due.first_key_value().map(|(&(recorded, _), _)| recorded))
    }
}

impl Letter {
    /// Whether somebody with this wish is told of it by mail.
    pub const fn is_wanted(&self, wanted: Wanted) -> bool {
        match wanted {
            Wanted::EveryLetter => true,
            Wanted::WhenItIsMyTurn => self.call.is_to_act(),
            Wanted::None => false,
        }
    }

    /// The mail that it is.
    pub fn mail(&self, contact: &Contact, tongue: &Tongue, about: &About) -> Mail {
        Mail {
            to: contact.mail.clone(),
            name: contact.name.clone(),
            language: contact.language.code(),
            subject: tongue.subject(self, about),
            text: tongue.text(self, about),
            id: self.id.0,
            date_micros: self.at.0,
        }
    }
}
