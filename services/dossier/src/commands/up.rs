//! `dossier up`: all four services in this process.

use std::{net::IpAddr, path::Path, time::Instant};

use dossier_proto::Origin;
use dossier_registry::Language;
use dossier_web::{Limits, page::Demonstration, proxies::TrustedProxies, serve};
use http::Uri;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::sync::watch;

use super::{
    demo,
    running::{Running, asked_to_end, keep_up, listen_near, reachable, until_dropped},
    telling,
};
use crate::{
    Exit, Failure, Layout,
    cli::Up,
    commands::import_file,
    configuration::{read_mail, read_witnesses},
    house::{self, House, HouseBroker, HouseSettings},
    output::{aside, line},
    restore::sweep_around,
};

/// What is told when it is up.
enum Tale<'a> {
    Nothing,
    /// The sample record.
    Sample(&'a Path),
    /// The practice.
    Practice,
}

pub(super) fn run(up: &Up) -> Result<(), Failure> {
    let tale = up.story.as_deref().map_or(Tale::Nothing, Tale::Sample);
    let Running { runtime, metrics } = Running::prepare(&up.log)?;
    runtime.block_on(stay_up(up, metrics, &tale))
}

/// The same, and the practice is told.
pub(super) fn run_with_practice(up: &Up) -> Result<(), Failure> {
    let Running { runtime, metrics } = Running::prepare(&up.log)?;
    runtime.block_on(stay_up(up, metrics, &Tale::Practice))
}

async fn stay_up(up: &Up, metrics: PrometheusHandle, tale: &Tale<'_>) -> Result<(), Failure> {
    let started = Instant::now();
    fits(up)?;
    sweep_around(&up.data);
    let listener = listen_near(up.listen).await?;
    let base = format!("http://{}", reachable(&listener)?);
    let demonstration = if up.demo { Demonstration::Yes(Some("/demo")) } else { Demonstration::No };
    let public = up.public_url.clone().unwrap_or_else(|| base.clone());
    let mut settings = HouseSettings::new(&up.data, demonstration, public.trim_end_matches('/'));
    settings.witnesses = up.witnesses.as_deref().map(read_witnesses).transpose()?.unwrap_or_default();
    settings.mail = up.mail.as_deref().map(read_mail).transpose()?;
    settings.proxies = TrustedProxies::of(up.behind.iter().copied());
    let house = match broker(up) {
        Some(broker) => House::open_over(settings, &broker).await?,
        None => House::open(settings).await?,
    };
    // Whoever reads that it is up may ask it to end at once.
    let asked = asked_to_end()?;
    line(&format!("Dossier is up at {base} on {} ({} ms).", up.data.display(), started.elapsed().as_millis()));
    let (stop, stopping) = watch::channel(());
    let upkeep = keep_up(metrics.clone());
    let router = house::router(&house, metrics);
    let serving = tokio::spawn(serve(listener, router, Limits::default(), until_dropped(stopping)));
    let told = match tale {
        Tale::Sample(sample) => telling::tell(&house, &base, &up.data, sample).await,
        Tale::Practice => demo::tell(&house, &base, &up.data).await,
        Tale::Nothing => Ok(()),
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

fn broker(up: &Up) -> Option<HouseBroker> {
    let servers = up.nats.clone();
    (!servers.is_empty()).then(|| HouseBroker { servers, keys: up.nats_keys.clone() })
}

/// Whether what was asked for can be, before anything is touched.
fn fits(up: &Up) -> Result<(), Failure> {
    is_no_service_of_another(&up.data)?;
    let tokens = Layout::of(&up.data).demo_tokens();
    if !up.demo && tokens.exists() {
        let refused = format!(
            "{} is a demonstration: whoever reads {} acts as its invented people. Start it with --demo, or name another directory with --data",
            up.data.display(),
            tokens.display()
        );
        return Err(Failure::new(Exit::Usage, refused));
    }
    if let (None, false) = (&up.nats_keys, up.nats_without_keys) {
        up.nats.iter().try_for_each(|server| is_of_this_machine(server))?;
    }
    let Some(sample) = &up.story else { return Ok(()) };
    import_file::read(sample, "event", Language::En).map(drop)
}

/// An installation inside one service's directory of another would mix its files with those.
fn is_no_service_of_another(data: &Path) -> Result<(), Failure> {
    let data = std::path::absolute(data).unwrap_or_else(|_| data.to_owned());
    let is_named_so = data.file_name().is_some_and(|name| Origin::ALL.iter().any(|origin| name == origin.name()));
    match data.parent().filter(|above| is_named_so && Layout::of(above).installation().exists()) {
        None => Ok(()),
        Some(above) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is one service's part of the installation in {}. Name that with --data, or another directory. Nothing was started",
                data.display(),
                above.display()
            ),
        )),
    }
}

