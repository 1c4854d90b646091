//! What every HTTP surface shares.
//!
//! - [`problem`]: how something that did not work is said;
//! - [`describing`]: what every OpenAPI document says alike;
//! - [`extract`]: what handlers take from a request, read strictly;
//! - [`etag`], [`conditional`], [`cursor`], [`headers`]: versions, pages of lists, caching, security;
//! - [`as_of`]: lists as they stood;
//! - [`mod@file`]: attached files given out;
//! - [`moment`]: moments as text; [`off_thread`]: work that holds up; [`digest_of_request`]: what makes a repeat;
//! - [`observe`]: health, readiness, figures, a span for every request;
//! - [`serve`]: HTTP with limits on everything; [`proxies`]: whose request it is when proxies stand in between;
//! - [`visit`]: who has signed in at a page, and forms that only our pages send;
//! - [`live`]: pages that stand open hear that something has changed;
//! - [`page`]: the frame of every HTML page, its words in six languages, its icons and stylesheet.

pub mod as_of;
pub mod conditional;
pub mod cursor;
pub mod describing;
pub mod etag;
pub mod extract;
pub mod file;
pub mod headers;
mod language;
pub mod limits;
pub mod live;
pub mod moment;
pub mod observe;
mod off_thread;
pub mod page;
mod place;
pub mod problem;
pub mod proxies;
mod sent;
mod server;
pub mod visit;
mod weighted;

pub use cursor::{Cursor, CursorError, Page, PageSize};
pub use etag::{Part, Tag};
pub use headers::Cache;
pub use language::{Language, UnknownLanguage, remember_language};
pub use off_thread::off_thread;
pub use place::PlaceShown;
pub use problem::{Answer, Problem, ProblemDocument, ProblemKind};
pub use sent::digest_of_request;
pub use server::{Limits, Stopped, serve};
