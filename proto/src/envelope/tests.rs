//! What is written and read here is what the generated code writes and reads.

use proptest::{collection::vec, option, prelude::*};
use prost::Message;

use super::{read, write};
use crate::{
    Actor, Authority, BodyCode, CommandId, CommandRef, DesignationId, Digest, EntryId, Event, EventId, Head, Micros,
    Origin, Payload, Place, SubjectId, v1,
};

/// Numbers of all lengths, the borders between the lengths included.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![Just(0), 0..300_u64, 16_000..17_000_u64, any::<u64>(), Just(u64::MAX)]
}

fn small_number() -> impl Strategy<Value = u32> {
    number().prop_map(|number| number as u32)
}

fn origin() -> impl Strategy<Value = Origin> {
    (0..4_usize).prop_map(|index| Origin::ALL[index])
}

fn place() -> impl Strategy<Value = Place> {
    (origin(), small_number(), number()).prop_map(|(origin, epoch, sequence)| Place { origin, epoch, sequence })
}

fn actor() -> impl Strategy<Value = Actor> {
    prop_oneof![
        any::<[u8; 16]>().prop_map(|id| Actor::Person(SubjectId(id))),
        origin().prop_map(Actor::Service),
        origin().prop_map(Actor::System),
    ]
}

fn authority() -> impl Strategy<Value = Authority> {
    (any::<[u8; 16]>(), place()).prop_map(|(id, granted)| Authority { designation: DesignationId(id), granted })
}

fn command() -> impl Strategy<Value = CommandRef> {
    (any::<[u8; 16]>(), any::<[u8; 32]>(), small_number(), option::of(number())).prop_map(
        |(id, digest, index, expected_version)| CommandRef {
            id: CommandId(id),
            request_digest: Digest(digest),
            index,
            expected_version,
        },
    )
}

fn body() -> impl Strategy<Value = BodyCode> {
    "[A-Z][A-Z0-9-]{1,15}".prop_map(|code| code.parse().unwrap())
}

fn head() -> impl Strategy<Value = Head> {
    let names = (any::<[u8; 16]>(), place(), option::of(any::<[u8; 16]>()), option::of(any::<[u8; 16]>()));
    let numbers = (small_number(), any::<bool>(), number(), any::<i64>(), prop_oneof![Just(0), any::<i64>()]);
    let hands = (actor(), option::of(body()), option::of(authority()), option::of(command()), option::of(place()));
    let rules = (small_number(), option::of(any::<[u8; 32]>()));
    (names, numbers, hands, rules).prop_map(|(names, numbers, hands, rules)| Head {
        id: EventId(names.0),
        place: names.1,
        schema: numbers.0,
        must_understand: numbers.1,
        entry: names.2.map(EntryId),
        part_version: numbers.2,
        recorded_at: Micros(numbers.3),
        wall: Micros(numbers.4),
        actor: hands.0,
        on_behalf_of: hands.1,
        authority: hands.2,
        command: hands.3,
        cause: hands.4,
        rules: rules.0,
        registry: rules.1.map(Digest),
        correlation: names.3.map(EventId),
    })
}

fn payload() -> impl Strategy<Value = Option<Payload>> {
    let saved = vec("[a-z/]{0,20}", 0..20).prop_map(|fields| {
        Payload::DraftSaved(v1::DraftSaved { command: Some(v1::SaveDraft { content: None, fields }) })
    });
    let empty = Just(Payload::RecallAsked(v1::RecallAsked::default()));
    option::of(prop_oneof![saved, empty])
}

fn event() -> impl Strategy<Value = Event> {
    (head(), payload()).prop_map(|(head, payload)| Event { head, payload })
}

/// Field numbers and their kinds as the generated code writes them.
fn generated(event: &Event) -> Vec<u8> {
    let head = &event.head;
    let command = head.command.as_ref();
    v1::Event {
        id: head.id.to_vec(),
        origin: i32::from(head.place.origin.number()),
        epoch: head.place.epoch,
        sequence: head.place.sequence,
        schema: head.schema,
        must_understand: head.must_understand,
        entry: head.entry.map(|entry| entry.to_vec()).unwrap_or_default(),
        part_version: head.part_version,
        recorded_at: head.recorded_at.0,
        wall: head.wall.0,
        actor: Some(head.actor.into()),
        on_behalf_of: head.on_behalf_of.as_ref().map(ToString::to_string).unwrap_or_default(),
        authority: head.authority.map(Into::into),
        command_id: command.map(|command| command.id.to_vec()).unwrap_or_default(),
        request_digest: command.map(|command| command.request_digest.to_vec()).unwrap_or_default(),
        command_index: command.map(|command| command.index).unwrap_or_default(),
        expected_version: command.and_then(|command| command.expected_version),
        cause: head.cause.map(Into::into),
        rules: head.rules,
        registry: head.registry.map(|digest| digest.to_vec()).unwrap_or_default(),
        correlation: head.correlation.map(|id| id.to_vec()).unwrap_or_default(),
        payload: event.payload.clone(),
    }
    .encode_to_vec()
}

proptest! {
    #[test]
    fn an_event_is_written_as_the_generated_code_writes_it(event in event()) {
        prop_assert_eq!(event.encode(), generated(&event));
    }

    #[test]
    fn an_event_is_read_as_the_generated_code_reads_it(event in event()) {
        let bytes = event.encode();
        let (head, _) = read::head(&bytes).expect("it was written by us, so nothing is left to the generated code");
        prop_assert_eq!(&head, &event.head);
        prop_assert_eq!(Event::decode(&bytes).unwrap(), Event::decode_any(&bytes).unwrap());
    }

    /// Bytes changed, taken out, put in, fields twice or out of order: the same answer as the generated code gives, whether
    /// it is an event or an error.
    #[test]
    fn what_was_tampered_with_is_read_as_the_generated_code_reads_it(
        event in event(), other in event(), at in 0..600_usize, cut in 0..40_usize, put in vec(any::<u8>(), 0..6), join in 0..4,
    ) {
        let mut bytes = event.encode();
        let at = at % (bytes.len() + 1);
        let end = (at + cut).min(bytes.len());
        bytes.splice(at..end, put);
        match join {
            0 => bytes.extend(other.encode()),
            1 => bytes.splice(0..0, other.encode()).for_each(drop),
            _ => {}
        }
        prop_assert_eq!(Event::decode(&bytes), Event::decode_any(&bytes));
    }

    /// The same with a field that no version knows yet, before, between and behind the others.
    #[test]
    fn fields_of_later_versions_are_passed_over(event in event(), number in 22..30_u32, early in any::<bool>()) {
        let mut later = Vec::new();
        prost::encoding::uint64::encode(number, &7, &mut later);
        let bytes = if early { [later, event.encode()].concat() } else { [event.encode(), later].concat() };
        prop_assert_eq!(Event::decode(&bytes).unwrap(), event);
    }

    #[test]
    fn an_envelope_fits(mut head in head()) {
        let largest = Place { origin: Origin::Audit, epoch: u32::MAX, sequence: u64::MAX };
        (head.place, head.cause) = (largest, Some(largest));
        let mut bytes = Vec::new();
        write::head(&head, &mut bytes);
        prop_assert!(bytes.len() <= write::HEAD_BYTES_MAX, "{} bytes", bytes.len());
    }
}
