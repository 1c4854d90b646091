//! What the others keep of a service whose disk is lost.

use bytes::Bytes;
use dossier_journal::{Head, MirrorHead};
use dossier_proof::{Hash, LogProof, SignedCheckpoint};
use dossier_proto::{Digest, EntryId, KeyId, Origin, Place};
use dossier_vault::{GrantedKey, files::FileStore};
use zeroize::Zeroizing;

use crate::Failure;

/// What others keep of one service, wherever they are. Each answer may be less than all there is; none is a guess.
pub(crate) trait Keeper {
    /// The epochs of which events are kept, ascending, as far as each is kept without a gap.
    fn epochs(&self) -> Result<Vec<Head>, Failure>;

    /// Some events of an epoch, in order, from a sequence on; none behind the last one that is kept.
    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure>;

    /// An event of another service, as it was written; none when nobody here has it.
    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure>;

    /// The events of the service, at or behind a place, that somebody acted upon.
    fn acted_upon(&self, from: Place) -> Result<Vec<ActedUpon>, Failure>;

    /// How much of the service's journal each of the others knows.
    fn known(&self) -> Result<Vec<Known>, Failure>;

    /// What the service has signed and somebody has kept: what is put back has to agree with it.
    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure>;

    /// What somebody learnt the service's later signing keys by: of each who learnt some, all its proofs in order.
    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure>;

    /// Those of these keys that somebody has.
    fn keys(&self, keys: &[KeyId]) -> Result<Found, Failure>;

    /// The copy of the accounts that somebody has written down, when this is the service that keeps them.
    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure>;

    /// Puts an attached file into a store that has its key. Answers "no" when nobody has it.
    fn file(&self, entry: EntryId, digest: Digest, store: &FileStore) -> Result<bool, Failure>;
}

/// An event that somebody acted upon, and so keeps.
#[derive(Debug, Clone)]
pub(crate) struct ActedUpon {
    /// Where it stands.
    pub(crate) place: Place,
    /// Its bytes.
    pub(crate) bytes: Bytes,
    /// Who acted.
    pub(crate) by: Origin,
}

/// How much of a journal somebody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Known {
    /// Who.
    pub(crate) by: Origin,
    /// Of which epoch.
    pub(crate) epoch: u32,
    /// So many events.
    pub(crate) size: u64,
    /// Their root, when whoever knows has kept it.
    pub(crate) root: Option<Hash>,
}

impl Known {
    /// As journals compare it. A root that nobody has kept is compared with nothing: what it would be of is lost.
    pub(crate) fn head(self) -> MirrorHead {
        MirrorHead { epoch: self.epoch, size: self.size, root: self.root.unwrap_or(Hash::EMPTY_ROOT) }
    }
}

/// Keys that somebody has.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Them.
    pub(crate) keys: Vec<GrantedKey>,
    /// Those that were destroyed, as whoever held them says.
    pub(crate) erased: Vec<KeyId>,
}

/// Several who keep something: what one lacks another may have.
pub(crate) struct Several(pub(crate) Vec<Box<dyn Keeper>>);

impl Several {
    /// Whose events go furthest.
    fn furthest(&self) -> Result<Option<&dyn Keeper>, Failure> {
        let mut best: Option<((u32, u64), &dyn Keeper)> = None;
        for keeper in &self.0 {
            let Some(end) = keeper.epochs()?.last().map(|head| (head.epoch, head.size)) else { continue };
            if best.is_none_or(|(known, _)| end > known) {
                best = Some((end, &**keeper));
            }
        }
        Ok(best.map(|(_, keeper)| keeper))
    }

    fn all<T>(&self, ask: impl Fn(&dyn Keeper) -> Result<Vec<T>, Failure>) -> Result<Vec<T>, Failure> {
        let answers = self.0.iter().map(|keeper| ask(&**keeper)).collect::<Result<Vec<_>, _>>()?;
        Ok(answers.into_iter().flatten().collect())
    }
}

impl Keeper for Several {
    fn epochs(&self) -> Result<Vec<Head>, Failure> {
        self.furthest()?.map_or_else(|| Ok(Vec::new()), |keeper| keeper.epochs())
    }

    fn events(&self, epoch: u32, from: u64) -> Result<Vec<Bytes>, Failure> {
        self.furthest()?.map_or_else(|| Ok(Vec::new()), |keeper| keeper.events(epoch, from))
    }

    fn foreign(&self, place: Place) -> Result<Option<Bytes>, Failure> {
        for keeper in &self.0 {
            if let Some(found) = keeper.foreign(place)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn acted_upon(&self, from: Place) -> Result<Vec<ActedUpon>, Failure> {
        let mut all = self.all(|keeper| keeper.acted_upon(from))?;
        all.sort_by_key(|one| one.place);
        Ok(all)
    }

    fn known(&self) -> Result<Vec<Known>, Failure> {
        self.all(|keeper| keeper.known())
    }

    fn signed(&self) -> Result<Vec<SignedCheckpoint>, Failure> {
        self.all(|keeper| keeper.signed())
    }

    fn turns(&self) -> Result<Vec<Vec<LogProof>>, Failure> {
        self.all(|keeper| keeper.turns())
    }

    fn keys(&self, keys: &[KeyId]) -> Result<Found, Failure> {
        let mut found = Found::default();
        let mut wanted = keys.to_vec();
        for keeper in &self.0 {
            let more = keeper.keys(&wanted)?;
            wanted.retain(|key| more.keys.iter().all(|found| found.key_id() != *key));
            found.keys.extend(more.keys);
            found.erased.extend(more.erased);
        }
        Ok(found)
    }

    fn people(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        for keeper in &self.0 {
            if let Some(found) = keeper.people()? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn file(&self, entry: EntryId, digest: Digest, store: &FileStore) -> Result<bool, Failure> {
        for keeper in &self.0 {
            if keeper.file(entry, digest, store)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
