//! What every HTTP surface shares.
//!
//! - [`problem`]: how something that did not work is said;
//! - [`describing`]: what every OpenAPI document says alike;
//! - [`extract`]: what handlers take from a request, read strictly;
//! - [`etag`], [`conditional`], [`cursor`], [`headers`]: versions, pages of lists, caching, security;
//! - [`observe`]: health, readiness, figures, a span for every request;
//! - [`serve`]: HTTP with limits on everything;
//! - [`page`]: the frame of every HTML page, its words in six languages, its icons and stylesheet.

pub mod conditional;
pub mod cursor;
pub mod describing;
pub mod etag;
pub mod extract;
pub mod headers;
mod language;
pub mod limits;
pub mod observe;
pub mod page;
pub mod problem;
mod server;
mod weighted;

pub use cursor::{Cursor, CursorError, Page, PageSize};
pub use etag::{Part, Tag};
pub use headers::Cache;
pub use language::{Language, UnknownLanguage, remember_language};
pub use problem::{Answer, Problem, ProblemDocument, ProblemKind};
pub use server::{Limits, Stopped, serve};
