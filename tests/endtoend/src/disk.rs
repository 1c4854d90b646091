//! What lies in a data directory.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The four services, as their directories are named.
pub const SERVICES: [&str; 4] = ["submission", "moderation", "publication", "audit"];

/// What is the truth; everything else may be deleted.
pub const TRUTH: [&str; 5] = ["journal", "keys", "anchors", "accounts", "attachments"];

/// Every file below `directory`. (A socket, such as the door of the accounts, holds nothing.)
///
/// # Panics
/// When it cannot be read.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(one) = open.pop() {
        for entry in fs::read_dir(&one).unwrap_or_else(|error| panic!("{}: {error}", one.display())) {
            let entry = entry.expect("a directory lists its entries");
            let path = entry.path();
            let kind = entry.file_type().expect("an entry has a type");
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Where one of these words stands in the bytes of a file below `directory`, in UTF-8, in UTF-16, or as JSON writes it in
/// ASCII (`\uXXXX`).
///
/// # Panics
/// When a file cannot be read.
pub fn find_words(directory: &Path, words: &[&str]) -> Vec<String> {
    let searched = Searched::of(words);
    let mut found = Vec::new();
    for path in files(directory) {
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let here = searched.find(&bytes);
        found.extend(here.into_iter().map(|word| format!("{word:?} stands in {}", path.display())));
    }
    found
}

/// The words that stand in these bytes, in any spelling.
pub fn words_in(bytes: &[u8], words: &[&str]) -> Vec<String> {
    Searched::of(words).find(bytes)
}

/// Words to be found, by the two bytes they begin with: files are read once, however many the words are.
struct Searched {
    spellings: Vec<(String, Vec<u8>)>,
    begins: Vec<bool>,
}

impl Searched {
    fn of(words: &[&str]) -> Self {
        let spellings: Vec<(String, Vec<u8>)> = words
            .iter()
            .flat_map(|word| spellings(word).into_iter().map(|bytes| ((*word).to_owned(), bytes)))
            .collect();
        let mut begins = vec![false; 1 << 16];
        for (word, spelling) in &spellings {
            assert!(spelling.len() > 3, "{word:?} is too short to be found by");
            begins[usize::from(spelling[0]) << 8 | usize::from(spelling[1])] = true;
        }
        Self { spellings, begins }
    }

    fn find(&self, bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        let mut before = 0_usize;
        for (at, byte) in bytes.iter().enumerate() {
            let pair = before << 8 | usize::from(*byte);
            before = usize::from(*byte);
            if at == 0 || !self.begins[pair] {
                continue;
            }
            let rest = &bytes[at - 1..];
            let here = self.spellings.iter().filter(|(_, spelling)| rest.starts_with(spelling));
            found.extend(here.map(|(word, _)| word.clone()));
        }
        found.sort();
        found.dedup();
        found
    }
}

/// How a word may be written.
fn spellings(word: &str) -> Vec<Vec<u8>> {
    let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut all = vec![word.as_bytes().to_vec(), wide];
    if !word.is_ascii() {
        let escaped =
            |unit: u16| if unit < 128 { char::from(unit as u8).to_string() } else { format!("\\u{unit:04x}") };
        all.push(word.encode_utf16().map(escaped).collect::<String>().into_bytes());
    }
    all
}

/// Deletes everything of a data directory that is not the truth, and says what.
///
/// # Panics
/// When something cannot be deleted.
pub fn delete_what_may_go(data: &Path) -> Vec<PathBuf> {
    let mut deleted = Vec::new();
    for entry in entries(data) {
        let name = name_of(&entry);
        if SERVICES.contains(&name.as_str()) {
            let goes = |path: &PathBuf| !TRUTH.contains(&name_of(path).as_str());
            deleted.extend(entries(&entry).into_iter().filter(goes));
        } else if !TRUTH.contains(&name.as_str()) {
            deleted.push(entry);
        }
    }
    for path in &deleted {
        let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        gone.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    deleted
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    read.map(|entry| entry.expect("a directory lists its entries").path()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
