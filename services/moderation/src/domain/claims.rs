//! Which claim binds others.

use dossier_identity::Role;
use dossier_proto::Micros;

use super::state::{Claim, Entry, State};

impl State {
    /// The claim that keeps others from deciding now: its lease runs, and who holds it may still moderate.
    pub fn binding_claim(&self, entry: &Entry, now: Micros) -> Option<Claim> {
        let claim = entry.review()?.claim.filter(|claim| now < claim.until)?;
        let (body, record_type) = (Some(&entry.body), Some(entry.record_type.as_str()));
        self.designations.entitled(claim.by, Role::Moderator, body, record_type, now).is_ok().then_some(claim)
    }
}
