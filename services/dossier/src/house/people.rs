//! Whether the accounts are those that moderation's journal speaks of. Accounts that were lost must not be begun anew without a word:
//! everybody would be a stranger, and a service that nobody may use would call itself ready.

use dossier_identity::accounts::Accounts;
use dossier_moderation as moderation;

use crate::{Failure, Layout};

/// Of all whom the journal designates, somebody has an account here, erased ones included.
///
/// # Errors
/// [`Failure`]: nobody has.
pub(super) fn must_be_there(
    layout: &Layout,
    service: &moderation::Service,
    accounts: &Accounts,
) -> Result<(), Failure> {
    let designated = service.people_designated();
    if designated.is_empty() || accounts.people().iter().any(|person| designated.contains(&person.subject)) {
        return Ok(());
    }
    Err(lost(layout, designated.len()))
}

/// What was lost, and what to do.
pub(crate) fn lost_words(layout: &Layout, designated: usize) -> String {
    let (accounts, root) = (layout.accounts(), crate::paste::typed(layout.root()));
    let who = if designated == 1 { "1 person".to_owned() } else { format!("{designated} people") };
    format!(
        "moderation's journal designates {who}, but nobody of them has an account in {}: the accounts were lost. Put accounts/ and keys/ of one \
         backup back, then start again. If there is no backup, make a new administrator while nothing runs: `dossier account create NAME \
         --administrator --data {root}`; whoever had an account needs a new one, and a new designation",
        accounts.display(),
    )
}

fn lost(layout: &Layout, designated: usize) -> Failure {
    Failure::damaged(lost_words(layout, designated))
}
