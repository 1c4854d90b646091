//! What the services sign with.

use dossier_proof::{CosignerKey, VerifierKey};
use dossier_proto::Origin;
use serde::{Deserialize, Serialize};

use crate::ReceiptError;

/// The public keys that a receipt rests on, as C2SP verifier keys. Each service's key is named after its log.
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
}

/// The same, read.
pub(crate) struct ReadKeys {
    pub(crate) cosigner: CosignerKey,
    moderation: VerifierKey,
    publication: VerifierKey,
    submission: VerifierKey,
}

impl Keys {
    pub(crate) fn read(&self) -> Result<ReadKeys, ReceiptError> {
        let verifier = |of: &str, text: &str| {
            let key = VerifierKey::parse(text).ok().filter(|key| key.to_string() == text);
            key.ok_or_else(|| ReceiptError::Form(format!("the key of {of} is none")))
        };
        let cosigner = CosignerKey::parse(&self.cosigner).ok().filter(|key| key.to_string() == self.cosigner);
        Ok(ReadKeys {
            cosigner: cosigner.ok_or_else(|| ReceiptError::Form("the key of the cosigner is none".to_owned()))?,
            moderation: verifier("moderation", &self.moderation)?,
            publication: verifier("publication", &self.publication)?,
            submission: verifier("submission", &self.submission)?,
        })
    }
}

impl ReadKeys {
    /// What a service signs with; nothing of audit's own log stands in a receipt.
    pub(crate) const fn of(&self, origin: Origin) -> Option<&VerifierKey> {
        match origin {
            Origin::Submission => Some(&self.submission),
            Origin::Moderation => Some(&self.moderation),
            Origin::Publication => Some(&self.publication),
            Origin::Audit => None,
        }
    }
}
