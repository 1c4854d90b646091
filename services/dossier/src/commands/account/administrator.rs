//! The first administrator: an account, and the designation that moderation's journal records for it.

use std::sync::Arc;

use dossier_engine::EngineSettings;
use dossier_exchange::nats::Listening;
use dossier_identity::Role;
use dossier_moderation as moderation;
use dossier_proto::{Origin, SubjectId};
use dossier_vault::Vault;

use super::{Here, failure};
use crate::{Exit, Failure, arrival::Arrival, house};

/// Makes the account and grants the designation, when nobody was ever administrator here.
pub(super) fn create(office: &Here, name: &str, mail: Option<&str>) -> Result<SubjectId, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Failed, format!("the runtime does not start: {error}")))?;
    let arrival = Arrival::of(&office.layout);
    runtime.block_on(async {
        let service = start(office)?;
        if let Some(known) = administrator(&service) {
            return Err(Failure::new(
                Exit::Failed,
                format!(
                    "{} has an administrator already ({known}); nothing was changed. Make the account without --administrator, and let an \
                     administrator designate it",
                    office.layout.root().display()
                ),
            ));
        }
        let subject = office.accounts.create(name, mail, office.now()).map_err(failure)?;
        let granted = service.first_administrator(subject).await;
        granted.map_err(|error| Failure::new(Exit::Failed, format!("the designation was not recorded: {error}")))?;
        if arrival.listening() == Listening::Usual {
            // A new journal begins here, and the service goes on with it as if it had begun it itself.
            arrival.settle()?;
        }
        Ok(subject)
    })
}

/// Moderation alone: nobody follows it and it follows nobody, so that nothing else happens.
fn start(office: &Here) -> Result<moderation::Service, Failure> {
    let (origin, secrets) = (Origin::Moderation, &office.secrets);
    let directory = office.layout.service(origin);
    let clock = Arc::new(office.clock);
    let settings = EngineSettings {
        fingerprint: house::fingerprint(),
        ..EngineSettings::new(directory, secrets.log(origin), secrets.signer(origin), clock)
    };
    let vault = Vault::open_unthreaded(office.layout.service_keys(origin), &secrets.master)?;
    Ok(moderation::start(moderation::Config { engine: settings, vault, accounts: Arc::clone(&office.accounts) })?)
}

/// Whoever was the first, also when the designation has ended since: from then on people designate people.
fn administrator(service: &moderation::Service) -> Option<SubjectId> {
    let view = service.engine().view();
    let held = view.state.designations.all().find(|held| held.designation.role == Role::Administrator)?;
    Some(held.designation.subject)
}
