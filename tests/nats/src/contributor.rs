//! Somebody who begins entries, takes no for an answer, and notes it.

use std::sync::Arc;

use dossier_faults::{
    load::{Person, Reply, Town},
    notes::{Act, Asked, Note},
};
use dossier_proto::Origin;
use serde_json::json;

use crate::{
    Installation,
    asking::{Said, post},
};

/// The contributor.
pub struct Contributor {
    town: Arc<Town>,
    person: Person,
    url: String,
    /// How many entries were begun.
    pub begun: u64,
}

impl Contributor {
    /// Who asks the submission service itself, not what stands in front of it.
    pub fn of(installation: &Installation) -> Self {
        let person = installation.people().of("contributor-kz").clone();
        let url = installation.service(Origin::Submission).url();
        Self { town: Arc::clone(&installation.town), person, url, begun: 0 }
    }

    /// Begins an entry under a key, if that is admitted.
    ///
    /// # Errors
    /// In words, when there is no answer.
    pub fn begin(&mut self, key: &str) -> Result<Said, String> {
        let content = json!({"title": {"en": format!("Begun {key}")}});
        let body = json!({"type": "event", "language": "en", "content": content});
        let (subject, key) = (self.person.subject.clone(), key.to_owned());
        let asked = Asked { subject: subject.clone(), key: key.clone(), act: Act::Start, entry: None, digest: None };
        self.town.note(&Note::Asked(asked));
        let said = post(&format!("{}/contribute/api/v1/entries", self.url), &self.person.token, &key, &body)?;
        if said.status == 201 {
            self.begun += 1;
            let reply = Reply { status: said.status, etag: None, body: said.json() };
            self.town.note(&Note::Answered(reply.facts(&subject, &key)));
        }
        Ok(said)
    }
}
