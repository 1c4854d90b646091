//! The order of a trail.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

use dossier_proto::{Micros, Place};

use super::{Filed, Row};

/// Something that happened because of something else.
pub trait Caused {
    /// When it was recorded.
    fn at(&self) -> Micros;
    /// Where it stands.
    fn place(&self) -> Place;
    /// What led to it.
    fn cause(&self) -> Option<Place>;
}

impl Caused for Filed {
    fn at(&self) -> Micros {
        self.event.head.recorded_at
    }

    fn place(&self) -> Place {
        self.event.head.place
    }

    fn cause(&self) -> Option<Place> {
        self.event.head.cause
    }
}

impl Caused for Row {
    fn at(&self) -> Micros {
        self.at
    }

    fn place(&self) -> Place {
        self.place
    }

    fn cause(&self) -> Option<Place> {
        self.cause
    }
}

/// Events in causal order.
#[derive(Debug, Clone, PartialEq)]
pub struct Ordered<T> {
    /// The events.
    pub events: Vec<T>,
    /// Those that were recorded no later than what caused them. The engine makes that impossible (an event is recorded at
    /// least a microsecond after its cause), so each one is a sign of tampering.
    pub before_their_cause: Vec<Place>,
}

/// Puts the events of all origins in causal order: by the moment they were recorded, which never precedes a cause's, and
/// at the same moment by place. An event that is given twice stands once.
///
/// Where clocks were tampered with, that order would put effects before causes. Then each event stands as early as its
/// moment lets it, and after its cause and the events before it in its journal; what is in a circle stands by its moment.
pub fn in_causal_order<T: Caused>(mut events: Vec<T>) -> Ordered<T> {
    events.sort_by_key(|one| (one.at(), one.place()));
    let mut ranks = Ranks::of(&events);
    if ranks.has_twice() {
        events = ranks.without_repeats(events);
        ranks = Ranks::of(&events);
    }
    let needs = |rank: usize| needs(&ranks, &events, rank);
    let early = |rank: &usize| needs(*rank).into_iter().flatten().any(|needed| needed >= *rank);
    let is_untouched = !(0..events.len()).any(|rank| early(&rank));
    let is_before = |(rank, one): (usize, &T)| {
        // A cause that is not among these events concerns another entry, or none.
        (ranks.rank(one.cause()?)? >= rank).then(|| one.place())
    };
    let before_their_cause = events.iter().enumerate().filter_map(is_before).collect();
    if !is_untouched {
        let order = topological(events.len(), needs);
        events = taken_in(events, &order);
    }
    Ordered { events, before_their_cause }
}

/// What has to stand before an event: its cause, and the event before it in its journal.
fn needs<T: Caused>(ranks: &Ranks, events: &[T], rank: usize) -> [Option<usize>; 2] {
    let Some(one) = events.get(rank) else { return [None, None] };
    [one.cause().and_then(|cause| ranks.rank(cause)), ranks.before(one.place())]
}

/// The order by rank in which everything stands after what it needs; of several that may be next, the lowest rank.
fn topological(count: usize, needs: impl Fn(usize) -> [Option<usize>; 2]) -> Vec<usize> {
    let mut open = vec![0_u8; count];
    let mut waiting: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (rank, open) in open.iter_mut().enumerate() {
        for needed in needs(rank).into_iter().flatten().filter(|needed| *needed != rank) {
            *open += 1;
            waiting[needed].push(rank);
        }
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..count).filter(|rank| open[*rank] == 0).map(Reverse).collect();
    let (mut order, mut placed) = (Vec::with_capacity(count), vec![false; count]);
    let mut rest: VecDeque<usize> = (0..count).collect();
    while order.len() < count {
        // Nothing is ready: what is left is in a circle, and the lowest of it breaks it.
        let next = ready.pop().map(|Reverse(rank)| rank).or_else(|| rest.pop_front());
        let Some(next) = next else { break };
        if std::mem::replace(&mut placed[next], true) {
            continue;
        }
        order.push(next);
        for follower in &waiting[next] {
            open[*follower] = open[*follower].saturating_sub(1);
            if open[*follower] == 0 && !placed[*follower] {
                ready.push(Reverse(*follower));
            }
        }
    }
    order
}

fn taken_in<T>(events: Vec<T>, order: &[usize]) -> Vec<T> {
    let mut left: Vec<Option<T>> = events.into_iter().map(Some).collect();
    order.iter().filter_map(|rank| left.get_mut(*rank)?.take()).collect()
}

/// Where each place stands in a list of events.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranks(Vec<(Place, u32)>);

impl Ranks {
    pub(super) fn of<T: Caused>(events: &[T]) -> Self {
        // An entry with four billion events would need a terabyte for them.
        let rank = |rank: usize| u32::try_from(rank).unwrap_or(u32::MAX);
        let mut ranks: Vec<_> = events.iter().enumerate().map(|(at, one)| (one.place(), rank(at))).collect();
        ranks.sort_unstable();
        Self(ranks)
    }

    pub(super) fn rank(&self, place: Place) -> Option<usize> {
        let found = self.0.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        self.0.get(found).map(|(_, rank)| *rank as usize)
    }

    /// The rank of the event before this one in the same journal.
    fn before(&self, place: Place) -> Option<usize> {
        let found = self.0.binary_search_by_key(&place, |(place, _)| *place).ok()?;
        let (before, rank) = self.0.get(found.checked_sub(1)?)?;
        (before.origin == place.origin).then_some(*rank as usize)
    }

    fn has_twice(&self) -> bool {
        self.0.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other))
    }

    fn without_repeats<T: Caused>(&self, mut events: Vec<T>) -> Vec<T> {
        let mut is_first = vec![false; events.len()];
        let mut last = None;
        for (place, rank) in &self.0 {
            if last.replace(*place) != Some(*place)
                && let Some(first) = is_first.get_mut(*rank as usize)
            {
                *first = true;
            }
        }
        let mut firsts = is_first.into_iter();
        events.retain(|_| firsts.next().unwrap_or(false));
        events
    }
}

#[cfg(test)]
mod tests;
