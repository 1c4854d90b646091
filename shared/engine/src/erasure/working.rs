//! The task that destroys what is ordered and then says so.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use dossier_proto::{Actor, Digest, KeyId, Origin, Place, v1};
use sha2::{Digest as _, Sha256};

use super::{Destroyed, Duty, Holdings, Orders, destroy, shut_out};
use crate::{Decider, Engine, ExecuteError, Request, View, command_id, fresh_id};

/// How long a quiet journal is waited for before the orders are looked at again.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long to wait after something went wrong: a disk that is full, a service that is busy or not alone.
const RETRY: Duration = Duration::from_millis(500);

/// Destroys what is ordered, and then records that it is done, for as long as it is polled: in this order, so that a crash between the two
/// repeats the first. `confirm` makes the service's own command of it.
pub async fn run<D: Decider, V: View>(
    engine: Engine<D, V>,
    holdings: Arc<dyn Holdings>,
    confirm: fn(v1::ConfirmErasure) -> D::Command,
) {
    let mut told = BTreeMap::new();
    loop {
        // Before the view is looked at: what it does not show yet comes after this.
        let position = engine.journal().head().size;
        let pending: Vec<Duty> = {
            let view = engine.view();
            let of = |orders: &Orders| orders.pending(D::ORIGIN).map(|one| Duty::of(D::ORIGIN, one, orders)).collect();
            view.erasures().map(of).unwrap_or_default()
        };
        let is_idle = pending.is_empty();
        let mut is_late = false;
        for duty in pending {
            match carry_out(&engine, &holdings, &duty, confirm).await {
                Ok(()) => drop(told.remove(&duty.order.place)),
                Err(Outcome::Stopped) => return,
                // One that has to wait keeps no other waiting.
                Err(Outcome::Later(why)) => {
                    tell::<D>(&mut told, duty.order.place, why);
                    is_late = true;
                }
            }
        }
        if is_late {
            tokio::time::sleep(RETRY).await;
        } else if engine.stopped_because().is_some() {
            return;
        } else if is_idle {
            engine.reached(position.saturating_add(1), PATIENCE).await;
        }
    }
}

/// Logs why an order waits: once for each reason, however often it is tried.
fn tell<D: Decider>(told: &mut BTreeMap<Place, String>, order: Place, why: String) {
    if told.get(&order) != Some(&why) {
        tracing::warn!(origin = %D::ORIGIN, %order, why, "an erasure is tried again until it is done");
        told.insert(order, why);
    }
}

/// Why an order was not carried out.
enum Outcome {
    Later(String),
    Stopped,
}

async fn carry_out<D: Decider, V: View>(
    engine: &Engine<D, V>,
    holdings: &Arc<dyn Holdings>,
    duty: &Duty,
    confirm: fn(v1::ConfirmErasure) -> D::Command,
) -> Result<(), Outcome> {
    let order = &duty.order;
    let (at_work, ordered) = (Arc::clone(holdings), duty.clone());
    let Destroyed { count, kept } = blocking(move || destroy(&*at_work, &ordered)).await?;
    // Of what the others hold too, submission alone can tell.
    let kept = if D::ORIGIN == Origin::Submission { kept.iter().map(KeyId::to_vec).collect() } else { Vec::new() };
    let command = v1::ConfirmErasure { order: Some(order.place.into()), destroyed: count, kept };
    let name = format!("{} {count}", order.place);
    let request = Request {
        command: confirm(command),
        entry: order.entry,
        actor: Actor::System(D::ORIGIN),
        on_behalf_of: None,
        fresh: fresh_id(),
        expected_version: None,
        command_id: command_id(b"erasure done", name.as_bytes()),
        request_digest: Digest(Sha256::digest(name.as_bytes()).into()),
        correlation: None,
    };
    match engine.execute(request).await {
        Ok(_) => {}
        Err(ExecuteError::Stopped) => return Err(Outcome::Stopped),
        Err(error) => return Err(Outcome::Later(error.to_string())),
    }
    // What was written between the two is covered too, and what is written from now on is not.
    let confirmed = engine.view().erasures().and_then(|orders| orders.get(order.place).cloned());
    let order = confirmed.unwrap_or_else(|| order.clone());
    let (at_work, ordered) = (Arc::clone(holdings), Duty { order, ..duty.clone() });
    blocking(move || shut_out(&*at_work, &ordered)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, super::ErasureError> + Send + 'static,
) -> Result<T, Outcome> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Outcome::Later(error.to_string())),
        Err(_panicked) => Err(Outcome::Later("destroying failed; its message is in the log".to_owned())),
    }
}
