//! Numbers, editions and tombstones: given densely, never again, and none after a retraction.

use std::collections::BTreeMap;

use dossier_proto::{EntryId, Origin, Payload};

use super::{Complaint, Fault, History, Kept};

/// What publication has said of an entry so far.
struct Public {
    number: String,
    edition: u32,
    retracted: bool,
}

/// Judges.
pub fn judge(history: &History, complaints: &mut Vec<Complaint>) {
    let mut entries: BTreeMap<EntryId, Public> = BTreeMap::new();
    // The last running number, by prefix and year.
    let mut last: BTreeMap<String, u64> = BTreeMap::new();
    for kept in history.of(Origin::Publication) {
        let Some(entry) = kept.entry() else { continue };
        match &kept.event.payload {
            Some(Payload::EditionPublished(published)) => {
                let (number, edition) = (&published.number, published.edition);
                match entries.get_mut(&entry) {
                    Some(public) => next_edition(kept, public, number, edition, complaints),
                    None => {
                        first_edition(kept, number, edition, &mut last, complaints);
                        entries.insert(entry, Public { number: number.clone(), edition, retracted: false });
                    }
                }
            }
            Some(Payload::EntryRetracted(retracted)) => match entries.get_mut(&entry) {
                Some(public) if !public.retracted && public.edition == retracted.edition => public.retracted = true,
                Some(_) => {
                    let found = "it was retracted before, or another edition is current";
                    complaints.push(Complaint::new(Fault::RetractionWrong, kept.place(), found));
                }
                None => {
                    complaints.push(Complaint::new(Fault::RetractionWrong, kept.place(), "it was never public"));
                }
            },
            _ => {}
        }
    }
}

fn first_edition(
    kept: &Kept,
    number: &str,
    edition: u32,
    last: &mut BTreeMap<String, u64>,
    complaints: &mut Vec<Complaint>,
) {
    let Some((series, running)) = number.rsplit_once('-') else {
        return complaints.push(Complaint::new(Fault::NumberWrong, kept.place(), format!("{number} is no number")));
    };
    let expected = last.get(series).copied().unwrap_or_default() + 1;
    if running.parse() != Ok(expected) {
        let found = format!("{number} is given where {expected} comes next");
        complaints.push(Complaint::new(Fault::NumberWrong, kept.place(), found));
    }
    last.insert(series.to_owned(), expected);
    if edition != 1 {
        let found = format!("the first edition is numbered {edition}");
        complaints.push(Complaint::new(Fault::EditionWrong, kept.place(), found));
    }
}

fn next_edition(kept: &Kept, public: &mut Public, number: &str, edition: u32, complaints: &mut Vec<Complaint>) {
    if public.number != number {
        let found = format!("it had the number {}, now {number}", public.number);
        complaints.push(Complaint::new(Fault::NumberWrong, kept.place(), found));
    }
    if public.retracted || edition != public.edition + 1 {
        let found = format!("edition {edition} after {}; retracted: {}", public.edition, public.retracted);
        complaints.push(Complaint::new(Fault::EditionWrong, kept.place(), found));
    }
    public.edition = edition;
}
