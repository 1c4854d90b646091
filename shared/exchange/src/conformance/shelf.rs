//! A source of events in memory.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use bytes::Bytes;
use dossier_proof::{
    Checkpoint, Frontier, LogProof, MemoryTree, SignedCheckpoint, SigningKey, Stand, inclusion, leaf_of_event,
};
use dossier_proto::{
    Actor, EntryId, Event, EventId, Head, KeyId, Micros, Origin, Payload, Place, must_understand, schema_of, v1,
};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::watch;

use crate::{KeyDesk, KeyRefusal, Position, ReadLimits, Source};

/// Events in memory, signed as a journal signs them.
pub struct Shelf {
    origin: Origin,
    log: String,
    /// The keys, each with the end of what the one before signs.
    signers: Mutex<Vec<(Stand, SigningKey)>>,
    epochs: Mutex<Vec<Vec<Bytes>>>,
    grown: watch::Sender<Position>,
    /// A lie about the root, for the tests that need one.
    lie: Mutex<Option<Lie>>,
}

#[derive(Debug, Clone, Copy)]
enum Lie {
    Root,
}

/// The key an origin signs with in these tests.
pub fn signer(origin: Origin) -> SigningKey {
    let name = format!("test/{origin}");
    SigningKey::from_seed(&name, &[origin.number(); 32]).expect("a name without spaces and plus signs")
}

