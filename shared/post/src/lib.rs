//! Mail: handing a letter to a mail server, and knowing how that ended.
//!
//! - [`MailSettings`]: where the server is, as a configuration says it;
//! - [`letters`]: what people are told, in inboxes and by mail;
//! - [`Post`]: how a service reaches people;
//! - [`MailServer`]: hands over one [`Mail`] at a time;
//! - [`MailError`]: why it could not, and whether trying again is of use.
//!
//! A mail is handed over with [SMTP](https://www.rfc-editor.org/rfc/rfc5321). Once the server has accepted it, it is the server's. When a
//! line breaks between the end of a mail and the server's answer, nobody can know whether it was accepted; it is handed over again with
//! the same `Message-ID` and `Date`, byte for byte the same, by which mailboxes know a repetition.

mod answer;
mod bounded;
mod error;
pub mod letters;
mod mail;
mod post;
mod server;
mod settings;
#[cfg(feature = "testing")]
pub mod testing;

pub use answer::Answer;
pub use error::{MailError, MailSettingsError};
pub use mail::{Mail, MessageId};
pub use post::Post;
pub use server::{Accepted, MailServer};
pub use settings::{MailSettings, MailTls};
