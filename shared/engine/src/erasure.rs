//! Erasure: what a service does when moderation has ordered that words be destroyed.
//!
//! - [`Orders`]: the orders a journal knows, and who has confirmed them; folded into the state of every service;
//! - [`scope`]: which of the keys that events name an order is about; pure;
//! - [`Holdings`]: where a service keeps keys, files and caches, and [`destroy`], which goes through them;
//! - [`repeat`]: at each start, before anybody is served: everything that the journal knows is destroyed once more, so that a crash or a
//!   backup that was put back brings nothing back;
//! - [`run`]: destroys what is ordered, then records that it is done.
//!
//! An order covers what there was: of moderation's journal what stands before it, of every other service's what stands before that service's
//! own confirmation, which is written once everything until then is destroyed. So all draw the line in the same place, by no clock,
//! however late they hear of it; and who did not know of the order yet cannot carry old words past it.

mod confirming;
mod destroying;
mod orders;
pub mod scope;
mod working;

pub use confirming::{NoConfirmation, confirm};
pub(crate) use destroying::shut_out;
pub use destroying::{Destroyed, Duty, ErasureError, Holdings, destroy, events_of, forgotten, repeat};
pub use orders::{Confirmation, Order, Orders, Scope};
pub use working::run;

#[cfg(test)]
mod tests;
