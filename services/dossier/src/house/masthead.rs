//! What people are, for the masthead of every page: from the designations that a service has heard of.

use std::sync::Arc;

use dossier_engine::{Decider, Engine, View};
use dossier_identity::{Accounts, Designations, Role};
use dossier_proto::{Micros, SubjectId};
use dossier_web::page::Roll;

/// What somebody is at a moment.
pub(super) type Roles = Arc<dyn Fn(SubjectId, Micros) -> Vec<Role> + Send + Sync>;

/// As the view of a service tells.
pub(super) fn roles_in<D: Decider, V: View>(engine: &Engine<D, V>, designations: fn(&V) -> &Designations) -> Roles {
    let engine = engine.clone();
    Arc::new(move |subject, now| roles_of(designations(&engine.view()), subject, now))
}

/// Each role once, in the order of their numbers.
fn roles_of(designations: &Designations, subject: SubjectId, now: Micros) -> Vec<Role> {
    let valid = designations.of_subject(subject).filter(|held| held.is_valid(now));
    let held: Vec<Role> = valid.map(|held| held.designation.role).collect();
    Role::ALL.into_iter().filter(|role| held.contains(role)).collect()
}

/// For every request.
pub(super) fn roll(accounts: &Arc<Accounts>, roles: &Roles) -> Roll {
    let roles = Arc::clone(roles);
    Roll::new(Arc::clone(accounts), move |subject, now| roles(subject, now))
}
