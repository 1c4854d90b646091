//! Puts a registry in force.

use dossier_engine::{Context, Decision, Record};
use dossier_identity::Role;
use dossier_proto::{Digest, Payload, v1};
use sha2::{Digest as _, Sha256};

use super::{Answer, apart, is_own};
use crate::domain::{Invalid, Refusal, State, evolve};

/// Whether the registry is sound was checked before; here, that its digest is its own and that it can be read.
pub(super) fn adopt(state: &State, adopt: &v1::AdoptRegistry, context: &Context) -> Answer {
    let authority = match context.person() {
        Some(subject) => {
            let right = state.designations.entitled(subject, Role::Registrar, None, None, context.now);
            Some(right.map_err(|refusal| Refusal::of_entitlement(&refusal, Record::Kept))?)
        }
        None if is_own(context) => None,
        None => return Err(Refusal::WrongActor("another service")),
    };
    let digest = Digest(Sha256::digest(&adopt.document).into());
    if adopt.digest != digest.as_bytes() {
        return Err(Refusal::Invalid(Invalid::Registry("the digest is not that of the document")));
    }
    if evolve::read_registry(&adopt.document).is_none() {
        return Err(Refusal::Invalid(Invalid::Registry("its codes, questions or stages cannot be read")));
    }
    if state.registry.as_ref().is_some_and(|registry| registry.digest == digest) {
        return Ok(Decision::NOTHING);
    }
    let adopted = Payload::RegistryAdopted(v1::RegistryAdopted { command: Some(adopt.clone()) });
    Ok(Decision::one(authority, apart(adopted)))
}
