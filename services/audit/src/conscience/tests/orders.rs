use dossier_exchange::conformance::event;
use dossier_proto::{Event, Micros, Origin, Payload, Place, v1};

use crate::{conscience::Orders, domain::FindingKind};

const ORDER: Place = Place { origin: Origin::Moderation, epoch: 0, sequence: 21 };
/// The journal was followed beyond it.
const PAST: Place = Place { sequence: 22, ..ORDER };

fn ordered(at: i64) -> Event {
    let mut event = event(Origin::Moderation, None, Payload::ErasureOrdered(v1::ErasureOrdered::default()));
    event.head.place = ORDER;
    event.head.recorded_at = Micros(at);
    event
}

fn confirmed(by: Origin) -> Event {
    let command = v1::ConfirmErasure { order: Some(ORDER.into()), destroyed: 1, kept: Vec::new() };
    event(by, None, Payload::ErasureConfirmed(v1::ErasureConfirmed { command: Some(command) }))
}

#[test]
fn whoever_has_not_confirmed_in_time_is_named() {
    let mut orders = Orders::default();
    orders.take(&ordered(1_000));
    orders.take(&confirmed(Origin::Submission));
    orders.take(&confirmed(Origin::Audit));
    assert_eq!(orders.late(Micros(1_000)), [], "it was ordered at that moment and not before");
    let late = orders.late(Micros(1_001));
    assert_eq!(
        late.iter().map(|one| one.service).collect::<Vec<_>>(),
        [Some(Origin::Moderation), Some(Origin::Publication)]
    );
    assert!(late.iter().all(|one| one.kind == FindingKind::ErasureUnconfirmed && one.at == ORDER));
    assert!(late[1].sentence().contains("Publication has not confirmed"), "{}", late[1].sentence());
    assert!(!orders.is_confirmed(ORDER, Origin::Publication, PAST));
    orders.take(&confirmed(Origin::Publication));
    assert!(
        orders.is_confirmed(ORDER, Origin::Publication, PAST) && !orders.is_confirmed(ORDER, Origin::Moderation, PAST)
    );
    orders.take(&confirmed(Origin::Moderation));
    assert_eq!(orders.late(Micros(i64::MAX)), []);
    assert_eq!(orders, Orders::default(), "what all have confirmed takes no memory");
}

/// Each journal is followed for itself: a confirmation may be read before its order.
#[test]
fn a_confirmation_counts_in_whatever_order_it_is_read() {
    let mut orders = Orders::default();
    for origin in Origin::ALL {
        orders.take(&confirmed(origin));
    }
    orders.take(&ordered(1));
    assert_eq!(orders, Orders::default());
}

/// A new build begins with empty books: an open finding was settled before the order had been read again.
#[test]
fn an_order_that_was_not_read_yet_counted_as_confirmed() {
    let mut orders = Orders::default();
    for followed in [0, 21] {
        assert!(!orders.is_confirmed(ORDER, Origin::Publication, Place { sequence: followed, ..ORDER }));
    }
    assert!(!orders.is_confirmed(ORDER, Origin::Publication, Place { origin: Origin::Audit, ..PAST }));
    orders.take(&confirmed(Origin::Publication));
    assert!(!orders.is_confirmed(ORDER, Origin::Publication, ORDER));
    orders.take(&ordered(1));
    assert!(orders.is_confirmed(ORDER, Origin::Publication, PAST));
    assert!(!orders.is_confirmed(ORDER, Origin::Moderation, PAST));
}
