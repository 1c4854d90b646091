//! All four services in this process, listening on the loopback interface.

use std::{net::Ipv4Addr, path::Path};

use dossier::{
    client::Client,
    house::{House, HouseSettings, router},
};
use dossier_web::{Limits, page::Demonstration, serve};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::{net::TcpListener, runtime::Runtime, sync::oneshot, task::JoinHandle};

use super::entries::People;
use crate::failure::Failure;

/// What a house counts and times; one for each process.
pub(crate) fn record() -> Result<PrometheusHandle, Failure> {
    PrometheusBuilder::new().install_recorder().map_err(Failure::wrong)
}

/// A house that is up.
pub(crate) struct Running {
    runtime: Runtime,
    house: House,
    base: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Running {
    /// Opens a demonstration in a directory, as `dossier up --demo` does.
    pub(crate) fn start(directory: &Path, metrics: PrometheusHandle) -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::disk("(threads)"))?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
        let listener = listener.map_err(Failure::disk("(loopback)"))?;
        let address = listener.local_addr().map_err(Failure::disk("(loopback)"))?;
        let base = format!("http://{address}");
        let settings = HouseSettings::new(directory.join("data"), Demonstration::Yes(None), &base);
        let house = runtime.block_on(House::open(settings)).map_err(Failure::wrong)?;
        let (stop, stopping) = oneshot::channel();
        let router = router(&house, metrics);
        let serving = runtime.spawn(async move {
            serve(listener, router, Limits::default(), async { drop(stopping.await) }).await;
        });
        Ok(Self { runtime, house, base, stop, serving })
    }

    /// A contributor, a moderator and a reader, with connections of their own.
    pub(crate) fn people(&self) -> Result<People, Failure> {
        Ok(People {
            contributor: self.client("contributor-kz")?,
            moderator: self.client("moderator-a")?,
            reader: Client::to(&self.base, None),
        })
    }

    /// Somebody of whom nothing is known, with connections of their own.
    pub(crate) fn reader(&self) -> Client {
        Client::to(&self.base, None)
    }

    /// Somebody of the demonstration, with connections of their own.
    pub(crate) fn client(&self, person: &str) -> Result<Client, Failure> {
        let token = self.house.tokens.get(person);
        let token = token.ok_or_else(|| Failure::wrong(format!("nobody plays {person}")))?;
        Ok(Client::to(&self.base, Some(token.clone())))
    }

    /// Ends as on Ctrl-C.
    pub(crate) fn end(self) {
        drop(self.stop);
        self.runtime.block_on(async {
            // A fault of the server would have shown in the answers.
            let _ = self.serving.await;
            self.house.close().await;
        });
    }
}
