//! What publishers alone are told.

use dossier_identity::Role;
use dossier_proto::{BodyCode, Micros};
use dossier_web::{Answer, Problem, ProblemKind, extract::Bearer};

use crate::domain::State;

/// Whether the caller is a publisher of anything at all. Whoever is not hears that, and nothing of what there is.
pub(crate) fn admits(state: &State, bearer: &Bearer, now: Micros) -> Answer<()> {
    match state.designations.holds(bearer.subject, Role::Publisher, now) {
        Ok(_) => Ok(()),
        Err(missing) => {
            let problem = Problem::new(ProblemKind::NotEntitled).detail(missing.to_string()).with("role", "publisher");
            Err(problem.with("code", "no-designation").with("reason", missing.reason.code()))
        }
    }
}

/// Whether the caller may decide on entries of this body and type.
pub(crate) fn may_decide(state: &State, bearer: &Bearer, (body, record_type): (&BodyCode, &str), now: Micros) -> bool {
    bearer.body.as_ref().is_none_or(|bound| bound == body)
        && state.designations.entitled(bearer.subject, Role::Publisher, Some(body), Some(record_type), now).is_ok()
}
