//! What the services sign with.

use dossier_proof::{CosignerKey, VerifierKey};
use dossier_proto::Origin;
use serde::{Deserialize, Serialize};

use crate::ReceiptError;

/// Witnesses in a receipt: as many as an installation may name.
const WITNESSES_MAX: usize = 16;
/// Keys of one log in a receipt: each signs something of it, and it has four or five proofs from one log at most.
const LOG_KEYS_MAX: usize = 8;

/// The public keys that a receipt rests on, as C2SP verifier keys. Each service's key is named after its log. Where a log took another key between what
/// is proven, its keys stand there in order, a space between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keys {
    /// Of the audit service, which signs what it compared with its copies.
    pub cosigner: String,
    /// Of moderation.
    pub moderation: String,
    /// Of publication.
    pub publication: String,
    /// Of submission.
    pub submission: String,
    /// Of foreign witnesses that cosigned what is in the receipt, in the order of their texts. In keys that are trusted: of all that are trusted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<String>,
}

/// The same, read.
pub(crate) struct ReadKeys {
    pub(crate) cosigner: CosignerKey,
    moderation: Vec<VerifierKey>,
    publication: Vec<VerifierKey>,
    submission: Vec<VerifierKey>,
    /// No two of them are one key, and none is the installation's.
    pub(crate) witnesses: Vec<CosignerKey>,
}

impl Keys {
    pub(crate) fn read(&self) -> Result<ReadKeys, ReceiptError> {
        let verifier = |of: &str, texts: &str| {
            let key = |text: &str| VerifierKey::parse(text).ok().filter(|key| key.to_string() == text);
            let keys: Option<Vec<_>> = texts.split(' ').take(LOG_KEYS_MAX + 1).map(key).collect();
            let of_one_log = |keys: &Vec<VerifierKey>| keys.iter().all(|key| key.name() == keys[0].name());
            let keys = keys.filter(|keys| keys.len() <= LOG_KEYS_MAX && of_one_log(keys));
            keys.ok_or_else(|| ReceiptError::Form(format!("the key of {of} is none")))
        };
        let cosigner = CosignerKey::parse(&self.cosigner).ok().filter(|key| key.to_string() == self.cosigner);
        let keys = ReadKeys {
            cosigner: cosigner.ok_or_else(|| ReceiptError::Form("the key of the cosigner is none".to_owned()))?,
            moderation: verifier("moderation", &self.moderation)?,
            publication: verifier("publication", &self.publication)?,
            submission: verifier("submission", &self.submission)?,
            witnesses: self.witnesses()?,
        };
        keys.tells_apart()
    }

    fn witnesses(&self) -> Result<Vec<CosignerKey>, ReceiptError> {
        let wrong = |what: &str| ReceiptError::Form(what.to_owned());
        if self.witnesses.len() > WITNESSES_MAX {
            return Err(wrong("it names more witnesses than a receipt can"));
        }
        if !self.witnesses.is_sorted() {
            return Err(wrong("its witnesses are not in order"));
        }
        let witness = |text: &String| CosignerKey::parse(text).ok().filter(|key| key.to_string() == *text);
        let keys: Option<Vec<_>> = self.witnesses.iter().map(witness).collect();
        keys.ok_or_else(|| wrong("the key of a witness is none"))
    }
}

impl ReadKeys {
    /// A witness that is counted twice, or is the installation itself, is none.
    fn tells_apart(self) -> Result<Self, ReceiptError> {
        let logs = [&self.moderation, &self.publication, &self.submission].into_iter().flatten();
        let own = logs.map(VerifierKey::public_key).chain([self.cosigner.public_key()]);
        let mut all: Vec<_> = own.chain(self.witnesses.iter().map(CosignerKey::public_key)).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        if all.len() == count {
            return Ok(self);
        }
        Err(ReceiptError::Form("one key stands there under two names".to_owned()))
    }

    /// What a service signs with, never nothing; nothing of audit's own log stands in a receipt.
    pub(crate) fn of(&self, origin: Origin) -> Option<&[VerifierKey]> {
        match origin {
            Origin::Submission => Some(&self.submission),
            Origin::Moderation => Some(&self.moderation),
            Origin::Publication => Some(&self.publication),
            Origin::Audit => None,
        }
    }
}
