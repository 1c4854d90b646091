//! Runs a decider over a journal: commands in, events out, views fed.
//!
//! - [`Decider`]: what a service decides, pure;
//! - [`Engine`]: three threads around it, one that decides, one that writes and one that commits, and the handle to both;
//! - [`View`]: read models, fed with every event after it is durable;
//! - [`EngineInbox`]: takes other services' events from the exchange;
//! - [`Redecider`]: decides recorded commands again.
//!
//! An answer is given when the group it was decided in is durable; refusals and repeats wait as long. A write error
//! stops the service: nothing is acknowledged on doubt.

mod again;
mod attached;
mod authority;
mod committing_thread;
mod decider;
mod deciding;
mod deciding_thread;
mod engine;
pub mod erasure;
mod faults;
mod fold;
mod folding;
mod foreseeing;
mod ground;
mod group;
mod inbox;
mod intake;
mod ledger;
mod open;
pub mod past;
mod people;
mod recorded;
mod redecide;
mod refusals;
mod request;
mod rotation;
mod snapshots;
mod source;
mod stamp;
mod stopping;
#[cfg(feature = "testing")]
pub mod testing;
mod touched;
mod view;
mod writing_thread;

pub use attached::fetch_files;
pub use authority::{AUTHORITY_LASTS, AuthorityGate, AuthorityNotHeard};
pub use decider::{Context, Decided, Decider, Decision, Errand, Record, Refusal, RefusalFacts};
pub use dossier_exchange::{Clock, MachineClock};
pub use engine::Engine;
pub use faults::{Faults, NoFaults, Passing, Step};
pub use fold::{Fold, digest_of};
pub use folding::{Folded, Until, fold_journal};
pub use foreseeing::foresee;
pub use ground::{Following, Ground, are_level, run_timers_when_level};
pub use group::Digests;
pub use inbox::{EngineInbox, KeysNeeded};
pub use ledger::{Ledger, Receipt};
pub use open::{EngineError, EngineSettings, key_turn};
pub use past::{AsOf, Past, PastError};
pub use people::{PeopleDesk, keep_people};
pub use recorded::{RecordError, Recorded};
pub use redecide::{Deviation, Redecider};
pub use request::{ExecuteError, Outcome, Repeated, Request, command_id, fresh_id, name_command};
pub use rotation::{Rotated, rotate_key, rotate_key_on};
pub use touched::Touched;
pub use view::{PerEntry, View};
