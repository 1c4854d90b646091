//! Events of the sizes that are measured: real ones of the contract, with full envelopes.

use bytes::Bytes;
use dossier_proto::{
    Actor, Authority, CommandId, CommandRef, DesignationId, Digest, EntryId, Event, EventId, Head, Micros, Origin,
    Payload, Place, SubjectId, v1,
};

use crate::arguments::Size;

/// When the first event was recorded: an arbitrary noon.
const NOON: Micros = Micros(1_767_268_800_000_000);
/// A million events a year, one every half a minute.
const APART: i64 = 31 * Micros::SECOND;
/// An entry has six events: started, saved twice, submitted, approved, published.
const EVENTS_AN_ENTRY: u64 = 6;
/// So many people act.
pub(crate) const PEOPLE: u64 = 400;
/// In moderation's journal, their rights begin here.
pub(crate) const RIGHTS_FROM: u64 = 17;
/// Larger contents than this stand sealed in a draft; smaller events say which fields changed.
const SEALED_FROM: usize = 400;

/// The house mix, in bytes: most events are small decisions, some carry a note, some a content, few a long one. The mean is
/// 2 048.
const MIX: [usize; 32] = [
    256, 288, 3_000, 272, 400, 1_024, 256, 6_400, 320, 288, 2_048, 512, 256, 9_800, 304, 352, 256, 640, 5_200, 272,
    1_600, 288, 256, 12_288, 448, 320, 1_280, 256, 4_096, 336, 768, 11_456,
];

impl Size {
    /// The size of the n-th event.
    pub(crate) const fn of(self, n: u64) -> usize {
        match self {
            Self::Small => 256,
            Self::Mix => MIX[(n % MIX.len() as u64) as usize],
        }
    }

    /// What it is called in a report.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Small => "256-byte events",
            Self::Mix => "house mix (mean 2 KB)",
        }
    }
}

/// The n-th event of a journal, encoded. Its size is the wanted one, or a byte or two less where no event has that size.
pub(crate) fn event(size: Size, n: u64) -> Bytes {
    let head = head(n);
    let payload = payload(&head, size.of(n));
    Event { head, payload: Some(payload) }.encode().into()
}

/// A payload that makes an event of this many bytes in an envelope like this one.
pub(crate) fn payload(head: &Head, size: usize) -> Payload {
    let length = |padding: usize| {
        Event { head: head.clone(), payload: Some(saved(head.place.sequence, size, padding)) }.encode().len()
    };
    // Every byte of padding is a byte of event, and the lengths around it take a few bytes more as they grow.
    let mut padding = size.saturating_sub(length(0));
    while padding > 0 && length(padding) > size {
        padding -= 1;
    }
    saved(head.place.sequence, size, padding)
}

/// The same for the first event of a person's command.
pub(crate) fn save(n: u64, size: Size) -> v1::SaveDraft {
    match payload(&head(n), size.of(n)) {
        Payload::DraftSaved(saved) => saved.command.unwrap_or_default(),
        _ => v1::SaveDraft::default(),
    }
}

fn saved(seed: u64, size: usize, padding: usize) -> Payload {
    let command = if size < SEALED_FROM {
        v1::SaveDraft { content: None, fields: vec!["x".repeat(padding)] }
    } else {
        let sealed = v1::Sealed {
            key_id: noise::<16>(seed ^ 1).to_vec(),
            nonce: noise::<24>(seed ^ 2).to_vec(),
            ciphertext: ciphertext(seed, padding),
        };
        let digest = noise::<32>(seed ^ 3).to_vec();
        let content =
            v1::Content { revision: 2, digest, sealed: Some(sealed), personal: Vec::new(), files: Vec::new() };
        v1::SaveDraft { content: Some(content), fields: vec!["title".to_owned(), "description".to_owned()] }
    };
    Payload::DraftSaved(v1::DraftSaved { command: Some(command) })
}

/// An envelope with everything in it that a person's command has.
pub(crate) fn head(n: u64) -> Head {
    let recorded_at = NOON.plus(APART.saturating_mul(n as i64));
    Head {
        id: EventId(id(n)),
        place: Place { origin: Origin::Submission, epoch: 0, sequence: n },
        schema: 1,
        must_understand: true,
        entry: Some(EntryId(id(n - n % EVENTS_AN_ENTRY))),
        part_version: 1 + n % EVENTS_AN_ENTRY,
        recorded_at,
        wall: recorded_at,
        actor: Actor::Person(person(n)),
        on_behalf_of: None,
        authority: Some(authority(n)),
        command: Some(CommandRef {
            id: CommandId(noise(n ^ 5)),
            request_digest: Digest(noise(n ^ 6)),
            index: 0,
            expected_version: Some(n % EVENTS_AN_ENTRY),
        }),
        cause: None,
        rules: 1,
        registry: Some(REGISTRY),
        correlation: Some(EventId(id(n))),
    }
}

/// The registry in force.
pub(crate) const REGISTRY: Digest = Digest([7; 32]);

/// Who acts in the n-th event.
pub(crate) fn person(n: u64) -> SubjectId {
    SubjectId(id(n % PEOPLE))
}

/// By what right.
pub(crate) fn authority(n: u64) -> Authority {
    let granted = Place { origin: Origin::Moderation, epoch: 0, sequence: RIGHTS_FROM + n % PEOPLE };
    Authority { designation: DesignationId(id(n % PEOPLE)), granted }
}

/// The name of the n-th thing: as a ULID, its time first.
fn id(n: u64) -> [u8; 16] {
    let mut id = noise::<16>(n ^ 4);
    let millis = (NOON.0 / 1_000) as u64 + n * (APART as u64 / 1_000);
    id[..6].copy_from_slice(&millis.to_be_bytes()[2..]);
    id
}

/// What nobody can compress, as sealed contents are.
fn ciphertext(seed: u64, length: usize) -> Vec<u8> {
    (0..length.div_ceil(32) as u64).flat_map(|k| noise::<32>(seed ^ (k << 40))).take(length).collect()
}

/// Bytes without a pattern, the same for the same seed (SplitMix64).
fn noise<const N: usize>(seed: u64) -> [u8; N] {
    let mut state = seed.wrapping_mul(0xd134_2543_de82_ef95);
    let mut bytes = [0; N];
    for chunk in bytes.chunks_mut(8) {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mix_has_a_mean_of_two_kilobytes() {
        assert_eq!(MIX.iter().sum::<usize>(), 2_048 * MIX.len());
    }

    #[test]
    fn events_have_the_size_they_should() {
        for n in (0..64).chain([999_999]) {
            assert_eq!(event(Size::Small, n).len(), 256, "event {n}");
            let mixed = event(Size::Mix, n).len();
            assert!((Size::Mix.of(n) - 3..=Size::Mix.of(n)).contains(&mixed), "event {n} has {mixed}");
        }
    }

    #[test]
    fn events_are_of_the_contract() {
        for n in [0, 5, 31, 1_000_000] {
            let bytes = event(Size::Mix, n);
            let event = Event::decode(&bytes).unwrap();
            assert_eq!((event.head.clone(), event.encode()), (head(n), bytes.to_vec()));
        }
    }
}
