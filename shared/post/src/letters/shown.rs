//! An inbox as programs read it: the same behind the doors of every service.

use dossier_identity::accounts::Language;
use dossier_proto::{Origin, Place, SubjectId, v1};
use dossier_web::{Answer, Cursor, Page, PageSize, PlaceShown, ProblemKind, extract::FieldError, moment};
use serde::{Deserialize, Serialize};

use super::{Inboxes, Letter, Step, Tongue};

/// The name of the list in its cursors.
const LIST: &str = "inbox";

/// Which letters.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// `mine`: only those that say that the next move is the reader's.
    #[param(value_type = Option<String>, example = "mine")]
    pub turn: Option<Mine>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<Cursor>,
    /// How many, from 1 to 200.
    pub limit: Option<PageSize>,
}

/// Only what is the reader's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mine {
    /// The only choice there is.
    Mine,
}

/// How far somebody has read: the `place` of the newest letter they saw.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub struct ReadBody {
    /// The newest letter that was read.
    pub through: ReadPlace,
}

/// The `place` of a letter.
#[derive(Debug, Clone, Deserialize, Serialize, utoipa::ToSchema)]
pub struct ReadPlace {
    /// As the letter has it.
    #[schema(value_type = String, example = "submission")]
    pub origin: Origin,
    /// As the letter has it.
    pub epoch: u32,
    /// As the letter has it.
    pub sequence: u64,
}

impl ReadBody {
    /// The command.
    pub fn command(&self) -> v1::ReadInbox {
        let ReadPlace { origin, epoch, sequence } = self.through;
        v1::ReadInbox { through: Some(Place { origin, epoch, sequence }.into()) }
    }
}

/// A page of an inbox, the newest letter first.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct InboxShown {
    /// The letters.
    pub items: Vec<LetterShown>,
    /// How many letters of the whole inbox were not read.
    pub unread: usize,
    /// Where the next page begins; none on the last one.
    pub next: Option<Cursor>,
}

/// A letter.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct LetterShown {
    /// Where the event stands; `read` takes it.
    pub place: PlaceShown,
    /// When it happened.
    #[schema(example = "2026-03-01T09:00:00Z")]
    pub at: String,
    /// What happened, as a code.
    #[schema(example = "changes-requested")]
    pub kind: &'static str,
    /// What happened, in a sentence in the language that was asked for.
    pub text: String,
    /// The entry.
    pub entry: String,
    /// Its title in what the letter is about: what was submitted by then, or the public edition. None where it has none.
    pub title: Option<String>,
    /// Its public number, else the code of its body.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// Whether it says that the next move is the reader's, or anybody's with the reader's task.
    pub yours: bool,
    /// Who had the next move after it.
    pub turn: &'static str,
    /// What that was.
    pub next: Option<StepShown>,
    /// Whether it was read.
    pub read: bool,
}

/// What the next move is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StepShown {
    /// As a code.
    #[schema(example = "answer-and-submit")]
    pub what: &'static str,
    /// In words.
    pub text: &'static str,
    /// When it happens by itself, or is too late.
    pub by: Option<String>,
}

/// What an inbox says of an entry to somebody who may read of it.
#[derive(Debug)]
pub struct Seen {
    /// Its title in the content that the letter is about; none when that has none, or nobody can read it any more.
    pub title: Option<String>,
    /// Its public number; where it has none, its body.
    pub name: String,
    /// Where it is.
    pub address: String,
}

/// Letters of one page, before they are put into words.
#[derive(Debug, Clone)]
pub struct Chosen {
    letters: Vec<(Letter, bool)>,
    unread: usize,
    size: PageSize,
}

impl Inboxes {
    /// The letters of a page; only those that the reader may read of now (`may`).
    ///
    /// # Errors
    /// 422 when the cursor is of another list.
    pub fn choose(&self, subject: SubjectId, query: &InboxQuery, may: impl Fn(&Letter) -> bool) -> Answer<Chosen> {
        let before = query.cursor.as_ref().map(|cursor| cursor.position(LIST)).transpose();
        let before = before.ok().map(|bytes| bytes.map(place)).filter(|place| !matches!(place, Some(None)));
        let before =
            before.ok_or_else(|| unfit("/cursor", "does not belong to this list; begin without one"))?.flatten();
        let size = query.limit.unwrap_or_default();
        let wanted = |letter: &&Letter| query.turn.is_none() || letter.call.is_to_act();
        let letters = self.of(subject, before).filter(wanted).filter(|letter| may(letter)).take(size.get() + 1);
        let letters = letters.map(|letter| (*letter, self.is_read(subject, letter))).collect();
        let unread = self.of(subject, None).filter(|letter| !self.is_read(subject, letter) && may(letter)).count();
        Ok(Chosen { letters, unread, size })
    }
}

impl Chosen {
    /// The page in words; `seen` says what may be said of an entry.
    ///
    /// # Errors
    /// Those of `seen`.
    pub fn shown(self, language: dossier_web::Language, seen: impl Fn(&Letter) -> Answer<Seen>) -> Answer<InboxShown> {
        let tongue = Tongue::of(language.code().parse::<Language>().unwrap_or_default());
        let page = Page::of(self.letters, self.size, |(letter, _)| Cursor::new(LIST, &position(letter.place)));
        let items: Answer<Vec<LetterShown>> =
            page.items.iter().map(|(letter, read)| Ok(shown(&tongue, letter, *read, seen(letter)?))).collect();
        Ok(InboxShown { items: items?, unread: self.unread, next: page.next })
    }
}

fn shown(tongue: &Tongue, letter: &Letter, read: bool, seen: Seen) -> LetterShown {
    let what = letter.onward.what;
    LetterShown {
        place: letter.place.into(),
        at: moment::written(letter.at),
        kind: letter.news.key(),
        text: tongue.news(letter.news).into_owned(),
        entry: letter.entry.to_string(),
        title: seen.title,
        name: seen.name,
        address: seen.address,
        yours: letter.call.is_to_act(),
        turn: letter.onward.who.key(),
        next: (what != Step::Nothing).then(|| StepShown {
            what: what.key(),
            text: tongue.step(what),
            by: letter.onward.by.map(moment::written),
        }),
        read,
    }
}

/// The position of a letter in its list: its origin is that of the list.
fn position(place: Place) -> Vec<u8> {
    [&[place.origin as u8][..], &place.epoch.to_be_bytes(), &place.sequence.to_be_bytes()].concat()
}

fn place(bytes: &[u8]) -> Option<Place> {
    let (origin, rest) = bytes.split_first()?;
    let (epoch, sequence) = rest.split_first_chunk::<4>()?;
    let origin = Origin::ALL.into_iter().find(|known| *known as u8 == *origin)?;
    let sequence = u64::from_be_bytes(sequence.try_into().ok()?);
    Some(Place { origin, epoch: u32::from_be_bytes(*epoch), sequence })
}

fn unfit(pointer: &str, detail: &str) -> dossier_web::Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error])
}
