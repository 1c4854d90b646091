//! The form of a receipt.

use dossier_proof::LogProof;
use dossier_proto::{Origin, v1};
use serde::{Deserialize, Serialize};

use crate::{Keys, ReceiptError};

/// The name of the form, with its version.
pub(crate) const FORMAT: &str = "dossier-receipt/1";
/// The longest receipt: an event has at most 512 KiB and three carry a content, which in base64 and JSON are 2.1 MiB; the text itself has at most
/// 448 KiB, twice that with every character escaped. The rest is room for designations.
pub const RECEIPT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Proofs in a receipt: what was submitted, cleared, proposed, confirmed, approved and published, and a designation for each.
const PROOFS_MAX: usize = 16;

/// The proof of a published edition. Members are written in this order, which is that of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The text of the edition: canonical JSON (RFC 8785), exactly the bytes that were judged.
    pub content: String,
    /// Which edition, from 1.
    pub edition: u32,
    pub(crate) format: String,
    /// What the services sign with, as whoever made the receipt says.
    pub keys: Keys,
    /// The public number of the entry.
    pub number: String,
    /// The events, proven.
    pub proofs: Vec<Proven>,
    /// The salt of the content's digest: 64 hexadecimal digits.
    pub salt: String,
}

/// An event, and the proof that it stands in its service's log. The event's bytes go with the proof as its "extra".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proven {
    /// The proof (C2SP tlog-proof), verbatim.
    pub proof: String,
    /// What the event is here.
    pub what: What,
}

/// What an event is in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The body submitted the content.
    Submitted,
    /// A moderator or reviewer let it through: the last of those who had to.
    Approved,
    /// A moderator proposed it as a correction.
    CorrectionProposed,
    /// Another one confirmed the correction.
    CorrectionConfirmed,
    /// It became an edition.
    Published,
    /// The designation under which somebody did one of these.
    Designated,
}

impl What {
    /// As it stands in a receipt.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::CorrectionProposed => "correction-proposed",
            Self::CorrectionConfirmed => "correction-confirmed",
            Self::Published => "published",
            Self::Designated => "designated",
        }
    }
}

impl What {
    /// In whose journal such an event stands.
    pub(crate) const fn origin(self) -> Origin {
        match self {
            Self::Submitted => Origin::Submission,
            Self::Published => Origin::Publication,
            Self::Approved | Self::CorrectionProposed | Self::CorrectionConfirmed | Self::Designated => {
                Origin::Moderation
            }
        }
    }

    /// As what somebody may have done it.
    pub(crate) const fn roles(self) -> &'static [v1::Role] {
        use v1::Role;
        match self {
            // A publishing authority sends on what it cleared; a records manager files papers on behalf of a body.
            Self::Submitted => {
                &[Role::Contributor, Role::NationalFocalPoint, Role::PublishingAuthority, Role::RecordsManager]
            }
            Self::Approved => &[Role::Moderator, Role::Reviewer, Role::Publisher],
            Self::CorrectionProposed | Self::CorrectionConfirmed => &[Role::Moderator],
            Self::Published => &[Role::Publisher],
            // Who may designate is for moderation's own replay.
            Self::Designated => &[],
        }
    }
}

impl Proven {
    /// An event with its proof.
    pub fn new(what: What, proof: &LogProof) -> Self {
        Self { proof: proof.to_string(), what }
    }
}

impl Receipt {
    /// Puts a receipt together. Whether it holds is for [`crate::verify()`] to say.
    pub fn new(number: String, edition: u32, content: String, salt: String, keys: Keys, proofs: Vec<Proven>) -> Self {
        Self { content, edition, format: FORMAT.to_owned(), keys, number, proofs, salt }
    }

    /// The receipt as it is kept and sent.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string(self).expect("strings, a number and lists always serialise as JSON");
        text.push('\n');
        text
    }

    /// Reads a receipt. Nothing in it is believed yet.
    ///
    /// # Errors
    /// [`ReceiptError::Form`]: what is wrong with the form.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let wrong = |what: String| Err(ReceiptError::Form(what));
        if bytes.len() > RECEIPT_BYTES_MAX {
            return wrong(format!("it has {} bytes; a receipt has at most {RECEIPT_BYTES_MAX}", bytes.len()));
        }
        let receipt: Self = match serde_json::from_slice(bytes) {
            Ok(receipt) => receipt,
            Err(error) => return wrong(error.to_string()),
        };
        if receipt.format != FORMAT {
            return wrong(format!("it is of the form {:?}; this program reads {FORMAT:?}", receipt.format));
        }
        if receipt.to_text().as_bytes() != bytes {
            return wrong("it is not written in the one form of a receipt".to_owned());
        }
        if receipt.proofs.len() > PROOFS_MAX {
            return wrong(format!("it has {} proofs; a receipt has at most {PROOFS_MAX}", receipt.proofs.len()));
        }
        Ok(receipt)
    }
}
