//! Contents and registries the tests begin with.

use std::{fs, path::Path};

use dossier_proto::Micros;
use dossier_registry::{Registry, RegistryFault, SourceFile};
use serde_json::{Value, json};

/// 1 January 2026, 00:00 UTC.
pub(crate) const NOW: Micros = Micros(1_767_225_600_000_000);

/// The saved page of the sample.
pub(crate) const PAGE: &str = include_str!("event-imrf-2022-kazakhstan.txt");

/// An event that may be submitted without a remark.
pub(crate) fn event() -> Value {
    json!({
        "original_language": "en",
        "title": {"en": "The first International Migration Review Forum"},
        "description": {"en": "The Forum took place at Headquarters.\n\nIt adopted a declaration."},
        "dates": {"start": "2022-05-17", "end": "2022-05-20", "zone": "America/New_York"},
        "location": {"city": "New York", "country": "USA"},
        "event_type": "conference",
        "organizers": ["un-general-assembly", {"text": "Ministry of Foreign Affairs"}],
        "languages": ["en", "fr"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
        "gcm_objectives": ["23"]
    })
}

/// The event with one member replaced.
pub(crate) fn event_with(key: &str, value: Value) -> Value {
    let mut content = event();
    content[key] = value;
    content
}

/// The event without one member.
pub(crate) fn event_without(key: &str) -> Value {
    let mut content = event();
    content.as_object_mut().unwrap().remove(key);
    content
}

/// The folder of the default registry.
pub(crate) fn deployed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/registry")
}

/// The files of the default registry.
pub(crate) fn files() -> Vec<SourceFile> {
    let mut found = Vec::new();
    for folder in ["", "types", "vocabularies", "notices"] {
        for entry in fs::read_dir(deployed().join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if entry.path().is_dir() || name.ends_with(".md") {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            found.push(SourceFile { path, text: fs::read_to_string(entry.path()).unwrap() });
        }
    }
    found
}

/// The default registry with one text of one file replaced. The text must be there.
pub(crate) fn edited(path: &str, from: &str, to: &str) -> Result<Registry, Vec<RegistryFault>> {
    let mut files = files();
    let file = files.iter_mut().find(|file| file.path == path).expect("the file exists");
    assert!(file.text.contains(from), "{path} does not contain {from:?}");
    file.text = file.text.replacen(from, to, 1);
    Registry::from_files(&files)
}

/// The default registry with one more file.
pub(crate) fn with_file(path: &str, text: &str) -> Result<Registry, Vec<RegistryFault>> {
    let mut files = files();
    files.push(SourceFile { path: path.to_owned(), text: text.to_owned() });
    Registry::from_files(&files)
}
