//! Names the code that folds events: SHA-256 over every file that has a say in it. A snapshot taken by other code is
//! not used, so this must change whenever a fold could give something else.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// What folds: this service's domain and views, the contract it reads, and the designations it keeps.
const FOLDING: [&str; 5] =
    ["src/domain", "src/views", "../../proto/src", "../../proto/proto", "../../shared/identity/src/designations"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the manifest is"));
    let mut files = Vec::new();
    for folder in FOLDING {
        println!("cargo::rerun-if-changed={folder}");
        collect(&root.join(folder), &mut files)?;
    }
    // The order of a directory is the file system's; the digest must not depend on it.
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let bytes = fs::read(&file)?;
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where output goes"));
    fs::write(out.join("folding_digest.rs"), format!("{digest:?}"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for item in fs::read_dir(folder)? {
        let path = item?.path();
        let is_test = path.file_stem().is_some_and(|name| name == "tests");
        if path.is_dir() && !is_test {
            collect(&path, files)?;
        } else if path.is_file() && !is_test {
            files.push(path);
        }
    }
    Ok(())
}
