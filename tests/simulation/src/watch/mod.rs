//! What must hold after each step, counted from the journals and without the deciders.
//!
//! | promise | where |
//! |---|---|
//! | P2 what is folded again is the same | [`Watch::at_the_end`], by `Story::replayed` |
//! | P4 each event takes effect once | `effects` |
//! | P5 what is public was approved by digest | `contents` |
//! | P6 nobody's own words, nobody with a conflict | `people` |
//! | P7 numbers are never reused, nothing vanishes | `catalogue` |
//! | P10 decided again, the same follows | `Story::ask`, at every command |
//! | P11 what is erased is gone, and never what stands in public | `erasure` |
//! | P12 somebody has the next move, unless it is over | `turns` |
//! | P13 what was not submitted is nobody else's | `privacy` |

mod catalogue;
mod contents;
mod effects;
mod erasure;
mod people;
mod privacy;
mod turns;

use dossier_proto::{Event, Origin, Place, v1};

use crate::Town;

/// The services whose journals are watched.
const WATCHED: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];

/// Reads along.
#[derive(Default)]
pub struct Watch {
    seen: [usize; 3],
    effects: effects::Effects,
    contents: contents::Contents,
    people: people::People,
    catalogue: catalogue::Catalogue,
    privacy: privacy::Privacy,
}

impl Watch {
    /// Looks at what was recorded since, and at where everything stands.
    ///
    /// # Panics
    /// When a promise is broken.
    pub fn look(&mut self, town: &Town) {
        for (index, origin) in WATCHED.into_iter().enumerate() {
            for (event, beside) in &town.log(origin)[self.seen[index]..] {
                self.take(town, event, beside.as_ref());
            }
            self.seen[index] = town.log(origin).len();
        }
        self.catalogue.stand(town);
        people::stand(town);
        turns::stand(town);
        self.privacy.stand(town);
        erasure::stand(town);
    }

    fn take(&mut self, town: &Town, event: &Event, beside: Option<&Event>) {
        self.effects.take(event);
        self.contents.take(town, event);
        self.people.take(town, event);
        self.catalogue.take(event);
        self.privacy.take(event, beside);
        erasure::take(town, event);
    }

    /// When everybody has heard everything: all say the same, and the journals alone give the same (P2).
    ///
    /// # Panics
    /// When they do not.
    pub fn at_the_end(&mut self, town: &mut Town) {
        town.level();
        self.look(town);
        turns::agree(town);
        town.submission.replayed();
        town.moderation.replayed();
        town.publication.replayed();
    }
}

fn place(raw: Option<&v1::Place>) -> Place {
    Place::try_from(raw.expect("an event names what it is about")).unwrap()
}
