//! Compiles the contract without a system `protoc`, and keeps its descriptors for the test that compares releases.

use prost::Message;
use std::{env, error::Error, fs, path::PathBuf};

const ROOT: &str = "proto";
const FILES: [&str; 9] = [
    "dossier/v1/types.proto",
    "dossier/v1/keeping.proto",
    "dossier/v1/letters.proto",
    "dossier/v1/submission.proto",
    "dossier/v1/moderation.proto",
    "dossier/v1/publication.proto",
    "dossier/v1/audit.proto",
    "dossier/v1/event.proto",
    "dossier/v1/exchange.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={ROOT}");
    let descriptors = protox::compile(FILES, [ROOT])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("descriptors.bin"), descriptors.encode_to_vec())?;
    let mut config = prost_build::Config::new();
    // The events of an answer stay where they came in.
    config.bytes([
        "dossier.v1.ExchangeQuestion.body",
        "dossier.v1.SignedAnswer.answer",
        "dossier.v1.ReplayAnswer.events",
        "dossier.v1.ExchangeAnswer.body",
    ]);
    config.compile_fds(descriptors)?;
    Ok(())
}
