//! Packing and unpacking, and what a flipped bit does.

use proptest::prelude::*;

use super::part::{BODY_BYTES_MAX, PartError};
use super::*;
use crate::store::VALUE_BYTES_MAX;

fn record(bytes: usize, beside: Option<usize>) -> Record {
    let fill = |n: usize| -> Bytes { (0..n).map(|i| (i * 7 + n) as u8).collect::<Vec<_>>().into() };
    Record { event: fill(bytes), beside: beside.map(fill) }
}

fn followed(origin: u8, hashes: usize) -> Followed {
    Followed { origin, epoch: 3, next: 1 << 40, frontier: (0..hashes).map(|n| [n as u8; 32]).collect() }
}

/// Reads a packed group as the journal does; panics on anything out of place.
fn read_back(packed: &Packed, epoch: u32, slot: u64, sequence: u64) -> Frame {
    let mut group = Frame::default();
    let mut body = Vec::new();
    let mut expected = sequence;
    let mut ended = false;
    for (number, value) in packed.values.iter().enumerate() {
        assert!(value.len() <= VALUE_BYTES_MAX && !ended);
        let part = Part::decode(epoch, slot + number as u64, value).unwrap();
        assert_eq!(part.first_sequence, expected);
        assert_eq!(part.role.first, body.is_empty());
        body.extend_from_slice(&part.body);
        if !part.role.last {
            continue;
        }
        let bytes = Bytes::from(std::mem::take(&mut body));
        let mut records = unpack(bytes.clone()).unwrap();
        while let Some(record) = records.next_record().unwrap() {
            expected += 1;
            group.records.push(record);
        }
        group.followed.extend(unpack(bytes).unwrap().followed().unwrap());
        ended = part.role.ends_group;
    }
    assert!(ended && body.is_empty());
    group
}

fn check(group: &Frame) -> usize {
    let packed = pack(group, 5, 77, 1000);
    assert_eq!(read_back(&packed, 5, 77, 1000), *group);
    packed.values.len()
}

#[test]
fn small_events_share_a_slot() {
    let group = Frame { records: vec![record(256, None); 512], followed: vec![] };
    // 23 records of 259 bytes in 6130 bytes.
    assert_eq!(check(&group), 512_usize.div_ceil(23));
}

#[test]
fn sizes_around_the_edge_of_a_slot_come_back() {
    for bytes in BODY_BYTES_MAX - 12..BODY_BYTES_MAX + 12 {
        check(&Frame { records: vec![record(bytes, None)], followed: vec![] });
        check(&Frame { records: vec![record(10, Some(bytes)), record(bytes, None)], followed: vec![followed(1, 3)] });
    }
}

#[test]
fn the_largest_event_with_the_largest_beside_it_comes_back() {
    let group = Frame { records: vec![record(EVENT_BYTES_MAX, Some(EVENT_BYTES_MAX))], followed: vec![] };
    assert_eq!(check(&group), (2 * EVENT_BYTES_MAX + 8).div_ceil(BODY_BYTES_MAX));
}

#[test]
fn positions_alone_make_a_group() {
    assert_eq!(check(&Frame { records: vec![], followed: vec![followed(1, 0)] }), 1);
    let many = (0..FOLLOWED_MAX as u8).map(|origin| followed(origin, 62)).collect();
    assert!(check(&Frame { records: vec![], followed: many }) > 1);
}

#[test]
fn any_flipped_bit_and_any_other_slot_is_noticed() {
    let group = Frame { records: vec![record(40, Some(30))], followed: vec![followed(2, 1)] };
    let value = pack(&group, 1, 9, 4).values.remove(0);
    assert!(Part::decode(1, 9, &value).is_ok());
    assert_eq!(Part::decode(1, 8, &value), Err(PartError::Checksum));
    assert_eq!(Part::decode(2, 9, &value), Err(PartError::Checksum));
    for bit in 0..value.len() * 8 {
        let mut flipped = value.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Part::decode(1, 9, &flipped.into()).is_err(), "bit {bit}");
    }
}

/// The bytes of version 1, kept for ever: a change of this test is a change of every journal there is.
#[test]
fn version_1_is_read_and_written_byte_for_byte() {
    let record = Record { event: Bytes::from_static(b"event"), beside: Some(Bytes::from_static(b"foreign")) };
    let group =
        Frame { records: vec![record], followed: vec![Followed { origin: 2, epoch: 1, next: 300, frontier: vec![] }] };
    let value = pack(&group, 1, 2, 3).values.remove(0);
    let golden = b"\x01\x07CRC!\x03\0\0\0\0\0\0\0\x01\x05\x08eventforeign\x01\x02\x01\xac\x02\x00";
    let mut expected = golden.to_vec();
    expected[2..6].copy_from_slice(&[0x12, 0xe5, 0x33, 0x08]);
    assert_eq!(value, expected, "{:02x?}", &value[2..6]);
    assert_eq!(read_back(&Packed { values: vec![expected.into()], frames: vec![] }, 1, 2, 3), group);
}

proptest! {
    #[test]
    fn any_group_comes_back(
        sizes in prop::collection::vec((1_usize..9000, prop::option::of(0_usize..9000)), 0..40),
        origins in prop::collection::vec(0_usize..64, 0..8),
    ) {
        let records: Vec<_> = sizes.into_iter().map(|(event, beside)| record(event, beside)).collect();
        let followed = origins.into_iter().enumerate().map(|(n, hashes)| followed(n as u8, hashes)).collect();
        check(&Frame { records, followed });
    }

    #[test]
    fn arbitrary_bodies_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(body) = unpack(bytes.into()) {
            let _ = body.followed();
        }
    }
}
