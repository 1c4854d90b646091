//! What stands on the page of a form. Pure: everything is given in, templates decide nothing.

use std::collections::BTreeMap;

use dossier_registry::{Expected, Fault, Field, Grade, Kind, Language, Section};

use super::{
    controls::{Group, Maker, id_of, list_id},
    form_fields::{Forming, Pick},
    keeping::ANSWER,
    paper::Paper,
    said::Said,
    typed::Typed,
};
use crate::api::RequestedChangeDocument;

/// One field with its controls and all that is said beside it.
#[derive(Debug, Clone)]
pub(super) struct FieldShown {
    /// The id of the whole.
    pub(super) id: String,
    pub(super) label: Said,
    pub(super) hint: Option<Said>,
    pub(super) is_optional: bool,
    /// When it is asked: the name of a control, the values that ask for it, and a sentence.
    pub(super) condition: Option<(String, String, String)>,
    pub(super) errors: Vec<String>,
    pub(super) remarks: Vec<String>,
    /// The ids of what describes its controls.
    pub(super) described: String,
    pub(super) groups: Vec<Group>,
    /// Whether one label does for one control.
    pub(super) is_single: bool,
    /// Whether files are attached here.
    pub(super) takes_files: bool,
    pub(super) key: String,
    pub(super) asked: Vec<AskedShown>,
    pub(super) comments: Vec<CommentShown>,
    /// What somebody else saved meanwhile.
    pub(super) theirs: Option<String>,
}

/// A requested change beside its field.
#[derive(Debug, Clone)]
pub(super) struct AskedShown {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) quote: Option<String>,
    /// `open`, `answered` or `accepted`.
    pub(super) state: &'static str,
    pub(super) word: &'static str,
    pub(super) answer_name: String,
    pub(super) answer: String,
    pub(super) settled: Option<String>,
}

/// Something a moderator said.
#[derive(Debug, Clone)]
pub(super) struct CommentShown {
    pub(super) text: String,
    pub(super) by: &'static str,
    pub(super) at: super::paper::Time,
}

/// One of the six, with the texts that may be written in it.
#[derive(Debug, Clone)]
pub(super) struct TongueShown {
    pub(super) language: Language,
    pub(super) completeness: String,
    pub(super) is_open: bool,
    pub(super) fields: Vec<FieldShown>,
}

/// The whole form.
#[derive(Debug, Clone, Default)]
pub(super) struct FormShown {
    pub(super) tongues: Vec<TongueShown>,
    pub(super) facts: Vec<FieldShown>,
    pub(super) private: Vec<FieldShown>,
    /// Names to pick from, by vocabulary.
    pub(super) lists: Vec<(String, Vec<String>)>,
    pub(super) has_zones: bool,
    /// What is to be mended: the id to go to, and how.
    pub(super) errors: Vec<(String, String)>,
}

/// What is said beside the fields.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) faults: Vec<Fault>,
    pub(super) asked: Vec<RequestedChangeDocument>,
    /// Answers typed so far, by round and item.
    pub(super) answers: BTreeMap<(u32, u32), String>,
    pub(super) comments: BTreeMap<String, Vec<CommentShown>>,
    /// What others saved meanwhile, by field.
    pub(super) theirs: BTreeMap<String, String>,
}

/// Makes the page of a form.
pub(super) struct Drawing<'a> {
    pub(super) paper: &'a Paper,
    pub(super) forming: Forming<'a>,
    pub(super) typed: &'a Typed,
    pub(super) original: Language,
    pub(super) beside: &'a Beside,
}

