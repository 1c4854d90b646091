//! `dossier up`: all four services in this process.

use std::{
    io::IsTerminal,
    net::{Ipv4Addr, SocketAddr},
    sync::Mutex,
    time::Instant,
};

use dossier_registry::Language;
use dossier_web::{Limits, page::Demonstration, serve};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

use super::telling;
use crate::{
    Exit, Failure, Layout,
    cli::Up,
    commands::import_file,
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
    fits(up)?;
    let listener = listen(up.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    let base = format!("http://{}", reachable(address));
    let demonstration = if up.demo { Demonstration::Yes(None) } else { Demonstration::No };
    let public = up.public_url.clone().unwrap_or_else(|| base.clone());
    let settings = HouseSettings::new(&up.data, demonstration, public.trim_end_matches('/'));
    let house = House::open(settings).await?;
    // Whoever reads that it is up may ask it to end at once.
    let asked = asked_to_end()?;
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
        Ok(()) => until_asked_to_end(&house, asked).await,
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

/// Whether what was asked for can be, before anything is touched.
fn fits(up: &Up) -> Result<(), Failure> {
    let tokens = Layout::of(&up.data).demo_tokens();
    if !up.demo && tokens.exists() {
        let refused = format!(
            "{} is a demonstration: whoever reads {} acts as its invented people. Start it with --demo, or name another directory with --data",
            up.data.display(),
            tokens.display()
        );
        return Err(Failure::new(Exit::Usage, refused));
    }
    let Some(sample) = &up.story else { return Ok(()) };
    import_file::read(sample, "event", Language::En).map(drop)
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

async fn until_asked_to_end(house: &House, asked: impl Future<Output = ()>) -> Result<(), Failure> {
    tokio::select! {
        () = asked => Ok(()),
        reason = house.stopped() => Err(Failure::new(
            Exit::Disk,
            format!("a service has stopped, and with it all: {reason}. Nothing unanswered was lost; `dossier doctor` says more"),
        )),
    }
}

/// Listens for Ctrl-C and SIGTERM from now on; the future completes when one has come.
fn asked_to_end() -> Result<impl Future<Output = ()>, Failure> {
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

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn asked(data: &Path, more: &[&str]) -> Up {
        let data = data.to_str().unwrap();
        match Cli::parse_from([&["dossier", "up", "--data", data], more].concat()).command {
            Command::Up(up) => up,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_demonstration_is_not_started_as_a_registry() {
        let directory = tempfile::tempdir().unwrap();
        fits(&asked(directory.path(), &[])).unwrap();
        fs::write(directory.path().join("demo-tokens.json"), "{}").unwrap();
        let refused = fits(&asked(directory.path(), &[])).unwrap_err();
        assert!(refused.to_string().contains("--demo"), "{refused}");
        fits(&asked(directory.path(), &["--demo"])).unwrap();
    }

    #[test]
    fn a_story_that_cannot_be_read_starts_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let refused = fits(&asked(directory.path(), &["--demo", "--story", "/not/there"])).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::NotThere as u8);
    }

    #[test]
    fn the_public_address_is_one_of_the_web() {
        for bad in ["javascript:alert(1)", "http://", "http://x/\"><script>", "https://a b", "registry.example"] {
            assert!(Cli::try_parse_from(["dossier", "up", "--public-url", bad]).is_err(), "{bad}");
        }
        for good in ["https://registry.example", "http://127.0.0.1:8080/a/"] {
            assert!(Cli::try_parse_from(["dossier", "up", "--public-url", good]).is_ok(), "{good}");
        }
    }
}
