//! A vault on a simulated disk: loss of power at any point, failing writes and syncs, the order of things, damage.

mod damage;
mod failing;
mod order;
mod power;
mod simulated;

use dossier_proto::EntryId;

use crate::{Binding, MasterKey, Purpose};

fn master() -> MasterKey {
    MasterKey::of([7; 32])
}

fn binding() -> Binding {
    Binding::entry(EntryId([1; 16]), Purpose::Content)
}
