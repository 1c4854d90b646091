//! What every command that stays up does alike: it logs, measures, listens, and ends when it is asked to.

use std::{
    io::IsTerminal,
    net::{Ipv4Addr, SocketAddr},
    sync::Mutex,
    time::Duration,
};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};

use crate::{Exit, Failure, output::line};

/// When a port is taken, so many after it are tried.
const PORTS_TRIED: u16 = 50;
/// How often the metrics' recorder tidies up.
const UPKEEP: Duration = Duration::from_secs(5);

/// What is logged without DOSSIER_LOG. What the client of the broker says of each attempt is told by `exchange` in other words, not twice a
/// second.
const LOGGED: &str = "warn,async_nats=off";

/// What a command that stays up stands on.
pub(super) struct Running {
    pub(super) runtime: Runtime,
    pub(super) metrics: PrometheusHandle,
}

impl Running {
    /// Once in a process: the log, the figures, the threads.
    pub(super) fn prepare(log: &str) -> Result<Self, Failure> {
        log_to_standard_error(log);
        let failed = |what: &str, error: &dyn std::fmt::Display| Failure::new(Exit::Failed, format!("{what}: {error}"));
        let metrics = PrometheusBuilder::new().install_recorder();
        let metrics = metrics.map_err(|error| failed("metrics cannot be recorded", &error))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| failed("no threads could be started", &error))?;
        Ok(Self { runtime, metrics })
    }
}

/// Tidies the figures until it is aborted.
pub(super) fn keep_up(metrics: PrometheusHandle) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut tick = tokio::time::interval(UPKEEP);
        loop {
            tick.tick().await;
            metrics.run_upkeep();
        }
    })
}

/// Returns when the sender is dropped.
pub(super) async fn until_dropped(mut stopping: watch::Receiver<()>) {
    // The channel closes when it is time.
    let _ = stopping.changed().await;
}

/// Listens for Ctrl-C and SIGTERM from now on; the future completes when one has come.
pub(super) fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let listen =
        |kind| signal(kind).map_err(|error| Failure::new(Exit::Failed, format!("signals cannot be heard: {error}")));
    let (mut interrupted, mut terminated) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Listens; when the port is taken, on the next free one, and says so.
pub(super) async fn listen_near(wanted: SocketAddr) -> Result<TcpListener, Failure> {
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
    Err(Failure::new(
        Exit::PortTaken,
        format!("cannot listen on {wanted}: that port and the next ones are taken. Name another address with --listen"),
    ))
}

/// Listens there and nowhere else: others are configured to find it there.
pub(super) async fn listen_at(wanted: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(wanted).await.map_err(|error| cannot_listen(wanted, &error))
}

fn cannot_listen(wanted: SocketAddr, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        let taken = format!(
            "{wanted} is taken: another process listens there. End that one, or name another address with --listen"
        );
        return Failure::new(Exit::PortTaken, taken);
    }
    Failure::new(Exit::Failed, format!("cannot listen on {wanted}: {error}. Name another address with --listen"))
}

/// The address of a listener, as a browser on this machine can open it.
pub(super) fn reachable(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let unspecified = address.ip().is_unspecified();
    Ok(if unspecified { SocketAddr::new(Ipv4Addr::LOCALHOST.into(), address.port()) } else { address })
}

/// Once in a process; a second call changes nothing.
fn log_to_standard_error(format: &str) {
    static SET: Mutex<bool> = Mutex::new(false);
    let mut set = SET.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if std::mem::replace(&mut *set, true) {
        return;
    }
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOSSIER_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(LOGGED));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // Another subscriber may have been set by a test; then that one is used.
    let _ = if format == "json" {
        builder.json().try_init()
    } else {
        builder.with_ansi(std::io::stderr().is_terminal()).try_init()
    };
}
