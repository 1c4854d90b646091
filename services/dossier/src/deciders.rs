//! The four services as deciders and views, chosen by name: for folding journals again and deciding commands again.

use dossier_audit::{Deciders, Depth, Rehearsal, Rehearsed, domain::Audit, verify::Again, views::AuditView};
use dossier_engine::{Decider, Deviation, Digests, EngineError, Until, View, fold_journal};
use dossier_journal::{Journal, Stored};
use dossier_moderation::{domain::Moderation, views::Reviews};
use dossier_proto::{Digest, Event, Origin};
use dossier_publication::{domain::Publication, views::Catalogue};
use dossier_submission::{domain::Submission, views::Entries};

use crate::house::fingerprint;

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
pub trait DecideAgain: Send {
    /// Takes the next event.
    fn take(&mut self, stored: &Stored);
    /// The same of one that was decoded, with the foreign event it stands for.
    fn take_event(&mut self, event: Event, beside: Option<Event>);
    /// Everything that could not have been decided so.
    fn finish(self: Box<Self>) -> Vec<Deviation>;
}

impl<D: Decider<State: Send> + Send> DecideAgain for Again<D> {
    fn take(&mut self, stored: &Stored) {
        Again::take(self, stored);
    }

    fn take_event(&mut self, event: Event, beside: Option<Event>) {
        Again::take_event(self, event, beside.as_ref());
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

/// The deciders of all four services, for the audit service's conscience.
#[derive(Debug, Clone, Copy)]
pub struct AllDeciders;

impl Deciders for AllDeciders {
    fn begin(&self, origin: Origin, depth: Depth) -> Option<Box<dyn Rehearsal>> {
        Some(match origin {
            Origin::Submission => Rehearsed::<Submission, Entries>::begin(depth),
            Origin::Moderation => Rehearsed::<Moderation, Reviews>::begin(depth),
            Origin::Publication => Rehearsed::<Publication, Catalogue>::begin(depth),
            Origin::Audit => Rehearsed::<Audit, AuditView>::begin(depth),
        })
    }

    fn resume(&self, origin: Origin, saved: &[u8]) -> Option<Box<dyn Rehearsal>> {
        match origin {
            Origin::Submission => Rehearsed::<Submission, Entries>::resume(saved),
            Origin::Moderation => Rehearsed::<Moderation, Reviews>::resume(saved),
            Origin::Publication => Rehearsed::<Publication, Catalogue>::resume(saved),
            Origin::Audit => Rehearsed::<Audit, AuditView>::resume(saved),
        }
    }

    fn fingerprint(&self) -> Digest {
        fingerprint()
    }
}
