//! A designation as pages say it.

use dossier_identity::Role;
use dossier_proto::{DesignationId, SubjectId};
use dossier_registry::Registry;
use dossier_web::{
    Answer,
    page::{Paper, Words},
};

use super::day;
use crate::{
    api::{App, designation::DesignationShown, of_registry},
    pages::{registry_language, said::Spoken},
};

/// What somebody may do, or could.
pub(super) struct Right {
    pub(super) id: String,
    pub(super) subject: String,
    pub(super) name: Option<String>,
    pub(super) role: String,
    pub(super) body: Option<Spoken>,
    pub(super) types: Vec<Spoken>,
    /// Where a reviewer comes from.
    pub(super) kind: Option<&'static str>,
    pub(super) note: Option<String>,
    pub(super) since: (String, String),
    pub(super) until: Option<(String, String)>,
    pub(super) revoked: Option<(String, String)>,
    pub(super) is_valid: bool,
    /// Whether the one who looks may take it back.
    pub(super) may_revoke: bool,
}

/// What a page says of designations.
pub(super) struct Speech<'a> {
    pub(super) app: &'a App,
    pub(super) registry: Option<Registry>,
    pub(super) paper: &'a Paper,
    pub(super) reader: SubjectId,
}

impl<'a> Speech<'a> {
    /// In the words of the registry in force.
    ///
    /// # Errors
    /// The registry cannot be read.
    pub(super) fn new(app: &'a App, paper: &'a Paper, reader: SubjectId) -> Answer<Self> {
        let registry = app.registry.get(&app.engine).map_err(|error| of_registry(&error))?;
        Ok(Self { app, registry, paper, reader })
    }

    const fn words(&self) -> &'static Words {
        self.paper.words
    }

    /// The name of a body; its code where there is no registry.
    pub(super) fn body(&self, code: &str) -> Spoken {
        let page = registry_language(self.paper.language);
        match &self.registry {
            Some(registry) => Spoken::of(registry.body_label(code, page, self.app.clock.now()), page),
            None => Spoken::plain(code.to_owned()),
        }
    }

    /// The name of a record type.
    pub(super) fn record_type(&self, key: &str) -> Spoken {
        let page = registry_language(self.paper.language);
        let found = self.registry.as_ref().and_then(|registry| registry.record_type(key));
        found.map_or_else(|| Spoken::plain(key.to_owned()), |one| Spoken::of(one.labels.show(page, key), page))
    }

    /// A designation.
    pub(super) fn right(&self, shown: &DesignationShown) -> Right {
        let w = self.words();
        let role = shown.role.parse::<Role>().map_or_else(|_| shown.role.clone(), |role| w.of_role(role).to_owned());
        let id = shown.id.parse::<DesignationId>().ok();
        let may = |id: DesignationId| {
            let view = self.app.engine.view();
            view.state.designations.may_revoke(self.reader, id, self.app.clock.now()).is_ok()
        };
        Right {
            id: shown.id.clone(),
            subject: shown.subject.clone(),
            name: shown.name.clone(),
            role,
            body: shown.body.as_deref().map(|code| self.body(code)),
            types: shown.record_types.iter().map(|key| self.record_type(key)).collect(),
            kind: match shown.reviewer_kind.as_deref() {
                Some("internal") => Some(w.text("office.internal")),
                Some("external") => Some(w.text("office.external")),
                _ => None,
            },
            note: shown.note_number.clone(),
            since: day(&shown.valid_from, w),
            until: shown.valid_until.as_deref().map(|until| day(until, w)),
            revoked: shown.revoked_at.as_deref().map(|at| day(at, w)),
            is_valid: shown.valid,
            may_revoke: shown.revoked_at.is_none() && id.is_some_and(may),
        }
    }
}
