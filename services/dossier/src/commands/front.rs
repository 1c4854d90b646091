//! `dossier front`: one address in front of four services.

use dossier_web::{Limits, page::Demonstration, proxies::TrustedProxies, serve};
use tokio::sync::watch;

use super::running::{Running, asked_to_end, keep_up, listen_at, reachable, until_dropped};
use crate::{
    Exit, Failure,
    cli::Front,
    front::{FrontSettings, Patience, ServiceAddress, ServiceAddresses, router},
    output::{aside, line},
};

pub(super) fn run(front: &Front) -> Result<(), Failure> {
    let settings = settings(front)?;
    let Running { runtime, metrics } = Running::prepare(&front.log)?;
    runtime.block_on(async {
        let listener = listen_at(front.listen).await?;
        let asked = asked_to_end()?;
        line(&format!("Dossier is up at http://{} (front).", reachable(&listener)?));
        let (stop, stopping) = watch::channel(());
        let upkeep = keep_up(metrics.clone());
        let serving =
            tokio::spawn(serve(listener, router(settings, metrics), Limits::default(), until_dropped(stopping)));
        asked.await;
        drop(stop);
        if serving.await.is_err() {
            aside("dossier: the server ended with a fault; see the log");
        }
        upkeep.abort();
        line("Ended cleanly.");
        Ok(())
    })
}

fn settings(front: &Front) -> Result<FrontSettings, Failure> {
    let address = |name: &str, text: &str| -> Result<ServiceAddress, Failure> {
        text.parse().map_err(|error| Failure::new(Exit::Usage, format!("--{name}: {error}")))
    };
    Ok(FrontSettings {
        services: ServiceAddresses {
            submission: address("submission", &front.submission)?,
            moderation: address("moderation", &front.moderation)?,
            publication: address("publication", &front.publication)?,
            audit: address("audit", &front.audit)?,
        },
        behind: TrustedProxies::of(front.behind.iter().copied()),
        demonstration: if front.demo { Demonstration::Yes(None) } else { Demonstration::No },
        patience: Patience::default(),
    })
}
