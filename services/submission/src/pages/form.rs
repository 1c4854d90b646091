//! What stands on a blank form: made of the registry alone, so that a new type, field or term is on the form the day it is
//! adopted. Pure.

use askama::Template;
use dossier_proto::Micros;
use dossier_registry::{
    Clearance, Day, Expected, Field, Kind, Labels, Language, Limits, Notice, RecordType, Registry, Section, Shown,
};

use super::form_words::{Word, say, say_with};

/// A vocabulary of more terms is not printed: on paper the name is written, and found when it is typed. 60 terms are two
/// columns of a page; the 249 countries and 169 targets are not.
const PRINTED_TERMS_MAX: usize = 60;
/// Lines for a text: one for about 90 characters, within these.
const CHARACTERS_A_LINE: u32 = 90;
const LINES_MIN: usize = 2;
const LINES_MAX: usize = 24;
/// Rows for a field that takes many values.
const ROWS: usize = 3;

/// A piece of text, marked where it is not in the language of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Its language, where it is another one.
    pub(super) other: Option<Language>,
}

/// Where the answer is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Space {
    /// So many empty lines.
    Lines(usize),
    /// Boxes to tick, and perhaps a line for what is not among them.
    Boxes { choices: Vec<Piece>, other: Option<&'static str> },
    /// Short lines with their names, in so many rows.
    Parts { names: Vec<&'static str>, rows: usize },
}

/// One question of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) number: usize,
    pub(super) label: Piece,
    pub(super) is_required: bool,
    pub(super) hint: Option<Piece>,
    /// When it is asked, how long, how many: each a sentence.
    pub(super) rules: Vec<String>,
    pub(super) space: Space,
}

/// A blank form.
#[derive(Debug, Template)]
#[template(path = "form.html")]
pub(super) struct FormPage {
    language: Language,
    style: String,
    registry: Piece,
    version: String,
    digest: String,
    title: Piece,
    introduction: Option<Piece>,
    languages: [Language; 6],
    questions: Vec<Question>,
    notices: Vec<Piece>,
    /// Which bodies need a clearance, in words; none where nobody does.
    clearance: Option<&'static str>,
}

impl FormPage {
    /// The form of a type in a language, as of a moment.
    pub(super) fn of(registry: &Registry, kind: &RecordType, language: Language, now: Micros) -> Self {
        let view = View { registry, kind, language, now };
        let in_force = |field: &&Field| view.holds(field.valid_from, field.valid_to);
        let fields = kind.fields.iter().filter(in_force).zip(1..);
        Self {
            language,
            style: String::new(),
            registry: view.piece(registry.name(), "Dossier"),
            version: registry.version().to_owned(),
            digest: registry.digest().to_string().chars().take(12).collect(),
            title: view.piece(&kind.labels, &kind.key),
            introduction: view.said(&kind.introduction),
            languages: Language::ALL,
            questions: fields.map(|(field, number)| view.question(field, number)).collect(),
            notices: registry
                .notices()
                .iter()
                .filter(|notice| view.is_due(notice))
                .map(|one| view.notice(one))
                .collect(),
            clearance: match kind.review.clearance {
                Clearance::None => None,
                Clearance::States => Some(say(Word::ClearedByStates, language)),
                Clearance::All => Some(say(Word::ClearedByAll, language)),
            },
        }
    }

    /// As HTML.
    pub(super) fn draw(self, style: &str) -> askama::Result<String> {
        Self { style: style.to_owned(), ..self }.render()
    }

    /// The questions, in the order of the fields.
    #[cfg(test)]
    pub(super) fn questions(&self) -> &[Question] {
        &self.questions
    }

    fn w(&self, word: Word) -> &'static str {
        say(word, self.language)
    }
}

struct View<'a> {
    registry: &'a Registry,
    kind: &'a RecordType,
    language: Language,
    now: Micros,
}

