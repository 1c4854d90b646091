//! Looks at an installation from outside: checkpoints and tiles over HTTP, as anybody may.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use dossier_proof::{HistoryError, SignedCheckpoint, tree::TreeHead, tree::consistency};
use dossier_witness::{Believed, Fork, Kept, NotBelieved, Refusal, Tiles, epoch_of};

use super::{Node, NotCosigned, Trouble, Troubles};
use crate::client::{Reader, Received};

/// A checkpoint with its signatures: as much as the installation takes back with one more.
const CHECKPOINT_BYTES_MAX: usize = 15 * 1024;
/// What is said to what was brought.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// A look at one log, with all its tiles: one that takes longer is given up, and begun again at the next.
const LOOK: Duration = Duration::from_secs(60);

/// Somebody who looks.
pub struct Looking {
    reader: Reader,
    /// What the installation has taken, by origin line: it is not brought twice.
    brought: Mutex<BTreeMap<String, TreeHead>>,
}

/// What came of a look at a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Looked {
    /// It has signed nothing yet.
    Nothing,
    /// It is cosigned as far as it was shown.
    Cosigned {
        /// The log's origin line.
        origin: String,
        /// How many entries.
        size: u64,
        /// Whether the installation has taken the cosignature.
        taken: Taken,
    },
}

/// What the installation said to a cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// It has it.
    Yes,
    /// It does not want it, in its words.
    No(String),
}

impl Looking {
    /// At a server.
    pub fn at(reader: Reader) -> Self {
        Self { reader, brought: Mutex::default() }
    }

    /// Where it looks.
    pub(super) const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Looks at every log whose key the witness was given. Blocks for as long as the server takes.
    pub fn look(&self, node: &Node, troubles: &Troubles) -> Vec<(String, Result<Looked, Trouble>)> {
        let names: Vec<String> = node.logs().names().map(ToOwned::to_owned).collect();
        let look = |name: String| {
            let looked = self.look_at(node, &name);
            troubles.note(&name, looked.as_ref().map(drop));
            (name, looked)
        };
        names.into_iter().map(look).collect()
    }

    fn look_at(&self, node: &Node, name: &str) -> Result<Looked, Trouble> {
        let deadline = Instant::now() + LOOK;
        let service = service_of(name);
        let Some(newest) = self.checkpoint(node, name, &format!("/audit/api/v1/checkpoints/{service}"), deadline)?
        else {
            return self.nothing(node, name);
        };
        let shown = epoch_of(&newest.checkpoint().origin, name).unwrap_or_default();
        if let Some(known) = node.newest_epoch(name).filter(|known| *known != shown) {
            if known > shown {
                return Err(self.less(node, name, &newest, format!("epoch {known}"), format!("epoch {shown}")));
            }
            // What the epoch that has ended came to, before the new one.
            let last = self.checkpoint(node, name, &format!("/audit/log/{service}/{known}/checkpoint"), deadline)?;
            if let Some(last) = last.filter(|last| last.checkpoint().origin == format!("{name}/{known}")) {
                self.follow(node, name, last, deadline)?;
            }
            tracing::warn!(
                log = name,
                epoch = shown,
                "the log has begun a new epoch: what its service lost is for its operator to say"
            );
        }
        self.follow(node, name, newest, deadline)
    }

    /// A log that shows nothing: nothing is there yet, or everything is gone.
    fn nothing(&self, node: &Node, name: &str) -> Result<Looked, Trouble> {
        match node.newest_epoch(name) {
            None => Ok(Looked::Nothing),
            Some(epoch) => {
                let kept = node.kept(&format!("{name}/{epoch}")).map_or(0, |kept| kept.head().size);
                Err(Trouble::Less {
                    log: name.to_owned(),
                    kept: format!("{kept} entries"),
                    shown: "nothing".to_owned(),
                })
            }
        }
    }

