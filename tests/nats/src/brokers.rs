//! The broker of an installation: one server, or three.

use std::path::Path;

use dossier_broker::{Broker, Cluster, Settings};

use dossier_proto::Origin;

use crate::{deployment::Deployment, network::Network};

/// Which broker an installation is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One server.
    One,
    /// Three servers.
    Three,
    /// Three servers in a network that can be cut.
    Network,
}

/// The broker.
#[derive(Debug)]
pub enum Brokers {
    /// With `deploy/nats.conf`.
    One(Box<Broker>),
    /// With `deploy/nats-cluster.conf`.
    Three(Box<Cluster>),
    /// The same, in a network that can be cut.
    Network(Box<Network>),
}

impl Brokers {
    /// Starts it: one server in the directory of the deployment, three each in a directory of its own beside it.
    pub fn start(kind: Kind, deployment: &Deployment, beside: &Path) -> Self {
        let node = |number: usize| {
            let directory = beside.join(format!("node-{number}"));
            deployment.copy_for_broker(&directory);
            Settings::in_deployment(directory, "nats-cluster.conf")
        };
        match kind {
            Kind::One => Self::One(Box::new(Broker::start(Settings::in_deployment(deployment.root(), "nats.conf")))),
            Kind::Three => Self::Three(Box::new(Cluster::start_each(node))),
            Kind::Network => Self::Network(Box::new(Network::of(Cluster::start_in_a_network(node)))),
        }
    }

    /// Where a service connects.
    pub fn servers(&self, origin: Origin) -> Vec<String> {
        match self {
            Self::One(broker) => vec![broker.tls_url()],
            Self::Three(cluster) => cluster.tls_urls(),
            Self::Network(network) => network.servers(origin),
        }
    }

    /// How often a stream is kept.
    pub fn replicas(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Three(_) | Self::Network(_) => 3,
        }
    }

    /// The one server.
    ///
    /// # Panics
    /// There are three.
    pub fn single(&mut self) -> &mut Broker {
        match self {
            Self::One(broker) => broker,
            Self::Three(_) | Self::Network(_) => panic!("there are three servers"),
        }
    }

    /// The three.
    ///
    /// # Panics
    /// There is one.
    pub fn cluster(&mut self) -> &mut Cluster {
        match self {
            Self::Three(cluster) => cluster,
            Self::Network(network) => &mut network.cluster,
            Self::One(_) => panic!("there is one server"),
        }
    }

    /// The network between the three.
    ///
    /// # Panics
    /// There is none.
    pub fn network(&self) -> &Network {
        match self {
            Self::Network(network) => network,
            Self::One(_) | Self::Three(_) => panic!("there is no network that could be cut"),
        }
    }

    /// The end of each server's log.
    pub fn logs(&mut self) -> String {
        match self {
            Self::One(broker) => tail(&broker.log()),
            Self::Three(_) | Self::Network(_) => {
                let cluster = self.cluster();
                (0..3).map(|number| tail(&cluster.node(number).log()) + "\n--\n").collect()
            }
        }
    }
}

/// The last lines of a log.
pub fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}
