//! What a new installation needs before anybody can do anything: the registry, and in a demonstration its invented people.

use dossier_identity::Accounts;
use dossier_moderation as moderation;
use dossier_registry::Registry;

use super::{
    demo::{self, Tokens},
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
        let designated = moderation.designate(subject, person.role, person.body_code(), &[]).await;
        designated.map_err(|error| failed(&error))?;
        tokens.insert(person.key.to_owned(), token.expose().to_owned());
    }
    demo::write_tokens(&plot.layout.demo_tokens(), &tokens)?;
    Ok(tokens)
}
