//! Who may act: the question asked of the designations.

use dossier_engine::Context;
use dossier_identity::{Designations, NotEntitledReason, Role};
use dossier_proto::{Authority, BodyCode};

use super::Refusal;

/// The designation by which the caller may write for this body and record type.
///
/// # Errors
/// [`Refusal::NoDesignation`], for services too: they have nothing to write here.
pub(super) fn contributor(
    designations: &Designations,
    context: &Context,
    body: &BodyCode,
    record_type: &str,
) -> Result<Option<Authority>, Refusal> {
    let none = Refusal::NoDesignation { reason: NotEntitledReason::NoDesignation, because: None };
    let subject = context.person().ok_or(none)?;
    let authority = designations.entitled(subject, Role::Contributor, Some(body), Some(record_type), context.now)?;
    Ok(Some(authority))
}
