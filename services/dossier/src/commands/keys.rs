//! `dossier keys`: everything secret of a deployment over NATS, and what belongs beside it.
//!
//! ```text
//! DIR/nkeys.conf                            who is who, for the broker: public keys, included by nats.conf
//! DIR/verifiers                             what the services sign with: public, for every service
//! DIR/tls/ca.pem                            whom to believe that it is the broker: public, for every service
//! DIR/tls/server.pem, tls/server.key        the broker's certificate and its key
//! DIR/authority/ca.key                      makes further certificates: for no machine that runs
//! DIR/<service>/nkey.seed                   who that service is to the broker
//! DIR/<service>/data/keys/master.key        wraps every other key of that service, and what it signs with
//! DIR/<service>/data/keys/installation.json the installation's name: the same everywhere
//! DIR/<service>/data/keys/service           whose data directory it is: no other service, and no `dossier up`, ever writes there
//! ```

mod certificates;
mod deployment;
mod files;
mod nkey;
mod renewal;
mod rotation;

use std::path::Path;

use dossier_proof::KeyFile;
use dossier_proto::Origin;
use dossier_vault::MasterKey;
use serde_json::{Value, json};

use rustix::fs::Mode;

use crate::{
    Exit, Failure, Installation, Secrets,
    cli::{Keys, KeysAction},
    output::Audience,
    verification::write_keys,
};
use certificates::Authority;
use deployment::{Deployment, Made};

pub(super) fn run(keys: &Keys, audience: Audience) -> Result<(), Failure> {
    if let Some(KeysAction::Rotate(rotate)) = &keys.action {
        return rotation::rotate(rotate, audience);
    }
    // What others have to read is readable whatever the umask of whoever makes it; every secret is closed by a mode of its own.
    rustix::process::umask(Mode::from_raw_mode(0o022));
    let deployment = Deployment::at(keys.directory.as_deref().unwrap_or(Path::new(".")));
    let document = match &keys.renew {
        Some(whose) => renewal::renew(&deployment, *whose, &keys.hosts)?,
        None => make(&deployment, keys)?,
    };
    audience.show(&document, words);
    Ok(())
}

/// Makes everything. What is there already is never replaced: a master key that is gone takes every sealed word with it.
fn make(deployment: &Deployment, keys: &Keys) -> Result<Value, Failure> {
    let asked = keys.name.as_deref().map(asked_name).transpose()?;
    certificates::check_hosts(&keys.hosts)?;
    deployment.must_be_new()?;
    // Others pass through it to what is theirs; what is secret in it is closed by itself.
    files::make_open_directory(&deployment.nkeys())?;
    let mut made = Made::default();
    let masters = make_masters(deployment, &mut made)?;
    let installation = match asked {
        Some(installation) => installation,
        None => named_after(&masters)?,
    };
    let mut verifiers = KeyFile::default();
    for (origin, master) in masters {
        let path = deployment.installation(origin);
        let text = serde_json::to_vec_pretty(&installation).map_err(|error| Failure::damaged(error.to_string()))?;
        made.public(&path, &text)?;
        made.public(&deployment.tenant(origin), format!("{origin}\n").as_bytes())?;
        let secrets = Secrets::of(master, installation.clone());
        verifiers.logs.push(secrets.verifier(origin).into());
        if origin == Origin::Audit {
            verifiers.cosigners.push(secrets.cosigners().key(1).verifier().into());
        }
    }
    let mut users = Vec::new();
    for origin in Origin::ALL {
        let user = nkey::User::new(origin)?;
        made.secret(&deployment.nkey(origin), user.seed())?;
        users.push(user);
    }
    made.public(&deployment.nkeys(), nkey::file_of(&users).as_bytes())?;
    let authority = Authority::new(&installation.name)?;
    let server = authority.certify_broker(&keys.hosts)?;
    made.secret(&deployment.authority_key(), &authority.key())?;
    made.secret(&deployment.server_key(), &server.key)?;
    made.public(&deployment.server_certificate(), server.certificate.as_bytes())?;
    made.public(&deployment.authority_certificate(), authority.certificate()?.as_bytes())?;
    write_keys(&deployment.verifiers(), &verifiers)?;
    made.note(&deployment.verifiers());
    Ok(json!({
        "directory": deployment.root(), "installation": installation.name, "hosts": keys.hosts, "made": made.names(deployment),
        "certificate_ends": server.ends,
    }))
}

fn make_masters(deployment: &Deployment, made: &mut Made) -> Result<Vec<(Origin, MasterKey)>, Failure> {
    let mut masters = Vec::new();
    for origin in Origin::ALL {
        let path = deployment.master_key(origin);
        files::make_private_directory(&path)?;
        masters.push((origin, MasterKey::create_or_read(&path)?));
        made.note(&path);
    }
    Ok(masters)
}

fn asked_name(name: &str) -> Result<Installation, Failure> {
    let installation = Installation { name: name.to_owned() };
    if installation.is_sound() {
        return Ok(installation);
    }
    let refused = format!("{name:?} is no name of an installation: it has 1 to 64 letters, digits, - and .");
    Err(Failure::new(Exit::Usage, refused))
}

/// Named after the first master key, so that two installations are never mistaken for each other.
fn named_after(masters: &[(Origin, MasterKey)]) -> Result<Installation, Failure> {
    let first = masters.first().ok_or_else(|| Failure::new(Exit::Failed, "there is no service to make a key for"))?;
    Ok(Installation { name: format!("dossier-{}", hex::encode(&first.1.derive("installation name")[..4])) })
}

fn words(document: &Value) -> String {
    let made = document["made"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let made: String = made.map(|name| format!("  {name}\n")).collect();
    let directory = document["directory"].as_str().unwrap_or_default();
    match document["renewed"].as_str() {
        None => format!(
            "Made in {directory}, for the installation {}:\n{made}\n{WHERE_TO}",
            document["installation"].as_str().unwrap_or_default()
        ),
        Some("broker") => format!("Made anew in {directory}:\n{made}\n{AFTER_THE_BROKER}"),
        Some(_) => format!("Made anew in {directory}:\n{made}\n{AFTER_A_SERVICE}"),
    }
}

const WHERE_TO: &str = "\
What goes where:
  the broker      nkeys.conf, tls/server.pem, tls/server.key, tls/ca.pem; beside nats.conf and nats-tls.conf
  each service    its own folder, verifiers, tls/ca.pem; beside its configuration
  nowhere         authority/ca.key: keep it off the machines that run; `dossier keys DIR --renew broker` needs it
Keep each service's data/keys/ in a backup of its own, away from that of its data: who loses a master.key loses every word that
was sealed under it, and who has it and the data reads them all.";

const AFTER_THE_BROKER: &str = "\
Copy both to the broker, then: nats-server --signal reload. Connections stay as they are.";

const AFTER_A_SERVICE: &str = "\
Copy nkeys.conf to the broker, then: nats-server --signal reload (that cuts the service off). Copy the seed to the service and start
it again; what happened in between it reads then. Nothing else changes: not what it signs with, not what it seals with.";

#[cfg(test)]
mod tests;
