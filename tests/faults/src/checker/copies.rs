//! Audit's copies: byte for byte the originals, to their ends.

use super::{Complaint, Fault, History};

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    for (origin, copy) in &history.copies {
        let original = history.of(*origin);
        let differs = copy.events.iter().zip(original).find(|(copied, there)| copied.bytes != there.bytes);
        if let Some((_, there)) = differs {
            complaints.push(Complaint::new(Fault::CopyDiffers, there.place(), "the copy holds another event"));
        }
        if copy.events.len() != original.len() {
            let found = format!("the copy has {} events, the original {}", copy.events.len(), original.len());
            complaints.push(Complaint::new(Fault::CopyDiffers, origin, found));
        }
        let roots = |journal: &super::Journal| journal.epochs.iter().map(|epoch| epoch.root).collect::<Vec<_>>();
        if history.journals.get(origin).is_some_and(|journal| roots(journal) != roots(copy)) {
            complaints.push(Complaint::new(Fault::CopyDiffers, origin, "the copy was signed with another root"));
        }
    }
    for origin in history.journals.keys() {
        if *origin != dossier_proto::Origin::Audit && !history.copies.contains_key(origin) {
            complaints.push(Complaint::new(Fault::CopyDiffers, origin, "there is no copy"));
        }
    }
}
