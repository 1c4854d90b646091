//! The command `dossier`, built with these tests: the same library, the same command line, the same exit codes. Only `serve` can be told
//! more, in variables:
//!
//! - `UNDER_FAULT_DIE=moderation:committed:received:3`: it ends with SIGKILL at this point;
//! - `UNDER_FAULT_CLOCK_AHEAD=-60`: its clock is so many seconds ahead of the machine's.
//!
//! `GET /under-fault/positions` answers where its journal ends and how far it has read the others.

use std::{
    collections::BTreeMap,
    env,
    process::ExitCode,
    str::FromStr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use axum::{Json, Router, middleware, routing::get};
use clap::Parser;
use dossier::{
    Exit, Failure,
    cli::{Cli, Command, Serve},
    commands,
    configuration::Configuration,
    house::{BrokerSettings, HouseSettings, Outpost, OutpostSettings, outpost_router},
    output::{aside, line},
};
use dossier_engine::{Clock, MachineClock};
use dossier_faults::{
    answers::{Answers, Line, NotingListener, note_answers},
    dying::Dying,
    point::Point,
};
use dossier_nats::{
    level::{At, Positions},
    service::OPENED,
};
use dossier_proto::Micros;
use dossier_web::page::Demonstration;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// As `dossier serve` waits for the broker.
const BROKER_PATIENCE: Duration = Duration::from_secs(5);

/// The machine's clock, so many seconds forward or back.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Micros {
        MachineClock.now().plus(self.0.load(Ordering::SeqCst) * Micros::SECOND)
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.command {
        Command::Serve(serve) => run(serve),
        _ => commands::run(cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            aside(&format!("dossier: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(serve: &Serve) -> Result<(), Failure> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("DOSSIER_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| failed(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(stay_up(serve, metrics))
}

async fn stay_up(serve: &Serve, metrics: PrometheusHandle) -> Result<(), Failure> {
    // From here on it ends as it should, whenever it is asked.
    let mut asked_to_end = signal(SignalKind::terminate()).map_err(|error| failed(&error))?;
    let answers = Arc::new(Answers::default());
    let (settings, listen) = settings(serve, &answers)?;
    let listener = TcpListener::bind(listen).await.map_err(|error| failed(&error))?;
    let address = listener.local_addr().map_err(|error| failed(&error))?;
    let mut outpost = Outpost::open(settings, BROKER_PATIENCE).await?;
    aside(OPENED);
    let routes = routes(&outpost, metrics, &answers);
    let listener = NotingListener::new(listener, answers);
    let serving =
        tokio::spawn(async move { axum::serve(listener, routes.into_make_service_with_connect_info::<Line>()).await });
    let begun = tokio::select! {
        begun = outpost.begin() => begun.map(|()| true),
        _ = asked_to_end.recv() => Ok(false),
    };
    let ended = match begun {
        Ok(true) => {
            line(&format!("Dossier {} is up at http://{address}", serve.service));
            tokio::select! {
                _ = asked_to_end.recv() => Ok(()),
                failure = outpost.stopped() => Err(failure),
            }
        }
        Ok(false) => Ok(()),
        Err(failure) => Err(failure),
    };
    serving.abort();
    // The routes are done with when this returns.
    let _ = serving.await;
    outpost.close().await;
    ended
}

fn settings(serve: &Serve, answers: &Arc<Answers>) -> Result<(OutpostSettings, std::net::SocketAddr), Failure> {
    let configuration = Configuration::read(&serve.config)?;
    let demonstration = if serve.demo || configuration.demo { Demonstration::Yes(None) } else { Demonstration::No };
    let mut house = HouseSettings::new(&configuration.data, demonstration, configuration.public_url.clone());
    let ahead = asked("UNDER_FAULT_CLOCK_AHEAD")?.unwrap_or(0);
    house.clock = Arc::new(SetClock(AtomicI64::new(ahead)));
    if let Some(point) = asked::<Point>("UNDER_FAULT_DIE")? {
        house.faults = Arc::new(Dying::at(point, Arc::clone(answers)));
    }
    let nats = configuration.nats;
    let broker = BrokerSettings { servers: nats.servers, nkey: Some(nats.nkey), ca: nats.ca, replicas: nats.replicas };
    let settings = OutpostSettings { origin: serve.service, house, verifiers: configuration.verifiers, broker };
    Ok((settings, serve.listen.unwrap_or(configuration.listen)))
}

fn asked<T: FromStr<Err: std::fmt::Display>>(variable: &str) -> Result<Option<T>, Failure> {
    let text = env::var(variable).ok();
    let parse = |text: String| text.parse().map_err(|error| failed(&format!("{variable}: {error}")));
    text.map(parse).transpose()
}

fn routes(outpost: &Outpost, metrics: PrometheusHandle, answers: &Arc<Answers>) -> Router {
    let standing = outpost.standing();
    let positions = get(move || {
        let standing = standing();
        let at = |position: dossier_exchange::Position| At { epoch: position.epoch, sequence: position.sequence };
        let read: BTreeMap<_, _> = standing.read.iter().map(|(origin, next)| (*origin, at(*next))).collect();
        std::future::ready(Json(Positions { head: at(standing.head), read }))
    });
    outpost_router(outpost, metrics)
        .route("/under-fault/positions", positions)
        .layer(middleware::from_fn_with_state(Arc::clone(answers), note_answers))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
