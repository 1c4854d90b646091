//! Each journal as a log that anybody can mirror and check: [C2SP tlog-tiles](https://c2sp.org/tlog-tiles), under
//! `/audit/log/<origin>/<epoch>/`. An epoch is a log of its own: its checkpoints name it.
//!
//! Entries are the 32-byte hashes of the events. The events themselves are for auditors (`GET /events`): they hold no words, and yet say which
//! body had what refused.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use bytes::{BufMut, Bytes, BytesMut};
use dossier_journal::Journal;
use dossier_proof::{
    Hash, SignedCheckpoint, entry_hash,
    tiles::{TILE_WIDTH, Tile},
};
use dossier_proto::Origin;
use dossier_web::{Answer, Cache, Problem, ProblemKind, Tag, conditional, extract::StrictPath, off_thread};
use http::{HeaderMap, header};

use crate::office::Office;

/// Events of one bundle are read together: 256 of at most 512 KiB could be 128 MiB, so they are read in pieces of this many bytes.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A hash has 32 bytes; each is written behind its length, two bytes.
const ENTRY_BYTES: u16 = 32;

/// Which part of which log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The newest checkpoint.
    Checkpoint,
    /// Hashes of the tree.
    Tile(Tile),
    /// The entries below a tile of the lowest level.
    Entries(Tile),
}

impl Part {
    /// `checkpoint`, `tile/<level>/<index>[.p/<width>]` or `tile/entries/<index>[.p/<width>]`.
    fn of(path: &str) -> Option<Self> {
        if path == "checkpoint" {
            return Some(Self::Checkpoint);
        }
        match path.strip_prefix("tile/entries/") {
            Some(rest) => format!("tile/0/{rest}").parse().ok().map(Self::Entries),
            None => path.parse().ok().map(Self::Tile),
        }
    }
}

/// What of an epoch can be shown: what its origin has signed and what was compared with the copy.
struct Shown {
    journal: Journal,
    epoch: u32,
    size: u64,
    checkpoint: SignedCheckpoint,
}

pub(super) async fn part(
    State(office): State<Office>,
    StrictPath((origin, epoch, path)): StrictPath<(String, String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let none = || Problem::new(ProblemKind::NotFound);
    let origin: Origin = origin.parse().map_err(|_| none())?;
    let epoch: u32 = epoch.parse().ok().filter(|number: &u32| number.to_string() == epoch).ok_or_else(none)?;
    let part = Part::of(&path).ok_or_else(none)?;
    off_thread(move || {
        let shown = shown(&office, origin, epoch)?.ok_or_else(none)?;
        match part {
            Part::Checkpoint => {
                let signed = shown.checkpoint;
                let tag = Tag::of_bytes(signed.text().as_bytes());
                let text = [(header::CONTENT_TYPE, "text/plain; charset=utf-8")];
                Ok(conditional::answer(&headers, &tag, Cache::PublicJson, || {
                    (text, signed.text().to_owned()).into_response()
                }))
            }
            Part::Tile(tile) => shown.tile(tile).map(octets),
            Part::Entries(tile) => shown.entries(tile).map(octets),
        }
    })
    .await
}

/// A tile never changes: of a partial one the wider has another address.
fn octets(bytes: Bytes) -> Response {
    (Cache::Immutable, [(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
}

fn shown(office: &Office, origin: Origin, epoch: u32) -> Answer<Option<Shown>> {
    if origin == Origin::Audit {
        return own(office, epoch);
    }
    let (Some(journal), Some(seen)) = (office.copies().journal(origin), office.copies().seen().of_epoch(origin, epoch))
    else {
        return Ok(None);
    };
    let (journal, size) = (journal.clone(), seen.size());
    let signed = office.witnessed().with_cosignatures(origin, epoch, seen.signed);
    Ok(Some(Shown { journal, epoch, size, checkpoint: signed }))
}

/// An epoch of our own journal. One that has ended is signed as far as it came back, with the key that signs there: who was shown more of it has the
/// proof in hand that something is lost.
fn own(office: &Office, epoch: u32) -> Answer<Option<Shown>> {
    let journal = office.engine().journal().clone();
    let signed = if epoch == journal.head().epoch {
        journal.checkpoint()
    } else {
        let Some(size) = ended(&journal, epoch) else { return Ok(None) };
        journal.checkpoint_at(epoch, size)
    };
    let signed = signed.map_err(|error| Problem::internal(&error))?;
    let signed = office.witnessed().with_cosignatures(Origin::Audit, epoch, signed);
    let size = signed.unverified().size;
    Ok(Some(Shown { journal, epoch, size, checkpoint: signed }))
}

/// How many events an epoch has that has ended, where any came back.
fn ended(journal: &Journal, epoch: u32) -> Option<u64> {
    let newest = journal.head().epoch;
    let found = journal.epochs().into_iter().find(|(one, size)| *one == epoch && epoch < newest && *size > 0);
    found.map(|(_, size)| size)
}

impl Shown {
    /// Whether the tree has this much of the tile.
    fn has(&self, tile: Tile) -> Answer<()> {
        let there = tile.id().at_size(self.size).ok().flatten();
        match there.is_some_and(|there| tile.width() <= there.width()) {
            true => Ok(()),
            false => Err(Problem::new(ProblemKind::NotFound)),
        }
    }

    fn tile(&self, tile: Tile) -> Answer<Bytes> {
        self.has(tile)?;
        let (level, index, width) = (tile.id().level(), tile.id().index(), usize::from(tile.width()));
        let hashes = self.journal.tile(self.epoch, level, index).map_err(|error| Problem::internal(&error))?;
        let Some(hashes) = hashes.get(..width) else { return Err(Problem::new(ProblemKind::NotFound)) };
        Ok(hashes.iter().flat_map(Hash::as_bytes).copied().collect())
    }

    fn entries(&self, tile: Tile) -> Answer<Bytes> {
        self.has(tile)?;
        let first = tile.id().index() * u64::from(TILE_WIDTH);
        let mut bytes = BytesMut::with_capacity(usize::from(tile.width()) * usize::from(2 + ENTRY_BYTES));
        let mut left = usize::from(tile.width());
        let mut next = first;
        while left > 0 {
            let events = self.journal.read(self.epoch, next, left, READ_BYTES_MAX);
            let events = events.map_err(|error| Problem::internal(&error))?;
            if events.is_empty() {
                return Err(Problem::new(ProblemKind::NotFound));
            }
            for stored in &events {
                bytes.put_u16(ENTRY_BYTES);
                bytes.put_slice(entry_hash(&stored.event).as_bytes());
            }
            left = left.saturating_sub(events.len());
            next += events.len() as u64;
        }
        Ok(bytes.freeze())
    }
}

#[cfg(test)]
mod tests {
    use super::Part;

    #[test]
    fn paths_are_those_of_the_specification_and_no_others() {
        assert_eq!(Part::of("checkpoint"), Some(Part::Checkpoint));
        assert!(matches!(Part::of("tile/0/x001/234.p/17"), Some(Part::Tile(tile)) if tile.width() == 17));
        assert!(matches!(Part::of("tile/entries/000"), Some(Part::Entries(tile)) if tile.is_full()));
        for wrong in [
            "",
            "checkpoint/",
            "tile",
            "tile/0/0",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/entries/1",
            "tile/entries//000",
            "../x",
        ] {
            assert_eq!(Part::of(wrong), None, "{wrong:?}");
        }
    }
}
