//! The letters of this service: what may be said of an entry, and the postman's box.

use std::sync::Arc;

use dossier_engine::Request;
use dossier_identity::accounts::Language;
use dossier_post::letters::{About, Composed, Due, DueAt, Letter, Letterbox, Seen, Tongue};
use dossier_proto::{Micros, Origin, v1};
use dossier_registry::Language as RecordLanguage;
use dossier_web::{Answer, Problem, ProblemKind};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    api::{self, Desk, of_registry},
    domain::{Command, Entry},
    gists::Opener,
    views::{Whereabouts, is_of_edition},
};

/// The postman's box.
pub(crate) struct Postbox(pub(crate) Arc<Desk>);

/// What a mail says of the entry of a letter: its number or body, its type, and where it is.
fn about(desk: &Desk, letter: &Letter, language: Language) -> Answer<About> {
    let (name, key) = {
        let view = desk.engine.view();
        let entry = view.state.entries.get(&letter.entry);
        let entry = entry.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        (name(entry), entry.record_type.clone())
    };
    let language = language.code().parse::<RecordLanguage>().unwrap_or(RecordLanguage::En);
    let registry = desk.registry.get(&desk.engine).map_err(|error| of_registry(&error))?;
    let kind = registry.as_ref().and_then(|registry| registry.record_type(&key));
    let record_type = kind.map_or_else(|| key.clone(), |kind| kind.labels.show(language, &key).text);
    Ok(About { name, record_type, address: format!("{}{}", desk.post.public_url, address(letter)) })
}

/// What the inbox says of it: the title too, of the public edition where the letter is about that, else of what had been submitted last.
pub(crate) fn seen(desk: &Desk, letter: &Letter) -> Answer<Seen> {
    let id = letter.entry;
    let found = {
        let view = desk.engine.view();
        view.state.entries.get(&id).map(|entry| {
            let of_edition = entry.review_of_edition().filter(|_| is_of_edition(letter.news));
            let kept = match of_edition {
                Some(review) => view.contents.submitted(id, review.submitted.place),
                None => view.contents.of(id).iter().rev().find(|kept| kept.at <= here(letter)).copied(),
            };
            (entry.record_type.clone(), name(entry), kept)
        })
    };
    let address = address(letter);
    let Some((record_type, name, kept)) = found else { return Ok(Seen { title: None, name: id.to_string(), address }) };
    let registry = desk.registry.get(&desk.engine).map_err(|error| of_registry(&error))?;
    let title = match (registry, kept) {
        (Some(registry), Some(kept)) => {
            let opener = Opener { engine: &desk.engine, words: &desk.words, registry: &registry, gists: &desk.gists };
            let (gist, _) = opener.gist(id, &record_type, kept.at).map_err(|error| Problem::internal(&error))?;
            gist.and_then(|gist| gist.title.clone())
        }
        _ => None,
    };
    Ok(Seen { title, name, address })
}

fn name(entry: &Entry) -> String {
    entry.edition.as_ref().map_or_else(|| entry.body.to_string(), |edition| edition.number.clone())
}

fn address(letter: &Letter) -> String {
    format!("{}/reviews/{}", api::PREFIX, letter.entry)
}

/// Where its event stands in our journal.
const fn here(letter: &Letter) -> Whereabouts {
    Whereabouts { epoch: letter.place.epoch, sequence: letter.place.sequence }
}

impl Letterbox for Postbox {
    fn origin(&self) -> Origin {
        Origin::Moderation
    }

    fn now(&self) -> Micros {
        self.0.clock.now()
    }

    fn may_send(&self) -> bool {
        self.0.engine.admits_persons().is_ok()
    }

    fn mailed_since(&self) -> Option<Micros> {
        self.0.engine.view().inboxes.mailed_since()
    }

    fn due(&self) -> usize {
        self.0.engine.view().inboxes.waiting().0
    }

    fn some(&self, after: Option<DueAt>, most: usize) -> Vec<(DueAt, Due)> {
        self.0.engine.view().inboxes.due_after(after, most)
    }

    fn compose(&self, due: &Due) -> Composed {
        let Due { subject, letter } = due;
        if !self.0.engine.view().may_hear(*subject, letter.entry, letter.news, self.now()) {
            return Composed::None;
        }
        let Some(contact) = self.0.accounts.contact_of(*subject) else { return Composed::None };
        if !letter.is_wanted(contact.wanted) {
            return Composed::None;
        }
        match about(&self.0, letter, contact.language) {
            Ok(about) => Composed::Mail(letter.mail(&contact, &Tongue::of(contact.language), &about).into()),
            Err(problem) => Composed::NotYet(format!("{}, problem {}", problem.kind().code(), problem.number())),
        }
    }

    fn record(&self, letters: Vec<v1::LetterEnd>) -> BoxFuture<'_, bool> {
        let command = Command::RecordLetters(v1::RecordLetters { letters });
        async move {
            let recorded = self.0.engine.execute(Request::of_system(Origin::Moderation, command)).await;
            recorded.inspect_err(|error| tracing::warn!(%error, "how letters ended is not recorded yet")).is_ok()
        }
        .boxed()
    }
}
