//! Fields: kinds, limits, vocabularies, conditions.

use super::Checker;
use crate::{
    content::RESERVED_KEYS,
    model::{Clearance, Expected, Field, Kind, Limits, RecordType, Section},
};

/// Numbers in canonical JSON are doubles: whole numbers beyond 2^53 cannot be told apart.
const NUMBER_MAX: i64 = 1 << 53;

impl Checker<'_> {
    pub(super) fn field(&mut self, file: &str, one: &RecordType, at: usize) {
        let Some(field) = one.fields.get(at) else { return };
        let key = format!("fields.{}", field.key);
        self.labels(file, &format!("{key}.labels"), &field.labels);
        self.labels_or_none(file, &format!("{key}.hint"), &field.hint);
        self.validity(file, &key, field.valid_from, field.valid_to);
        if RESERVED_KEYS.contains(&field.key.as_str()) {
            self.fault(file, &key, "This key has a meaning of its own in every content.", "Choose another key.");
        }
        self.field_privacy(file, &key, field);
        self.field_vocabulary(file, &key, field);
        self.field_limits(file, &key, field);
        self.field_condition(file, &key, one, at);
        self.field_relations(file, &key, one, field);
        self.source_labels(file, &key, one, at);
    }

    fn field_privacy(&mut self, file: &str, key: &str, field: &Field) {
        if field.kind == Kind::Contact && !field.personal {
            self.fault(file, key, "A contact is not marked personal.", "Add personal = true.");
        }
        if field.personal && field.section != Section::Hidden {
            self.fault(file, key, "A personal field would be shown.", "Add section = \"hidden\".");
        }
        if field.personal && field.editorial {
            self.fault(file, key, "A personal field cannot be corrected editorially.", "Take editorial away.");
        }
    }

    fn field_vocabulary(&mut self, file: &str, key: &str, field: &Field) {
        let wanted = matches!(field.kind, Kind::Term | Kind::TermOrText | Kind::Status | Kind::Place);
        let at = format!("{key}.vocabulary");
        let Some(name) = &field.vocabulary else {
            if wanted {
                let message = format!("The kind {} takes its terms from a vocabulary.", field.kind.name());
                self.fault(file, at, message, "Name one.");
            }
            return;
        };
        if !wanted {
            let message = format!("The kind {} has no vocabulary.", field.kind.name());
            return self.fault(file, at, message, "Take the line away.");
        }
        if !self.document.vocabularies.iter().any(|one| one.key == *name) {
            let message = format!("There is no vocabulary {name:?}.");
            self.fault(file, at, message, format!("Add vocabularies/{name}.toml or correct the name."));
        }
    }

    fn field_limits(&mut self, file: &str, key: &str, field: &Field) {
        let limits = &field.limits;
        for (name, is_set, fits) in limits_of(field) {
            if is_set && !fits {
                let message = format!("A field of kind {} has no such limit.", field.kind.name());
                self.fault(file, format!("{key}.limits.{name}"), message, "Take the line away.");
            }
        }
        let inverted = limits.characters_min.zip(limits.characters).is_some_and(|(least, most)| most < least)
            || limits.minimum.zip(limits.maximum).is_some_and(|(least, most)| most < least);
        let empty = limits.characters == Some(0) || limits.items == Some(0) || limits.bytes == Some(0);
        let vast = [limits.minimum, limits.maximum].into_iter().flatten().any(|number| number.abs() > NUMBER_MAX)
            || limits.decimals.is_some_and(|decimals| decimals > 6);
        if inverted || empty || vast {
            self.fault(file, format!("{key}.limits"), "Nothing could be written within these.", "Correct the numbers.");
        }
        self.media_types(file, key, &limits.media_types);
        self.known_types(file, &format!("{key}.limits"), &limits.types);
        for state in &limits.previous_dates_for {
            if !self.has_term(field.vocabulary.as_deref(), state) {
                let message = format!("{state:?} is not a term of the field's vocabulary.");
                self.fault(file, format!("{key}.limits.previous_dates_for"), message, "Name an existing term.");
            }
        }
    }

    fn media_types(&mut self, file: &str, key: &str, types: &[String]) {
        let clean = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-".contains(&byte))
        };
        for one in types {
            if !one.split_once('/').is_some_and(|(kind, name)| clean(kind) && clean(name)) {
                let message = format!("{one:?} is no media type.");
                self.fault(
                    file,
                    format!("{key}.limits.media_types"),
                    message,
                    "Write one such as \"application/pdf\".",
                );
            }
        }
    }

    fn field_condition(&mut self, file: &str, key: &str, one: &RecordType, at: usize) {
        let Some(when) = one.fields.get(at).and_then(|field| field.when.as_ref()) else { return };
        let before = one.fields.iter().take(at).find(|field| field.key == when.field);
        let Some(asked) = before else {
            let message =
                format!("The condition waits for {:?}, and no field before this one has that key.", when.field);
            return self.fault(file, format!("{key}.when.field"), message, "Correct the key or move the field down.");
        };
        let known = |term: &String| self.has_term(asked.vocabulary.as_deref(), term);
        let fits = match &when.is {
            _ if asked.cardinality.is_many() => false,
            Expected::Answer(_) => asked.kind == Kind::Bool,
            Expected::Term(_) | Expected::AnyOf(_) => {
                let terms = when.is.terms();
                asked.kind == Kind::Term && !terms.is_empty() && terms.iter().all(known)
            }
        };
        if !fits {
            let message = format!("The field {:?} can never have this value.", when.field);
            self.fault(file, format!("{key}.when.is"), message, "Use true or false, or a term of its vocabulary.");
        }
    }

    fn field_relations(&mut self, file: &str, key: &str, one: &RecordType, field: &Field) {
        for (list, names) in [("needs", &field.needs), ("unless", &field.unless)] {
            for name in names.iter().filter(|name| **name == field.key || one.field(name).is_none()) {
                let message = format!("There is no other field {name:?}.");
                self.fault(file, format!("{key}.{list}"), message, "Name other fields of this type.");
            }
        }
        if !field.unless.is_empty() && !field.cardinality.is_required() {
            let message = "The field is never required, so nothing stands in for it.";
            self.fault(file, format!("{key}.unless"), message, "Take the line away, or correct the cardinality.");
        }
        for name in &field.distinct_from {
            let other = one.field(name).filter(|other| other.key != field.key && other.vocabulary == field.vocabulary);
            if other.is_none() || field.vocabulary.is_none() {
                let message = format!("There is no other field {name:?} with the same vocabulary.");
                self.fault(file, format!("{key}.distinct_from"), message, "Name fields that hold the same terms.");
            }
        }
        if !field.clearance && one.review.clearance == Clearance::None {
            let message = "Nothing of this type is cleared nationally.";
            self.fault(file, format!("{key}.clearance"), message, "Take the line away, or set review.clearance.");
        }
    }

    /// A label of a saved page must lead to one field only.
    fn source_labels(&mut self, file: &str, key: &str, one: &RecordType, at: usize) {
        let Some(field) = one.fields.get(at) else { return };
        let fold = crate::saved_page::fold_label;
        for label in &field.source_labels {
            let elsewhere = one.fields.iter().take(at).flat_map(|before| &before.source_labels);
            let claimed = elsewhere.chain(&one.saved_page.status_labels).any(|other| fold(other) == fold(label));
            if claimed || fold(label).is_empty() {
                let message = format!("The label {label:?} is blank or leads elsewhere too.");
                self.fault(file, format!("{key}.source_labels"), message, "Give each label to one field.");
            }
        }
    }

    fn has_term(&self, vocabulary: Option<&str>, term: &str) -> bool {
        let list = self.document.vocabularies.iter().find(|one| Some(one.key.as_str()) == vocabulary);
        list.is_some_and(|list| list.terms.iter().any(|one| one.key == term))
    }
}

