//! Looking ahead before words are sealed.

use dossier_proto::{Micros, Place};

use crate::{Context, Decider, Request};

/// Whether a command would be refused in this state, such as that of a view. Words are sealed before a command is decided, under
/// keys that stay; so a service first asks whether there is any use in it, with placeholders where the words will be.
///
/// This decides nothing: what is decided is decided by [`Engine::execute`](crate::Engine::execute), on the state of that moment.
///
/// # Errors
/// The refusal, as things stand.
pub fn foresee<D: Decider>(state: &D::State, request: &Request<D::Command>, now: Micros) -> Result<(), D::Refusal> {
    let context = Context {
        now,
        actor: request.actor,
        entry: request.entry,
        on_behalf_of: request.on_behalf_of.clone(),
        fresh: request.fresh,
        // Where it would stand is known when it is decided; no refusal depends on it.
        place: Place { origin: D::ORIGIN, epoch: 0, sequence: 0 },
        expected_version: request.expected_version,
        cause: None,
        rules: D::RULES,
        registry: D::registry(state),
    };
    D::decide(state, &request.command, &context).map(drop)
}
