//! The order of a trail.

use std::collections::BTreeMap;

use dossier_proto::Place;

use super::Filed;

/// Events in causal order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ordered {
    /// The events.
    pub events: Vec<Filed>,
    /// Those that stand before what caused them. The engine makes that impossible (an event is recorded at least a
    /// microsecond after its cause), so each one is a sign of tampering.
    pub before_their_cause: Vec<Place>,
}

/// Puts the events of all origins in causal order: by the moment they were recorded, which never precedes a cause's, and
/// at the same moment by place. An event that is given twice stands once.
pub fn in_causal_order(mut events: Vec<Filed>) -> Ordered {
    events.sort_by_key(|filed| (filed.event.head.recorded_at, filed.event.head.place));
    events.dedup_by_key(|filed| filed.event.head.place);
    let ranks: BTreeMap<Place, usize> = events.iter().map(|filed| filed.event.head.place).zip(0..).collect();
    let before = |(rank, filed): (usize, &Filed)| {
        let cause = filed.event.head.cause?;
        // A cause that is not among these events concerns another entry, or none.
        (*ranks.get(&cause)? >= rank).then_some(filed.event.head.place)
    };
    let before_their_cause = events.iter().enumerate().filter_map(before).collect();
    Ordered { events, before_their_cause }
}
