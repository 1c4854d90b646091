//! The broker of an installation: one server, or three.

use std::path::Path;

use dossier_broker::{Broker, Cluster, Settings};

use crate::deployment::Deployment;

/// The broker.
#[derive(Debug)]
pub enum Brokers {
    /// With `deploy/nats.conf`.
    One(Box<Broker>),
    /// With `deploy/nats-cluster.conf`.
    Three(Box<Cluster>),
}

impl Brokers {
    /// One server, started in the directory of the deployment.
    pub fn one(deployment: &Deployment) -> Self {
        Self::One(Box::new(Broker::start(Settings::in_deployment(deployment.root(), "nats.conf"))))
    }

    /// Three servers, each in a directory of its own beside the deployment's.
    pub fn three(deployment: &Deployment, beside: &Path) -> Self {
        let node = |number: usize| {
            let directory = beside.join(format!("node-{number}"));
            deployment.copy_for_broker(&directory);
            Settings::in_deployment(directory, "nats-cluster.conf")
        };
        Self::Three(Box::new(Cluster::start_each(node)))
    }

    /// Where services connect.
    pub fn servers(&self) -> Vec<String> {
        match self {
            Self::One(broker) => vec![broker.tls_url()],
            Self::Three(cluster) => cluster.tls_urls(),
        }
    }

    /// How often a stream is kept.
    pub fn replicas(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Three(_) => 3,
        }
    }

    /// The one server.
    ///
    /// # Panics
    /// There are three.
    pub fn single(&mut self) -> &mut Broker {
        match self {
            Self::One(broker) => broker,
            Self::Three(_) => panic!("there are three servers"),
        }
    }

    /// The three.
    ///
    /// # Panics
    /// There is one.
    pub fn cluster(&mut self) -> &mut Cluster {
        match self {
            Self::Three(cluster) => cluster,
            Self::One(_) => panic!("there is one server"),
        }
    }

    /// The end of each server's log.
    pub fn logs(&mut self) -> String {
        match self {
            Self::One(broker) => tail(&broker.log()),
            Self::Three(cluster) => (0..3).map(|number| tail(&cluster.node(number).log()) + "\n--\n").collect(),
        }
    }
}

/// The last lines of a log.
pub fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}
