//! Pages that move: while a page stands open, its browser is told that something it shows has changed, and looks again.
//!
//! Server-Sent Events ([the standard](https://html.spec.whatwg.org/multipage/server-sent-events.html)). A message says only which topic has
//! changed, never what: the browser asks for the page anew, with its own rights, and so nothing is told here that the page would
//! not show. For the same reason nothing is repeated after a connection broke: whoever comes back looks once.
//!
//! A topic is a short text, such as `entry/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A`, `queue` or `inbox`. Who may follow which is for the service to say,
//! before it calls [`Live::follow`].

mod asked;
mod channel;
mod places;
#[cfg(test)]
mod tests;

pub use asked::{Asked, Closing};
pub use channel::Live;

/// Topics that one page follows: its own entry, and a list or two.
pub const TOPICS_MAX: usize = 8;
/// Bytes of a topic: a word, a stroke, and the 26 letters of an id.
pub const TOPIC_BYTES_MAX: usize = 64;
/// Streams that one person has open: a browser keeps at most six connections to one host, and opens one for a page that is looked at.
/// Two browsers at once are twelve.
pub const STREAMS_OF_ONE_MAX: usize = 12;
/// Streams in all: each takes a connection of the server's 1024 and about 48 KiB, 24 MiB together, and leaves half for requests.
pub const STREAMS_MAX: usize = 512;
