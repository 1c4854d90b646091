//! `dossier registry check`: every fault of a registry's files at once.

use serde_json::json;

use dossier_registry::{Registry as Rules, RegistryFault};

use crate::{
    Exit, Failure,
    cli::Registry,
    output::{Audience, line},
};

pub(super) fn run(what: &Registry, audience: Audience) -> Result<(), Failure> {
    let Registry::Check { directory } = what;
    let checked = match directory {
        Some(directory) => Rules::from_directory(directory),
        None => Ok(Rules::embedded()),
    };
    match checked {
        Ok(registry) => {
            let document = json!({
                "digest": registry.digest().to_string(), "bytes": registry.bytes().len(), "faults": [],
                "types": registry.types().iter().map(|one| one.key.clone()).collect::<Vec<_>>(),
            });
            audience.show(&document, |document| {
                format!("sound: {} bytes, digest {}", document["bytes"], registry.digest())
            });
            Ok(())
        }
        Err(faults) => Err(report(&faults, audience)),
    }
}

fn report(faults: &[RegistryFault], audience: Audience) -> Failure {
    match audience {
        Audience::Program => {
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            line(&json!({"faults": faults}).to_string());
        }
        Audience::Person => faults.iter().for_each(|fault| line(&fault.to_string())),
    }
    let count = if faults.len() == 1 { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
    Failure::new(Exit::NotProved, format!("{count} in the registry's files; mend them and check again"))
}