impl View<'_> {
    fn say(&self, word: Word) -> &'static str {
        say(word, self.language)
    }

    fn holds(&self, from: Option<Day>, to: Option<Day>) -> bool {
        let today = Day::of(self.now);
        from.is_none_or(|from| from <= today) && to.is_none_or(|to| today <= to)
    }

    fn shown(&self, shown: Shown) -> Piece {
        Piece { text: shown.text, other: shown.language.filter(|language| *language != self.language) }
    }

    fn piece(&self, labels: &Labels, otherwise: &str) -> Piece {
        self.shown(labels.show(self.language, otherwise))
    }

    fn said(&self, labels: &Labels) -> Option<Piece> {
        (!labels.is_empty()).then(|| self.piece(labels, ""))
    }

    fn is_due(&self, notice: &Notice) -> bool {
        let of_type = notice.types.is_empty() || notice.types.contains(&self.kind.key);
        of_type && self.holds(notice.valid_from, notice.valid_to)
    }

    fn notice(&self, notice: &Notice) -> Piece {
        self.piece(&notice.texts, &notice.key)
    }

    fn question(&self, field: &Field, number: usize) -> Question {
        Question {
            number,
            label: self.piece(&field.labels, &field.key),
            is_required: field.cardinality.is_required() && field.when.is_none() && field.unless.is_empty(),
            hint: self.said(&field.hint),
            rules: self.rules(field),
            space: self.space(field),
        }
    }

    /// What the registry asks of an answer, a sentence each.
    fn rules(&self, field: &Field) -> Vec<String> {
        let (limits, language) = (&field.limits, self.language);
        let mut rules = Vec::new();
        rules.extend(self.condition(field));
        if matches!(field.kind, Kind::Text | Kind::Richtext | Kind::String | Kind::TermOrText) {
            let most = limits.characters_max(field.kind).to_string();
            rules.push(match limits.characters_min {
                Some(least) => say_with(Word::CharactersBetween, language, &[&least.to_string(), &most]),
                None => say_with(Word::CharactersAtMost, language, &[&most]),
            });
        }
        if field.kind.is_per_language() {
            rules.push(self.say(Word::AnyLanguage).to_owned());
        }
        if field.cardinality.is_many() {
            rules.push(match limits.items {
                Some(items) => say_with(Word::ValuesAtMost, language, &[&items.to_string()]),
                None => self.say(Word::ValuesMany).to_owned(),
            });
        }
        rules.extend(self.numbers(limits));
        if let Some(bytes) = limits.bytes {
            rules.push(say_with(Word::FileAtMost, language, &[&(bytes / (1024 * 1024)).to_string()]));
        }
        if field.kind == Kind::Range {
            rules.push(say_with(Word::DateAs, language, &[limits.precision_min().example(), "2022-05-17"]));
        }
        if field.kind == Kind::Contact || field.personal {
            rules.push(self.say(Word::Personal).to_owned());
        } else if field.section == Section::Hidden {
            rules.push(self.say(Word::NotPublic).to_owned());
        }
        rules
    }

    fn numbers(&self, limits: &Limits) -> Option<String> {
        match (limits.minimum, limits.maximum) {
            (Some(least), Some(most)) => {
                Some(say_with(Word::NumberBetween, self.language, &[&least.to_string(), &most.to_string()]))
            }
            (Some(least), None) => Some(say_with(Word::NumberAtLeast, self.language, &[&least.to_string()])),
            (None, Some(most)) => Some(say_with(Word::NumberAtMost, self.language, &[&most.to_string()])),
            (None, None) => None,
        }
    }

    /// "Only if question 4 is answered with: yes".
    fn condition(&self, field: &Field) -> Option<String> {
        let when = field.when.as_ref()?;
        let other = self.kind.field(&when.field)?;
        let words = self.registry.words();
        let answers: Vec<String> = match &when.is {
            Expected::Answer(true) => vec![words.yes.show(self.language, "yes").text],
            Expected::Answer(false) => vec![words.no.show(self.language, "no").text],
            Expected::Term(_) | Expected::AnyOf(_) => {
                let vocabulary = other.vocabulary.as_deref().unwrap_or_default();
                let label = |key: &String| self.registry.term_label(vocabulary, key, self.language, self.now).text;
                when.is.terms().iter().map(label).collect()
            }
        };
        let label = self.piece(&other.labels, &other.key).text;
        Some(say_with(Word::OnlyIf, self.language, &[&label, &answers.join(" / ")]))
    }

    fn space(&self, field: &Field) -> Space {
        let rows = if field.cardinality.is_many() { ROWS } else { 1 };
        let parts = |names: &[Word]| Space::Parts { names: names.iter().map(|word| self.say(*word)).collect(), rows };
        match field.kind {
            Kind::Text | Kind::Richtext => Space::Lines(lines(field)),
            Kind::String | Kind::Number => parts(&[Word::Blank]),
            Kind::Bool => self.yes_or_no(),
            Kind::Term | Kind::Status => self.terms(field, None),
            Kind::TermOrText => self.terms(field, Some(self.say(Word::Other))),
            Kind::Range if field.limits.ongoing => parts(&[Word::From, Word::To, Word::Ongoing]),
            Kind::Range => parts(&[Word::From, Word::To, Word::Zone]),
            Kind::Place => parts(&[Word::City, Word::Country, Word::Platform]),
            Kind::Link => parts(&[Word::Address, Word::TitleOfLink]),
            Kind::Attachment => parts(&[Word::FileEnclosed, Word::FileLanguage]),
            Kind::Contact => parts(&[Word::Name, Word::Function, Word::Organisation, Word::Mail, Word::Telephone]),
            Kind::Reference => parts(&[Word::NumberOfEntry, Word::Edition]),
        }
    }

    fn yes_or_no(&self) -> Space {
        let words = self.registry.words();
        let choices = [words.yes.show(self.language, "yes"), words.no.show(self.language, "no")];
        Space::Boxes { choices: choices.map(|shown| self.shown(shown)).to_vec(), other: None }
    }

    /// The terms that may be chosen today, if they are few enough; else lines to write their names on.
    fn terms(&self, field: &Field, other: Option<&'static str>) -> Space {
        let vocabulary = field.vocabulary.as_deref().unwrap_or_default();
        let terms: Vec<_> = self.registry.terms_at(vocabulary, self.now).take(PRINTED_TERMS_MAX + 1).collect();
        if terms.is_empty() || terms.len() > PRINTED_TERMS_MAX {
            let rows = if field.cardinality.is_many() { ROWS } else { 1 };
            return Space::Parts { names: vec![self.say(Word::NameOrCode)], rows };
        }
        let label = |key: &str| self.registry.term_label(vocabulary, key, self.language, self.now);
        Space::Boxes { choices: terms.iter().map(|term| self.shown(label(&term.key))).collect(), other }
    }
}

/// As many lines as the longest answer needs, within what a page can hold.
fn lines(field: &Field) -> usize {
    let lines = field.limits.characters_max(field.kind).div_ceil(CHARACTERS_A_LINE);
    usize::try_from(lines).unwrap_or(LINES_MAX).clamp(LINES_MIN, LINES_MAX)
}
