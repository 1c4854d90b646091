//! Who is looking at a review now. In memory alone: it is nobody's history.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, PoisonError},
};

use dossier_proto::{EntryId, Micros, SubjectId};

/// Whoever has not shown that the page is still open for so long has gone: an open page says so with each change, and at least each minute.
const GONE_AFTER: i64 = 3 * 60 * Micros::SECOND;
/// So many reviews are looked at at once; of more the oldest are let go. With a few people each they take 300 bytes: 1.2 MB.
const REVIEWS_MAX: usize = 4_096;

/// Since when, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Look {
    since: Micros,
    last: Micros,
}

/// Who is looking.
#[derive(Debug, Default)]
pub(crate) struct Watching(Mutex<HashMap<EntryId, BTreeMap<SubjectId, Look>>>);

impl Watching {
    /// Somebody looks. Answers whether they have just come.
    pub(crate) fn look(&self, entry: EntryId, subject: SubjectId, now: Micros) -> bool {
        let mut looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= REVIEWS_MAX && !looks.contains_key(&entry) {
            looks.retain(|_, people| people.values().any(|look| look.last.plus(GONE_AFTER) > now));
            let first = (looks.len() >= REVIEWS_MAX).then(|| looks.keys().next().copied()).flatten();
            first.map(|first| looks.remove(&first));
        }
        let people = looks.entry(entry).or_default();
        people.retain(|_, look| look.last.plus(GONE_AFTER) > now);
        match people.get_mut(&subject) {
            Some(look) => {
                look.last = now;
                false
            }
            None => {
                people.insert(subject, Look { since: now, last: now });
                true
            }
        }
    }

    /// The others who look at it, and since when.
    pub(crate) fn others(&self, entry: EntryId, than: SubjectId, now: Micros) -> Vec<(SubjectId, Micros)> {
        let looks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let people = looks.get(&entry).into_iter().flatten();
        let here = people.filter(|(subject, look)| **subject != than && look.last.plus(GONE_AFTER) > now);
        here.map(|(subject, look)| (*subject, look.since)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_are_seen_until_they_have_gone() {
        let (entry, one, two) = (EntryId([1; 16]), SubjectId([1; 16]), SubjectId([2; 16]));
        let watching = Watching::default();
        assert!(watching.look(entry, one, Micros(0)) && watching.look(entry, two, Micros(1)));
        assert!(!watching.look(entry, one, Micros(2)), "not anew");
        assert_eq!(watching.others(entry, one, Micros(3)), vec![(two, Micros(1))]);
        assert_eq!(watching.others(EntryId([2; 16]), one, Micros(3)), vec![]);
        assert_eq!(watching.others(entry, one, Micros(GONE_AFTER + 1)), vec![]);
    }

    #[test]
    fn more_reviews_than_fit_let_the_oldest_go() {
        let watching = Watching::default();
        for number in 0..=REVIEWS_MAX as u128 {
            watching.look(EntryId(number.to_be_bytes()), SubjectId([1; 16]), Micros(0));
        }
        assert!(watching.0.lock().unwrap().len() <= REVIEWS_MAX);
    }
}
