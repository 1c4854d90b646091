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
    more_waiting: &'static str,
    why: &'static str,
    wanted: &'static str,
}

/// What a mail says of an entry. Neither its title nor anything else of its content: a mail stands on the disks of servers that no erasure
/// reaches, and may lie there before anybody has decided that the entry becomes public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its public number; where it has none, its body.
    pub name: String,
    /// The name of its type, in the reader's language where there is one.
    pub record_type: String,
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
        format!("{} · {} · {}", about.name, about.record_type, self.news(letter.news))
    }

    /// The text of a mail: what happened, on which entry, who has the next move and by when, and where to read on.
    pub fn text(&self, letter: &Letter, about: &About) -> String {
        let labels = self.labels;
        let mut text = format!("{}\n\n{} · {}\n\n", self.news(letter.news), about.name, about.record_type);
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
