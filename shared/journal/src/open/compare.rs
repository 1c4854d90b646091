//! Comparing what is in the store with what others know of it.

use dossier_proof::checkpoint::CheckpointVerifyError;
use dossier_proof::{Checkpoint, HistoryError, SignedCheckpoint};

use super::{Found, Held, OpenOptions};
use crate::anchor::{self, Anchor, AnchorProblem};
use crate::core::{Durable, checkpoint_origin};
use crate::store::Store;
use crate::{MirrorHead, OpenError};

/// What is compared.
pub(super) struct Comparison<'a> {
    pub(super) place: &'a str,
    pub(super) found: &'a Found,
    pub(super) held: Held,
    pub(super) options: &'a OpenOptions,
}

/// The anchor, its signature checked.
pub(super) struct OwnAnchor {
    starts: u64,
    pub(super) head: MirrorHead,
}

impl Comparison<'_> {
    /// The name written in the store is ours, or there is none.
    pub(super) fn own_identity(&self) -> Result<(), OpenError> {
        match &self.found.identity {
            Some(identity) if identity.log != self.options.log => {
                Err(self.foreign(format!("its store says it is the journal of {}", identity.log)))
            }
            _ => Ok(()),
        }
    }

    /// Knows from here on which key signs what.
    pub(super) fn own_keys(&self) -> Result<(), OpenError> {
        let turns = self.found.turns.iter().map(|noted| (noted.after(), noted.turn.clone()));
        self.options.key.settle(turns).map_err(|error| self.foreign(format!("it {error}")))
    }

    /// Reads the anchor and checks that it is ours.
    pub(super) fn read_anchor(&self) -> Result<Option<OwnAnchor>, OpenError> {
        match anchor::read(&self.options.anchors) {
            Ok(Some(anchor)) => self.check_anchor(&anchor).map(Some),
            Ok(None) => Ok(None),
            Err(AnchorProblem::Io(source)) => Err(OpenError::Io { place: self.options.anchors.clone(), source }),
            Err(AnchorProblem::Unreadable) if self.options.recovery == super::Recovery::NewEpoch => Ok(None),
            Err(AnchorProblem::Unreadable) => Err(self.anchor_lost("both copies in it are damaged")),
        }
    }

    fn check_anchor(&self, anchor: &Anchor) -> Result<OwnAnchor, OpenError> {
        let signed = SignedCheckpoint::parse(&anchor.text)
            .map_err(|error| self.foreign(format!("its anchor is no checkpoint: {error}")))?;
        let history = self.options.key.history();
        let verified = match history.verify(&signed) {
            // A copy of another's journal has a log of its own and our key. Whose it is is looked at below.
            Err(HistoryError::Checkpoint(CheckpointVerifyError::WrongOrigin { .. })) => {
                signed.verify(history.current()).map_err(HistoryError::from)
            }
            verified => verified.map(|(_, checkpoint)| checkpoint),
        };
        let verified = verified.or_else(|error| signed.verify_any(&self.options.former_keys).map_err(|_| error));
        let Checkpoint { origin, size, root, .. } =
            verified.map_err(|error| self.foreign(format!("its anchor was not signed with our key: {error}")))?;
        let epoch = origin.rsplit_once('/').and_then(|(_, epoch)| epoch.parse().ok());
        let epoch = epoch.filter(|epoch| origin == checkpoint_origin(&self.options.log, *epoch));
        let epoch = epoch.ok_or_else(|| self.foreign(format!("its anchor is of the log {origin}")))?;
        Ok(OwnAnchor { starts: anchor.starts, head: MirrorHead { epoch, size, root } })
    }

    /// Whether everything that others know of is here, by number. Cheap: nothing is read.
    pub(super) fn lengths(&self, anchor: Option<&OwnAnchor>) -> Result<(), OpenError> {
        match anchor {
            Some(anchor) if !self.held.has(anchor.head) => return Err(self.shorter_than_anchor(anchor)),
            None if self.found.total() > 0 || self.found.epoch > 0 => return Err(self.anchor_lost("there is none")),
            _ => {}
        }
        match self.options.mirrors.iter().find(|mirror| !self.held.has(**mirror)) {
            Some(mirror) => Err(self.held.rolled_back(self.place, "a mirror", *mirror)),
            None => Ok(()),
        }
    }

    /// Whether the roots others know are the ones here.
    pub(super) fn roots(
        &self,
        store: &dyn Store,
        durable: &Durable,
        anchor: Option<&OwnAnchor>,
    ) -> Result<(), OpenError> {
        if let Some(anchor) = anchor {
            self.held.compare_root(store, durable, "its anchor", anchor.head)?;
        }
        self.options.mirrors.iter().try_for_each(|mirror| self.held.compare_root(store, durable, "a mirror", *mirror))
    }

    /// The furthest that anybody knows of: what is lost when it is not here.
    pub(super) fn furthest(&self, anchor: Option<&OwnAnchor>) -> Option<MirrorHead> {
        let known = anchor.map(|anchor| anchor.head).into_iter().chain(self.options.mirrors.iter().copied());
        known.max_by_key(|known| (known.epoch, known.size))
    }

    fn shorter_than_anchor(&self, anchor: &OwnAnchor) -> OpenError {
        // The store counts its openings, and the anchor names the one that wrote it. A store that does not know of that
        // opening is older than it; one that does has lost its end.
        let starts = self.found.identity.as_ref().map_or(0, |identity| identity.starts);
        if self.found.identity.is_some() && starts < anchor.starts {
            return self.held.rolled_back(self.place, "its anchor", anchor.head);
        }
        OpenError::Truncated {
            journal: self.place.to_owned(),
            anchors: self.options.anchors.clone(),
            epoch: self.found.epoch,
            found: self.found.size,
            anchored_epoch: anchor.head.epoch,
            anchored: anchor.head.size,
        }
    }

    fn anchor_lost(&self, what: &str) -> OpenError {
        OpenError::AnchorLost {
            journal: self.place.to_owned(),
            anchors: self.options.anchors.clone(),
            epoch: self.found.epoch,
            found: self.found.size,
            what: what.to_owned(),
        }
    }

    fn foreign(&self, what: String) -> OpenError {
        OpenError::Foreign { journal: self.place.to_owned(), expected: self.options.log.clone(), what }
    }
}
