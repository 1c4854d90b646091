//! How much at once, with the arithmetic.

/// Events in one reading of a range. 200 events of the mix (mean 2 KB) are 400 KB, and twice that as JSON and base64.
pub const EVENTS_PER_READING_MAX: u32 = 200;

/// Findings that are recorded. Each takes about 150 bytes in the state: 10 000 are 1.5 MB. Whoever has more has one
/// cause, and finds it in the first.
pub const FINDINGS_MAX: usize = 10_000;

/// Bytes of a code: those of refusals have at most 30.
pub(super) const CODE_BYTES_MAX: usize = 64;

/// Bytes of what was expected or found: a root, a digest or a hash.
pub(super) const EVIDENCE_BYTES_MAX: usize = 32;
