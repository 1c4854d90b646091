//! Receipts: the proof of a published edition that goes with it, verified by anybody, without us and offline (P9).
//!
//! A receipt holds the text of the edition with its salt, and the events that made it public: who submitted it for which body, who approved exactly
//! that, under which designation, and that it was published; each with the proof that it stands in its service's log, signed by the service and by
//! the audit service that compared it with a copy. Events hold no words and no names.
//!
//! Pure: no file, no network, no clock. Depends on `dossier-proof` and `dossier-proto` alone, as a verifier must.
//!
//! ```text
//! {"content":"{…}","edition":2,"format":"dossier-receipt/1","keys":{"cosigner":"…","moderation":"…","publication":"…","submission":"…"},
//!  "number":"EVT-2026-00042","proofs":[{"proof":"c2sp.org/tlog-proof@v1\n…","what":"submitted"},…],"salt":"…"}
//! ```
//!
//! A log that took another key between what is proven has its keys in one text, in order, a space between them.
//! `keys` has a last member `witnesses`, a list, where foreign witnesses have cosigned.
//!
//! It is JSON in one form only: members in the order of their names, no space, one newline at the end. So no byte of it can be changed.
//!
//! What a receipt does not say: that nothing came later. Whether the entry was corrected or retracted since is at its address.

mod document;
mod error;
mod keys;
#[cfg(test)]
mod tests;
mod verify;

pub use document::{Proven, RECEIPT_BYTES_MAX, Receipt, What};
pub use error::ReceiptError;
pub use keys::Keys;
pub use verify::{Verified, verify};
