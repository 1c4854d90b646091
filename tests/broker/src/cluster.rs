//! Three servers that know each other.

use crate::{Broker, Port, Settings};

const NODES: usize = 3;

/// A cluster of three.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Broker>,
    _routes: Vec<Port>,
}

impl Cluster {
    /// Starts three servers with the same settings and returns when all know their leader.
    ///
    /// # Panics
    /// When they do not find each other.
    #[must_use]
    pub fn start(settings: &Settings) -> Self {
        Self::start_each(|_| settings.clone())
    }

    /// The same, each with its own settings, by its number. Names and routes are given as flags, which win over a file, and
    /// in the variables that `deploy/nats-cluster.conf` reads.
    ///
    /// # Panics
    /// When they do not find each other.
    #[must_use]
    pub fn start_each(settings: impl Fn(usize) -> Settings) -> Self {
        let routes: Vec<Port> = (0..NODES).map(|_| Port::reserve()).collect();
        let all: Vec<String> = routes.iter().map(|port| format!("nats://127.0.0.1:{}", port.number())).collect();
        let quoted: Vec<String> = all.iter().map(|route| format!("\"{route}\"")).collect();
        let prepare = |(k, own): (usize, &String)| {
            let settings = settings(k)
                .environment("DOSSIER_NATS_NAME", format!("node-{k}"))
                .environment("DOSSIER_NATS_ROUTES", format!("[{}]", quoted.join(", ")))
                .flag("--name")
                .flag(format!("node-{k}"))
                .flag("--cluster_name")
                .flag("dossier")
                .flag("--cluster")
                .flag(own)
                .flag("--routes")
                .flag(all.join(","));
            Broker::prepare(settings)
        };
        let mut nodes: Vec<Broker> = all.iter().enumerate().map(prepare).collect();
        nodes.iter_mut().for_each(Broker::launch);
        nodes.iter_mut().for_each(Broker::wait_until_well);
        Self { nodes, _routes: routes }
    }

    /// Where clients connect: all three.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(Broker::url).collect()
    }

    /// Where clients connect with TLS: all three.
    #[must_use]
    pub fn tls_urls(&self) -> Vec<String> {
        self.nodes.iter().map(Broker::tls_url).collect()
    }

    /// One of the three.
    ///
    /// # Panics
    /// When there are not that many.
    #[must_use]
    pub fn node(&mut self, number: usize) -> &mut Broker {
        &mut self.nodes[number]
    }

    /// The node that leads a stream, by its monitoring page.
    #[must_use]
    pub fn leader_of(&self, stream: &str) -> Option<usize> {
        self.nodes.iter().position(|node| leads(node, stream))
    }
}

fn leads(node: &Broker, stream: &str) -> bool {
    let Some(page) = node.monitoring("/jsz?streams=true&leader-only=true") else { return false };
    page.contains(&format!("\"name\": \"{stream}\""))
}
