//! What is said, as far as deciders see it: sealed texts, each under a key of its own, and contents with their digests.

use std::collections::BTreeMap;

use dossier_proto::{Digest, v1};
use sha2::{Digest as _, Sha256};

/// What a content says, whatever digest its salt gives it: two contents that say the same have the same text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(u64);

/// Makes words, and remembers which content says what.
#[derive(Debug, Clone, Default)]
pub struct Words {
    made: u64,
    contents: BTreeMap<Digest, (Text, v1::Content)>,
}

impl Words {
    fn next(&mut self) -> u64 {
        self.made += 1;
        self.made
    }

    /// A text under a fresh key.
    pub fn sealed(&mut self) -> v1::Sealed {
        let number = self.next();
        let mut key_id = vec![0; 16];
        key_id[8..].copy_from_slice(&number.to_be_bytes());
        v1::Sealed { key_id, nonce: vec![7; 24], ciphertext: vec![8; 24] }
    }

    /// Something that was never said before.
    pub fn text(&mut self) -> Text {
        Text(self.next())
    }

    /// A content that says `text`, with a salt and so a digest of its own.
    pub fn content(&mut self, revision: u32, text: Text) -> v1::Content {
        let sealed = self.sealed();
        let digest = Digest(Sha256::digest(&sealed.key_id).into());
        let content = v1::Content { revision, digest: digest.to_vec(), sealed: Some(sealed), ..v1::Content::default() };
        self.contents.insert(digest, (text, content.clone()));
        content
    }

    /// What the content with this digest says.
    #[must_use]
    pub fn said(&self, digest: &Digest) -> Option<Text> {
        self.contents.get(digest).map(|(text, _)| *text)
    }

    /// The same, by the bytes in a message.
    #[must_use]
    pub fn said_by(&self, digest: &[u8]) -> Option<Text> {
        self.said(&Digest::try_from(digest).ok()?)
    }

    /// The content with this digest.
    #[must_use]
    pub fn content_of(&self, digest: &Digest) -> Option<&v1::Content> {
        self.contents.get(digest).map(|(_, content)| content)
    }
}
