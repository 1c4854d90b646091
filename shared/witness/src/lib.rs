//! What a witness does, without the network and without the disk: whether a checkpoint may be cosigned, and what proves that a log has shown two
//! histories.
//!
//! A witness believes nobody. It was given the keys of logs by another way than the one their checkpoints come by, keeps of each log the largest
//! tree that it has cosigned, and cosigns a tree only when that continues the one it keeps. So whoever asks for its cosignature knows that
//! everybody else who asks for it sees the same history.
//!
//! | module | what |
//! |---|---|
//! | `known` | the logs it was given: [`KnownLogs`], and a checkpoint that one of them has signed: [`Believed`] |
//! | `continuing` | whether a tree continues another: [`Continuing`], the only thing that can be cosigned |
//! | `kept` | what it keeps of a log: [`Kept`] |
//! | `tiles` | the proof read from a log's own tiles: [`Tiles`] ([C2SP tlog-tiles](https://c2sp.org/tlog-tiles)) |
//! | `request` | a proof brought by the log: [`AddCheckpoint`] ([C2SP tlog-witness](https://c2sp.org/tlog-witness)) |
//! | `fork` | two histories, both signed: [`Fork`], evidence for strangers |
//!
//! Pure: no file, no network, no clock. Depends on `dossier-proof` alone.

mod continuing;
mod fork;
mod kept;
mod known;
mod request;
#[cfg(test)]
mod tests;
mod tiles;

pub use continuing::{Continuing, Refusal};
pub use fork::{FORK_BYTES_MAX, Fork, ForkError, ForkSide, ProvenFork};
pub use kept::{Kept, KeptError, file_name};
pub use known::{Believed, KEYS_BYTES_MAX, KnownLogs, KnownLogsError, NotBelieved, epoch_of};
pub use request::{AddCheckpoint, REQUEST_BYTES_MAX, RequestError, signature_lines};
pub use tiles::{TILES_MAX, Tiles, TilesError};
