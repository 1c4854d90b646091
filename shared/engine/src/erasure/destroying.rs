//! Goes through what a service holds and destroys what an order is about.

use dossier_identity::Accounts;
use dossier_proto::{EntryId, Event, Origin, SubjectId};
use dossier_vault::{
    Holding, Vault, VaultError,
    files::{FileError, FileStore},
};

use super::{Order, Scope, scope};
use crate::{Decider, Engine, RecordError, View};

/// Why something could not be destroyed, or not yet. All of it is tried again.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// The journal could not be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A key could not be destroyed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// A file could not be removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// Something else is in the way.
    #[error("{0}")]
    Obstacle(String),
}

/// Where a service keeps what may have to be destroyed. All methods block on the disk.
pub trait Holdings: Send + Sync + 'static {
    /// Every event of an entry that is here, its own and those it received, in any order.
    ///
    /// # Errors
    /// [`ErasureError`] when they cannot be read.
    fn events(&self, entry: EntryId) -> Result<Vec<Event>, ErasureError>;

    /// The keys.
    fn vault(&self) -> &Vault;

    /// The attached files; none where there are none.
    fn files(&self) -> Option<&FileStore> {
        None
    }

    /// Destroys what no event names: typing and uploads that were not saved, files that an entry was read from. Answers how many keys.
    ///
    /// # Errors
    /// [`ErasureError`].
    fn destroy_unnamed(&self, _order: &Order) -> Result<u32, ErasureError> {
        Ok(0)
    }

    /// Forgets who somebody is, or makes sure that nobody here knows it. Answers how many keys were destroyed.
    ///
    /// # Errors
    /// [`ErasureError`], also where it takes another moment.
    fn forget(&self, subject: SubjectId) -> Result<u32, ErasureError>;

    /// Drops what was opened and is kept in memory. After the keys are gone.
    fn drop_caches(&self) {}
}

/// Every event of an entry in a service's own journal, with those it received.
///
/// # Errors
/// [`ErasureError::Record`].
pub fn events_of<D: Decider, V: View>(engine: &Engine<D, V>, entry: EntryId) -> Result<Vec<Event>, ErasureError> {
    let recorded = engine.of_entry(entry)?;
    Ok(recorded.into_iter().flat_map(|one| [Some(one.event), one.beside]).flatten().collect())
}

/// The answer of a service that keeps no accounts: nothing is destroyed here, and it is said once it was heard, after the order, that
/// nobody knows them any more, and no written copy tells it.
///
/// # Errors
/// [`ErasureError::Obstacle`] as long as that is not so.
pub fn forgotten(accounts: &Accounts, subject: SubjectId) -> Result<u32, ErasureError> {
    accounts.have_forgotten(subject).map(|()| 0).map_err(|why| ErasureError::Obstacle(why.to_string()))
}

/// What becomes of keys that an order names and that were never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// Nothing: so that it can be said how many were here.
    Left,
    /// They are marked, so that they are not admitted later.
    Marked,
}

/// Destroys what an order is about: keys first, then files, then what is in memory; durable when this returns. Answers how many keys were
/// held here. Repeating it is harmless.
///
/// # Errors
/// [`ErasureError`]; then repeat it.
pub fn destroy(holdings: &dyn Holdings, order: &Order) -> Result<u32, ErasureError> {
    carry_out(holdings, order, Unknown::Left)
}

/// Marks the keys that were never here as destroyed, so that nobody's grant brings them.
pub(crate) fn shut_out(holdings: &dyn Holdings, order: &Order) -> Result<(), ErasureError> {
    carry_out(holdings, order, Unknown::Marked).map(drop)
}

fn carry_out(holdings: &dyn Holdings, order: &Order, unknown: Unknown) -> Result<u32, ErasureError> {
    let destroyed = match (order.scope, order.subject, order.entry) {
        (Scope::Person, Some(subject), _) => holdings.forget(subject)?,
        (Scope::PersonalValues | Scope::Content | Scope::Words, _, Some(entry)) => {
            of_entry(holdings, order, entry, unknown)?
        }
        _ => 0,
    };
    holdings.drop_caches();
    Ok(destroyed)
}

fn of_entry(holdings: &dyn Holdings, order: &Order, entry: EntryId, unknown: Unknown) -> Result<u32, ErasureError> {
    let events = holdings.events(entry)?;
    let scope = scope::of_order(order, &events);
    let vault = holdings.vault();
    let mut destroyed = 0;
    for key in &scope.keys {
        let held = vault.holding(*key);
        if held != Holding::Unknown {
            destroyed += 1;
        }
        if held == Holding::Live || (held == Holding::Unknown && unknown == Unknown::Marked) {
            vault.erase(*key)?;
        }
    }
    if let Some(files) = holdings.files() {
        for (file, _) in &scope.files {
            files.remove(entry, *file)?;
        }
    }
    Ok(destroyed + holdings.destroy_unnamed(order)?)
}

/// Destroys once more everything that the journal knows to be ordered: to be called at each start, before anybody is served.
///
/// # Errors
/// [`ErasureError`]; then nobody is to be served.
pub fn repeat<D: Decider, V: View>(engine: &Engine<D, V>, holdings: &dyn Holdings) -> Result<(), ErasureError> {
    let orders: Vec<Order> = {
        let view = engine.view();
        view.erasures().into_iter().flat_map(super::Orders::all).cloned().collect()
    };
    // In a thread of its own: a service is started by an async thread, and holdings may wait for a lock.
    let repeated = std::thread::scope(|scope| {
        let all = || orders.iter().try_for_each(|order| repeat_one(D::ORIGIN, holdings, order));
        scope.spawn(all).join()
    });
    match repeated {
        Ok(repeated) => repeated?,
        Err(panic) => std::panic::resume_unwind(panic),
    }
    if !orders.is_empty() {
        tracing::info!(origin = %D::ORIGIN, orders = orders.len(), "erasures were repeated");
    }
    Ok(())
}

/// Where one is not confirmed, what was never here is left: it is still to be said how many keys were.
fn repeat_one(origin: Origin, holdings: &dyn Holdings, order: &Order) -> Result<(), ErasureError> {
    let unknown = if order.confirmed.contains_key(&origin) { Unknown::Marked } else { Unknown::Left };
    match carry_out(holdings, order, unknown) {
        // Where people are kept elsewhere, they are not heard of yet at a start; the task goes on with it. What was confirmed is so, and
        // the copy that an old backup may have brought is replaced by the next.
        Err(ErasureError::Obstacle(why)) if order.scope == Scope::Person => {
            if unknown == Unknown::Left {
                tracing::info!(%origin, order = %order.place, why, "an erasure goes on once the accounts were heard");
            }
            Ok(())
        }
        carried_out => carried_out.map(drop),
    }
}
