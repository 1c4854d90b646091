//! What `/readyz` asks.

use dossier_journal::{Journal, Verification};
use dossier_proto::Origin;
use dossier_web::observe::Readiness;

use super::room::Room;

/// Every service runs, every journal is verified, everybody reads everybody.
pub(super) fn readiness<'a>(rooms: impl IntoIterator<Item = &'a Room>) -> Readiness {
    let mut readiness = Readiness::new();
    let (mut onlookers, mut journals, mut agreement) = (Vec::new(), Vec::new(), None);
    for room in rooms {
        let machine = room.machine.clone();
        readiness = readiness.check(room.origin.name(), move || running(machine.stopped_because()));
        onlookers.push(room.onlooker());
        journals.push((room.origin, room.journal().clone()));
        agreement = agreement.or_else(|| room.agreement.clone());
    }
    readiness = readiness
        .check("exchange", move || onlookers.iter().find_map(|onlooker| onlooker.trouble().err()).map_or(Ok(()), Err));
    if let Some(agreement) = agreement {
        readiness = readiness.check("agreement", move || agreement());
    }
    readiness.check("history", move || whole(&journals))
}

fn running(stopped: Option<String>) -> Result<(), String> {
    stopped.map_or(Ok(()), |reason| Err(format!("it has stopped: {reason}")))
}

fn whole(journals: &[(Origin, Journal)]) -> Result<(), String> {
    let damaged = journals.iter().find_map(|(origin, journal)| match journal.verification() {
        Verification::Damaged(damage) => Some(format!("{origin}: {damage}")),
        _ => None,
    });
    damaged.map_or(Ok(()), Err)
}
