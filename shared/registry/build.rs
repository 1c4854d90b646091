//! Puts every file of `deploy/registry` into the program, so that adding a file changes no Rust.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

/// The folder, seen from this crate. Paths stay relative, so that a copy of the repository elsewhere reads its own files though
/// it builds into the same directory.
const FOLDER: &str = "../../deploy/registry";

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(FOLDER);
    let mut paths = Vec::new();
    collect(&root, "", &mut paths)?;
    paths.sort();
    let mut code = String::from("&[\n");
    for path in paths {
        let file = format!("/{FOLDER}/{path}");
        writeln!(code, "    ({path:?}, include_str!(concat!(env!(\"CARGO_MANIFEST_DIR\"), {file:?}))),")?;
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded_files.rs"), code)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=CARGO_MANIFEST_DIR");
    Ok(())
}

/// The same choice as `directory::read` makes: hidden files and texts for people are left out.
fn collect(folder: &Path, prefix: &str, paths: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}/{prefix}");
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || name.ends_with(".md") {
            continue;
        }
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), paths)?;
        } else {
            paths.push(format!("{prefix}{name}"));
        }
    }
    Ok(())
}
