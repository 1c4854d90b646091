//! Three servers that know each other.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{Broker, Port, Proxy, Settings};

const NODES: usize = 3;
/// Three servers elect their leader within ten seconds; a machine that does much else takes longer.
const AGREE_PATIENCE: Duration = Duration::from_secs(60);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A cluster of three.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Broker>,
    /// The ways from each node to each other one, when they lead through proxies.
    ways: Vec<Way>,
    _ports: Vec<Port>,
}

/// The way on which one node reaches another.
#[derive(Debug)]
struct Way {
    from: usize,
    to: usize,
    proxy: Proxy,
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
        let ports: Vec<Port> = (0..NODES).map(|_| Port::reserve()).collect();
        let all: Vec<String> = ports.iter().map(|port| address(port.number())).collect();
        let nodes = (0..NODES).map(|number| prepare(settings(number), number, &all[number], &all)).collect();
        Self::launch(nodes, Vec::new(), ports)
    }

    /// The same, with a network between them that can be cut: each reaches each other one on a way of its own.
    ///
    /// # Panics
    /// When they do not find each other.
    #[must_use]
    pub fn start_in_a_network(settings: impl Fn(usize) -> Settings) -> Self {
        let mut ports: Vec<Port> = (0..NODES).map(|_| Port::reserve()).collect();
        let pairs = (0..NODES).flat_map(|from| (0..NODES).map(move |to| (from, to))).filter(|(from, to)| from != to);
        let way = |(from, to): (usize, usize)| Way { from, to, proxy: Proxy::to(ports[to].number()) };
        let ways: Vec<Way> = pairs.map(way).collect();
        // Servers tell each other where third ones are, and would find a way around. Nobody listens at the address they tell.
        let nowhere = Port::reserve();
        let node = |number: usize| {
            let routes: Vec<_> =
                ways.iter().filter(|way| way.from == number).map(|way| address(way.proxy.port())).collect();
            let settings = settings(number).flag("--cluster_advertise").flag(format!("127.0.0.1:{}", nowhere.number()));
            prepare(settings, number, &address(ports[number].number()), &routes)
        };
        let nodes = (0..NODES).map(node).collect();
        ports.push(nowhere);
        Self::launch(nodes, ways, ports)
    }

    fn launch(mut nodes: Vec<Broker>, ways: Vec<Way>, ports: Vec<Port>) -> Self {
        nodes.iter_mut().for_each(Broker::launch);
        nodes.iter_mut().for_each(Broker::wait_until_well);
        let cluster = Self { nodes, ways, _ports: ports };
        cluster.wait_until_agreed();
        cluster
    }

    /// Returns when all three name the same leader and that one has heard from both others.
    ///
    /// # Panics
    /// When that does not come.
    pub fn wait_until_agreed(&self) {
        let deadline = Instant::now() + AGREE_PATIENCE;
        while let Err(why) = self.agreed() {
            let logs = || self.nodes.iter().map(Broker::log).collect::<Vec<_>>().join("\n--\n");
            assert!(Instant::now() < deadline, "the three do not agree: {why}. Their logs:\n{}", logs());
            thread::sleep(LOOK_EVERY); // between looks
        }
    }

    fn agreed(&self) -> Result<(), String> {
        let heard: Vec<Value> = self.nodes.iter().map(meta).collect::<Option<_>>().ok_or("one does not answer")?;
        let leader = heard[0]["leader"].as_str().filter(|leader| !leader.is_empty()).ok_or("there is no leader")?;
        if heard.iter().any(|meta| meta["leader"] != leader) {
            return Err(format!("they name different leaders: {heard:?}"));
        }
        // The leader knows who follows; what others say of that may be old.
        let place = (0..NODES).find(|number| name(*number) == leader).ok_or("the leader is a stranger")?;
        let followers = heard[place]["replicas"].as_array().map_or(&[][..], Vec::as_slice);
        let current = followers.iter().filter(|one| one["current"] == true && one["offline"] != true).count();
        if current == NODES - 1 { Ok(()) } else { Err(format!("{current} follow {leader}: {followers:?}")) }
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

    /// The ports for clients: of all three.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        self.nodes.iter().map(Broker::port).collect()
    }

    /// One of the three.
    ///
    /// # Panics
    /// When there are not that many.
    #[must_use]
    pub fn node(&mut self, number: usize) -> &mut Broker {
        &mut self.nodes[number]
    }

    /// Cuts every way between one node and the others, in both directions.
    ///
    /// # Panics
    /// When there is no network between them: see [`Cluster::start_in_a_network`].
    pub fn part(&self, number: usize) {
        assert!(!self.ways.is_empty(), "there is no network that could be cut");
        self.ways.iter().filter(|way| way.from == number || way.to == number).for_each(|way| way.proxy.cut());
    }

    /// Mends every way.
    pub fn mend(&self) {
        self.ways.iter().for_each(|way| way.proxy.mend());
    }

    /// The node that leads a stream, by its monitoring page.
    #[must_use]
    pub fn leader_of(&self, stream: &str) -> Option<usize> {
        self.nodes.iter().position(|node| leads(node, stream))
    }
}

fn name(number: usize) -> String {
    format!("node-{number}")
}

fn address(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// A node that listens for others at `own`, and reaches them on `routes`.
fn prepare(settings: Settings, number: usize, own: &str, routes: &[String]) -> Broker {
    let quoted: Vec<String> = routes.iter().map(|route| format!("\"{route}\"")).collect();
    let settings = settings
        .environment("DOSSIER_NATS_NAME", name(number))
        .environment("DOSSIER_NATS_ROUTES", format!("[{}]", quoted.join(", ")))
        .flag("--name")
        .flag(name(number))
        .flag("--cluster_name")
        .flag("dossier")
        .flag("--cluster")
        .flag(own)
        .flag("--routes")
        .flag(routes.join(","));
    Broker::prepare(settings)
}

/// What a node says of the three as JetStream's own cluster.
fn meta(node: &Broker) -> Option<Value> {
    let page = node.monitoring("/jsz")?;
    let (_, body) = page.split_once("\r\n\r\n")?;
    let mut page: Value = serde_json::from_str(body).ok()?;
    Some(page["meta_cluster"].take())
}

fn leads(node: &Broker, stream: &str) -> bool {
    let Some(page) = node.monitoring("/jsz?streams=true&leader-only=true") else { return false };
    page.contains(&format!("\"name\": \"{stream}\""))
}
