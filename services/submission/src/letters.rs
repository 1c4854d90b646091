//! The letters of this service: who may read of an entry, what may be said of it, and the postman's box.

use dossier_engine::Request;
use dossier_identity::Accounts;
use dossier_post::{
    Post,
    letters::{About, Composed, Due, Letter, Letterbox, Tongue},
};
use dossier_proto::{Micros, Origin, v1};
use dossier_web::Answer;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{api, domain::Command, office::Office};

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

/// What may be said of the entry of a letter to somebody who may read of it: its title, and its number or body.
pub(crate) fn about(office: &Office, public_url: &str, letter: &Letter) -> Answer<About> {
    let id = letter.entry;
    let (title, entry) = api::title_of(office, id)?;
    let name = entry.public.map_or_else(|| entry.facts.body.to_string(), |public| public.number);
    Ok(About { title, name, address: format!("{public_url}{}/entries/{id}", api::PREFIX) })
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

    fn look(&self, at: &mut dyn FnMut(&Due) -> bool) {
        let entries = self.office.engine().view();
        let mut due = entries.inboxes().due();
        while due.next().is_some_and(&mut *at) {}
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
        match about(&self.office, &self.public_url, letter) {
            Ok(about) => Composed::Mail(letter.mail(&contact, &Tongue::of(contact.language), &about).into()),
            Err(_) => Composed::NotYet,
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
