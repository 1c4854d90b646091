//! Somebody who reads an origin for the first time, checks every event, and keeps nothing.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use dossier_exchange::{
    Appetite, Clock, Delivery, Follower, FollowerSettings, Inbox, InboxError, KeyRing, MachineClock, Position,
    Progress, Tally,
    nats::{Connection, NatsTransport},
};
use dossier_proto::{Event, KeyId, Micros, Origin};
use dossier_vault::GrantedKey;
use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::time::timeout;

use crate::{failure::Failure, log};

/// A million made-up events take a year: none of them may be ahead of the clock.
struct InTenYears;

impl Clock for InTenYears {
    fn now(&self) -> Micros {
        MachineClock.now().plus(10 * 366 * 24 * 60 * 60 * Micros::SECOND)
    }
}

/// Takes everything, and forgets it.
struct Forgetful;

impl Inbox for Forgetful {
    fn resume(&self, origin: Origin) -> Tally {
        Tally::start(origin)
    }

    fn keys_needed(&self, _event: &Event) -> Vec<KeyId> {
        Vec::new()
    }

    fn admit(&self, _keys: Vec<GrantedKey>) -> BoxFuture<'_, Result<(), InboxError>> {
        async { Ok(()) }.boxed()
    }

    fn deliver(&self, _delivery: Delivery) -> BoxFuture<'_, Result<(), InboxError>> {
        async { Ok(()) }.boxed()
    }

    fn appetite(&self) -> Appetite {
        Appetite::Everything
    }
}

/// Reads from the first event to here.
pub(super) async fn read_all(connection: &Arc<Connection>, end: Position, patience: Duration) -> Result<(), Failure> {
    let keys: KeyRing = BTreeMap::from([(Origin::Submission, log::signer()?.verifier())]).into();
    let follower = Follower::new(FollowerSettings {
        origin: Origin::Submission,
        keys: keys.clone(),
        transport: NatsTransport::new(Arc::clone(connection), keys),
        inbox: Arc::new(Forgetful),
        progress: Progress::new([Origin::Submission]),
        clock: Arc::new(InTenYears),
    });
    let mut status = follower.status();
    let reading = tokio::spawn(follower.run());
    let read = timeout(patience, status.wait_for(|status| status.next >= end)).await;
    let found = read.map_err(|_| "it takes too long").and_then(|read| read.map(drop).map_err(|_| "it has stopped"));
    let last = status.borrow().clone();
    reading.abort();
    found.map_err(|why| Failure::wrong(format!("a reader does not come to the end: {why}: {last:?}")))
}
