//! A real nats-server for tests: on loopback, in a temporary directory, with whatever configuration files the test
//! brings. It can be killed, stopped, started again on the same port, and have its store taken away under it.
//!
//! ```no_run
//! use dossier_broker::{Broker, Settings};
//!
//! let mut broker = Broker::start(Settings::default());
//! let url = broker.url(); // nats://127.0.0.1:…
//! broker.kill(); // SIGKILL
//! broker.delete_store(); // everything JetStream kept
//! broker.restart(); // on the same port
//! ```
//!
//! The program is `DOSSIER_NATS_SERVER`, or else `nats-server` on the `PATH`. Files of `deploy/` are used as they are:
//! address, ports and the directory of the store are given as flags, which win over the file.
//!
//! This is a fixture: what fails here fails the test, so its functions panic and say why.

mod broker;
mod cluster;
mod health;
mod port;
mod program;
mod proxy;
mod settings;
mod store;

pub use broker::Broker;
pub use cluster::Cluster;
pub use port::Port;
pub use program::program;
pub use proxy::Proxy;
pub use settings::{Place, Settings};
