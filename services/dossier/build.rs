//! Makes the fingerprint of the code that folds: a snapshot made by other code is not used. It covers more than it must
//! (every source of the services and of what they share), so that it never covers too little.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

const ROOT: &str = "../..";
const FOLDERS: [&str; 3] = ["proto", "shared", "services"];

fn main() -> Result<(), Box<dyn Error>> {
    let mut sources = Vec::new();
    for folder in FOLDERS {
        let folder = Path::new(ROOT).join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &mut sources)?;
    }
    sources.sort();
    let mut fingerprint = Sha256::new();
    for source in sources {
        let bytes = fs::read(&source)?;
        fingerprint.update(source.to_string_lossy().as_bytes());
        fingerprint.update((bytes.len() as u64).to_be_bytes());
        fingerprint.update(bytes);
    }
    let digits: String = fingerprint.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=DOSSIER_CODE_FINGERPRINT={digits}");
    Ok(())
}

fn collect(folder: &Path, sources: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, sources)?;
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "proto") {
            sources.push(path);
        }
    }
    Ok(())
}
