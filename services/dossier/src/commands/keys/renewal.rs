//! One key made anew: who a service is to the broker, or who the broker is.

use std::{fs, path::Path};

use dossier_proto::Origin;
use serde_json::{Value, json};

use super::{
    certificates::{self, Authority},
    deployment::{Deployment, Made},
    files::{self, Readers},
    nkey,
};
use crate::{Failure, Installation, cli::Renewed};

pub(super) fn renew(deployment: &Deployment, whose: Renewed, hosts: &[String]) -> Result<Value, Failure> {
    match whose {
        Renewed::Service(origin) => renew_service(deployment, origin),
        Renewed::Broker => renew_broker(deployment, hosts),
    }
}

/// The seed comes first: if it stops in between, the same command again puts both right.
fn renew_service(deployment: &Deployment, origin: Origin) -> Result<Value, Failure> {
    let (seed, nkeys) = (deployment.nkey(origin), deployment.nkeys());
    let text = read(&nkeys)?;
    read(&seed)?;
    let user = nkey::User::new(origin)?;
    let changed = nkey::with_another(&text, &user).ok_or_else(|| {
        Failure::damaged(format!(
            "{} has no line for {origin}; put it back from the broker's directory",
            nkeys.display()
        ))
    })?;
    files::replace(&seed, user.seed().as_bytes(), Readers::Owner)?;
    files::replace(&nkeys, changed.as_bytes(), Readers::Everybody)?;
    let mut made = Made::default();
    made.note(&seed);
    made.note(&nkeys);
    Ok(json!({"directory": deployment.root(), "renewed": origin.name(), "made": made.names(deployment)}))
}

fn renew_broker(deployment: &Deployment, hosts: &[String]) -> Result<Value, Failure> {
    certificates::check_hosts(hosts)?;
    let key = read(&deployment.authority_key())?;
    let named = read(&deployment.installation(Origin::Submission))?;
    let installation: Installation = serde_json::from_str(&named).map_err(|error| {
        Failure::damaged(format!("{}: {error}", deployment.installation(Origin::Submission).display()))
    })?;
    let server = Authority::read(&installation.name, &key)?.certify_broker(hosts)?;
    files::replace(&deployment.server_key(), server.key.as_bytes(), Readers::Owner)?;
    files::replace(&deployment.server_certificate(), server.certificate.as_bytes(), Readers::Everybody)?;
    let mut made = Made::default();
    made.note(&deployment.server_key());
    made.note(&deployment.server_certificate());
    Ok(json!({
        "directory": deployment.root(), "renewed": "broker", "hosts": hosts, "certificate_ends": server.ends, "made": made.names(deployment),
    }))
}

/// Keys and small lists: nothing that `dossier keys` made has more than some thousand bytes.
fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_there(format!(
            "{} is not there; name the directory that `dossier keys` made, with everything that it made",
            path.display()
        )),
        _ => Failure::disk(path, &error),
    })
}
