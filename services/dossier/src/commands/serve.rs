//! `dossier serve`: one service of a deployment.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use dossier_proto::Origin;
use dossier_web::{Limits, page::Demonstration, serve};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use super::running::{Running, asked_to_end, keep_up, listen_at, reachable, until_dropped};
use crate::{
    Exit, Failure, Layout,
    cli::Serve,
    configuration::{Configuration, mail_server, read_witnesses},
    house::{BrokerSettings, HouseSettings, Outpost, OutpostSettings, outpost_router},
    output::{aside, line},
    restore::sweep_around,
};

/// How long a start waits for the broker before it goes on for readers alone.
const BROKER_PATIENCE: Duration = Duration::from_secs(5);
/// How long a broker that is there may take to say what it knows, and the audit service too.
const BEGINNING_PATIENCE: Duration = Duration::from_secs(15);

pub(super) fn run(serve: &Serve) -> Result<(), Failure> {
    let mut configuration = Configuration::read(&serve.config)?;
    configuration.demo |= serve.demo;
    configuration.listen = serve.listen.unwrap_or(configuration.listen);
    not_a_demonstration_started_as_a_registry(&configuration)?;
    let Running { runtime, metrics } = Running::prepare(configuration.log.name())?;
    sweep_around(&configuration.data);
    runtime.block_on(stay_up(serve, &configuration, metrics))
}

fn not_a_demonstration_started_as_a_registry(configuration: &Configuration) -> Result<(), Failure> {
    let tokens = Layout::of(&configuration.data).demo_tokens();
    if configuration.demo || !tokens.exists() {
        return Ok(());
    }
    let refused = format!(
        "{} is a demonstration: whoever reads {} acts as its invented people. Write demo = true in its configuration, or name another data \
         directory there",
        configuration.data.display(),
        tokens.display()
    );
    Err(Failure::new(Exit::Usage, refused))
}

async fn stay_up(serve_: &Serve, configuration: &Configuration, metrics: PrometheusHandle) -> Result<(), Failure> {
    let started = Instant::now();
    let asked = asked_to_end()?;
    let mut asked = std::pin::pin!(asked);
    let listener = listen_at(configuration.listen).await?;
    let base = format!("http://{}", reachable(&listener)?);
    let outpost = tokio::select! {
        opened = Outpost::open(settings_of(serve_.service, configuration)?, BROKER_PATIENCE) => opened?,
        () = &mut asked => {
            line("Ended cleanly.");
            return Ok(());
        }
    };
    let mut outpost = outpost;
    let (stop, stopping) = watch::channel(());
    let upkeep = keep_up(metrics.clone());
    let routes = outpost_router(&outpost, metrics);
    let serving = tokio::spawn(serve(listener, routes, Limits::default(), until_dropped(stopping)));
    let place = Place { service: serve_.service.name(), base, data: &configuration.data, started };
    let ended = match begin(&mut outpost, &place, asked.as_mut()).await {
        Ok(true) => tokio::select! {
            () = asked => Ok(()),
            failure = outpost.stopped() => Err(failure),
        },
        Ok(false) => Ok(()),
        Err(failure) => Err(failure),
    };
    drop(stop);
    if serving.await.is_err() {
        aside("dossier: the server ended with a fault; see the log");
    }
    upkeep.abort();
    outpost.close().await;
    if ended.is_ok() {
        line("Ended cleanly.");
    }
    ended
}

/// Where and since when a service starts.
struct Place<'a> {
    service: &'a str,
    base: String,
    data: &'a Path,
    started: Instant,
}

impl Place<'_> {
    fn say_up(&self, how: &str) {
        let Self { service, base, data, started } = self;
        line(&format!(
            "Dossier {service} is up at {base} on {} ({} ms{how}).",
            data.display(),
            started.elapsed().as_millis()
        ));
    }
}

/// Begins, and says so. Where the broker does not answer, readers are served meanwhile. Answers "no" when it was asked to end before.
async fn begin(
    outpost: &mut Outpost,
    place: &Place<'_>,
    mut asked: impl Future<Output = ()> + Unpin,
) -> Result<bool, Failure> {
    let patience = if outpost.has_broker() { BEGINNING_PATIENCE } else { Duration::ZERO };
    let obstacle = outpost.obstacle();
    let mut begun = std::pin::pin!(outpost.begin());
    tokio::select! {
        done = &mut begun => {
            done?;
            place.say_up("");
            return Ok(true);
        }
        () = &mut asked => return Ok(false),
        () = tokio::time::sleep(patience) => {
            let why = obstacle().unwrap_or_else(|| "the broker does not answer".to_owned());
            tracing::warn!(why, "readers are served, and nothing is written yet");
            place.say_up(&format!("; for readers alone so far: {why}"));
        }
    }
    tokio::select! {
        done = begun => done.map(|()| {
            line(&format!("Dossier {} works: the broker and what it knows were asked.", place.service));
            true
        }),
        () = asked => Ok(false),
    }
}

/// What a configuration says of a service.
pub(super) fn settings_of(origin: Origin, configuration: &Configuration) -> Result<OutpostSettings, Failure> {
    let demonstration = if configuration.demo { Demonstration::Yes(None) } else { Demonstration::No };
    let nats = &configuration.nats;
    let mut house = HouseSettings::new(&configuration.data, demonstration, configuration.public_url.clone());
    house.proxies = configuration.proxies();
    house.witnesses = configuration.witnesses.as_deref().map(read_witnesses).transpose()?.unwrap_or_default();
    house.mail = configuration.mail.as_ref().map(mail_server).transpose()?;
    Ok(OutpostSettings {
        origin,
        house,
        verifiers: configuration.verifiers.clone(),
        broker: BrokerSettings {
            servers: nats.servers.clone(),
            nkey: Some(nats.nkey.clone()),
            ca: nats.ca.clone(),
            replicas: nats.replicas,
        },
    })
}
