//! Three servers and four services in a network that can be cut in two.

use std::{collections::BTreeMap, fmt};

use dossier_broker::{Cluster, Proxy};
use dossier_proto::Origin;

/// The network: between the servers, and from each service to each server, leads a way that can be cut by itself.
pub struct Network {
    /// The servers.
    pub cluster: Cluster,
    /// From each service to the servers, by their numbers.
    ways: BTreeMap<Origin, Vec<Proxy>>,
}

impl Network {
    /// With servers that were started in one ([`Cluster::start_in_a_network`]).
    pub fn of(cluster: Cluster) -> Self {
        let ways = |origin| (origin, cluster.ports().into_iter().map(Proxy::to).collect());
        Self { ways: Origin::ALL.into_iter().map(ways).collect(), cluster }
    }

    /// Where a service connects.
    pub fn servers(&self, origin: Origin) -> Vec<String> {
        self.ways[&origin].iter().map(|way| format!("tls://localhost:{}", way.port())).collect()
    }

    /// Cuts it in two: one server and these services are on one side, everybody else on the other.
    pub fn part(&self, server: usize, services: &[Origin]) {
        self.cluster.part(server);
        for (origin, ways) in &self.ways {
            for (number, way) in ways.iter().enumerate() {
                if services.contains(origin) != (number == server) {
                    way.cut();
                }
            }
        }
    }

    /// Mends it.
    pub fn mend(&self) {
        self.cluster.mend();
        self.ways.values().flatten().for_each(Proxy::mend);
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Network({:?})", self.cluster)
    }
}
