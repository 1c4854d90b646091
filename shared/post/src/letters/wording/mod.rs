//! The words of letters, in six languages.

mod ar;
mod en;
mod es;
mod fr;
mod ru;
mod zh;

use std::borrow::Cow;

use dossier_identity::accounts::Language;
use dossier_proto::Micros;

use super::{Call, Letter, Mover, News, Step};

/// More of a title does not fit into the subject of a mail.
const TITLE_CHARS_MAX: usize = 90;

/// The words of a language.
#[derive(Clone, Copy)]
pub struct Tongue {
    news: fn(News) -> Cow<'static, str>,
    mover: fn(Mover) -> &'static str,
    step: fn(Step) -> &'static str,
    labels: &'static Labels,
}

struct Labels {
    whose: &'static str,
    yours: &'static str,
    any_of_you: &'static str,
    next: &'static str,
    by: &'static str,
    untitled: &'static str,
    more_waiting: &'static str,
    why: &'static str,
    wanted: &'static str,
}

/// What may be said of an entry to somebody who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its title; none when it has none, or nobody can read it any more.
    pub title: Option<String>,
    /// Its public number; where it has none, its body.
    pub name: String,
    /// Where it is.
    pub address: String,
}

impl Tongue {
    /// The words of a language.
    pub const fn of(language: Language) -> Self {
        match language {
            Language::Ar => ar::TONGUE,
            Language::Zh => zh::TONGUE,
            Language::En => en::TONGUE,
            Language::Fr => fr::TONGUE,
            Language::Ru => ru::TONGUE,
            Language::Es => es::TONGUE,
        }
    }

    /// What happened, in a sentence.
    pub fn news(&self, news: News) -> Cow<'static, str> {
        (self.news)(news)
    }

    /// Who has the next move.
    pub fn whose(&self, letter: &Letter) -> &'static str {
        match letter.call {
            Call::Yours => self.labels.yours,
            Call::AnyOfYou => self.labels.any_of_you,
            Call::Told => (self.mover)(letter.onward.who),
        }
    }

    /// What the next move is.
    pub fn step(&self, step: Step) -> &'static str {
        (self.step)(step)
    }

    /// The subject of a mail.
    pub fn subject(&self, letter: &Letter, about: &About) -> String {
        let title = about.title.as_deref().unwrap_or(self.labels.untitled);
        let cut: String = title.chars().take(TITLE_CHARS_MAX).collect();
        let dots = if cut.len() < title.len() { "…" } else { "" };
        format!("{} · {cut}{dots} · {}", about.name, self.news(letter.news))
    }

    /// The text of a mail: what happened, on which entry, who has the next move and by when, and where to read on.
    pub fn text(&self, letter: &Letter, about: &About) -> String {
        let labels = self.labels;
        let title = about.title.as_deref().unwrap_or(labels.untitled);
        let mut text = format!("{}\n\n{title}\n{}\n\n", self.news(letter.news), about.name);
        text.push_str(&format!("{} {}\n", labels.whose, self.whose(letter)));
        if letter.onward.what != Step::Nothing {
            text.push_str(&format!("{} {}\n", labels.next, self.step(letter.onward.what)));
        }
        if let Some(by) = letter.onward.by {
            text.push_str(&format!("{} {}\n", labels.by, day(by)));
        }
        if letter.call == Call::AnyOfYou {
            text.push_str(&format!("\n{}\n", labels.more_waiting));
        }
        text.push_str(&format!("\n{}\n\n-- \n{}\n{}\n", about.address, labels.why, labels.wanted));
        text
    }
}

/// A day as everybody reads it, in UTC.
fn day(moment: Micros) -> String {
    let read = jiff::Timestamp::from_microsecond(moment.0);
    read.map_or_else(|_| String::new(), |moment| moment.strftime("%Y-%m-%d (UTC)").to_string())
}
