//! Record types: numbers, sections, review paths.

use std::collections::HashSet;

use super::Checker;
use crate::model::{RecordType, ReviewPath, ReviewRole, ReviewStage, Section};

/// Fields of a type: the practice, the longest, has thirty-five.
const FIELDS_MAX: usize = 200;
/// Stages of a review path.
const STAGES_MAX: usize = 9;

impl Checker<'_> {
    pub(super) fn types(&mut self) {
        let document = self.document;
        self.keys("types", "key", document.types.iter().map(|one| one.key.as_str()));
        if document.types.is_empty() {
            self.fault("types", "", "There is no record type.", "Add one, such as types/event.toml.");
        }
        let mut prefixes = HashSet::new();
        for one in &document.types {
            let file = format!("types/{}.toml", one.key);
            if !prefixes.insert(&one.number_prefix) {
                let message = format!("Another type has the prefix {:?} too.", one.number_prefix);
                self.fault(&file, "number_prefix", message, "Numbers must tell types apart: choose another.");
            }
            self.record_type(&file, one);
        }
    }

    fn record_type(&mut self, file: &str, one: &RecordType) {
        let prefix = &one.number_prefix;
        if !(2..=8).contains(&prefix.len()) || !prefix.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.fault(file, "number_prefix", format!("{prefix:?} is no prefix."), "Use 2 to 8 letters A-Z.");
        }
        self.labels(file, "labels", &one.labels);
        self.labels(file, "plural", &one.plural);
        self.labels_or_none(file, "introduction", &one.introduction);
        self.validity(file, "", one.valid_from, one.valid_to);
        self.review_path(file, &one.review);
        self.title(file, one);
        self.saved_page(file, one);
        self.keys(file, "fields", one.fields.iter().map(|field| field.key.as_str()));
        if one.fields.len() > FIELDS_MAX {
            let message = format!("There are {} fields; at most {FIELDS_MAX} are read.", one.fields.len());
            self.fault(file, "fields", message, "Divide the type in two.");
        }
        for at in 0..one.fields.len() {
            self.field(file, one, at);
        }
    }

    fn title(&mut self, file: &str, one: &RecordType) {
        let titles: Vec<_> = one.in_section(Section::Title).collect();
        let [title] = titles.as_slice() else {
            let message = format!("{} fields have section = \"title\".", titles.len());
            return self.fault(file, "fields", message, "Give it to exactly one field.");
        };
        if title.kind != crate::model::Kind::Text || title.cardinality.is_many() || title.when.is_some() {
            let key = format!("fields.{}", title.key);
            self.fault(
                file,
                key,
                "This cannot be a title.",
                "A title is of kind text, has one value and no condition.",
            );
        }
    }

    fn saved_page(&mut self, file: &str, one: &RecordType) {
        let Some(body) = &one.saved_page.body_field else { return };
        if !one.field(body).is_some_and(|field| field.kind.is_per_language() && !field.cardinality.is_many()) {
            let message = format!("{body:?} is not a text field of this type.");
            self.fault(file, "saved_page.body_field", message, "Name the field that takes the text of the page.");
        }
    }

    fn review_path(&mut self, file: &str, path: &ReviewPath) {
        if !(1..=STAGES_MAX).contains(&path.stages.len()) {
            let message = format!("There are {} stages.", path.stages.len());
            self.fault(file, "review.stages", message, format!("Give 1 to {STAGES_MAX}: somebody has to agree."));
        }
        self.keys(file, "review.stages", path.stages.iter().map(|stage| stage.key.as_str()));
        for stage in &path.stages {
            let key = format!("review.stages.{}", stage.key);
            self.labels(file, &key, &stage.labels);
            let counts: Vec<u8> = stage.needs.iter().chain(&stage.on_split).map(|quorum| quorum.count).collect();
            if stage.needs.is_empty() || counts.iter().any(|count| !(1..=9).contains(count)) {
                self.fault(
                    file,
                    format!("{key}.needs"),
                    "Nobody, or too many, have to agree.",
                    "Ask for 1 to 9 people.",
                );
            }
            self.split(file, &key, stage);
            let mut roles = Vec::new();
            for quorum in &stage.needs {
                if roles.contains(&quorum.role) {
                    self.fault(file, format!("{key}.needs"), "A role stands twice.", "Add the counts up.");
                }
                roles.push(quorum.role);
            }
        }
    }
    /// Opinions can only be split where there is more than one, and who is asked then gives one too.
    fn split(&mut self, file: &str, key: &str, stage: &ReviewStage) {
        let Some(further) = stage.on_split else { return };
        let opinions: u32 = stage.needs.iter().map(|quorum| u32::from(quorum.count)).sum();
        if opinions == 1 || further.role == ReviewRole::Publisher {
            let message = "One opinion is never split, and a publisher gives none.";
            self.fault(
                file,
                format!("{key}.on_split"),
                message,
                "Ask for two opinions or more, or take the line away.",
            );
        }
    }
}
