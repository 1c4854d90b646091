//! Who is who, for the masthead of every page.

use std::{fmt, sync::Arc};

use dossier_identity::{Accounts, Role};
use dossier_proto::{Micros, SubjectId};
use http::request::Parts;

use crate::{
    extract::wall_clock,
    off_thread,
    visit::{Visit, visit_of},
};

type Roles = dyn Fn(SubjectId, Micros) -> Vec<Role> + Send + Sync;

/// An extension of every request (`axum::Extension`), so that each page can say who looks at it and show the rooms they reach.
#[derive(Clone)]
pub struct Roll {
    accounts: Arc<Accounts>,
    roles: Arc<Roles>,
}

impl Roll {
    /// Of these accounts; `roles` gives what somebody is at a moment, from the designations, which are in memory.
    pub fn new(
        accounts: Arc<Accounts>,
        roles: impl Fn(SubjectId, Micros) -> Vec<Role> + Send + Sync + 'static,
    ) -> Self {
        Self { accounts, roles: Arc::new(roles) }
    }
}

impl fmt::Debug for Roll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Roll")
    }
}

/// Who looks at a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guest {
    /// It cannot be told here and now.
    Unknown,
    /// Nobody has signed in.
    Stranger,
    /// Somebody has.
    Known {
        /// Who.
        visit: Visit,
        /// Their name, as far as it is known here.
        name: Option<String>,
        /// What they are at this moment, each once.
        roles: Vec<Role>,
    },
}

impl Guest {
    /// Who sent this request.
    pub(super) async fn of(parts: &mut Parts) -> Self {
        let Some(roll) = parts.extensions.get::<Roll>().cloned() else { return Self::Unknown };
        let visit = match visit_of(parts, &roll.accounts).await {
            Ok(Some(visit)) => visit,
            Ok(None) => return Self::Stranger,
            // The page itself says so where it matters to it; a masthead is no reason to show nothing.
            Err(_) => return Self::Unknown,
        };
        let subject = visit.bearer.subject;
        let roles = (roll.roles)(subject, wall_clock());
        // Where the accounts are kept, a name is read from the vault.
        let name = off_thread(move || Ok(roll.accounts.name_of(subject))).await.ok().flatten();
        Self::Known { visit, name, roles }
    }
}
