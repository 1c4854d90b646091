//! Who is calling and what they may do.
//!
//! - [`Role`], [`Designations`]: rights, folded from events; pure, part of every service's state;
//! - [`Viewers`], [`sight`]: who sees what, as one table; pure;
//! - [`Accounts`]: the people of an installation and the tokens they call with; the only part that touches the disk, or has a
//!   copy from whoever does.
//!
//! The one who calls is a [`Caller`], which is the contract's [`dossier_proto::Actor`] under the name it has at a door.

pub mod accounts;
mod designations;
mod reviewer_kind;
mod roles;
mod seeing;

pub use accounts::Accounts;
pub use designations::{
    Designation, Designations, GrantRefusal, Held, Nearest, NotEntitled, NotEntitledReason, Proposed, RECORD_TYPES_MAX,
    Revocation,
};
pub use dossier_proto::{Actor as Caller, Authority};
pub use reviewer_kind::{ReviewerKind, UnknownReviewerKind};
pub use roles::{Role, UnknownRole};
pub use seeing::{Sight, Stage, Thing, Viewer, Viewers, sight};
