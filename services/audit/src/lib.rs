//! The audit service: watches the other three. It keeps verbatim copies of their journals, holds them against what was
//! signed and against each other, and shows auditors who did what, when, under which authority. It never writes into the
//! workflow, and every reading of it is itself recorded before anything is shown.
//!
//! - [`domain`]: who may read and what is a new finding, pure;
//! - [`policy`]: what of the others goes into our own journal (everything goes into the copies);
//! - [`copies`], [`seen`]: what we hold of the others, on disk;
//! - [`inbox`], [`watching`](Watched), [`reporter`]: taking it in, and telling what does not agree;
//! - `passed`, [`moment`]: which moments are over, and an entry as it was in one;
//! - [`conscience`]: everything that was copied judged: what it rests on, whether it could have been decided so, who reads it;
//! - [`reconcile`]: each event against the one it rests on, pure;
//! - [`trail`]: what happened to an entry, in causal order and plain words, pure;
//! - [`words`], [`sealed_parts`]: opening what was said, for those who may;
//! - [`verify`]: a whole journal examined, event by event;
//! - [`Witnessed`]: what foreign witnesses have cosigned of our logs;
//! - [`views`], [`api`]: what is asked for, and the doors under `/audit/api/v1`.

mod acts;
pub mod api;
mod assembling;
mod certificate;
pub mod conscience;
pub mod copies;
mod cosigners;
pub mod domain;
mod erasing;
mod exporting;
mod figures;
pub mod inbox;
pub mod moment;
mod office;
mod outlines;
mod pages;
mod passed;
pub mod policy;
mod published;
mod receipts;
pub mod reconcile;
mod registries;
pub mod reporter;
pub mod sealed_parts;
mod searching;
pub mod seen;
mod service;
pub mod trail;
pub mod verify;
mod verifying;
pub mod views;
mod watching;
mod witnessed;
pub mod words;

#[cfg(test)]
mod tests;

pub use certificate::Site;
pub use conscience::{
    AskService, Deciders, Depth, HeadRead, OwnDecider, Patience, Rehearsal, Rehearsed, StateAsked, StateTold,
};
pub use copies::{COPIED, Copies, CopiesError, CopiesSettings};
pub use cosigners::Cosigners;
pub use domain::{Audit, AuditRefusal, Command, Finding, FindingKind};
pub use inbox::AuditInbox;
pub use office::{DigestsOf, Office};
pub use passed::Passed;
pub use service::{Config, ConscienceSettings, Service, start, start_on};
pub use trail::{Step, Trail};
pub use watching::Watched;
pub use witnessed::{Witness, Witnessed, WitnessedError, Witnesses, WitnessesError};
