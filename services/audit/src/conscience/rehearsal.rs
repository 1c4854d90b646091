//! One service's journal once more: its commands decided again, its state folded again.

use dossier_engine::{Decider, Deviation, Fold, Redecider, View, digest_of};
use dossier_proto::{Digest, Event};

use super::Depth;

/// Follows the journal of one service, whichever it is.
pub trait Rehearsal: Send + Sync {
    /// Takes the next event, with the foreign event it stands for.
    fn take(&mut self, event: &Event, beside: Option<&Event>);
    /// Judges the last command where it is whole as far as it goes; whether nothing waits.
    fn settle_if_whole(&mut self) -> bool;
    /// Judges the last command: no more of it is to come.
    fn settle(&mut self);
    /// What was found since this was asked last.
    fn take_deviations(&mut self) -> Vec<Deviation>;
    /// What the service knows after the settled commands.
    fn state(&self) -> Digest;
    /// What it shows then; `None` when the view is not folded.
    fn view(&self) -> Option<Digest>;
    /// Everything that is needed to go on; `None` while a command waits for its end.
    fn save(&self) -> Option<Vec<u8>>;
}

/// The rehearsal of a service with this decider and this view.
pub struct Rehearsed<D: Decider, V> {
    again: Redecider<D>,
    view: Option<V>,
}

impl<D: Decider, V: View> Rehearsed<D, V> {
    /// Begins at the first event.
    pub fn begin(depth: Depth) -> Box<dyn Rehearsal> {
        let view = (depth == Depth::StateAndView).then(V::default);
        Box::new(Self { again: Redecider::default(), view })
    }

    /// Goes on with what was saved.
    pub fn resume(saved: &[u8]) -> Option<Box<dyn Rehearsal>> {
        let fold: Fold<D::State> = postcard::from_bytes(saved).ok()?;
        Some(Box::new(Self { again: Redecider::resumed(fold), view: None::<V> }))
    }
}

impl<D: Decider, V: View> Rehearsal for Rehearsed<D, V> {
    fn take(&mut self, event: &Event, beside: Option<&Event>) {
        self.again.take(event.clone(), beside);
        if let Some(view) = &mut self.view {
            view.apply(event, beside);
        }
    }

    fn settle_if_whole(&mut self) -> bool {
        self.again.settle_if_whole()
    }

    fn settle(&mut self) {
        self.again.settle();
    }

    fn take_deviations(&mut self) -> Vec<Deviation> {
        self.again.take_deviations()
    }

    fn state(&self) -> Digest {
        self.again.fold().digest()
    }

    fn view(&self) -> Option<Digest> {
        self.view.as_ref().map(digest_of)
    }

    fn save(&self) -> Option<Vec<u8>> {
        // Saving to memory does no I/O; what cannot be saved is folded anew.
        self.again.is_settled().then(|| postcard::to_stdvec(self.again.fold()).ok()).flatten()
    }
}
