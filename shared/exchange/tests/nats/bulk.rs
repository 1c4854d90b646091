//! Many events in memory, with roots at hand: a shelf computes them anew for each signature.

use std::sync::Arc;

use bytes::Bytes;
use dossier_exchange::{
    Position, ReadLimits, Source,
    conformance::{event, signer},
};
use dossier_proof::{Checkpoint, MemoryTree, SignedCheckpoint, SigningKey, leaf_of_event, root_at, tree::TreeHead};
use dossier_proto::{Origin, Payload, Place, v1};
use futures_util::{FutureExt, future::BoxFuture};

/// So many events that are there from the beginning, and never one more.
pub(crate) struct Bulk {
    origin: Origin,
    signer: SigningKey,
    events: Vec<Bytes>,
    tree: MemoryTree,
}

impl Bulk {
    /// `count` events of about `bytes` bytes each.
    pub(crate) fn of(origin: Origin, count: usize, bytes: usize) -> Arc<Self> {
        let events: Vec<Bytes> = (0..count).map(|k| Bytes::from(one(origin, k as u64, bytes))).collect();
        let tree = events.iter().map(|event| leaf_of_event(event)).collect();
        Arc::new(Self { origin, signer: signer(origin), events, tree })
    }

    /// Where it ends.
    pub(crate) fn head(&self) -> Position {
        Position { epoch: 0, sequence: self.events.len() as u64 }
    }
}

fn one(origin: Origin, sequence: u64, bytes: usize) -> Vec<u8> {
    let mut event = event(origin, None, Payload::Expired(v1::Expired::default()));
    event.head.place = Place { origin, epoch: 0, sequence };
    event.head.id.0[..8].copy_from_slice(&sequence.to_be_bytes());
    let mut encoded = event.encode();
    // A field that nobody knows, as a later version may write: number 1000, length-delimited.
    let rest = bytes.saturating_sub(encoded.len() + 4);
    encoded.extend([0xc2, 0x3e, (rest & 0x7f) as u8 | 0x80, (rest >> 7) as u8]);
    encoded.resize(encoded.len() + rest, 7);
    encoded
}

impl Source for Bulk {
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        if from.epoch > 0 {
            return Ok(Vec::new());
        }
        let rest = self.events.get(from.sequence as usize..).unwrap_or_default();
        Ok(rest.iter().take(limits.events_max).cloned().collect())
    }

    fn wait(&self, from: Position) -> BoxFuture<'_, ()> {
        let is_there = from < self.head();
        async move {
            if !is_there {
                std::future::pending::<()>().await;
            }
        }
        .boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        self.checkpoint_at(self.head())?.ok_or_else(|| "it has its own end".to_owned())
    }

    fn checkpoint_at(&self, at: Position) -> Result<Option<SignedCheckpoint>, String> {
        if at > self.head() {
            return Ok(None);
        }
        let root = root_at(at.sequence, &self.tree).map_err(|error| error.to_string())?;
        let checkpoint = Checkpoint::new(format!("test/{}/0", self.origin), TreeHead { size: at.sequence, root });
        SignedCheckpoint::sign(&checkpoint, &self.signer).map(Some).map_err(|error| error.to_string())
    }
}
