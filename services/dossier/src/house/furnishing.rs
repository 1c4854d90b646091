//! What a new installation needs before anybody can do anything: the registry, and in a demonstration its invented people.

use dossier_identity::Accounts;
use dossier_moderation as moderation;
use dossier_proto::{BodyCode, SubjectId};
use dossier_registry::Registry;

use super::{
    demo::{self, Part, Tokens},
    plot::Plot,
};
use crate::{Exit, Failure};

fn failed(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}

/// Adopts the registry that this binary brings, when none was ever adopted.
pub(super) async fn registry(moderation: &moderation::Service) -> Result<(), Failure> {
    let adopted = moderation.adopt_registry_if_none(&Registry::embedded()).await;
    adopted.map(drop).map_err(|error| failed(&error))
}

/// Makes the invented people as far as they are missing, designates them, and writes their tokens where only the owner may
/// read them.
pub(super) async fn people(
    moderation: &moderation::Service,
    accounts: &Accounts,
    plot: &Plot,
) -> Result<Tokens, Failure> {
    let mut tokens = Tokens::new();
    for (person, subject, token) in demo::people(accounts, &plot.secrets.master, plot.settings.clock.now())? {
        for part in person.parts {
            designate(moderation, subject, *part).await?;
        }
        tokens.insert(person.key.to_owned(), token.expose().to_owned());
    }
    demo::write_tokens(&plot.layout.demo_tokens(), &tokens)?;
    Ok(tokens)
}

async fn designate(moderation: &moderation::Service, subject: SubjectId, part: Part) -> Result<(), Failure> {
    let designated = match part {
        Part::Secretariat(role) => moderation.designate(subject, role, None, &[]).await,
        Part::Of(role, body) => {
            let body: BodyCode = body.parse().map_err(|error| failed(&error))?;
            moderation.designate(subject, role, Some(body), &[]).await
        }
        Part::Reviewer(kind) => moderation.designate_reviewer(subject, kind, None, &[]).await,
    };
    designated.map(drop).map_err(|error| failed(&error))
}