    fn checkpoint(&self, node: &Node, name: &str, path: &str, deadline: Instant) -> Result<Option<Believed>, Trouble> {
        let url = format!("{}{path}", self.reader.base());
        let received = self.reader.get(path, CHECKPOINT_BYTES_MAX)?;
        if received.status == 404 {
            return Ok(None);
        }
        let unfit = |what: String| Trouble::Unfit { url: url.clone(), what };
        let bytes = good(received).map_err(unfit)?;
        let signed = SignedCheckpoint::parse_bytes(&bytes).map_err(|error| unfit(error.to_string()))?;
        let believed = match node.logs().believe(signed.clone()) {
            // Forged, or the log has taken another key: it says which, and proves it.
            Err(NotBelieved::NotSigned(HistoryError::Unknown)) => {
                self.follow_turns(node, name, deadline)?;
                node.logs().believe(signed)?
            }
            believed => believed?,
        };
        let origin = &believed.checkpoint().origin;
        if node.logs().name_of(origin) != Some(name) || epoch_of(origin, name).is_none() {
            return Err(unfit(format!("it is a checkpoint of {origin}")));
        }
        Ok((believed.head().size > 0).then_some(believed))
    }

    fn follow(&self, node: &Node, name: &str, shown: Believed, deadline: Instant) -> Result<Looked, Trouble> {
        let origin = shown.checkpoint().origin.clone();
        let kept = self.cosigned(node, name, shown, deadline)?;
        let (size, taken) = (kept.head().size, self.bring(name, &kept)?);
        Ok(Looked::Cosigned { origin, size, taken })
    }

    /// Cosigns what is shown, where it continues what is kept.
    pub(super) fn cosigned(
        &self,
        node: &Node,
        name: &str,
        shown: Believed,
        deadline: Instant,
    ) -> Result<Kept, Trouble> {
        let origin = shown.checkpoint().origin.clone();
        if node.forked().contains(&origin) {
            return Err(Trouble::ForkedBefore(origin));
        }
        let before = node.kept(&origin);
        match before {
            Some(kept) if kept.head() == shown.head() => Ok(kept),
            Some(kept) if kept.head().size > shown.head().size => {
                let (before, now) = (kept.head().size, shown.head().size);
                Err(self.less(node, name, &shown, format!("{before} entries"), format!("{now} entries")))
            }
            Some(kept) if kept.head().size == shown.head().size => {
                Err(self.forked(node, &origin, &Fork::of_one_size(kept.signed(), shown.signed())))
            }
            Some(kept) => self.grown(node, name, &kept, shown, deadline),
            None => Ok(node.cosign(shown, &[])?),
        }
    }

    /// A larger tree: it is cosigned when the log's own tiles show that it continues the one that is kept.
    fn grown(&self, node: &Node, name: &str, kept: &Kept, shown: Believed, deadline: Instant) -> Result<Kept, Trouble> {
        let old = kept.head().size;
        let log = || name.to_owned();
        let tiles = self.tiles(name, old, &shown, deadline)?;
        let unfit = |error| Trouble::Tiles { log: log(), error };
        let proof = tiles.proof(old).map_err(unfit)?;
        let (signed, head) = (shown.signed().clone(), shown.head());
        let refused = match node.cosign(shown, &proof) {
            Ok(kept) => return Ok(kept),
            Err(NotCosigned::Refused(refused @ Refusal::NotProven { .. })) => refused,
            Err(other) => return Err(other.into()),
        };
        tracing::warn!(log = name, "{refused}");
        // What was the signed tree at the size that is kept? If its tiles say so, and it is another, then that is proven.
        let was = tiles.head_at(old).map_err(unfit)?;
        if was.root == kept.head().root || consistency::verify(was, head, &proof).is_err() {
            if let Err(error) = node.shelf().unproven(&signed, kept.signed()) {
                tracing::error!(%error, "what the log signed could not be kept");
            }
            return Err(Trouble::NotProven { log: log() });
        }
        Err(self.forked(node, kept.origin(), &Fork::between(kept.signed(), &signed, was, &proof)))
    }

