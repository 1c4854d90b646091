//! The page line by line: which part it is in, and where each line goes.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Claims, Fate, Line, NoticeClaim, SOURCE_STATUS, SavedPage, dates::Months, fold_label, new_content};
use crate::{
    Language, Registry,
    model::{Field, RecordType},
    places::NameIndex,
};

/// The part of the page that is being read.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// Before the title.
    Head,
    /// After the title, before the first label.
    Body,
    /// Under the label of a field.
    Under(&'a Field),
    /// Under the label of the source's own status.
    Status,
}

/// What a known label leads to.
#[derive(Clone, Copy)]
enum Target<'a> {
    Field(&'a Field),
    Status,
}

/// Reads a page.
pub(super) struct Reader<'a> {
    pub(super) registry: &'a Registry,
    record_type: &'a RecordType,
    pub(super) language: Language,
    /// Folded label → where it leads.
    labels: HashMap<String, Target<'a>>,
    boilerplate: Vec<String>,
    /// Folded text of a notice, in any language → its key.
    notices: HashMap<String, &'a str>,
    /// Vocabulary → its terms by name.
    pub(super) terms: HashMap<&'a str, NameIndex<'a>>,
    pub(super) months: Months,
    part: Part<'a>,
    pub(super) content: Map<String, Value>,
    paragraphs: Vec<String>,
    claims: Claims,
    lines: Vec<Line>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(registry: &'a Registry, record_type: &'a RecordType, language: Language) -> Self {
        let fields = record_type.fields.iter();
        let of_fields = fields.flat_map(|field| field.source_labels.iter().map(move |one| (one, Target::Field(field))));
        let of_type = |types: &[String]| types.is_empty() || types.contains(&record_type.key);
        let notices = registry.notices().iter().filter(|one| of_type(&one.types));
        let notices =
            notices.flat_map(|one| one.texts.iter().map(move |(_, text)| (fold_label(text), one.key.as_str())));
        let vocabularies = record_type.fields.iter().filter_map(|field| field.vocabulary.as_deref());
        let terms = vocabularies.filter_map(|key| Some((key, NameIndex::new(registry.vocabulary(key)?))));
        let of_status = record_type.saved_page.status_labels.iter().map(|one| (one, Target::Status));
        Self {
            registry,
            record_type,
            language,
            labels: of_fields.chain(of_status).map(|(label, target)| (fold_label(label), target)).collect(),
            boilerplate: record_type.saved_page.boilerplate.iter().map(|line| fold_label(line)).collect(),
            notices: notices.collect(),
            terms: terms.collect(),
            months: Months::new(registry.words()),
            part: Part::Head,
            content: new_content(language),
            paragraphs: Vec::new(),
            claims: Claims::default(),
            lines: Vec::new(),
        }
    }

    /// Takes a line that is not blank, without the blanks around it.
    pub(super) fn line(&mut self, number: usize, line: &str) {
        let fate = self.fate(line);
        self.lines.push(Line { number, fate });
    }

    fn fate(&mut self, line: &str) -> Fate {
        if self.boilerplate.contains(&fold_label(line)) {
            return Fate::Boilerplate;
        }
        if let Part::Head = self.part {
            self.part = Part::Body;
            return self.title(line);
        }
        if let Some((target, value)) = self.label(line) {
            return self.open(target, value, line);
        }
        if self.is_notice(line) {
            return Fate::Boilerplate;
        }
        match self.part {
            Part::Head | Part::Body => self.paragraph(line),
            Part::Under(field) => self.value(field, line),
            Part::Status => self.status(line),
        }
    }

    fn title(&mut self, line: &str) -> Fate {
        let Some(field) = self.record_type.title() else { return unplaced(line, None) };
        self.content.insert(field.key.clone(), serde_json::json!({ self.language.tag(): line }));
        placed(&field.key)
    }

    fn paragraph(&mut self, line: &str) -> Fate {
        let Some(key) = &self.record_type.saved_page.body_field else { return unplaced(line, None) };
        self.paragraphs.push(line.to_owned());
        placed(key)
    }

    /// The label a line is or begins with, and what follows it after a colon.
    fn label<'l>(&self, line: &'l str) -> Option<(Target<'a>, &'l str)> {
        if let Some(target) = self.labels.get(&fold_label(line)) {
            return Some((*target, ""));
        }
        let (label, value) = line.split_once([':', '：'])?;
        Some((*self.labels.get(&fold_label(label))?, value.trim()))
    }

    fn open(&mut self, target: Target<'a>, value: &str, line: &str) -> Fate {
        match target {
            Target::Field(field) => {
                self.part = Part::Under(field);
                // A label alone has its place even if nothing follows: an empty date is no date.
                if !says_something(value) || self.add(field, value) {
                    placed(&field.key)
                } else {
                    unplaced(line, Some(field))
                }
            }
            Target::Status => {
                self.part = Part::Status;
                if value.is_empty() { placed(SOURCE_STATUS) } else { self.status(value) }
            }
        }
    }

    fn value(&mut self, field: &'a Field, line: &str) -> Fate {
        if !says_something(line) || self.add(field, line) { placed(&field.key) } else { unplaced(line, Some(field)) }
    }

    /// The first line is the status; what follows it is not.
    fn status(&mut self, line: &str) -> Fate {
        if self.claims.status.is_some() {
            return unplaced(line, None);
        }
        self.claims.status = Some(line.to_owned());
        placed(SOURCE_STATUS)
    }

    /// Whether a line with an asterisk is a notice of the registry, in any language.
    fn is_notice(&mut self, line: &str) -> bool {
        if !line.starts_with('*') {
            return false;
        }
        let Some(key) = self.notices.get(&fold_label(line)) else { return false };
        self.claims.notices.push(NoticeClaim { key: (*key).to_owned(), text: line.to_owned() });
        true
    }

    /// What was read, or nothing if there was no title.
    pub(super) fn finish(mut self) -> Option<SavedPage> {
        if let Part::Head = self.part {
            return None;
        }
        if let (Some(key), false) = (&self.record_type.saved_page.body_field, self.paragraphs.is_empty()) {
            let text = self.paragraphs.join("\n\n");
            self.content.insert(key.clone(), serde_json::json!({ self.language.tag(): text }));
        }
        Some(SavedPage { content: Value::Object(self.content), claims: self.claims, lines: self.lines })
    }
}

/// Whether there is any letter or digit: ", -" is what some sites print for an empty date.
fn says_something(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

fn placed(key: &str) -> Fate {
    Fate::Placed { field: key.to_owned() }
}

fn unplaced(line: &str, under: Option<&Field>) -> Fate {
    Fate::Unplaced { text: line.chars().take(200).collect(), under: under.map(|field| field.key.clone()) }
}
