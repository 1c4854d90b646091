//! Letters: what one person is told of one event.
//!
//! - [`News`], [`Onward`]: what a letter says, without a word of the record;
//! - [`Inboxes`]: who was told what, how far they have read, and what is to go out by mail; folded from a journal;
//! - [`ReadMarks`], [`check_record`]: what deciders need to know of it;
//! - [`Roll`]: where to look for those whom something concerns;
//! - [`InboxShown`]: an inbox as programs read it;
//! - [`Tongue`]: the words, in six languages;
//! - [`deliver`]: the postman.
//!
//! A letter is made anew from its event whenever it is shown or sent. No words of it are kept, so none can be left behind when somebody
//! or something is erased, and who has lost a right since then is not told.

mod id;
mod inbox;
mod marks;
mod news;
mod postman;
mod roll;
mod round;
mod shown;
#[cfg(test)]
mod tests;
mod trouble;
mod wording;

pub use id::LetterId;
pub use inbox::{Call, Due, DueAt, Inboxes, LETTERS_MAX, Letter, MAIL_AGE_MAX, Notice};
pub use marks::{ReadMarks, check_record};
pub use news::{Mover, News, Onward, Step};
pub use postman::{Composed, Letterbox, deliver};
pub use roll::{Concern, Roll};
pub use shown::{Chosen, InboxQuery, InboxShown, LetterShown, Mine, ReadBody, ReadPlace, Seen, StepShown};
pub use trouble::MailTrouble;
pub use wording::{About, Tongue};
