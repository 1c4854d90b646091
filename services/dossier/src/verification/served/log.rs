//! One log of a server: its checkpoint, and all hashes of its events.

use dossier_audit::verify::{EpochSeen, KnownHead};
use dossier_proof::{
    Hash, KeyFile, SignedCheckpoint, leaf_of_entry,
    tiles::{TILE_WIDTH, TileHashes, TileId},
};
use dossier_proto::{Origin, Place};

use super::{
    fetched,
    tree::{GrowingTree, Made},
};
use crate::{
    Failure,
    client::Reader,
    verification::{Class, Doubt, DoubtKind, KeptCheckpoint},
};

/// A checkpoint with the signatures of sixty witnesses has some 10 KiB.
const CHECKPOINT_BYTES_MAX: usize = 256 * 1024;
/// A tile of hashes has 8 KiB; entries stand behind their lengths: 256 × 34 bytes.
const TILE_BYTES_MAX: usize = 16 * 1024;
/// An entry is the 32-byte hash of an event, behind its length (2 bytes).
const ENTRY_BYTES: usize = 32;

/// Sees a bundle: the sequence of its first event, and the hashes.
pub type EachBundle<'a> = dyn FnMut(u64, &[Hash]) -> Result<(), Failure> + 'a;

/// One epoch of one journal, as it is served.
pub struct ServedLog<'a> {
    /// Where.
    pub server: &'a Reader,
    /// Whose journal.
    pub origin: Origin,
    /// Which epoch.
    pub epoch: u32,
}

/// What the server stands by: the end of a log, signed.
#[derive(Debug, Clone)]
pub struct Stood {
    /// The head that was signed.
    pub head: KnownHead,
    /// Whether the audit service has cosigned it, where a cosigner's key is known.
    pub cosigned: Option<bool>,
}

/// What a log was found to be.
#[derive(Debug)]
pub struct LogRead {
    /// Its end as the hashes make it.
    pub seen: EpochSeen,
    /// How many signed heads agree.
    pub compared: usize,
    /// Whether what is signed is what is served.
    pub is_as_signed: bool,
    /// What does not hold.
    pub doubts: Vec<Doubt>,
}

