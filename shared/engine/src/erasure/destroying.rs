//! Goes through what a service holds and destroys what an order is about.

use std::collections::BTreeSet;

use dossier_identity::Accounts;
use dossier_proto::{EntryId, Event, KeyId, Origin, SubjectId};
use dossier_vault::{
    Holding, Vault, VaultError,
    files::{FileError, FileStore},
};

use super::{Order, Orders, Scope, scope};
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
    /// Another service has to say something first: nothing is wrong.
    #[error("{0}")]
    Waits(String),
}

/// What is to be carried out, and by whom.
#[derive(Debug, Clone)]
pub struct Duty {
    /// The service.
    pub origin: Origin,
    /// The order.
    pub order: Order,
    /// Those before it, about the same entry, that the service has carried out: what they destroyed is not destroyed again.
    pub before: Vec<Order>,
}

impl Duty {
    /// One that a service finds among the orders it knows.
    pub fn of(origin: Origin, order: &Order, orders: &Orders) -> Self {
        Self { origin, order: order.clone(), before: orders.carried_out_before(order, origin) }
    }

    /// Which of the keys of single contents a draft shares is known to submission alone (P13): the others hear it with its confirmation.
    fn waits_for_submission(&self) -> bool {
        let heard = |origin| self.order.confirmed.contains_key(&origin);
        self.order.scope == Scope::Content
            && self.origin != Origin::Submission
            && !heard(Origin::Submission)
            && !heard(self.origin)
    }
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
/// [`ErasureError::Waits`] as long as that is not so.
pub fn forgotten(accounts: &Accounts, subject: SubjectId) -> Result<u32, ErasureError> {
    accounts.have_forgotten(subject).map(|()| 0).map_err(|why| ErasureError::Waits(why.to_string()))
}

/// What becomes of keys that an order names and that were never here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unknown {
    /// Nothing: so that it can be said how many were here.
    Left,
    /// They are marked, so that they are not admitted later.
    Marked,
}

/// What became of the keys of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destroyed {
    /// So many were held here, and no order before had destroyed them.
    pub count: u32,
    /// Those that stay, because a content which nobody ordered names them too.
    pub kept: BTreeSet<KeyId>,
}

/// Destroys what an order is about: keys first, then files, then what is in memory; durable when this returns. Repeating it is harmless.
///
/// # Errors
/// [`ErasureError`]; then repeat it.
pub fn destroy(holdings: &dyn Holdings, duty: &Duty) -> Result<Destroyed, ErasureError> {
    carry_out(holdings, duty, Unknown::Left)
}

/// Marks the keys that were never here as destroyed, so that nobody's grant brings them.
pub(crate) fn shut_out(holdings: &dyn Holdings, duty: &Duty) -> Result<(), ErasureError> {
    carry_out(holdings, duty, Unknown::Marked).map(drop)
}

fn carry_out(holdings: &dyn Holdings, duty: &Duty, unknown: Unknown) -> Result<Destroyed, ErasureError> {
    let order = &duty.order;
    let destroyed = match (order.scope, order.subject, order.entry) {
        (Scope::Person, Some(subject), _) => {
            holdings.forget(subject).map(|count| Destroyed { count, ..Destroyed::default() })
        }
        (Scope::PersonalValues | Scope::Content | Scope::Words, _, Some(entry)) => {
            of_entry(holdings, duty, entry, unknown)
        }
        _ => Ok(Destroyed::default()),
    };
    holdings.drop_caches();
    destroyed
}

fn of_entry(holdings: &dyn Holdings, duty: &Duty, entry: EntryId, unknown: Unknown) -> Result<Destroyed, ErasureError> {
    let events = holdings.events(entry)?;
    if duty.waits_for_submission() {
        // The words go at once; only what may be shared waits.
        let sure: BTreeSet<KeyId> = events.iter().flat_map(|event| scope::of_event(&duty.order, event)).collect();
        erase(holdings.vault(), &sure, unknown)?;
        let why = "submission has not said yet which files and values a draft shares with what is erased";
        return Err(ErasureError::Waits(why.to_owned()));
    }
    let scope = scope::of_order(&duty.order, &events);
    let before: BTreeSet<KeyId> = duty.before.iter().flat_map(|before| scope::of_order(before, &events).keys).collect();
    let vault = holdings.vault();
    let is_new = |key: &&KeyId| !before.contains(key) && vault.holding(**key) != Holding::Unknown;
    let found = scope.keys.iter().filter(is_new).count();
    erase(vault, &scope.keys, unknown)?;
    if let Some(files) = holdings.files() {
        for (file, _) in &scope.files {
            files.remove(entry, *file)?;
        }
    }
    let unnamed = holdings.destroy_unnamed(&duty.order)?;
    let count = u32::try_from(found).unwrap_or(u32::MAX).saturating_add(unnamed);
    Ok(Destroyed { count, kept: scope.kept })
}

fn erase(vault: &Vault, keys: &BTreeSet<KeyId>, unknown: Unknown) -> Result<(), VaultError> {
    for key in keys {
        let held = vault.holding(*key);
        if held == Holding::Live || (held == Holding::Unknown && unknown == Unknown::Marked) {
            vault.erase(*key)?;
        }
    }
    Ok(())
}

/// Destroys once more everything that the journal knows to be ordered: to be called at each start, before anybody is served.
///
/// # Errors
/// [`ErasureError`]; then nobody is to be served.
pub fn repeat<D: Decider, V: View>(engine: &Engine<D, V>, holdings: &dyn Holdings) -> Result<(), ErasureError> {
    let duties: Vec<Duty> = {
        let view = engine.view();
        let of = |orders: &Orders| orders.all().map(|order| Duty::of(D::ORIGIN, order, orders)).collect();
        view.erasures().map(of).unwrap_or_default()
    };
    // In a thread of its own: a service is started by an async thread, and holdings may wait for a lock.
    let repeated = std::thread::scope(|scope| {
        let all = || duties.iter().try_for_each(|duty| repeat_one(holdings, duty));
        scope.spawn(all).join()
    });
    match repeated {
        Ok(repeated) => repeated?,
        Err(panic) => std::panic::resume_unwind(panic),
    }
    if !duties.is_empty() {
        tracing::info!(origin = %D::ORIGIN, orders = duties.len(), "erasures were repeated");
    }
    Ok(())
}

/// Where one is not confirmed, what was never here is left: it is still to be said how many keys were.
fn repeat_one(holdings: &dyn Holdings, duty: &Duty) -> Result<(), ErasureError> {
    let is_confirmed = duty.order.confirmed.contains_key(&duty.origin);
    match carry_out(holdings, duty, if is_confirmed { Unknown::Marked } else { Unknown::Left }) {
        // Others are not heard of yet at a start; the task goes on with it. What was confirmed is so: a copy of the accounts that an old
        // backup may have brought is replaced by the next.
        Err(ErasureError::Waits(why)) => {
            if !is_confirmed {
                tracing::info!(origin = %duty.origin, order = %duty.order.place, why, "an erasure goes on later");
            }
            Ok(())
        }
        carried_out => carried_out.map(drop),
    }
}
