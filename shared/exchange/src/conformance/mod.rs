//! What every transport must do, as tests. An implementation gives a [`Carrier`] and gets them all:
//!
//! ```ignore
//! dossier_exchange::transport_conformance!(MyCarrier::start());
//! ```
//!
//! Sources are [`Shelf`]s of events in memory, consumers are [`Tray`]s that remember what they were given.

mod cases;
mod disturbed;
mod shelf;
mod tray;

use std::{
    sync::{Arc, atomic::AtomicUsize},
    time::Duration,
};

use dossier_proto::Origin;

pub use cases::*;
pub use disturbed::{Disturbed, Forgetful, Unsigned};
pub use shelf::{Desk, Shelf, event, signer};
pub use tray::{ManualClock, Tray};

use crate::{KeyDesk, Source, Transport};

/// How long a condition may take to come true: machines are slow at times, tests are not.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A transport under test.
pub trait Carrier: Send + Sync + 'static {
    /// Carries what this source offers from now on.
    fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>);

    /// The transport of one consumer.
    fn transport(&self, consumer: Origin) -> Arc<dyn Transport>;

    /// From now on `origin` is away, and whoever carries its answers gives `asker` an old one whenever it is asked where it stands; where
    /// nobody carries answers, it does not answer. Until it is offered again. What comes back counts how often it was asked.
    fn only_old_answers(&self, origin: Origin, asker: Origin) -> Arc<AtomicUsize>;
}

/// All cases, for one carrier. The argument is evaluated anew for each test.
#[macro_export]
macro_rules! transport_conformance {
    ($carrier:expr) => {
        $crate::transport_conformance!(@cases $carrier,
            everything_arrives_once_and_in_order,
            a_consumer_goes_on_where_it_was,
            whatever_the_transport_does_each_event_takes_effect_once,
            nothing_is_acted_upon_that_the_origin_has_not_signed,
            it_is_told_when_an_origin_was_heard_last,
            an_old_answer_is_not_heard,
            an_event_waits_for_its_cause,
            keys_come_before_the_events_that_need_them,
            what_waits_for_a_key_was_not_consumed,
            a_refused_key_keeps_no_event_away,
            an_event_from_the_future_is_held,
            an_unknown_event_that_may_be_passed_over_is,
            an_unknown_event_parks_its_entry_alone,
            an_unknown_event_without_an_entry_stops_the_reading,
            a_root_that_does_not_match_is_noticed,
            a_contradiction_that_is_over_is_got_over,
            a_checkpoint_of_somebody_else_is_noticed,
            an_altered_event_is_noticed,
            reading_goes_on_in_a_new_epoch,
            a_loss_that_an_origin_names_is_got_over,
            an_origin_that_forgot_what_was_read_is_noticed,
            an_origin_that_was_put_back_is_noticed,
            what_the_transport_forgot_is_asked_for,
            who_keeps_copies_gets_everything,
            a_busy_consumer_loses_nothing,
        );
    };
    (@cases $carrier:expr, $($case:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::conformance::$case(&$carrier).await;
            }
        )*
    };
}
