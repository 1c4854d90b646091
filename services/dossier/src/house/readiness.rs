//! What `/readyz` asks.

use dossier_engine::{AuthorityGate, AuthorityNotHeard};
use dossier_journal::{Journal, Verification};
use dossier_post::letters::MailTrouble;
use dossier_proto::Origin;
use dossier_vault::Vault;
use dossier_web::observe::Readiness;

use super::{
    following::Onlooker,
    room::{Agreement, Findings, Room},
};

const NOT_BEGUN: &str =
    "it has not begun, so it is not certain that no other instance of it is at work; until then nothing is written";

/// What of one service has to be so: it runs, it reads the others, its history is whole, and where others are at a distance it has
/// heard of people and of what they may do.
#[derive(Default)]
pub(super) struct Checks {
    pub(super) readiness: Readiness,
    onlookers: Vec<Onlooker>,
    journals: Vec<(Origin, Journal)>,
    gates: Vec<(Origin, AuthorityGate)>,
    vaults: Vec<(Origin, Vault)>,
    agreement: Option<Agreement>,
    findings: Option<Findings>,
    mail: Vec<(Origin, MailTrouble)>,
}

impl Checks {
    /// Adds a service.
    pub(super) fn add(&mut self, room: &Room) {
        let machine = room.machine.clone();
        let running = move || running(machine.stopped_because());
        self.readiness = std::mem::take(&mut self.readiness).check(room.origin.name(), running);
        self.onlookers.push(room.onlooker.clone());
        self.journals.push((room.origin, room.journal().clone()));
        self.gates.push((room.origin, room.ground.engine.authority.clone()));
        self.mail.push((room.origin, room.mail.clone()));
        self.vaults.push((room.origin, room.ground.vault.clone()));
        self.findings = self.findings.take().or_else(|| room.findings.clone());
        self.agreement = self.agreement.take().or_else(|| room.agreement.clone());
    }

    /// What holds of all that were added.
    pub(super) fn finish(self) -> Readiness {
        let Self { mut readiness, onlookers, journals, gates, vaults, agreement, findings, mail } = self;
        readiness = readiness.check("exchange", move || {
            onlookers.iter().find_map(|onlooker| onlooker.trouble().err()).map_or(Ok(()), Err)
        });
        if let Some(agreement) = agreement {
            readiness = readiness.check("agreement", move || agreement());
        }
        if let Some(findings) = findings {
            // It works as well as before; somebody has to look.
            readiness = readiness.warning("findings", move || findings());
        }
        readiness
            .check("authority", move || heard(&gates))
            .check("keys", move || writable(&vaults))
            .check("history", move || whole(&journals))
            .warning("mail", move || failing(&mail))
    }
}

fn heard(gates: &[(Origin, AuthorityGate)]) -> Result<(), String> {
    let words = |origin: &Origin, why: AuthorityNotHeard| match (origin, why) {
        // It need not hear itself: what it waits for is told by `started`.
        (Origin::Moderation, AuthorityNotHeard::Never) => format!("{origin}: {NOT_BEGUN}"),
        _ => format!("{origin}: {why}"),
    };
    let shut = gates.iter().find_map(|(origin, gate)| gate.check().err().map(|why| words(origin, why)));
    shut.map_or(Ok(()), Err)
}

/// Whether mail goes out. Where it does not, people read their inboxes.
fn failing(mail: &[(Origin, MailTrouble)]) -> Option<String> {
    mail.iter().find_map(|(origin, trouble)| trouble.words().map(|words| format!("{origin}: {words}")))
}

/// Whether keys can be made: on a full disk they are what is missed first.
fn writable(vaults: &[(Origin, Vault)]) -> Result<(), String> {
    let trouble = vaults.iter().find_map(|(origin, vault)| vault.trouble().map(|why| format!("{origin}: {why}")));
    trouble.map_or(Ok(()), Err)
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
