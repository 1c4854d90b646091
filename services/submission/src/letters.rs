//! The letters of this service: who may read of an entry, what may be said of it, and the postman's box.

use dossier_engine::Request;
use dossier_identity::{Accounts, accounts::Language};
use dossier_post::{
    Post,
    letters::{About, Composed, Due, DueAt, Letter, Letterbox, Seen, Tongue},
};
use dossier_proto::{Micros, Origin, v1};
use dossier_registry::Language as RecordLanguage;
use dossier_web::{Answer, Problem, ProblemKind};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    api,
    domain::{Command, Entry},
    office::Office,
};

/// The postman's box.
pub(crate) struct Postbox {
    office: Office,
    public_url: String,
}

impl Postbox {
    pub(crate) fn of(office: Office, post: &Post) -> Self {
        Self { office, public_url: post.public_url.clone() }
    }

    fn accounts(&self) -> &Accounts {
        self.office.accounts()
    }
}

/// What a mail says of the entry of a letter: its number or body, its type, and where it is.
pub(crate) fn about(office: &Office, public_url: &str, letter: &Letter, language: Language) -> Answer<About> {
    let entry = entry(office, letter)?;
    let key = entry.facts.record_type.clone();
    let language = language.code().parse::<RecordLanguage>().unwrap_or(RecordLanguage::En);
    let registry = office.registry().ok();
    let kind = registry.as_ref().and_then(|registry| registry.record_type(&key));
    let record_type = kind.map_or_else(|| key.clone(), |kind| kind.labels.show(language, &key).text);
    Ok(About { name: name(&entry), record_type, address: format!("{public_url}{}", address(letter)) })
}

/// What the inbox says of it: the title too, of what the letter is about.
pub(crate) fn seen(office: &Office, letter: &Letter) -> Answer<Seen> {
    let entry = entry(office, letter)?;
    let title = api::title_of(office, letter, &entry.facts)?;
    Ok(Seen { title, name: name(&entry), address: address(letter) })
}

fn entry(office: &Office, letter: &Letter) -> Answer<Entry> {
    let entry = office.engine().view().entry(letter.entry).cloned();
    entry.ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

fn name(entry: &Entry) -> String {
    entry.public.as_ref().map_or_else(|| entry.facts.body.to_string(), |public| public.number.clone())
}

fn address(letter: &Letter) -> String {
    format!("{}/entries/{}", api::PREFIX, letter.entry)
}

impl Letterbox for Postbox {
    fn origin(&self) -> Origin {
        Origin::Submission
    }

    fn now(&self) -> Micros {
        self.office.now()
    }

    fn may_send(&self) -> bool {
        self.office.engine().admits_persons().is_ok() && self.accounts().check().is_ok()
    }

    fn mailed_since(&self) -> Option<Micros> {
        self.office.engine().view().inboxes().mailed_since()
    }

    fn due(&self) -> usize {
        self.office.engine().view().inboxes().waiting().0
    }

    fn some(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)> {
        self.office.engine().view().inboxes().due_after(after, most)
    }

    fn compose(&self, due: &Due) -> Composed {
        let Due { subject, letter } = due;
        if !self.office.engine().view().may_hear(*subject, letter.entry, self.now()) {
            return Composed::None;
        }
        let Some(contact) = self.accounts().contact_of(*subject) else { return Composed::None };
        if !letter.is_wanted(contact.wanted) {
            return Composed::None;
        }
        match about(&self.office, &self.public_url, letter, contact.language) {
            Ok(about) => Composed::Mail(letter.mail(&contact, &Tongue::of(contact.language), &about).into()),
            Err(problem) => Composed::NotYet(format!("{}, problem {}", problem.kind().code(), problem.number())),
        }
    }

    fn record(&self, letters: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool> {
        let command = Command::RecordLetters(v1::RecordLetters { letters });
        async move {
            let recorded = self.office.engine().execute(Request::of_system(Origin::Submission, command)).await;
            recorded.inspect_err(|error| tracing::warn!(%error, "how letters ended is not recorded yet")).is_ok()
        }
        .boxed()
    }
}
