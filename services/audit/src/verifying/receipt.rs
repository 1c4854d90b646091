//! The receipt of an edition, made as everybody gets it and verified as everybody can.

use super::{Check, Checked, ExitKind, Fault};
use crate::{office::Office, published::published, receipts::make};

/// Makes the receipt, and verifies it with the published keys.
pub(super) fn verify(office: &Office, name: &str, edition: u32, told: &dyn Fn(Checked)) {
    let mut making = Checked::of(Check::Making);
    let receipt = match make(office, name, edition) {
        Ok(receipt) => receipt,
        Err(error) => {
            making.is_checked = false;
            making.told.push(error.to_string());
            return told(making);
        }
    };
    let text = receipt.to_text();
    making.count = receipt.proofs.len() as u64;
    told(making);
    let mut holding = Checked::of(Check::Receipt);
    match dossier_receipt::verify(text.as_bytes(), Some(&published(office))) {
        Ok(verified) => {
            holding.count = verified.steps.len() as u64;
            holding.told = verified.steps;
        }
        Err(error) => {
            holding.fault(Fault { kind: ExitKind::Broken, at: format!("{name}/{edition}"), found: error.to_string() });
        }
    }
    told(holding);
}