    fn tiles(&self, name: &str, old: u64, shown: &Believed, deadline: Instant) -> Result<Tiles, Trouble> {
        let log = || name.to_owned();
        let service = service_of(name);
        let epoch = epoch_of(&shown.checkpoint().origin, name).unwrap_or_default();
        let mut tiles = Tiles::of(shown.head().size);
        for tile in tiles.needed(old).map_err(|error| Trouble::Tiles { log: log(), error })? {
            let path = format!("/audit/log/{service}/{epoch}/{tile}");
            let url = format!("{}{path}", self.reader.base());
            if Instant::now() > deadline {
                return Err(Trouble::Unfit {
                    url,
                    what: format!("a look at the log took more than {} s", LOOK.as_secs()),
                });
            }
            let bytes = good(self.reader.get(&path, usize::from(tile.width()) * 32)?);
            let bytes = bytes.map_err(|what| Trouble::Unfit { url: url.clone(), what })?;
            tiles.put(tile, &bytes).map_err(|error| Trouble::Unfit { url, what: error.to_string() })?;
        }
        Ok(tiles)
    }

    fn less(&self, node: &Node, name: &str, shown: &Believed, kept: String, now: String) -> Trouble {
        let before = node.newest_epoch(name).and_then(|epoch| node.kept(&format!("{name}/{epoch}")));
        if let Err(error) = node.shelf().less(shown.signed(), before.as_ref().map(Kept::signed)) {
            tracing::error!(%error, "what the log showed could not be kept");
        }
        Trouble::Less { log: name.to_owned(), kept, shown: now }
    }

    /// Keeps the proof, and gives it to whoever it concerns.
    fn forked(&self, node: &Node, origin: &str, fork: &Fork) -> Trouble {
        let evidence = match node.accuse(fork) {
            Ok(Some(path)) => path,
            Ok(None) => return Trouble::NotProven { log: origin.to_owned() },
            Err(error) => {
                tracing::error!(%error, "the proof of two histories could not be kept");
                node.shelf().directory().to_owned()
            }
        };
        if let Some((service, epoch)) = place(origin) {
            // Whoever has signed two histories may not want to hear it.
            let said =
                self.reader.post(&format!("/audit/log/{service}/{epoch}/forks"), &fork.to_text(), ANSWER_BYTES_MAX);
            tracing::warn!(?said, "the installation was given the proof");
        }
        Trouble::Forked { log: origin.to_owned(), evidence }
    }

    /// Offers the cosignature to the installation, once.
    fn bring(&self, name: &str, kept: &Kept) -> Result<Taken, Trouble> {
        let mut brought = self.brought.lock().unwrap_or_else(PoisonError::into_inner);
        if brought.get(kept.origin()) == Some(&kept.head()) {
            return Ok(Taken::Yes);
        }
        let Some((service, epoch)) = place(kept.origin()) else { return Ok(Taken::No("it has no place".to_owned())) };
        let path = format!("/audit/log/{service}/{epoch}/cosignatures");
        let said = self.reader.post(&path, kept.signed().text(), ANSWER_BYTES_MAX)?;
        match said.status {
            200..300 => {
                brought.insert(kept.origin().to_owned(), kept.head());
                Ok(Taken::Yes)
            }
            409 => Err(Trouble::Disputed(name.to_owned())),
            status => {
                let document: serde_json::Value = serde_json::from_slice(&said.body).unwrap_or_default();
                let why = document["detail"].as_str().or_else(|| document["title"].as_str()).unwrap_or_default();
                Ok(Taken::No(format!("{status} {why}")))
            }
        }
    }
}

/// The log of a service is named after it.
pub(super) fn service_of(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, service)| service)
}

/// Service and epoch, from `<installation>/<service>/<epoch>`.
fn place(origin: &str) -> Option<(&str, &str)> {
    let (name, epoch) = origin.rsplit_once('/')?;
    Some((name.rsplit_once('/')?.1, epoch))
}

fn good(received: Received) -> Result<Vec<u8>, String> {
    match received.status {
        200 => Ok(received.body),
        300..400 => Err(format!("it sends elsewhere ({}), and nobody follows", received.status)),
        status => Err(format!("it answers {status}")),
    }
}