impl ServedLog<'_> {
    fn at(&self, sequence: u64) -> Place {
        Place { origin: self.origin, epoch: self.epoch, sequence }
    }

    fn fetch(&self, part: &str, max: usize) -> Result<Option<Vec<u8>>, Failure> {
        let path = format!("/audit/log/{}/{}/{part}", self.origin, self.epoch);
        let received = fetched(self.server, &path, max)?;
        match received.status {
            200..300 => Ok(Some(received.body)),
            404 => Ok(None),
            status => Err(Failure::new(crate::Exit::Refused, format!("{path} was refused ({status})"))),
        }
    }

    /// The newest checkpoint, when the log's key has signed it and a cosignature, where there is one, holds. `Ok(None)` when none is served.
    ///
    /// # Errors
    /// [`Failure`] when the server does not answer.
    pub fn checkpoint(&self, keys: &KeyFile) -> Result<Option<Result<Stood, Doubt>>, Failure> {
        let Some(bytes) = self.fetch("checkpoint", CHECKPOINT_BYTES_MAX)? else { return Ok(None) };
        Ok(Some(self.believed(&bytes, keys)))
    }

    fn believed(&self, bytes: &[u8], keys: &KeyFile) -> Result<Stood, Doubt> {
        let about = |class: Class, found: String| Doubt::about(self.origin, DoubtKind::NotSigned, found).of(class);
        let signed = SignedCheckpoint::parse_bytes(bytes)
            .map_err(|error| about(Class::Unreadable, format!("what is served as its checkpoint is none: {error}")))?;
        let kept = KeptCheckpoint::of("that is served".to_owned(), signed.clone())
            .map_err(|failure| about(Class::Foreign, failure.to_string()))?;
        let head = kept.head(keys)?;
        if (kept.origin, head.epoch) != (self.origin, self.epoch) {
            let found = format!("the checkpoint that is served for it is of {} {}", kept.origin, head.epoch);
            return Err(about(Class::Foreign, found));
        }
        let cosigned = match keys.cosigners.is_empty() {
            true => None,
            // The audit service does not cosign itself.
            false if self.origin == Origin::Audit => None,
            false => Some(self.is_cosigned(&signed, keys)?),
        };
        Ok(Stood { head, cosigned })
    }

    fn is_cosigned(&self, signed: &SignedCheckpoint, keys: &KeyFile) -> Result<bool, Doubt> {
        let mut bad = None;
        for reign in &keys.cosigners {
            match signed.cosigned_at(&reign.key) {
                Ok(seconds) if reign.covers(seconds) => return Ok(true),
                Ok(seconds) => bad = Some(format!("the cosigner did not sign with that key at second {seconds}")),
                Err(dossier_proof::cosignature::CosignatureError::Missing { .. }) => {}
                Err(error) => bad = Some(error.to_string()),
            }
        }
        bad.map_or(Ok(false), |found| Err(Doubt::about(self.origin, DoubtKind::NotSigned, found)))
    }

    /// Fetches every hash up to what was signed, puts the tree together again, and holds it against the signed heads and the served tiles.
    /// `each` sees the hashes, a bundle at a time, and says whether to go on.
    ///
    /// # Errors
    /// [`Failure`] when the server does not answer.
    pub fn read(&self, stood: &KnownHead, heads: &[KnownHead], each: &mut EachBundle<'_>) -> Result<LogRead, Failure> {
        let (mut tree, mut doubts, mut compared) = (GrowingTree::default(), Vec::new(), 0);
        let mut heads: Vec<_> =
            heads.iter().filter(|head| head.epoch == self.epoch).cloned().chain([stood.clone()]).collect();
        let mut wrong_tile = None;
        compared += self.compare(&tree, &mut heads, &mut doubts);
        while tree.head().size < stood.size {
            let first = tree.head().size;
            let Some(entries) = self.entries(first, stood.size)? else {
                let found = format!("the hashes from here on are not served, and {} events were signed", stood.size);
                doubts.push(Doubt::at(self.at(first), DoubtKind::NotThere, found));
                break;
            };
            each(first, &entries)?;
            for entry in &entries {
                for made in tree.append(leaf_of_entry(entry)) {
                    self.hold(&made, &mut wrong_tile)?;
                }
                compared += self.compare(&tree, &mut heads, &mut doubts);
            }
        }
        if tree.head().size == stood.size {
            for made in tree.edge() {
                self.hold(&made, &mut wrong_tile)?;
            }
        }
        doubts.extend(wrong_tile);
        doubts.extend(heads.iter().map(|head| self.shorter(tree.head().size, head)));
        let head = tree.head();
        let is_as_signed = (head.size, head.root) == (stood.size, stood.root);
        let seen = EpochSeen { epoch: self.epoch, size: head.size, root: head.root };
        Ok(LogRead { seen, compared, is_as_signed, doubts })
    }

    fn shorter(&self, size: u64, head: &KnownHead) -> Doubt {
        let found = format!("{} knows {} events of epoch {}", head.witness, head.size, head.epoch);
        Doubt::at(self.at(size), DoubtKind::Fault(dossier_audit::verify::FaultKind::Shorter), found)
    }

    /// Compares the heads of this size; gives how many agree.
    fn compare(&self, tree: &GrowingTree, heads: &mut Vec<KnownHead>, doubts: &mut Vec<Doubt>) -> usize {
        let size = tree.head().size;
        if !heads.iter().any(|head| head.size == size) {
            return 0;
        }
        let root = tree.head().root;
        let reached: Vec<_> = heads.extract_if(.., |head| head.size == size).collect();
        let (agree, differ): (Vec<_>, Vec<_>) = reached.into_iter().partition(|head| head.root == root);
        doubts.extend(differ.into_iter().map(|head| {
            let found =
                format!("{} has the root {} for {size} events, the hashes have {root}", head.witness, head.root);
            let kind = DoubtKind::Fault(dossier_audit::verify::FaultKind::RootDiffers);
            Doubt::at(self.at(size), kind, found)
        }));
        agree.len()
    }

    /// The hashes of the events from `first` on: a bundle.
    fn entries(&self, first: u64, size: u64) -> Result<Option<Vec<Hash>>, Failure> {
        let width = (size - first).min(u64::from(TILE_WIDTH));
        let index = first / u64::from(TILE_WIDTH);
        let tile = TileId::new(0, index).and_then(|id| id.with_width(u16::try_from(width).ok()?));
        let Some(tile) = tile else { return Ok(None) };
        let path = tile.to_string().replacen("tile/0/", "tile/entries/", 1);
        let Some(bytes) = self.fetch(&path, TILE_BYTES_MAX)? else { return Ok(None) };
        Ok(hashes_of(&bytes).filter(|hashes| hashes.len() as u64 == width))
    }

    /// Holds a tile against the one that is served; keeps the first that differs.
    fn hold(&self, made: &Made, wrong: &mut Option<Doubt>) -> Result<(), Failure> {
        if wrong.is_some() {
            return Ok(());
        }
        let first = made.tile.id().index() * (u64::from(TILE_WIDTH) << (8 * u32::from(made.tile.id().level())));
        let place = self.at(first);
        let served = self.fetch(&made.tile.to_string(), TILE_BYTES_MAX)?;
        let found = match served.as_deref().map(TileHashes::from_bytes) {
            Some(Ok(served)) if served.hashes() == made.hashes.as_slice() => return Ok(()),
            Some(_) => {
                Doubt::at(place, DoubtKind::NotRead, format!("{} is not the tile that the events make", made.tile))
                    .of(Class::Altered)
            }
            None => Doubt::at(place, DoubtKind::NotThere, format!("{} is not served", made.tile)),
        };
        *wrong = Some(found);
        Ok(())
    }
}

/// Entries of 32 bytes, each behind its length.
fn hashes_of(bytes: &[u8]) -> Option<Vec<Hash>> {
    let (entries, rest) = bytes.as_chunks::<{ 2 + ENTRY_BYTES }>();
    if !rest.is_empty() {
        return None;
    }
    let hash = |entry: &[u8; 2 + ENTRY_BYTES]| {
        let (length, hash) = entry.split_at(2);
        (length == [0, 32]).then(|| Some(Hash::from_bytes(hash.try_into().ok()?)))?
    };
    entries.iter().map(hash).collect()
}
