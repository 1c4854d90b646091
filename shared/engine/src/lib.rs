//! Runs a decider over a journal.
