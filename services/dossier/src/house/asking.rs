//! What the others keep of a service, asked of them over the broker while they work: by the service itself, with its own key, before its first
//! write.

use std::{cell::OnceCell, sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_exchange::{
    Question, TURNS_PER_ANSWER, Transport,
    nats::{StreamWitness, newest_signed, signed_by_any, stream_tail},
};
use dossier_journal::Head;
use dossier_proof::{Hash, LogProof, SignedCheckpoint, history::MAX_TURNS};
use dossier_proto::{Digest, EntryId, KeyId, Origin, Place, peek};
use dossier_vault::{
    decode_keys,
    files::{FileStore, Kept},
};
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use super::{
    OutpostSettings, answers,
    kept::{EndTold, FileTold, KeptAsked, KeysTold, each_of_several},
    line::Line,
    plot::Plot,
};
use crate::{
    Exit, Failure,
    restore::{ActedUpon, Found, Keeper, Known, furthest_of_each},
};

/// How long the broker may take.
const BROKER_PATIENCE: Duration = Duration::from_secs(10);
/// So often somebody who does not answer is asked again, and how long after.
const ATTEMPTS: u32 = 20;
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// The others, at a distance.
pub(crate) struct Asking {
    of: Origin,
    runtime: Runtime,
    transport: Arc<dyn Transport>,
    /// Keeps the connection.
    _line: Line,
    /// What the service's own stream still has behind what audit copied.
    tail: Tail,
    /// Who keeps copies, with what it has.
    ends: Vec<Head>,
    known: OnceCell<Vec<Known>>,
}

/// Events of the service's own stream.
#[derive(Debug, Default)]
struct Tail {
    epoch: u32,
    from: u64,
    events: Vec<Bytes>,
    /// What the service signed of its end: by one of its keys, and by which it should be is known once the events are back.
    signed: Option<SignedCheckpoint>,
}

impl Asking {
    /// Connects as the service, makes sure that no other instance of it is at work, and asks what there is.
    ///
    /// # Errors
    /// [`Failure`]: the broker or audit does not answer, another instance is at work, or what is in the stream is not what was signed.
    pub(crate) fn begin(settings: OutpostSettings) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        let OutpostSettings { origin, house, verifiers, broker } = settings;
        let plot = Plot::single(origin, house, &verifiers)?;
        let line = runtime.block_on(async {
            let line = Line::open(&plot, origin, &broker).await?;
            line.connected(BROKER_PATIENCE).await?;
            line.within(BROKER_PATIENCE, line.look_for_others()).await?;
            Ok::<_, Failure>(line)
        })?;
        let transport = line.transport();
        let mut asking = Self {
            of: origin,
            runtime,
            transport,
            _line: line,
            tail: Tail::default(),
            ends: Vec::new(),
            known: OnceCell::new(),
        };
        if origin != Origin::Audit {
            let told: Vec<EndTold> = asking.json(Origin::Audit, &KeptAsked::Ends)?;
            asking.ends = told.iter().map(head).collect();
            asking.take_tail(&plot)?;
        }
        Ok(asking)
    }

    /// Goes on behind what audit copied with what the stream has, as far as the service's own signature covers it. Its key may have been changed
    /// behind what audit copied, and the event that says so may be in the tail: whichever of its keys has signed is believed here, and what is put back is
    /// held against the signature at the end.
    fn take_tail(&mut self, plot: &Plot) -> Result<(), Failure> {
        let unreachable =
            |error: dossier_exchange::nats::WitnessError| Failure::new(Exit::Unreachable, error.to_string());
        let (log, keys) = (plot.secrets.log(self.of), plot.secrets.recognised(self.of));
        let connection = self._line.connection();
        let newest = newest_signed(connection, |note| signed_by_any(note, &log, &keys));
        let Some((witness, signed)) = self.runtime.block_on(newest).map_err(unreachable)? else { return Ok(()) };
        let copied = self.ends.last().copied().unwrap_or(Head { epoch: 0, size: 0, root: Hash::EMPTY_ROOT });
        let known = (copied.epoch, copied.size);
        if (witness.head.epoch, witness.head.size) <= known {
            return Ok(());
        }
        let from = if witness.head.epoch == copied.epoch { copied.size } else { 0 };
        let events = self.runtime.block_on(stream_tail(connection, witness, from)).map_err(unreachable)?;
        let StreamWitness { head, .. } = witness;
        if from + (events.len() as u64) < head.size {
            tracing::warn!(
                epoch = head.epoch,
                from,
                size = head.size,
                "the stream has lost the beginning of what audit has not copied"
            );
            return Ok(());
        }
        self.tail = Tail { epoch: head.epoch, from, events, signed: Some(signed) };
        if head.epoch == copied.epoch && !self.ends.is_empty() {
            self.ends.pop();
        }
        self.ends.push(Head { epoch: head.epoch, size: head.size, root: head.root });
        Ok(())
    }

    fn ask(&self, holder: Origin, asked: &KeptAsked) -> Result<Bytes, Failure> {
        let body = serde_json::to_vec(asked).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            let answer = self.transport.ask(holder, Question::Known, Bytes::from(body.clone()));
            match self.runtime.block_on(answer) {
                Ok(answer) => return Ok(answer),
                Err(error) => last = error.to_string(),
            }
            std::thread::sleep(AGAIN_AFTER); // whoever does not answer may be starting
        }
        Err(Failure::new(
            Exit::Unreachable,
            format!(
                "{last}. {holder} has to run to say what it keeps of {}; start it, then run this again. Nothing was written",
                self.of
            ),
        ))
    }

    fn json<T: DeserializeOwned>(&self, holder: Origin, asked: &KeptAsked) -> Result<T, Failure> {
        let answer = self.ask(holder, asked)?;
        serde_json::from_slice(&answer).map_err(|error| strange(holder, &error.to_string()))
    }

    fn several(&self, holder: Origin, asked: &KeptAsked) -> Result<Vec<Bytes>, Failure> {
        each_of_several(self.ask(holder, asked)?).map_err(|error| strange(holder, &error))
    }

    /// Who may have acted upon an event of the service.
    fn others(&self) -> impl Iterator<Item = Origin> + use<> {
        let of = self.of;
        Origin::ALL.into_iter().filter(move |other| *other != of)
    }
}

