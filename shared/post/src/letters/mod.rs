//! Letters: what one person is told of one event.
//!
//! - [`News`], [`Onward`]: what a letter says, without a word of the record;
//! - [`Inboxes`]: who was told what, how far they have read, and what is to go out by mail; folded from a journal;
//! - [`ReadMarks`], [`check_record`]: what deciders need to know of it;
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
mod round;
#[cfg(test)]
mod tests;
mod wording;

pub use id::LetterId;
pub use inbox::{Call, Due, Inboxes, LETTERS_MAX, Letter, MAIL_AGE_MAX, Notice};
pub use marks::{ReadMarks, check_record};
pub use news::{Mover, News, Onward, Step};
pub use postman::{Composed, Letterbox, MailTrouble, deliver};
pub use wording::{About, Tongue};
