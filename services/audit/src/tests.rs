//! The service as a whole: over journals of the others in memory, and its own on disk or in memory.

mod certificates;
mod conscience;
mod copying;
mod finding;
mod hostile;
mod house;
mod key_turns;
mod mirroring;
mod moments;
mod pages;
mod reading;
mod trails;
mod witnessing;
mod words;