fn head(told: &EndTold) -> Head {
    Head { epoch: told.epoch, size: told.size, root: Hash::from(told.root.0) }
}

fn strange(holder: Origin, what: &str) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("{holder} answers what this version cannot read ({what}); run the same version everywhere"),
    )
}

impl Keeper for Asking {
    fn epochs(&self) -> Result<Vec<Head>, Failure> {
        Ok(self.ends.clone())
    }

    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure> {
        if epoch == self.tail.epoch && from >= self.tail.from && !self.tail.events.is_empty() {
            let at = usize::try_from(from - self.tail.from).unwrap_or(usize::MAX);
            return Ok(self.tail.events.get(at..).unwrap_or_default().to_vec());
        }
        self.several(Origin::Audit, &KeptAsked::Events { epoch, from })
    }

    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        for holder in [place.origin, Origin::Audit].into_iter().filter(|holder| *holder != self.of) {
            if let Some(found) = self.several(holder, &KeptAsked::Foreign { place })?.pop() {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn acted_upon(&self, from: Place) -> Result<Vec<ActedUpon>, Failure> {
        let mut found = Vec::new();
        for by in self.others() {
            let mut next = (from.epoch, from.sequence);
            loop {
                let some = self.several(by, &KeptAsked::ActedUpon { epoch: next.0, from: next.1 })?;
                let Some(last) = some.last().and_then(|last| peek(last).ok()) else { break };
                for bytes in some {
                    let Ok(peeked) = peek(&bytes) else { continue };
                    let place = Place { origin: self.of, epoch: peeked.epoch, sequence: peeked.sequence };
                    found.push(ActedUpon { place, bytes, by });
                }
                next = (last.epoch, last.sequence + 1);
            }
        }
        found.sort_by_key(|one| one.place);
        Ok(found)
    }

    fn known(&self) -> Result<Vec<Known>, Failure> {
        if let Some(known) = self.known.get() {
            return Ok(known.clone());
        }
        let mut all = Vec::new();
        for by in self.others() {
            // Who does not answer says nothing; what it knows is compared when the service starts.
            let heads = self.runtime.block_on(answers::known(&*self.transport, by)).unwrap_or_default();
            all.extend(heads.into_iter().map(|head| Known {
                by,
                epoch: head.epoch,
                size: head.size,
                root: Some(head.root),
            }));
        }
        Ok(self.known.get_or_init(|| furthest_of_each(all)).clone())
    }

    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure> {
        if self.of == Origin::Audit {
            return Ok(Vec::new());
        }
        let texts: Vec<String> = self.json(Origin::Audit, &KeptAsked::Signed)?;
        let parsed = texts.iter().map(|text| SignedCheckpoint::parse(text)).chain(self.tail.signed.clone().map(Ok));
        parsed.collect::<Result<_, _>>().map_err(|error| strange(Origin::Audit, &error.to_string()))
    }

    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure> {
        let mut all = Vec::new();
        for by in self.others() {
            let mut proofs = Vec::new();
            loop {
                let asked = KeptAsked::Turns { from: proofs.len() };
                let body = serde_json::to_vec(&asked).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
                // Who does not answer says nothing; audit, which has to, was asked for more than this already.
                let answer = self.runtime.block_on(self.transport.ask(by, Question::Known, Bytes::from(body)));
                let Ok(answer) = answer else { break };
                let texts: Vec<String> =
                    serde_json::from_slice(&answer).map_err(|error| strange(by, &error.to_string()))?;
                let more: Result<Vec<LogProof>, _> = texts.iter().map(|text| text.parse()).collect();
                let more = more.map_err(|error| strange(by, &error.to_string()))?;
                let is_last = more.len() < TURNS_PER_ANSWER;
                proofs.extend(more);
                if is_last || proofs.len() > MAX_TURNS {
                    break;
                }
            }
            all.push(proofs);
        }
        Ok(all)
    }

    fn keys(&self, keys: &[KeyId]) -> Result<Found, Failure> {
        let mut found = Found::default();
        let mut wanted = keys.to_vec();
        for holder in self.others() {
            if wanted.is_empty() {
                break;
            }
            let told: KeysTold = self.json(holder, &KeptAsked::Keys { keys: wanted.clone() })?;
            let bytes = hex::decode(&told.keys).map_err(|error| strange(holder, &error.to_string()))?;
            let more = decode_keys(&bytes).map_err(|error| strange(holder, &error.to_string()))?;
            wanted.retain(|key| more.iter().all(|found| found.key_id() != *key));
            found.keys.extend(more);
            found.erased.extend(told.erased);
        }
        Ok(found)
    }

    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        for holder in [Origin::Audit, Origin::Submission] {
            let mut copy = Zeroizing::new(Vec::new());
            loop {
                let part = self.ask(holder, &KeptAsked::People { offset: copy.len() as u64 })?;
                if part.is_empty() {
                    break;
                }
                copy.extend_from_slice(&part);
            }
            if !copy.is_empty() {
                return Ok(Some(copy));
            }
        }
        Ok(None)
    }

    fn file(&self, entry: EntryId, digest: Digest, store: &FileStore) -> Result<bool, Failure> {
        for holder in self.others().filter(|holder| *holder != Origin::Audit) {
            let Some(about) = self.json::<Option<FileTold>>(holder, &KeptAsked::FileAbout { entry, digest })? else {
                continue;
            };
            let kept = Kept { digest, key: about.key, bytes: about.bytes, media_type: about.media_type };
            let refused = |error: dossier_vault::files::FileError| Failure::damaged(error.to_string());
            let mut arriving = store.arrive(entry, kept).map_err(refused)?;
            while arriving.left() > 0 {
                let part = self.ask(holder, &KeptAsked::FilePart { entry, digest, offset: arriving.came() })?;
                if part.is_empty() {
                    break;
                }
                arriving.write(&part).map_err(refused)?;
            }
            arriving.finish().map_err(refused)?;
            return Ok(true);
        }
        Ok(false)
    }
}
