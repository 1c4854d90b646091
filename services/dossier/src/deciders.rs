//! The four services as deciders and views, chosen by name: for folding journals again and deciding commands again.

use dossier_audit::{domain::Audit, verify::Again, views::AuditView};
use dossier_engine::{Decider, Deviation, Digests, EngineError, Until, View, fold_journal};
use dossier_journal::{Journal, Stored};
use dossier_moderation::{domain::Moderation, views::Reviews};
use dossier_proto::Origin;
use dossier_publication::{domain::Publication, views::Catalogue};
use dossier_submission::{domain::Submission, views::Entries};

/// What a journal amounts to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// How many events were folded.
    pub events: u64,
    /// The next place, and the digests of state and view there.
    pub digests: Digests,
}

/// Folds the journal of a service from its first event.
///
/// # Errors
/// [`EngineError::Event`]: the journal cannot be read, or holds something that is not an event.
pub fn fold(origin: Origin, journal: &Journal, until: Until) -> Result<Amount, EngineError> {
    match origin {
        Origin::Submission => fold_as::<Submission, Entries>(journal, until),
        Origin::Moderation => fold_as::<Moderation, Reviews>(journal, until),
        Origin::Publication => fold_as::<Publication, Catalogue>(journal, until),
        Origin::Audit => fold_as::<Audit, AuditView>(journal, until),
    }
}

fn fold_as<D: Decider, V: View>(journal: &Journal, until: Until) -> Result<Amount, EngineError> {
    let folded = fold_journal::<D, V>(journal, until)?;
    Ok(Amount { events: folded.events, digests: folded.digests() })
}

/// Decides the commands of one journal again, whichever service it is of.
pub trait DecideAgain {
    /// Takes the next event.
    fn take(&mut self, stored: &Stored);
    /// Everything that could not have been decided so.
    fn finish(self: Box<Self>) -> Vec<Deviation>;
}

impl<D: Decider> DecideAgain for Again<D> {
    fn take(&mut self, stored: &Stored) {
        Again::take(self, stored);
    }

    fn finish(self: Box<Self>) -> Vec<Deviation> {
        Again::finish(*self)
    }
}

/// Decides the commands of a service again, from its first event (P10).
pub fn again(origin: Origin) -> Box<dyn DecideAgain> {
    match origin {
        Origin::Submission => Box::<Again<Submission>>::default(),
        Origin::Moderation => Box::<Again<Moderation>>::default(),
        Origin::Publication => Box::<Again<Publication>>::default(),
        Origin::Audit => Box::<Again<Audit>>::default(),
    }
}