/// Each limit: its name, whether it is set, whether it makes sense for the field.
fn limits_of(field: &Field) -> [(&'static str, bool, bool); 14] {
    let Limits {
        characters_min,
        characters,
        items,
        minimum,
        maximum,
        decimals,
        bytes,
        media_types,
        types,
        language,
        ongoing,
        precision,
        expected_from,
        previous_dates_for,
    } = &field.limits;
    let kind = field.kind;
    let worded = kind.is_per_language() || kind == Kind::String;
    let (number, file, range) = (kind == Kind::Number, kind == Kind::Attachment, kind == Kind::Range);
    [
        ("characters_min", characters_min.is_some(), worded),
        ("characters", characters.is_some(), worded || kind == Kind::TermOrText),
        ("items", items.is_some(), field.cardinality.is_many()),
        ("minimum", minimum.is_some(), number),
        ("maximum", maximum.is_some(), number),
        ("decimals", decimals.is_some(), number),
        ("bytes", bytes.is_some(), file),
        ("media_types", !media_types.is_empty(), file),
        ("types", !types.is_empty(), kind == Kind::Reference),
        ("language", *language, file),
        ("ongoing", *ongoing, range),
        ("precision", precision.is_some(), range),
        ("expected_from", expected_from.is_some(), range),
        ("previous_dates_for", !previous_dates_for.is_empty(), kind == Kind::Status),
    ]
}
