//! Who may act: the question asked of the designations.

use dossier_engine::Context;
use dossier_identity::{Designations, NotEntitledReason, Role};
use dossier_proto::{Authority, BodyCode};

use super::{EntryFacts, Refusal};

/// The designation by which the caller may act in a role for this body and record type.
///
/// # Errors
/// [`Refusal::NoDesignation`], for services too: they have nothing to write here.
pub(super) fn entitled(
    designations: &Designations,
    context: &Context,
    role: Role,
    body: &BodyCode,
    record_type: &str,
) -> Result<Authority, Refusal> {
    let none = Refusal::NoDesignation { role, reason: NotEntitledReason::NoDesignation, because: None };
    let subject = context.person().ok_or(none)?;
    Ok(designations.entitled(subject, role, Some(body), Some(record_type), context.now)?)
}

/// The designation by which the caller may write an entry: as contributor of its body, or, of one that the secretariat filed,
/// as records manager in the name of the body.
///
/// # Errors
/// [`Refusal::NoDesignation`]; [`Refusal::NotInItsName`] where a records manager does not name the body.
pub(super) fn writer(designations: &Designations, context: &Context, facts: &EntryFacts) -> Result<Authority, Refusal> {
    let as_role = |role| entitled(designations, context, role, &facts.body, &facts.record_type);
    let refused = match as_role(Role::Contributor) {
        Ok(authority) => return Ok(authority),
        Err(refused) => refused,
    };
    if facts.received_at.is_none() {
        return Err(refused);
    }
    let authority = as_role(Role::RecordsManager).map_err(|_| refused)?;
    if context.on_behalf_of.as_ref() == Some(&facts.body) { Ok(authority) } else { Err(Refusal::NotInItsName) }
}
