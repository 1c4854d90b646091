//! [NKeys](https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth): who a service is to
//! the broker. The broker knows the public key and sends a nonce; the service signs it.

use dossier_proto::Origin;
use nkeys::KeyPair;
use zeroize::Zeroizing;

use crate::{Exit, Failure};

/// A service's user at the broker.
pub(super) struct User {
    origin: Origin,
    public_key: String,
    seed: Zeroizing<String>,
}

impl User {
    /// A new one.
    pub(super) fn new(origin: Origin) -> Result<Self, Failure> {
        let pair = KeyPair::new_user();
        let seed =
            pair.seed().map_err(|error| Failure::new(Exit::Failed, format!("an nkey could not be made: {error}")))?;
        Ok(Self { origin, public_key: pair.public_key(), seed: Zeroizing::new(format!("{seed}\n")) })
    }

    /// The secret, as a line.
    pub(super) fn seed(&self) -> &str {
        &self.seed
    }

    /// The line in `nkeys.conf`.
    fn line(&self) -> String {
        format!("{}: {}", variable(self.origin), self.public_key)
    }
}

/// What nats.conf calls a service's public key.
fn variable(origin: Origin) -> String {
    format!("{}_NKEY", origin.name().to_ascii_uppercase())
}

/// The text of `nkeys.conf`.
pub(super) fn file_of(users: &[User]) -> String {
    let mut text =
        String::from("# Who is who: the public keys of the services. Made by `dossier keys`, included by nats.conf.\n");
    for user in users {
        text.push_str(&user.line());
        text.push('\n');
    }
    text
}

/// `nkeys.conf` with another key for one service; nothing when it has no line for that service.
pub(super) fn with_another(text: &str, user: &User) -> Option<String> {
    let begin = format!("{}:", variable(user.origin));
    let mut found = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with(&begin) {
            found = true;
            lines.push(user.line());
        } else {
            lines.push(line.to_owned());
        }
    }
    found.then(|| lines.join("\n") + "\n")
}
