//! How large things may be, the same on every transport.

/// Canonical content, in bytes: 448 KiB is thirty dense pages in each of six languages
/// (30 pages × 2.5 KB × 6 languages = 450 KB).
pub const CONTENT_BYTES_MAX: usize = 448 * 1024;

/// An event, in bytes. Content (448 KiB) and its seal, with 64 KiB for the envelope, reasons and answers. A NATS
/// server admits messages of 1 MiB by default.
pub const EVENT_BYTES_MAX: usize = 512 * 1024;
