//! The exchange over a real nats-server on loopback. `DOSSIER_NATS_SERVER` names the program; `tests/run` installs one.

mod answers;
mod broker_lost;
mod bulk;
mod cluster;
mod conformance;
mod desks;
mod healing;
mod house;
mod impostor;
mod presence;
mod raw;
mod reading;
mod refusals;
mod relaying;
mod under_load;
mod witness;
