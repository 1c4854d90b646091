//! The first administrator, on a directory that nobody has open.

use std::sync::Arc;

use dossier_engine::EngineSettings;
use dossier_exchange::nats::Listening;
use dossier_identity::accounts::door::Reply;
use dossier_moderation as moderation;
use dossier_post::Post;
use dossier_proto::Origin;
use dossier_vault::Vault;

use super::Here;
use crate::{
    Exit, Failure,
    appointment::{Candidate, appoint},
    arrival::Arrival,
    house,
};

/// Makes the account and grants the designation, when nobody here is administrator.
pub(super) fn create(office: &Here, candidate: &Candidate) -> Result<Reply, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Failed, format!("the runtime does not start: {error}")))?;
    let arrival = Arrival::of(&office.layout);
    runtime.block_on(async {
        let service = start(office)?;
        let reply = appoint(&service, &office.accounts, candidate, office.now()).await;
        if matches!(reply, Reply::Created { .. }) && arrival.listening() == Listening::Usual {
            // A new journal begins here, and the service goes on with it as if it had begun it itself.
            arrival.settle()?;
        }
        Ok(reply)
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
    Ok(moderation::start(moderation::Config {
        engine: settings,
        vault,
        accounts: Arc::clone(&office.accounts),
        // Nobody is told of it: whoever is appointed sits here.
        post: Post::default(),
    })?)
}
