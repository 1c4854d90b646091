//! The audit service's conscience (P10, P2): what a forger with the master key writes into a journal by other means than the program is
//! found by the running house within seconds and told in words; of what the program wrote itself nothing is found.

mod plants;
mod stage;
mod states;
