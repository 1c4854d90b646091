//! The ledger beside the simplest one there could be.

use std::collections::BTreeMap;

use dossier_proto::{Actor, EventId, Head, Origin, Place, SubjectId};
use proptest::prelude::*;

use super::*;

const DAY: i64 = Micros::DAY;

/// What happens: so long after the last event, a person's command under one of a few names, with so many events.
#[derive(Debug, Clone, Copy)]
struct Happening {
    after: i64,
    name: u8,
    events: u32,
}

fn happening() -> impl Strategy<Value = Happening> {
    let after = prop_oneof![Just(1), 0..DAY, 20 * DAY..40 * DAY];
    (after, 0..6_u8, 1..4_u32).prop_map(|(after, name, events)| Happening { after, name, events })
}

fn event(sequence: u64, name: u8, index: u32, recorded_at: Micros) -> Event {
    let command =
        CommandRef { id: CommandId([name; 16]), request_digest: Digest([name; 32]), index, expected_version: None };
    let head = Head {
        id: EventId([1; 16]),
        place: Place { origin: Origin::Submission, epoch: 0, sequence },
        schema: 1,
        must_understand: true,
        entry: None,
        part_version: 0,
        recorded_at,
        wall: recorded_at,
        actor: Actor::Person(SubjectId([2; 16])),
        on_behalf_of: None,
        authority: None,
        command: Some(command),
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    Event { head, payload: None }
}

proptest! {
    /// P4: every command of the last thirty days is found, with all its events; no other one is. It makes no difference
    /// when it is first asked, and after a snapshot it is the same.
    #[test]
    fn it_knows_the_commands_of_thirty_days(happenings in proptest::collection::vec(happening(), 1..40), asks_early in any::<bool>()) {
        let mut ledger = Ledger::default();
        let mut model: BTreeMap<u8, Receipt> = BTreeMap::new();
        let (mut now, mut sequence) = (Micros(0), 0);
        if asks_early {
            ledger.find(CommandId([0; 16]));
        }
        for Happening { after, name, events } in happenings {
            now = now.plus(after + 1);
            model.retain(|_, receipt| receipt.recorded_at.0 >= now.0 - 30 * DAY);
            if model.contains_key(&name) {
                continue; // it would be answered from what was recorded
            }
            let (first, request_digest) = (sequence, Digest([name; 32]));
            for index in 0..events {
                ledger.apply(&event(sequence, name, index, now));
                sequence += 1;
            }
            model.insert(name, Receipt { epoch: 0, first, count: events, request_digest, recorded_at: now });
        }
        let bytes = postcard::to_stdvec(&ledger).unwrap();
        let mut restored: Ledger = postcard::from_bytes(&bytes).unwrap();
        prop_assert_eq!(&restored, &ledger);
        // The ledger forgets when something happens; until then it may know more than it has to.
        ledger.forget_before(now.plus(-KEPT_FOR));
        restored.forget_before(now.plus(-KEPT_FOR));
        for name in 0..6 {
            let known = model.get(&name).copied();
            prop_assert_eq!(ledger.find(CommandId([name; 16])), known);
            prop_assert_eq!(restored.find(CommandId([name; 16])), known);
        }
    }
}