/// A broker that admits anybody shows everybody who reaches it the keys to what was written, and lets anybody speak for a service. On this
/// machine that is for whoever works on it to judge.
fn is_of_this_machine(server: &str) -> Result<(), Failure> {
    let address: Option<Uri> = server.parse().ok();
    let host = address.as_ref().and_then(Uri::host).unwrap_or_default().trim_matches(['[', ']']);
    let is_loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback());
    if is_loopback {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{server} is not on this machine: without keys, whoever reaches that broker could read the keys to every word and speak for every \
             service. Make keys with `dossier keys DIR`, start the broker with deploy/nats.conf, and name them with --nats-keys DIR; or, on a \
             network that is yours alone, say --nats-without-keys. Nothing was started"
        ),
    ))
}

async fn until_asked_to_end(house: &House, asked: impl Future<Output = ()>) -> Result<(), Failure> {
    tokio::select! {
        () = asked => Ok(()),
        failure = house.stopped() => Err(failure),
    }
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
    fn an_installation_does_not_begin_inside_a_service_of_another() {
        let directory = tempfile::tempdir().unwrap();
        let above = Layout::of(directory.path());
        fits(&asked(&directory.path().join("moderation"), &[])).unwrap();
        fs::create_dir_all(above.keys()).unwrap();
        fs::write(above.installation(), "{}").unwrap();
        let refused = fits(&asked(&directory.path().join("moderation"), &[])).unwrap_err();
        assert!(refused.to_string().contains("one service's part"), "{refused}");
        fits(&asked(&directory.path().join("other"), &[])).unwrap();
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
    fn a_broker_elsewhere_needs_keys_or_a_word() {
        let directory = tempfile::tempdir().unwrap();
        let fits = |more: &[&str]| fits(&asked(directory.path(), more));
        for here in
            ["nats://localhost:4222", "nats://127.0.0.1:4222", "tls://[::1]:4222", "nats://127.0.0.2", "localhost:4222"]
        {
            fits(&["--nats", here]).unwrap_or_else(|refused| panic!("{here}: {refused}"));
        }
        for elsewhere in [
            "nats://broker.example:4222",
            "tls://10.0.0.7:4222",
            "nats://localhost.example:4222",
            "nats://127.0.0.1@broker.example:4222",
            "nats://[2001:db8::1]:4222",
            "nats://0.0.0.0:4222",
            "broker:4222",
            "",
        ] {
            let refused = fits(&["--nats", "nats://localhost:4222", "--nats", elsewhere]).expect_err(elsewhere);
            assert_eq!(refused.exit_code(), Exit::Usage as u8);
            for word in ["--nats-keys", "--nats-without-keys", "Nothing was started"] {
                assert!(refused.to_string().contains(word), "{refused}");
            }
            fits(&["--nats", elsewhere, "--nats-without-keys"]).unwrap();
            fits(&["--nats", elsewhere, "--nats-keys", "keys"]).unwrap();
        }
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
