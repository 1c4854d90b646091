//! The controls of one field: for every kind that the registry knows, so that a type added as data needs no code. Pure.

use dossier_registry::{Field, Kind, Language, Precision};

use super::{
    form_fields::{Forming, Pick},
    form_words::{Word, say},
    said::Said,
    typed::Typed,
};

/// Empty rows under a list: without a script, more come with every saving.
const ROWS_SPARE: usize = 2;
/// Rows of a text area: what most people write is seen without scrolling.
const ROWS_TITLE: u32 = 2;
const ROWS_TEXT: u32 = 10;

/// How a control is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Draw {
    /// Many lines, in a language.
    Area { rows: u32, language: Option<Language> },
    /// One line of an HTML type, with a list of names to pick from.
    Line { kind: &'static str, list: Option<String> },
    /// One of these; the first says nothing.
    Select { choices: Vec<Choice> },
    /// One of a few.
    Radios { choices: Vec<Choice> },
    /// Any of these.
    Boxes { choices: Vec<Choice> },
    /// Yes, when it is ticked.
    Tick { is_ticked: bool },
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: Said,
    pub(super) is_chosen: bool,
}

/// One control.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    pub(super) id: String,
    pub(super) name: String,
    /// What it asks for; read aloud only where the field's own name stands above it.
    pub(super) label: String,
    pub(super) value: String,
    pub(super) draw: Draw,
    pub(super) characters_max: Option<u32>,
}

/// Controls of one value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Group {
    pub(super) inputs: Vec<Input>,
    pub(super) hidden: Vec<(String, String)>,
    /// The file that it is about.
    pub(super) file: Option<FileShown>,
    /// Of a list: its number, from 1.
    pub(super) number: Option<usize>,
}

/// A file that is attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileShown {
    pub(super) name: String,
    pub(super) digest: String,
    pub(super) size: String,
}

/// The id of the control with this name.
pub(super) fn id_of(name: &str) -> String {
    let plain = |sign: char| if sign.is_ascii_alphanumeric() || sign == '_' || sign == '-' { sign } else { '-' };
    format!("f{}", name.chars().map(plain).collect::<String>())
}

/// Makes the controls of fields.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub(super) forming: Forming<'a>,
    pub(super) typed: &'a Typed,
    /// The language the entry was begun in.
    pub(super) original: Language,
    /// The word for what is not chosen.
    pub(super) nothing: &'a str,
    /// The word for taking something away.
    pub(super) remove: &'a str,
    /// The words for the time of day.
    pub(super) time: (&'a str, &'a str),
}

