//! The exchange over NATS as it is deployed: a real nats-server with the files of `deploy/`, a process for each service, one in front of
//! them, on loopback addresses. Everything can be killed, frozen, started again, robbed of its files; what is left is judged by
//! the checker of `dossier-faults`, which reads nothing but exports and acknowledgements.
//!
//! - [`deployment`]: the files, as an operator would put them there;
//! - [`installation`]: the processes;
//! - [`service`]: one of them;
//! - [`brokers`]: one server, or three;
//! - [`network`]: what lies between three servers and the services, and can be cut;
//! - [`level`]: whether everybody has read everything;
//! - [`misfortune`]: what a broker does to what it keeps;
//! - [`healing`]: how long healing may take;
//! - [`meddling`]: what somebody does to a stream who has a service's key;
//! - [`contributor`]: somebody who begins entries, and notes the answers;
//! - [`impostor`]: somebody with a service's credentials;
//! - [`copying`]: data directories, copied and put back;
//! - [`crowd`]: many designations in a short time;
//! - `waiting`: conditions and their deadlines.
//!
//! Everything that is chosen is chosen by a seed, and the seed is printed.

pub mod asking;
pub mod brokers;
pub mod contributor;
pub mod copying;
pub mod crowd;
pub mod deployment;
pub mod healing;
pub mod impostor;
pub mod installation;
pub mod level;
pub mod meddling;
pub mod misfortune;
pub mod network;
pub mod service;
mod waiting;

pub use brokers::Brokers;
pub use installation::{Installation, Plan};
pub use service::{Life, Service};
pub use waiting::{until, within};
