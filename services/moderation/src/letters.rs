//! The letters of this service: what may be said of an entry, and the postman's box.

use std::sync::Arc;

use dossier_engine::Request;
use dossier_post::letters::{About, Composed, Due, Letter, Letterbox, Tongue};
use dossier_proto::{Micros, Origin, v1};
use dossier_web::{Answer, Problem};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    api::{self, Desk, of_registry},
    domain::Command,
    gists::Opener,
};

/// The postman's box.
pub(crate) struct Postbox(pub(crate) Arc<Desk>);

/// What may be said of the entry of a letter to somebody who may read of it: the title of what was submitted last, and its number or
/// body.
pub(crate) fn about(desk: &Desk, public_url: &str, letter: &Letter) -> Answer<About> {
    let id = letter.entry;
    let found = {
        let view = desk.engine.view();
        let entry = view.state.entries.get(&id);
        entry.and_then(|entry| {
            let kept = view.contents.submitted(id, entry.review()?.submitted.place);
            let number = entry.edition.as_ref().map(|edition| edition.number.clone());
            Some((entry.record_type.clone(), number.unwrap_or_else(|| entry.body.to_string()), kept))
        })
    };
    let address = format!("{public_url}{}/reviews/{id}", api::PREFIX);
    let Some((record_type, name, kept)) = found else {
        return Ok(About { title: None, name: id.to_string(), address });
    };
    let registry = desk.registry.get(&desk.engine).map_err(|error| of_registry(&error))?;
    let title = match (registry, kept) {
        (Some(registry), Some(kept)) => {
            let opener = Opener { engine: &desk.engine, words: &desk.words, registry: &registry, gists: &desk.gists };
            let (gist, _) = opener.gist(id, &record_type, kept.at).map_err(|error| Problem::internal(&error))?;
            gist.and_then(|gist| gist.title.clone())
        }
        _ => None,
    };
    Ok(About { title, name, address })
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

    fn look(&self, at: &mut dyn FnMut(&Due) -> bool) {
        let view = self.0.engine.view();
        let mut due = view.inboxes.due();
        while due.next().is_some_and(&mut *at) {}
    }

    fn compose(&self, due: &Due) -> Composed {
        let Due { subject, letter } = due;
        if !self.0.engine.view().may_hear(*subject, letter.entry, self.now()) {
            return Composed::None;
        }
        let Some(contact) = self.0.accounts.contact_of(*subject) else { return Composed::None };
        if !letter.is_wanted(contact.wanted) {
            return Composed::None;
        }
        match about(&self.0, &self.0.post.public_url, letter) {
            Ok(about) => Composed::Mail(letter.mail(&contact, &Tongue::of(contact.language), &about).into()),
            Err(_) => Composed::NotYet,
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