/// An event of some origin, without a place yet.
pub fn event(origin: Origin, entry: Option<EntryId>, payload: Payload) -> Event {
    let head = Head {
        id: EventId([0; 16]),
        place: Place { origin, epoch: 0, sequence: 0 },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry,
        part_version: 0,
        recorded_at: Micros(1_000_000),
        wall: Micros(1_000_000),
        actor: Actor::System(origin),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    Event { head, payload: Some(payload) }
}

impl Shelf {
    /// An empty shelf.
    pub fn new(origin: Origin) -> Arc<Self> {
        Self::signed_by(origin, signer(origin))
    }

    /// An empty shelf with a key of one's own choice.
    pub fn signed_by(origin: Origin, signer: SigningKey) -> Arc<Self> {
        Self::with(origin, format!("test/{origin}"), signer)
    }

    /// An empty shelf that is the log after which the key is named: an origin of a real installation.
    pub fn of_log(origin: Origin, signer: SigningKey) -> Arc<Self> {
        Self::with(origin, signer.name().to_string(), signer)
    }

    fn with(origin: Origin, log: String, signer: SigningKey) -> Arc<Self> {
        Arc::new(Self {
            origin,
            log,
            signers: Mutex::new(vec![(Stand::default(), signer)]),
            epochs: Mutex::new(vec![Vec::new()]),
            grown: watch::Sender::new(Position::default()),
            lie: Mutex::new(None),
        })
    }

    fn signers(&self) -> MutexGuard<'_, Vec<(Stand, SigningKey)>> {
        self.signers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signer_at(&self, stand: Stand) -> SigningKey {
        let signers = self.signers();
        let found = signers.iter().rev().find(|(after, _)| *after < stand).unwrap_or(&signers[0]);
        found.1.clone()
    }

    /// Signs with another key from here on, and says so in an event.
    pub fn rotate(&self, next: SigningKey) {
        let former = self.signers().last().map(|(_, key)| key.verifier()).expect("a shelf has a key");
        let turn = v1::KeyRotated { former: former.to_string(), verifier: next.verifier().to_string() };
        let head = self.head();
        // Before anybody reads the event.
        self.signers().push((Stand { epoch: head.epoch, size: head.sequence + 1 }, next));
        self.put(event(self.origin, None, Payload::KeyRotated(turn)));
    }

    fn prove_last(&self, after: Stand) -> Result<LogProof, String> {
        let events = self.epochs()[after.epoch as usize][..after.size as usize].to_vec();
        let tree: MemoryTree = events.iter().map(|event| leaf_of_event(event)).collect();
        let path = inclusion::prove(after.size - 1, after.size, &tree).map_err(|error| error.to_string())?;
        let signed = self.checkpoint_at(Position { epoch: after.epoch, sequence: after.size })?;
        let (last, signed) = (events.last().ok_or("nothing")?, signed.ok_or("nothing is signed")?);
        LogProof::new(last.to_vec(), after.size - 1, path, signed).map_err(|error| error.to_string())
    }

    fn epochs(&self) -> MutexGuard<'_, Vec<Vec<Bytes>>> {
        self.epochs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an event at the end and gives its place.
    pub fn put(&self, mut event: Event) -> Place {
        let mut epochs = self.epochs();
        let epoch = epochs.len() - 1;
        let sequence = epochs[epoch].len() as u64;
        let place = Place { origin: self.origin, epoch: epoch as u32, sequence };
        event.head.place = place;
        event.head.id.0[..8].copy_from_slice(&sequence.to_be_bytes());
        epochs[epoch].push(Bytes::from(event.encode()));
        drop(epochs);
        self.grown.send_replace(Position { epoch: place.epoch, sequence: sequence + 1 });
        place
    }

    /// Puts some bytes at the end, whatever they are.
    pub fn put_bytes(&self, bytes: Vec<u8>) {
        let mut epochs = self.epochs();
        let epoch = epochs.len() - 1;
        epochs[epoch].push(Bytes::from(bytes));
        let position = Position { epoch: epoch as u32, sequence: epochs[epoch].len() as u64 };
        drop(epochs);
        self.grown.send_replace(position);
    }

    /// Puts `count` plain events at the end.
    pub fn fill(&self, count: usize) {
        for k in 0..count {
            self.put(event(self.origin, Some(EntryId([k as u8; 16])), Payload::Expired(v1::Expired::default())));
        }
    }

    /// Begins a new epoch that knows `known` events of this one.
    pub fn start_epoch(&self, known: usize) {
        let (former_epoch, known_root) = {
            let mut epochs = self.epochs();
            let former = epochs.len() - 1;
            epochs[former].truncate(known);
            let root = frontier(&epochs[former]).root();
            epochs.push(Vec::new());
            (former as u32, root)
        };
        let started =
            v1::EpochStarted { former_epoch, known_size: known as u64, known_root: known_root.as_bytes().to_vec() };
        self.put(event(self.origin, None, Payload::EpochStarted(started)));
    }

    /// Forgets what came after the first `known` events of this epoch: a journal that was put back.
    pub fn roll_back(&self, known: usize) {
        let mut epochs = self.epochs();
        let epoch = epochs.len() - 1;
        epochs[epoch].truncate(known);
        drop(epochs);
        self.grown.send_replace(Position { epoch: epoch as u32, sequence: known as u64 });
    }

    /// From now on it signs another root than its events have.
    pub fn lie_about_the_root(&self) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = Some(Lie::Root);
    }

    /// From now on it signs what it has.
    pub fn tell_the_truth(&self) {
        *self.lie.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Replaces the bytes of an event, and signs what it was before: what a hand on the wire does.
    pub fn alter(&self, sequence: usize, change: impl FnOnce(&mut Event)) {
        let mut epochs = self.epochs();
        let epoch = epochs.len() - 1;
        let mut event = Event::decode(&epochs[epoch][sequence]).expect("an event of ours");
        change(&mut event);
        epochs[epoch][sequence] = Bytes::from(event.encode());
    }

    /// Where it ends.
    pub fn head(&self) -> Position {
        *self.grown.borrow()
    }
}

fn frontier(events: &[Bytes]) -> Frontier {
    let mut frontier = Frontier::new();
    for event in events {
        frontier.append(leaf_of_event(event));
    }
    frontier
}

impl Source for Shelf {
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        let epochs = self.epochs();
        let part = |epoch: u32, sequence: u64| -> Vec<Bytes> {
            let events = epochs.get(epoch as usize).map(Vec::as_slice).unwrap_or_default();
            events.iter().skip(sequence as usize).take(limits.events_max).cloned().collect()
        };
        let events = part(from.epoch, from.sequence);
        if events.is_empty() { Ok(part(from.epoch + 1, 0)) } else { Ok(events) }
    }

    fn wait(&self, from: Position) -> BoxFuture<'_, ()> {
        async move {
            let _ = self.grown.subscribe().wait_for(|grown| *grown > from).await;
        }
        .boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        let end = {
            let epochs = self.epochs();
            let epoch = epochs.len() - 1;
            Position { epoch: epoch as u32, sequence: epochs[epoch].len() as u64 }
        };
        self.checkpoint_at(end)?.ok_or_else(|| "it was put back a moment ago".to_owned())
    }

    fn checkpoint_at(&self, at: Position) -> Result<Option<SignedCheckpoint>, String> {
        let epochs = self.epochs();
        let (epoch, size) = (at.epoch, at.sequence as usize);
        let Some(events) = epochs.get(epoch as usize).and_then(|events| events.get(..size)) else { return Ok(None) };
        let mut head = frontier(events).head();
        if self.lie.lock().unwrap_or_else(PoisonError::into_inner).is_some() {
            head.root = leaf_of_event(b"something else");
        }
        let checkpoint = Checkpoint::new(format!("{}/{epoch}", self.log), head);
        let stand = Stand { epoch, size: head.size };
        SignedCheckpoint::sign(&checkpoint, &self.signer_at(stand)).map(Some).map_err(|error| error.to_string())
    }

    fn key_turns(&self, from: usize, max: usize) -> Result<Vec<LogProof>, String> {
        let turns: Vec<_> = self.signers().iter().skip(1 + from).take(max).map(|(after, _)| *after).collect();
        turns.into_iter().map(|after| self.prove_last(after)).collect()
    }
}

/// Gives the keys it was made with, to whoever asks; refuses all others.
pub struct Desk {
    keys: Vec<GrantedKey>,
    shut: AtomicBool,
}

impl Desk {
    /// With these keys.
    pub fn with(keys: Vec<GrantedKey>) -> Arc<Self> {
        Arc::new(Self { keys, shut: AtomicBool::new(false) })
    }

    /// Nobody is answered, or everybody again.
    pub fn shut(&self, shut: bool) {
        self.shut.store(shut, Ordering::SeqCst);
    }
}

impl KeyDesk for Desk {
    fn grant(&self, asker: Origin, keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        if self.shut.load(Ordering::SeqCst) {
            return Err(KeyRefusal::Unreadable);
        }
        let find = |key: &KeyId| {
            let found = self.keys.iter().find(|granted| granted.key_id() == *key);
            found.cloned().ok_or(KeyRefusal::NotEntitled { asker, key: *key })
        };
        keys.iter().map(find).collect()
    }
}
