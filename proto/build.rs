//! Compiles the contract without a system `protoc`, and keeps its descriptors for the test that compares releases.

use prost::Message;
use protox::prost_reflect::prost_types::{FileDescriptorSet, field_descriptor_proto::Type};
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
    fs::write(out.join("shapes.rs"), shapes(&descriptors))?;
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

/// For each message its name and, of its fields that are messages, number and the position of that message: for whoever walks through an
/// event and looks for sealed words wherever they stand, in fields that are added later too.
fn shapes(descriptors: &FileDescriptorSet) -> String {
    let messages: Vec<_> = descriptors
        .file
        .iter()
        .flat_map(|file| {
            file.message_type.iter().map(|message| (format!(".{}.{}", file.package(), message.name()), message))
        })
        .collect();
    let position = |name: &str| messages.iter().position(|(known, _)| known == name);
    let rows = messages.iter().map(|(_, message)| {
        let fields = message.field.iter().filter(|field| field.r#type() == Type::Message);
        let fields: Vec<_> = fields
            .filter_map(|field| Some(format!("({}, {})", field.number(), position(field.type_name())?)))
            .collect();
        format!("    ({:?}, &[{}]),\n", message.name(), fields.join(", "))
    });
    format!("&[\n{}]\n", rows.collect::<String>())
}
