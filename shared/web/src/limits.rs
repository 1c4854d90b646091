//! How much a request may bring, with the arithmetic. Content itself is limited by
//! [`dossier_proto::CONTENT_BYTES_MAX`] (448 KiB, canonical).

/// A JSON body, in bytes of text: canonical content is at most 448 KiB, and the same content written with `\uXXXX`
/// escapes (2 or 3 bytes of UTF-8 become 6) and blanks is about twice that; 1 MiB holds it with what stands around it.
pub const JSON_BYTES_MAX: usize = 1024 * 1024;

/// How deep JSON may nest. A record type nests five deep (list, range, place, language, text); rich text is one string.
pub const JSON_DEPTH_MAX: usize = 32;

/// How many values a JSON body may hold. The largest record type has about 40 fields in 6 languages and lists of at most
/// 100 terms: under 5 000. A value takes up to 100 bytes in memory, so a body takes 2 MB beyond its text at most.
pub const JSON_VALUES_MAX: usize = 20_000;

/// How many errors one answer lists. Who has more has the wrong document.
pub const ERRORS_MAX: usize = 100;

/// The query of an address, in bytes: twenty filters of five terms of 30 bytes are 3 KB.
pub const QUERY_BYTES_MAX: usize = 4 * 1024;

/// How many parameters a query may hold.
pub const QUERY_PARAMETERS_MAX: usize = 128;

/// How many entity tags one precondition may list.
pub const ETAGS_MAX: usize = 16;

/// An idempotency key, in characters.
pub const IDEMPOTENCY_KEY_MAX: usize = 200;

/// What is read and thrown away of a body nobody wants, so that the caller gets to read the answer: one that is still
/// sending does not listen, and a connection closed on it loses the answer.
pub const DRAIN_BYTES_MAX: usize = 16 * 1024 * 1024;
