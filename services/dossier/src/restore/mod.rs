//! Putting services back after a loss: one from what the others keep of it, or all from a backup.
//!
//! - `one`: a service whose disk is lost, from the audit service's copy, the others' vaults and files, and a backup where there is one;
//! - `whole`: all services of a backup, to its end or to an earlier point (`until`);
//! - `keeper`: what the others keep of a service, wherever they are; `neighbours`: in data directories; `backed`: in a backup; `exported`, `served`: in exports, or shown by an audit service;
//! - `rebuild`: a journal written again, event by event; `keys`, `attachments`: what belongs to it;
//! - `draft`: nothing is in its place before all of it is;
//! - `report`: what came back and what did not.
//!
//! # Why there is always a new epoch
//!
//! (epoch, sequence) is never used twice. Whoever puts a journal back knows what others have of it and not what it acknowledged last: the
//! anchor is a group behind, and lay on the disk that was lost. So what comes next is numbered in a new epoch, whose first event names what
//! is known of the former one, and the number of that epoch is one that nobody can have used: the seconds since 2026, or one more than any
//! that is known. (Counting on alone would not do: a service may be lost again before anybody has read of the epoch it began.)

mod attachments;
mod backed;
mod draft;
mod exported;
mod keeper;
mod keys;
mod learnt;
mod neighbours;
mod one;
mod rebuild;
mod report;
mod served;
mod until;
mod whole;
mod wiping;

pub(crate) use backed::Backed;
pub(crate) use draft::{Draft, LOCK, drafts_in, is_at_work, put_in_place, sweep, sweep_around};
pub(crate) use exported::Exported;
pub(crate) use keeper::{ActedUpon, Found, Keeper, Known, Several};
pub(crate) use neighbours::{Neighbours, furthest_of_each};
pub(crate) use one::{Lost, restore_service};
pub(crate) use report::Report;
pub(crate) use until::Until;
pub(crate) use whole::{PutBack, restore_all};