impl Drawing<'_> {
    /// The whole form.
    pub(super) fn form(&self) -> FormShown {
        let asked: Vec<&Field> = self.forming.fields().collect();
        let (texts, others): (Vec<&Field>, Vec<&Field>) =
            asked.into_iter().partition(|field| field.kind.is_per_language());
        let (private, facts): (Vec<&Field>, Vec<&Field>) =
            others.iter().copied().partition(|field| field.personal || field.section == Section::Hidden);
        let fact = |field: &&Field| self.field(field, None);
        let mut form = FormShown {
            tongues: self.tongues(&texts),
            facts: facts.iter().map(fact).collect(),
            private: private.iter().map(fact).collect(),
            lists: self.lists(&others),
            has_zones: others.iter().any(|field| matches!(field.kind, Kind::Range | Kind::Status)),
            errors: Vec::new(),
        };
        form.errors = self.errors(&form);
        form
    }

    /// The original first, then those that are begun, then the rest in the order of the house.
    fn tongues(&self, texts: &[&Field]) -> Vec<TongueShown> {
        let is_begun = |language: Language| {
            texts.iter().any(|field| {
                let name = format!("/{}", field.key);
                let end = format!("/{}", language.tag());
                self.typed.below(&name).any(|(name, _)| name.ends_with(&end))
            })
        };
        let rank = |language: &Language| (*language != self.original, !is_begun(*language));
        let mut languages = Language::ALL;
        languages.sort_by_key(rank);
        let tongue = |language: Language| TongueShown {
            language,
            completeness: self.completeness(texts, language),
            is_open: language == self.original || is_begun(language),
            fields: texts.iter().map(|field| self.field(field, Some(language))).collect(),
        };
        languages.into_iter().map(tongue).collect()
    }

    fn completeness(&self, texts: &[&Field], language: Language) -> String {
        let end = format!("/{}", language.tag());
        let is_said = |field: &&&Field| {
            let name = format!("/{}", field.key);
            self.typed.below(&name).any(|(name, _)| name.ends_with(&end))
        };
        let said = texts.iter().filter(is_said).count();
        let whole = texts.len();
        let state = match said {
            0 => self.paper.w("not_begun").to_owned(),
            said if said == whole => self.paper.w("complete").to_owned(),
            said => {
                let values = [("said", said.to_string()), ("all", whole.to_string())];
                let values = [("said", values[0].1.as_str()), ("all", values[1].1.as_str())];
                self.paper.words.fill("contributor.some_of", &values)
            }
        };
        if language == self.original { format!("{}, {state}", self.paper.w("original")) } else { state }
    }

    fn field(&self, field: &Field, language: Option<Language>) -> FieldShown {
        let paper = self.paper;
        let label: Said = field.labels.show(self.forming.tongue, &field.key).into();
        let (no, yes) = (paper.w("not_said"), paper.w("remove"));
        let maker = Maker {
            forming: self.forming,
            typed: self.typed,
            original: self.original,
            nothing: no,
            remove: yes,
            time: (paper.w("time_from"), paper.w("time_to")),
        };
        let groups = match language {
            Some(language) => maker.texts(field, &label.text, language),
            None => maker.field(field, &label.text),
        };
        let tag = language.map(|language| format!("-{}", language.tag())).unwrap_or_default();
        let id = format!("field-{}{tag}", field.key);
        let (errors, remarks) = self.said_of(field, language);
        let hint: Option<Said> = field
            .hint
            .best(self.forming.tongue)
            .map(|(language, text)| Said { text: text.to_owned(), language: Some(language) });
        let mut described = Vec::new();
        if hint.is_some() {
            described.push(format!("{id}-h"));
        }
        if !errors.is_empty() {
            described.push(format!("{id}-e"));
        }
        let is_here = language.is_none_or(|language| language == self.original);
        let is_single = match groups.as_slice() {
            [one] => one.inputs.len() == 1 && one.file.is_none() && !is_choice(one),
            _ => false,
        };
        FieldShown {
            described: described.join(" "),
            id,
            hint,
            is_optional: !field.cardinality.is_required() || language.is_some_and(|one| one != self.original),
            condition: self.condition(field),
            errors,
            remarks,
            groups,
            is_single,
            takes_files: field.kind == Kind::Attachment,
            key: field.key.clone(),
            asked: self.asked(&field.key, language),
            comments: if is_here {
                self.beside.comments.get(&field.key).cloned().unwrap_or_default()
            } else {
                Vec::new()
            },
            theirs: self.beside.theirs.get(&field.key).filter(|_| is_here).cloned(),
            label,
        }
    }

    fn said_of(&self, field: &Field, language: Option<Language>) -> (Vec<String>, Vec<String>) {
        let is_here = |fault: &&Fault| {
            fault.field == field.key
                && match language {
                    None => true,
                    Some(language) => fault.language.unwrap_or(self.original) == language,
                }
        };
        let text = |fault: &Fault| fault.messages.show(self.forming.tongue, &fault.message).text;
        let here = self.beside.faults.iter().filter(is_here);
        let errors = here.clone().filter(|fault| fault.grade == Grade::Error).map(text).collect();
        (errors, here.filter(|fault| fault.grade != Grade::Error).map(text).collect())
    }

    /// The values of another control for which the field is asked.
    fn condition(&self, field: &Field) -> Option<(String, String, String)> {
        let when = field.when.as_ref()?;
        let other = self.forming.kind.field(&when.field)?;
        let words = self.forming.registry.words();
        let (values, names): (Vec<String>, Vec<String>) = match &when.is {
            Expected::Answer(answer) => {
                let word = if *answer { &words.yes } else { &words.no };
                (vec![answer.to_string()], vec![word.show(self.forming.tongue, "").text])
            }
            terms => {
                let vocabulary = self.forming.vocabulary(other);
                let name = |key: &String| self.forming.term_name(vocabulary, key).text;
                let names: Vec<String> = terms.terms().iter().map(name).collect();
                let is_named = self.forming.pick(other) == Pick::Named;
                (if is_named { names.clone() } else { terms.terms().to_vec() }, names)
            }
        };
        let label = other.labels.show(self.forming.tongue, &other.key).text;
        let values_said = [("field", label.as_str()), ("value", &names.join(" / "))];
        let said = self.paper.words.fill("contributor.only_if", &values_said);
        Some((format!("/{}", other.key), values.join("\u{1f}"), said))
    }

    fn asked(&self, field: &str, language: Option<Language>) -> Vec<AskedShown> {
        let is_here = |one: &&RequestedChangeDocument| {
            let of: Option<Language> = one.language.as_deref().and_then(|tag| tag.parse().ok());
            one.field == field && language.is_none_or(|language| of.unwrap_or(self.original) == language)
        };
        self.beside.asked.iter().filter(is_here).map(|one| asked(self.paper, one, &self.beside.answers)).collect()
    }

    /// The names of the vocabularies that are too long to be laid out, each once.
    fn lists(&self, fields: &[&Field]) -> Vec<(String, Vec<String>)> {
        let is_named = |field: &&&Field| match field.kind {
            Kind::Place => true,
            Kind::Term | Kind::TermOrText => self.forming.pick(field) == Pick::Named,
            _ => false,
        };
        let mut lists = BTreeMap::new();
        for field in fields.iter().filter(is_named) {
            let vocabulary = field.vocabulary.as_deref().unwrap_or_default();
            lists.entry(list_id(vocabulary)).or_insert_with(|| {
                let terms = self.forming.registry.terms_at(vocabulary, self.forming.now);
                terms.map(|term| self.forming.term_name(vocabulary, &term.key).text).collect::<Vec<_>>()
            });
        }
        lists.into_iter().collect()
    }

    /// What is to be mended, in the order of the page; each leads to the control it is about, if there is one.
    fn errors(&self, form: &FormShown) -> Vec<(String, String)> {
        let tongues = form.tongues.iter().flat_map(|tongue| &tongue.fields);
        let fields: Vec<&FieldShown> = tongues.chain(&form.facts).chain(&form.private).collect();
        let target = |fault: &Fault| {
            let wanted = id_of(&fault.pointer);
            let is_there = |field: &&FieldShown| {
                field.groups.iter().flat_map(|group| &group.inputs).any(|input| input.id == wanted)
            };
            let tag = fault.language.map(|language| format!("-{}", language.tag())).unwrap_or_default();
            match fields.iter().find(|field| is_there(field)) {
                Some(_) => wanted,
                None if self.forming.kind.field(&fault.field).is_some_and(|field| field.kind.is_per_language()) => {
                    let tag = if tag.is_empty() { format!("-{}", self.original.tag()) } else { tag };
                    format!("field-{}{tag}", fault.field)
                }
                None => format!("field-{}", fault.field),
            }
        };
        let errors = self.beside.faults.iter().filter(|fault| fault.grade == Grade::Error);
        errors.map(|fault| (target(fault), fault.messages.show(self.forming.tongue, &fault.message).text)).collect()
    }
}

