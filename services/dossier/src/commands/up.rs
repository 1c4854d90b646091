//! `dossier up`: all four services in this process.

use std::{
    io::IsTerminal,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Mutex,
    time::Instant,
};

use dossier_web::{Limits, page::Demonstration, serve};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, sync::watch};

use super::telling;
use crate::{
    Exit, Failure,
    cli::Up,
    house::{self, House, HouseSettings},
    output::{aside, line},
};

/// When a port is taken, so many after it are tried.
const PORTS_TRIED: u16 = 50;
/// How often the metrics' recorder tidies up.
const UPKEEP: std::time::Duration = std::time::Duration::from_secs(5);

pub(super) fn run(up: &Up) -> Result<(), Failure> {
    log_to_standard_error(&up.log);
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Failure::new(Exit::Failed, format!("metrics cannot be recorded: {error}")))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failed, format!("no threads could be started: {error}")))?;
    runtime.block_on(stay_up(up, metrics))
}

async fn stay_up(up: &Up, metrics: PrometheusHandle) -> Result<(), Failure> {
    let started = Instant::now();
    let listener = listen(up.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let base = format!("http://{}", reachable(address));
    let demonstration = if up.demo { Demonstration::Yes(None) } else { Demonstration::No };
    let public = up.public_url.clone().unwrap_or_else(|| base.clone());
    let settings = HouseSettings::new(&up.data, demonstration, public.trim_end_matches('/'));
    let house = House::open(settings).await?;
    line(&format!("Dossier is up at {base} on {} ({} ms).", up.data.display(), started.elapsed().as_millis()));
    let (stop, stopping) = watch::channel(());
    let upkeep = tokio::spawn(keep_up(metrics.clone()));
    let router = house::router(&house, metrics);
    let serving = tokio::spawn(serve(listener, router, Limits::default(), wait(stopping)));
    let told = match &up.story {
        Some(sample) => telling::tell(&house, &base, &up.data, sample).await,
        None => Ok(()),
    };
    let ended = match told {
        Ok(()) => until_asked_to_end(&house).await,
        Err(failure) => Err(failure),
    };
    drop(stop);
    if serving.await.is_err() {
        aside("dossier: the server ended with a fault; see the log");
    }
    upkeep.abort();
    house.close().await;
    if ended.is_ok() {
        line("Ended cleanly.");
    }
    ended
}

async fn keep_up(metrics: PrometheusHandle) {
    let mut tick = tokio::time::interval(UPKEEP);
    loop {
        tick.tick().await;
        metrics.run_upkeep();
    }
}

async fn wait(mut stopping: watch::Receiver<()>) {
    // The channel closes when it is time.
    let _ = stopping.changed().await;
}

async fn until_asked_to_end(house: &House) -> Result<(), Failure> {
    tokio::select! {
        () = asked_to_end() => Ok(()),
        reason = house.stopped() => Err(Failure::new(
            Exit::Disk,
            format!("a service has stopped, and with it all: {reason}. Nothing unanswered was lost; `dossier doctor` says more"),
        )),
    }
}

async fn asked_to_end() {
    let interrupted = tokio::signal::ctrl_c();
    let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) else {
        let _ = interrupted.await;
        return;
    };
    tokio::select! {
        _ = interrupted => {}
        _ = terminated.recv() => {}
    }
}

/// Listens; when the port is taken, on the next free one, and says so.
async fn listen(wanted: SocketAddr) -> Result<TcpListener, Failure> {
    for step in 0..PORTS_TRIED {
        let Some(port) = wanted.port().checked_add(step) else { break };
        match TcpListener::bind(SocketAddr::new(wanted.ip(), port)).await {
            Ok(listener) => {
                if step > 0 {
                    line(&format!("Port {} is taken; using {port}.", wanted.port()));
                }
                return Ok(listener);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && wanted.port() != 0 => {}
            Err(error) => return Err(cannot_listen(wanted, &error)),
        }
    }
    Err(cannot_listen(wanted, &"that port and the next ones are taken"))
}

fn cannot_listen(wanted: SocketAddr, reason: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, format!("cannot listen on {wanted}: {reason}. Name another address with --listen"))
}

/// An address that a browser on this machine can open.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() { SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()) } else { address }
}

/// Once in a process; a second call changes nothing.
fn log_to_standard_error(format: &str) {
    static SET: Mutex<bool> = Mutex::new(false);
    let mut set = SET.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if std::mem::replace(&mut *set, true) {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOSSIER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Another subscriber may have been set by a test; then that one is used.
    let _ = if format == "json" {
        builder.json().try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
}

/// The directory as one would type it.
pub(super) fn typed(path: &Path) -> String {
    path.display().to_string()
}
