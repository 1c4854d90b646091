//! From the files of a registry to one document: pure, no I/O. Every file is read and every fault told at once.

mod table;

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    Labels, RegistryFault,
    document::{Document, FORMAT},
    model::{ChecklistItem, Places, Reason, RecordType, Vocabulary, Waiting, Words},
};

/// A file of a registry: its path below the folder, with `/`, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// For example `types/event.toml`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    name: Labels,
    version: String,
    waiting: Waiting,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reasons {
    reasons: Vec<Reason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Checklist {
    items: Vec<ChecklistItem>,
}

/// Reads the files into a document that still has to be checked.
///
/// # Errors
/// Every file that cannot be read, that is missing, or that has no place in a registry.
pub(crate) fn assemble(files: &[SourceFile]) -> Result<Document, Vec<RegistryFault>> {
    let mut reader = Reader { files, faults: Vec::new() };
    reader.refuse_strangers();
    let head = reader.single::<Head>("registry.toml");
    let words = reader.single::<Words>("words.toml");
    let refusals = reader.single::<Reasons>("refusals.toml");
    let retractions = reader.single::<Reasons>("retractions.toml");
    let awaited = reader.perhaps::<Reasons>("awaited.toml");
    let erasures = reader.perhaps::<Reasons>("erasures.toml");
    let checklist = reader.single::<Checklist>("checklist.toml");
    let places = reader.single::<Places>("places.toml");
    let types = reader.folder::<RecordType>("types", |one| &one.key);
    let mut vocabularies = reader.folder::<Vocabulary>("vocabularies", |one| &one.key);
    reader.add_tables(&mut vocabularies);
    let notices = reader.folder("notices", |one: &crate::model::Notice| &one.key);
    if !reader.faults.is_empty() {
        return Err(reader.faults);
    }
    let (Some(head), Some(words), Some(refusals), Some(retractions), Some(checklist), Some(places)) =
        (head, words, refusals, retractions, checklist, places)
    else {
        // Each `None` above has left a fault, so this is not reached; an empty list of faults would be worse.
        return Err(vec![RegistryFault::new("registry.toml", "", "A file is missing.", "Add it.")]);
    };
    let mut document = Document {
        format: FORMAT,
        name: head.name,
        version: head.version,
        waiting: head.waiting,
        words,
        types,
        vocabularies,
        notices,
        refusals: refusals.reasons,
        retractions: retractions.reasons,
        awaited: awaited.map(|awaited| awaited.reasons).unwrap_or_default(),
        erasures: erasures.map(|erasures| erasures.reasons).unwrap_or_default(),
        checklist: checklist.items,
        places,
    };
    document.sort();
    Ok(document)
}

const SINGLE_FILES: [&str; 8] = [
    "registry.toml",
    "words.toml",
    "refusals.toml",
    "retractions.toml",
    "awaited.toml",
    "erasures.toml",
    "checklist.toml",
    "places.toml",
];

struct Reader<'a> {
    files: &'a [SourceFile],
    faults: Vec<RegistryFault>,
}

impl Reader<'_> {
    fn refuse_strangers(&mut self) {
        for file in self.files {
            let known = SINGLE_FILES.contains(&file.path.as_str())
                || stem(&file.path, "types", "toml").is_some()
                || stem(&file.path, "notices", "toml").is_some()
                || stem(&file.path, "vocabularies", "toml").is_some()
                || stem(&file.path, "vocabularies", "tsv").is_some();
            if !known {
                self.faults.push(RegistryFault::new(
                    &file.path,
                    "",
                    "A registry has no such file.",
                    "Put it under types/, vocabularies/ or notices/, or take it away; texts for people end in .md.",
                ));
            }
        }
    }

    fn single<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        match self.files.iter().find(|file| file.path == path) {
            Some(file) => self.parse(file),
            None => {
                self.faults.push(RegistryFault::new(path, "", "The file is missing.", "Add it."));
                None
            }
        }
    }

    /// A file that came later, and that older folders do not have.
    fn perhaps<T: DeserializeOwned>(&mut self, path: &str) -> Option<T> {
        let file = self.files.iter().find(|file| file.path == path)?;
        self.parse(file)
    }

    fn folder<T: DeserializeOwned>(&mut self, folder: &str, key_of: fn(&T) -> &str) -> Vec<T> {
        let mut found = Vec::new();
        for file in self.files {
            let Some(name) = stem(&file.path, folder, "toml") else { continue };
            let Some(one) = self.parse::<T>(file) else { continue };
            if key_of(&one) != name {
                self.faults.push(RegistryFault::new(
                    &file.path,
                    "key",
                    format!("The key is {:?}, the file is called {name:?}.", key_of(&one)),
                    "Give both the same name.",
                ));
            }
            found.push(one);
        }
        found
    }

    fn add_tables(&mut self, vocabularies: &mut [Vocabulary]) {
        for file in self.files {
            let Some(name) = stem(&file.path, "vocabularies", "tsv") else { continue };
            let Some(vocabulary) = vocabularies.iter_mut().find(|one| one.key == name) else {
                let list = format!("vocabularies/{name}.toml");
                if self.files.iter().any(|file| file.path == list) {
                    // The list itself could not be read, which is told already.
                    continue;
                }
                self.faults.push(RegistryFault::new(
                    &file.path,
                    "",
                    "There are terms but no vocabulary for them.",
                    format!("Add {list} with its key and labels."),
                ));
                continue;
            };
            match table::terms(file) {
                Ok(terms) => vocabulary.terms.extend(terms),
                Err(faults) => self.faults.extend(faults),
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, file: &SourceFile) -> Option<T> {
        match toml::from_str(&file.text) {
            Ok(value) => Some(value),
            Err(error) => {
                let line = error.span().map_or(0, |span| line_of(&file.text, span.start));
                self.faults.push(RegistryFault::new(
                    &file.path,
                    format!("line {line}"),
                    format!("{}.", error.message().trim_end_matches('.')),
                    "Correct the spelling or the shape; deploy/registry/README.md lists every key.",
                ));
                None
            }
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

/// The name of a file directly in `folder` with that ending.
fn stem<'a>(path: &'a str, folder: &str, ending: &str) -> Option<&'a str> {
    let name = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(ending)?.strip_suffix('.')?;
    (!name.is_empty() && !name.contains('/')).then_some(name)
}