fn is_choice(group: &Group) -> bool {
    use super::controls::Draw;
    group.inputs.iter().any(|input| matches!(input.draw, Draw::Radios { .. } | Draw::Boxes { .. } | Draw::Tick { .. }))
}

/// A requested change as it is shown, with the answer typed so far.
pub(super) fn asked(
    paper: &Paper,
    one: &RequestedChangeDocument,
    answers: &BTreeMap<(u32, u32), String>,
) -> AskedShown {
    let typed = answers.get(&(one.round, one.item)).cloned();
    let (state, word) = match (one.settled.as_deref(), one.answered) {
        (Some("accepted"), _) => ("accepted", "asked_accepted"),
        (_, true) => ("answered", "asked_answered"),
        _ => ("open", "asked_open"),
    };
    AskedShown {
        id: format!("asked-{}-{}", one.round, one.item),
        title: paper.with("asked_number", "number", one.item),
        text: one.text.clone().unwrap_or_else(|| paper.w("erased").to_owned()),
        quote: one.quote.clone(),
        state,
        word: paper.w(word),
        answer_name: format!("{ANSWER}{}:{}", one.round, one.item),
        answer: typed.or_else(|| one.answer.clone()).unwrap_or_default(),
        settled: one.settled_text.clone(),
    }
}
