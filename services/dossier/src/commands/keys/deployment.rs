//! Where things lie in the directory of a deployment.

use std::path::{Path, PathBuf};

use dossier_proto::Origin;

use super::files;
use crate::{Failure, Layout};

/// The directory of a deployment.
pub(super) struct Deployment {
    root: PathBuf,
}

impl Deployment {
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn nkeys(&self) -> PathBuf {
        self.root.join("nkeys.conf")
    }

    pub(super) fn verifiers(&self) -> PathBuf {
        self.root.join("verifiers")
    }

    pub(super) fn authority_key(&self) -> PathBuf {
        self.root.join("authority/ca.key")
    }

    pub(super) fn authority_certificate(&self) -> PathBuf {
        self.root.join("tls/ca.pem")
    }

    pub(super) fn server_certificate(&self) -> PathBuf {
        self.root.join("tls/server.pem")
    }

    pub(super) fn server_key(&self) -> PathBuf {
        self.root.join("tls/server.key")
    }

    pub(super) fn nkey(&self, origin: Origin) -> PathBuf {
        self.root.join(origin.name()).join("nkey.seed")
    }

    pub(super) fn master_key(&self, origin: Origin) -> PathBuf {
        self.data(origin).master_key()
    }

    pub(super) fn installation(&self, origin: Origin) -> PathBuf {
        self.data(origin).installation()
    }

    pub(super) fn tenant(&self, origin: Origin) -> PathBuf {
        self.data(origin).tenant()
    }

    fn data(&self, origin: Origin) -> Layout {
        Layout::of(self.root.join(origin.name()).join("data"))
    }

    fn all(&self) -> Vec<PathBuf> {
        let of_services = Origin::ALL.into_iter().flat_map(|origin| {
            [self.nkey(origin), self.master_key(origin), self.installation(origin), self.tenant(origin)]
        });
        let of_all = [
            self.nkeys(),
            self.verifiers(),
            self.authority_key(),
            self.authority_certificate(),
            self.server_certificate(),
            self.server_key(),
        ];
        of_services.chain(of_all).collect()
    }

    /// Nothing of what would be made may be there.
    pub(super) fn must_be_new(&self) -> Result<(), Failure> {
        match self.all().into_iter().find(|path| path.symlink_metadata().is_ok()) {
            None => Ok(()),
            Some(path) => Err(Failure::new(
                crate::Exit::Failed,
                format!(
                    "{} is there already, so nothing was made: keys are never replaced. Name another directory, or, for one service's key \
                     to the broker alone, use --renew SERVICE. If a run was interrupted before anything was started with these keys, delete \
                     {} and run this again",
                    path.display(),
                    self.root.display()
                ),
            )),
        }
    }
}

/// What was made, in order.
#[derive(Default)]
pub(super) struct Made(Vec<PathBuf>);

impl Made {
    /// Writes a file that everybody may read.
    pub(super) fn public(&mut self, path: &Path, text: &[u8]) -> Result<(), Failure> {
        files::create(path, text, files::Readers::Everybody)?;
        self.note(path);
        Ok(())
    }

    /// Writes a file that its owner alone may read.
    pub(super) fn secret(&mut self, path: &Path, text: &str) -> Result<(), Failure> {
        files::create(path, text.as_bytes(), files::Readers::Owner)?;
        self.note(path);
        Ok(())
    }

    pub(super) fn note(&mut self, path: &Path) {
        self.0.push(path.to_owned());
    }

    /// The names, seen from the deployment's directory.
    pub(super) fn names(&self, deployment: &Deployment) -> Vec<String> {
        let mut names: Vec<_> = self
            .0
            .iter()
            .map(|path| path.strip_prefix(deployment.root()).unwrap_or(path).display().to_string())
            .collect();
        names.sort();
        names
    }
}
