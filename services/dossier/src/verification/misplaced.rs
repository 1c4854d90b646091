//! Events that say they stand elsewhere: what was done, as far as their own numbers tell.

use dossier_proto::Place;

use super::Class;

/// After the first such event so many are looked at: who moved an event did not move it past all of them.
const WATCHED: u64 = 4096;

/// The first event of a journal that says it stands elsewhere.
#[derive(Debug, Default)]
pub(super) struct Misplaced {
    first: Option<First>,
}

#[derive(Debug)]
struct First {
    wanted: Place,
    said: Place,
    /// Whether what should stand there came later.
    came_later: bool,
    left: u64,
}

impl Misplaced {
    /// Takes the place of the next event and what it says itself.
    pub(super) fn take(&mut self, wanted: Place, said: Place) {
        match &mut self.first {
            None if wanted == said => {}
            None => self.first = Some(First { wanted, said, came_later: false, left: WATCHED }),
            Some(first) if first.left > 0 => {
                first.left -= 1;
                first.came_later |= said == first.wanted;
            }
            Some(_) => {}
        }
    }

    /// What was done, where there is such an event.
    pub(super) fn class(&self) -> Option<Class> {
        let First { wanted, said, came_later, .. } = self.first.as_ref()?;
        if said.origin != wanted.origin {
            return Some(Class::Foreign);
        }
        let (said, wanted) = ((said.epoch, said.sequence), (wanted.epoch, wanted.sequence));
        Some(match said.cmp(&wanted) {
            std::cmp::Ordering::Greater if *came_later => Class::Swapped,
            std::cmp::Ordering::Greater => Class::Deleted,
            // What stood here before says so a second time.
            _ => Class::Inserted,
        })
    }
}

#[cfg(test)]
mod tests {
    use dossier_proto::Origin;

    use super::*;

    fn class(said: &[u64]) -> Option<Class> {
        let at = |sequence| Place { origin: Origin::Moderation, epoch: 0, sequence };
        let mut misplaced = Misplaced::default();
        said.iter().zip(0..).for_each(|(said, wanted)| misplaced.take(at(wanted), at(*said)));
        misplaced.class()
    }

    #[test]
    fn numbers_tell_what_was_taken_out_put_in_or_moved() {
        assert_eq!(class(&[0, 1, 2, 3]), None);
        assert_eq!(class(&[0, 2, 3, 4]), Some(Class::Deleted));
        assert_eq!(class(&[0, 2, 1, 3]), Some(Class::Swapped));
        assert_eq!(class(&[0, 3, 2, 1, 4]), Some(Class::Swapped));
        assert_eq!(class(&[0, 1, 1, 2, 3]), Some(Class::Inserted));
    }
}