impl Maker<'_> {
    fn say(&self, word: Word) -> &'static str {
        say(word, self.forming.tongue)
    }

    /// The controls of a text in a language.
    pub(super) fn texts(&self, field: &Field, label: &str, language: Language) -> Vec<Group> {
        let name = format!("/{}", field.key);
        let names: Vec<String> = if field.cardinality.is_many() {
            self.rows(field, &name).map(|at| format!("{name}/{at}/{}", language.tag())).collect()
        } else {
            vec![format!("{name}/{}", language.tag())]
        };
        let rows = if field.kind == Kind::Richtext { ROWS_TEXT } else { ROWS_TITLE };
        let draw = Draw::Area { rows, language: Some(language) };
        let area = |name: &String| Group {
            inputs: vec![self.input(name, label, draw.clone(), Some(field.limits.characters_max(field.kind)))],
            ..Group::default()
        };
        numbered(names.iter().map(area).collect())
    }

    /// The controls of a field that is the same in every language.
    pub(super) fn field(&self, field: &Field, label: &str) -> Vec<Group> {
        let name = format!("/{}", field.key);
        if field.kind == Kind::Term && self.forming.pick(field) == Pick::LaidOut {
            return vec![self.laid_out(field, &name, label)];
        }
        if !field.cardinality.is_many() {
            return vec![self.one(field, &name, label)];
        }
        numbered(self.rows(field, &name).map(|at| self.one(field, &format!("{name}/{at}"), label)).collect())
    }

    fn rows(&self, field: &Field, name: &str) -> std::ops::Range<usize> {
        let held = self.typed.rows(name);
        let spare = if field.kind == Kind::Attachment { 0 } else { ROWS_SPARE };
        let most = usize::try_from(field.limits.items_max()).unwrap_or(usize::MAX);
        0..held.saturating_add(spare).min(most.max(held))
    }

    fn input(&self, name: &str, label: &str, draw: Draw, characters_max: Option<u32>) -> Input {
        Input {
            id: id_of(name),
            name: name.to_owned(),
            label: label.to_owned(),
            value: self.typed.value(name).to_owned(),
            draw,
            characters_max,
        }
    }

    fn line(&self, name: &str, label: &str) -> Input {
        self.input(name, label, Draw::Line { kind: "text", list: None }, None)
    }

    fn laid_out(&self, field: &Field, name: &str, label: &str) -> Group {
        let choices = self.choices(field, name);
        let draw = if field.cardinality.is_many() { Draw::Boxes { choices } } else { Draw::Select { choices } };
        Group { inputs: vec![self.input(name, label, draw, None)], ..Group::default() }
    }

    /// The terms that may be chosen today, and those that stand there already.
    fn choices(&self, field: &Field, name: &str) -> Vec<Choice> {
        let vocabulary = field.vocabulary.as_deref().unwrap_or_default();
        let held = self.typed.values(name);
        let choice = |key: &str| Choice {
            value: key.to_owned(),
            label: self.forming.term_name(vocabulary, key).into(),
            is_chosen: held.iter().any(|one| one == key),
        };
        let mut choices: Vec<Choice> =
            self.forming.registry.terms_at(vocabulary, self.forming.now).map(|term| choice(&term.key)).collect();
        let strangers: Vec<Choice> = held
            .iter()
            .filter(|key| choices.iter().all(|choice| choice.value != **key))
            .map(|key| choice(key))
            .collect();
        choices.extend(strangers);
        choices
    }

    fn named(&self, field: &Field, name: &str, label: &str) -> Input {
        let list = Some(list_id(field.vocabulary.as_deref().unwrap_or_default()));
        self.input(name, label, Draw::Line { kind: "text", list }, None)
    }

    fn one(&self, field: &Field, name: &str, label: &str) -> Group {
        let part = |key: &str| format!("{name}/{key}");
        let inputs = match field.kind {
            Kind::Text | Kind::Richtext => Vec::new(),
            Kind::Range => self.range(field, name),
            Kind::Place => vec![
                self.line(&part("city"), self.say(Word::City)),
                self.named(field, &part("country"), self.say(Word::Country)),
                self.line(&part("online"), self.say(Word::Platform)),
            ],
            Kind::Term | Kind::TermOrText => vec![self.named(field, name, label)],
            Kind::Bool => vec![self.yes_or_no(field, name, label)],
            Kind::Link => {
                let url =
                    self.input(&part("url"), self.say(Word::Address), Draw::Line { kind: "url", list: None }, None);
                std::iter::once(url).chain(self.titles(name)).collect()
            }
            Kind::Attachment => return self.file(field, name),
            Kind::Status => self.status(field, name, label),
            Kind::Number | Kind::String => {
                let most = (field.kind == Kind::String).then(|| field.limits.characters_max(field.kind));
                vec![self.input(name, label, Draw::Line { kind: "text", list: None }, most)]
            }
            Kind::Contact => vec![
                self.line(&part("name"), self.say(Word::Name)),
                self.line(&part("function"), self.say(Word::Function)),
                self.line(&part("organisation"), self.say(Word::Organisation)),
                self.input(&part("email"), self.say(Word::Mail), Draw::Line { kind: "email", list: None }, None),
                self.input(&part("phone"), self.say(Word::Telephone), Draw::Line { kind: "tel", list: None }, None),
            ],
            Kind::Reference => vec![
                self.line(&part("entry"), self.say(Word::NumberOfEntry)),
                self.line(&part("edition"), self.say(Word::Edition)),
            ],
        };
        Group { inputs, ..Group::default() }
    }

    fn yes_or_no(&self, field: &Field, name: &str, label: &str) -> Input {
        let words = self.forming.registry.words();
        let held = self.typed.value(name);
        let choice = |value: &str, label: Said| Choice { value: value.to_owned(), label, is_chosen: held == value };
        let mut choices = vec![
            choice("true", words.yes.show(self.forming.tongue, "yes").into()),
            choice("false", words.no.show(self.forming.tongue, "no").into()),
        ];
        if !field.cardinality.is_required() {
            choices.push(choice("", Said::plain(self.nothing)));
        }
        self.input(name, label, Draw::Radios { choices }, None)
    }

    /// Days stand in controls for days, unless the field takes less exact ones, or holds one.
    fn range(&self, field: &Field, name: &str) -> Vec<Input> {
        let part = |key: &str| format!("{name}/{key}");
        let is_day = |end: &str| matches!(self.typed.value(&part(end)).len(), 0 | 10);
        let is_exact = field.kind == Kind::Range && field.limits.precision_min() >= Precision::Day;
        let kind = if is_exact && is_day("start") && is_day("end") { "date" } else { "text" };
        let day = |end: &str, word: Word| self.input(&part(end), self.say(word), Draw::Line { kind, list: None }, None);
        let time = |end: &str, label: &str| {
            self.input(&part(&format!("{end}-time")), label, Draw::Line { kind: "time", list: None }, None)
        };
        let zones = Some("zones".to_owned());
        let zone = self.input(&part("zone"), self.say(Word::Zone), Draw::Line { kind: "text", list: zones }, None);
        let (from, to) = self.time;
        let mut inputs =
            vec![day("start", Word::From), time("start", from), day("end", Word::To), time("end", to), zone];
        if field.limits.ongoing {
            let is_ticked = self.typed.value(&part("ongoing")) == "true";
            inputs.push(self.input(&part("ongoing"), self.say(Word::Ongoing), Draw::Tick { is_ticked }, None));
        }
        inputs
    }

    fn status(&self, field: &Field, name: &str, label: &str) -> Vec<Input> {
        let state = format!("{name}/state");
        let choices = self.choices(field, &state);
        let mut inputs = vec![self.input(&state, label, Draw::Select { choices }, None)];
        if !field.limits.previous_dates_for.is_empty() {
            let previous = format!("{name}/previous_dates");
            for at in 0..=self.typed.rows(&previous) {
                inputs.extend(self.range(field, &format!("{previous}/{at}")));
            }
        }
        inputs
    }

    /// The title of a link or file: in the original language, and in those it has.
    fn titles(&self, name: &str) -> impl Iterator<Item = Input> {
        let title = |language: Language| format!("{name}/title/{}", language.tag());
        let is_asked = |language: &Language| *language == self.original || self.typed.holds(&title(*language));
        let asked = Language::ALL.into_iter().filter(is_asked);
        let inputs: Vec<Input> = asked
            .map(|language| {
                let label = format!("{} ({})", self.say(Word::TitleOfLink), language.own_name());
                self.input(&title(language), &label, Draw::Area { rows: 1, language: Some(language) }, None)
            })
            .collect();
        inputs.into_iter()
    }

    fn file(&self, field: &Field, name: &str) -> Group {
        let part = |key: &str| format!("{name}/{key}");
        let value = |key: &str| self.typed.value(&part(key)).to_owned();
        if value("digest").is_empty() {
            return Group::default();
        }
        let bytes = value("bytes").parse::<u64>().unwrap_or_default();
        let file =
            FileShown { name: value("name"), digest: value("digest"), size: format!("{} kB", bytes.div_ceil(1_000)) };
        let mut inputs: Vec<Input> = self.titles(name).collect();
        if field.limits.language || self.typed.holds(&part("language")) {
            let choices = Language::ALL.map(|language| Choice {
                value: language.tag().to_owned(),
                label: Said { text: language.own_name().to_owned(), language: Some(language) },
                is_chosen: value("language") == language.tag(),
            });
            let draw = Draw::Select { choices: choices.to_vec() };
            inputs.push(self.input(&part("language"), self.say(Word::FileLanguage), draw, None));
        }
        let is_ticked = value("remove") == "true";
        inputs.push(self.input(&part("remove"), self.remove, Draw::Tick { is_ticked }, None));
        let hidden = ["digest", "name", "media_type", "bytes"].map(|key| (part(key), value(key)));
        Group { inputs, hidden: hidden.to_vec(), file: Some(file), number: None }
    }
}

/// The id of the list of names of a vocabulary.
pub(super) fn list_id(vocabulary: &str) -> String {
    format!("names-{vocabulary}")
}

fn numbered(groups: Vec<Group>) -> Vec<Group> {
    let number = |(at, group): (usize, Group)| Group { number: Some(at + 1), ..group };
    if groups.len() < 2 { groups } else { groups.into_iter().enumerate().map(number).collect() }
}
