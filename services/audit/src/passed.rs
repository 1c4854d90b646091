//! Which moments an origin has left behind, so that nothing can be recorded in them any more.
//!
//! An origin's moments only grow, so an event of it that is copied ends every moment before it. Of an origin where nothing happens, its
//! checkpoint says so: what it had written when it was asked is copied, and what it writes after that is of after that, but for as much as
//! clocks may differ, and for what was decided before and was still on its way to the disk.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use dossier_proto::{Micros, Origin};

/// So much later a silent origin is asked before a moment counts as over: five seconds that clocks may differ (a service that is farther
/// behind does not start, one that is farther ahead is not heard), and five for a write that the disk was slow with.
pub(crate) const SETTLES_AFTER: i64 = 10 * Micros::SECOND;

/// When each origin was asked last for its checkpoint, of the answers that the copies are level with.
#[derive(Debug, Default)]
pub struct Passed(Mutex<BTreeMap<Origin, Micros>>);

impl Passed {
    /// All that the origin had written when it was asked, at this moment of our clock, is copied.
    pub(crate) fn note(&self, origin: Origin, asked_at: Micros) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = asked.entry(origin).or_insert(asked_at);
        *known = asked_at.max(*known);
    }

    /// Whether the origin can record nothing any more with this moment or an earlier one.
    pub(crate) fn is_behind(&self, origin: Origin, moment: Micros) -> bool {
        let asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        asked.get(&origin).is_some_and(|asked_at| asked_at.plus(-SETTLES_AFTER) > moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_behind_once_the_clocks_cannot_differ_about_it() {
        let passed = Passed::default();
        let at = |seconds: i64| Micros(seconds * Micros::SECOND);
        assert!(!passed.is_behind(Origin::Submission, at(0)), "it was never asked");
        passed.note(Origin::Submission, at(100));
        assert!(passed.is_behind(Origin::Submission, at(89)));
        assert!(!passed.is_behind(Origin::Submission, at(90)));
        assert!(!passed.is_behind(Origin::Moderation, at(0)));
        passed.note(Origin::Submission, at(50));
        assert!(passed.is_behind(Origin::Submission, at(89)), "an answer that came late takes nothing back");
    }
}
