//! The decision to record that an order was carried out: the same in every service.

use dossier_proto::{Actor, Origin, Payload, Place, v1};

use super::Orders;
use crate::{Context, Decided, Decision};

/// Why a confirmation is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoConfirmation {
    /// Somebody else asks.
    #[error("a service confirms for itself that it has destroyed what was ordered")]
    WrongActor,
    /// There is no such order, or it is of another entry.
    #[error("there is no such order")]
    NoOrder,
}

/// Decides that `origin` has carried out an order; once. The event leaves whatever it stands with at `part_version`.
///
/// # Errors
/// [`NoConfirmation`].
pub fn confirm(
    orders: &Orders,
    confirm: &v1::ConfirmErasure,
    context: &Context,
    origin: Origin,
    part_version: u64,
) -> Result<Decision, NoConfirmation> {
    if context.actor != Actor::System(origin) {
        return Err(NoConfirmation::WrongActor);
    }
    let place = confirm.order.as_ref().and_then(|place| Place::try_from(place).ok());
    let order = place.and_then(|place| orders.get(place)).filter(|order| order.entry == context.entry);
    let order = order.ok_or(NoConfirmation::NoOrder)?;
    if order.confirmed.contains_key(&origin) {
        return Ok(Decision::NOTHING);
    }
    let payload = Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(confirm.clone()) });
    Ok(Decision::one(None, Decided { entry: context.entry, part_version, payload }))
}
