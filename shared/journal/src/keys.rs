//! The keys of the three trees. Every one begins with the epoch, numbers are big-endian: byte order is order in time.

/// Key of one slot in `frames`: epoch (4 bytes), slot (8).
///
/// Slots are dense, from 0 in each epoch, and one holds one value of at most 6 KiB. Why slots and not sequences: slots can
/// be *reserved*. sled splits a full page by writing both halves again, which cost the frames of a growing log three times
/// their bytes; keys that already lie there with an empty value have been split while they were small
/// (measured: 128 KiB groups 1.2 times faster and without peaks of 2 ms, 1.1 bytes on disk for each byte instead of 1.8).
pub(crate) const fn slot_key(epoch: u32, slot: u64) -> [u8; 12] {
    let (e, s) = (epoch.to_be_bytes(), slot.to_be_bytes());
    [e[0], e[1], e[2], e[3], s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]]
}

/// Reads a slot key back: epoch and slot.
pub(crate) fn slot_of(key: &[u8]) -> Option<(u32, u64)> {
    let (epoch, slot) = key.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*epoch), u64::from_be_bytes(slot.try_into().ok()?)))
}

/// Key of half a tile in `tiles`: epoch (4 bytes), tile level (1), index (8), half (1).
pub(crate) const fn tile_key(epoch: u32, level: u8, index: u64, half: u8) -> [u8; 14] {
    let (e, i) = (epoch.to_be_bytes(), index.to_be_bytes());
    [e[0], e[1], e[2], e[3], level, i[0], i[1], i[2], i[3], i[4], i[5], i[6], i[7], half]
}

/// `meta`: whose journal this is.
pub(crate) const IDENTITY_KEY: &[u8] = b"identity";
/// `meta`: a place near the end, from which the end is found.
pub(crate) const MARK_KEY: &[u8] = b"mark";

/// `meta`: how an epoch began.
pub(crate) fn epoch_key(epoch: u32) -> Vec<u8> {
    [&b"epoch/"[..], &epoch.to_be_bytes()].concat()
}

/// `meta`: an event gives the journal's key up.
pub(crate) fn turn_key(epoch: u32, sequence: u64) -> Vec<u8> {
    [TURN_KEYS, &epoch.to_be_bytes(), &sequence.to_be_bytes()].concat()
}

const TURN_KEYS: &[u8] = b"turn/";

/// Reads such a key back.
pub(crate) fn turn_of(key: &[u8]) -> Option<(u32, u64)> {
    slot_of(key.strip_prefix(TURN_KEYS)?)
}

/// Reads an epoch key back.
pub(crate) fn epoch_of(key: &[u8]) -> Option<u32> {
    let number = key.strip_prefix(b"epoch/")?;
    Some(u32::from_be_bytes(number.try_into().ok()?))
}
