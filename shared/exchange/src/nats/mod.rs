//! The exchange over NATS JetStream.
//!
//! Every service keeps a copy of the last days of its journal in a stream of its own (the [`Relay`]), answers what
//! others ask of it ([`Desks`]), and reads others' streams ([`NatsTransport`]). The broker is a means of transport: what it
//! loses is put back or asked for, and nothing that comes through it is believed before its origin's signature covers it.
//!
//! | part | what it does |
//! |---|---|
//! | [`Connection`] | one connection of one service: its key, its inbox, its [`BrokerHealth`] |
//! | [`Presence`] | a second instance of the same service finds the first |
//! | [`stream_witness`] | what the service's own stream proves about its journal, asked before the first write |
//! | [`Relay`] | carries the journal into the stream, and puts the stream right |
//! | [`Desks`] | answers: events again, checkpoints, keys, questions |
//! | [`NatsTransport`] | the [`crate::Transport`] of a consumer |
//!
//! Formats: [JetStream's API](https://docs.nats.io/reference/reference-protocols/nats_api_reference), direct gets as in
//! [ADR-31](https://github.com/nats-io/nats-architecture-and-design/blob/main/adr/ADR-31.md); questions and answers are
//! the messages of `exchange.proto`.

mod calls;
mod carried;
mod connection;
mod desks;
mod direct;
mod health;
mod live;
mod names;
mod presence;
mod reader;
mod relay;
mod signed;
mod stream;
mod task;
mod told;
mod transport;
mod unreached;
mod wire;
mod witness;

pub use connection::{Connection, ConnectionError, ConnectionSettings};
pub use desks::{Desks, DesksError};
pub use health::{BrokerHealth, Link, REFUSED_SHOWN, Refused};
pub use names::{event_subject, stream_name};
pub use presence::{Listening, Presence, PresenceError, TENURE_LASTS, Tenure};
pub use relay::{Relay, RelaySettings, RelayState, RelayStatus, STREAM_EVENTS_MAX};
pub use transport::NatsTransport;
pub use witness::{StreamWitness, WitnessError, newest_signed, signed_by_any, stream_tail, stream_witness};
