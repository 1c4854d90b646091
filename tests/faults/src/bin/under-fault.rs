//! A house that ends with SIGKILL at a given point.
//!
//! Prints `at http://…` once it is up. `GET /under-fault/level` answers when everybody has read everything. SIGTERM ends it
//! cleanly; SIGUSR1 sets its clock right. Refusals to start are told and have the exit codes of `dossier up`.
#![allow(clippy::print_stdout, reason = "its caller reads where it listens")]

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{Router, middleware, routing::get};
use clap::Parser;
use dossier::{
    Exit, Failure,
    house::{House, HouseSettings, router},
    output::aside,
};
use dossier_engine::{Clock, MachineClock};
use dossier_faults::{
    answers::{Answers, Line, NotingListener, note_answers},
    dying::Dying,
    point::Point,
    process::own_address,
};
use dossier_proto::Micros;
use dossier_web::page::Demonstration;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[derive(Parser)]
struct Asked {
    /// The data directory.
    data: PathBuf,
    /// Where it ends: `moderation:committed:received:3`.
    #[arg(long)]
    die: Option<Point>,
    /// By how many seconds its clock is ahead of the machine's; negative for behind.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    clock_ahead: i64,
}

/// The machine's clock, so many seconds forward or back.
struct SetClock(AtomicI64);

impl Clock for SetClock {
    fn now(&self) -> Micros {
        MachineClock.now().plus(self.0.load(Ordering::SeqCst) * Micros::SECOND)
    }
}

/// Sets it right when somebody asks for it.
async fn set_right(clock: Arc<SetClock>) {
    let Ok(mut asked) = signal(SignalKind::user_defined1()) else { return };
    while asked.recv().await.is_some() {
        clock.0.store(0, Ordering::SeqCst);
    }
}

fn main() -> ExitCode {
    let asked = Asked::parse();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("DOSSIER_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn")),
        )
        .init();
    match run(&asked) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            aside(&format!("under-fault: {failure}"));
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(asked: &Asked) -> Result<(), Failure> {
    let metrics = PrometheusBuilder::new().install_recorder().map_err(|error| failed(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| failed(&error))?;
    runtime.block_on(stay_up(asked, metrics))
}

async fn stay_up(asked: &Asked, metrics: PrometheusHandle) -> Result<(), Failure> {
    // From here on it ends as it should, whenever it is asked.
    let mut asked_to_end = signal(SignalKind::terminate()).map_err(|error| failed(&error))?;
    let answers = Arc::new(Answers::default());
    let listener = TcpListener::bind((own_address(), 0)).await.map_err(|error| failed(&error))?;
    let address = listener.local_addr().map_err(|error| failed(&error))?;
    let mut settings = HouseSettings::new(&asked.data, Demonstration::Yes(None), format!("http://{address}"));
    let clock = Arc::new(SetClock(AtomicI64::new(asked.clock_ahead)));
    tokio::spawn(set_right(Arc::clone(&clock)));
    settings.clock = clock;
    if let Some(point) = asked.die {
        settings.faults = Arc::new(Dying::at(point, Arc::clone(&answers)));
    }
    let house = Arc::new(House::open(settings).await?);
    let routes = routes(&house, metrics, &answers);
    let listener = NotingListener::new(listener, answers);
    let serving =
        tokio::spawn(async move { axum::serve(listener, routes.into_make_service_with_connect_info::<Line>()).await });
    println!("at http://{address}");
    let ended = tokio::select! {
        _ = asked_to_end.recv() => Ok(()),
        reason = house.stopped() => Err(Failure::new(Exit::Disk, format!("a service has stopped: {reason}"))),
    };
    serving.abort();
    // The routes hold the house until the last connection has ended.
    let _ = serving.await;
    if let Some(house) = Arc::into_inner(house) {
        house.close().await;
    }
    ended
}

fn routes(house: &Arc<House>, metrics: PrometheusHandle, answers: &Arc<Answers>) -> Router {
    let watched = Arc::downgrade(house);
    let level = get(move || {
        let watched = watched.clone();
        async move {
            let Some(house) = watched.upgrade() else { return "gone" };
            if house.is_level().await { "level" } else { "not level" }
        }
    });
    router(house, metrics)
        .route("/under-fault/level", level)
        .layer(middleware::from_fn_with_state(Arc::clone(answers), note_answers))
}

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
