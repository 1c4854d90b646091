//! What is asked for, as bytes.

use bytes::Bytes;
use dossier_proto::{Digest, EntryId, v1};
use prost::Message;

use super::FILE_PART_BYTES;

/// A part of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) entry: EntryId,
    pub(super) digest: Digest,
    pub(super) offset: u64,
    pub(super) length: u32,
}

impl Part {
    pub(super) fn encode(&self) -> Bytes {
        let Self { entry, digest, offset, length } = *self;
        v1::FileRequest { entry: entry.to_vec(), digest: digest.to_vec(), offset, length }.encode_to_vec().into()
    }

    /// Reads a question. No more is given at once than this version asks for.
    pub(super) fn decode(bytes: Bytes) -> Result<Self, String> {
        let request = v1::FileRequest::decode(bytes).map_err(|error| format!("the question is not one: {error}"))?;
        let v1::FileRequest { entry, digest, offset, length } = request;
        let entry = EntryId::try_from(entry.as_slice()).map_err(|_| "an entry's id has 16 bytes")?;
        let digest = Digest::try_from(digest.as_slice()).map_err(|_| "a digest has 32 bytes")?;
        if !(1..=FILE_PART_BYTES).contains(&length) {
            return Err(format!("{length} bytes were asked for; 1 to {FILE_PART_BYTES} are given at once"));
        }
        Ok(Self { entry, digest, offset, length })
    }
}
