//! Walks the repository.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses a part of it; a test that cannot go on fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// Every file below `folder` with this ending, without what is built or installed.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(folder, ending, &mut found);
    found.sort();
    found
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && !["target", "dossier-data", "node_modules"].contains(&name.as_str()) {
                collect(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

/// The path as people write it.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// A file's text.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", shown(path)))
}

/// One crate of the workspace.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// Our own crates it depends on, outside its tests.
    pub(crate) ours: Vec<String>,
    /// All crates it depends on, outside its tests.
    pub(crate) all: Vec<String>,
}

/// Every crate of the workspace.
pub(crate) fn members() -> Vec<Member> {
    let manifests = files(&root(), "Cargo.toml");
    manifests.iter().filter_map(|manifest| member(manifest)).collect()
}

fn member(manifest: &Path) -> Option<Member> {
    let text: toml::Table = read(manifest).parse().unwrap_or_else(|error| panic!("{}: {error}", shown(manifest)));
    let name = text.get("package")?.get("name")?.as_str()?.to_owned();
    let all: Vec<String> = text
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default();
    let ours = all.iter().filter(|name| *name == "dossier" || name.starts_with("dossier-")).cloned().collect();
    Some(Member { name, folder: manifest.parent()?.to_owned(), ours, all })
}

/// Whether the file holds tests and nothing else.
pub(crate) fn is_test(path: &Path) -> bool {
    let shown = shown(path);
    shown.starts_with("tests/")
        || ["/tests/", "/benches/", "/examples/", "/fuzz/", "/conformance/"].iter().any(|part| shown.contains(part))
        || shown.ends_with("tests.rs")
        || ["testing.rs", "conformance.rs"].iter().any(|name| shown.ends_with(name))
}

/// The part of a source file in front of its own test module.
pub(crate) fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text)
}
