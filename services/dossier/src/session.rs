//! The session of whoever signed in on this machine: a token for each server, in a file for its owner alone.
//!
//! `DOSSIER_TOKEN` and `--token` win over it. The file is `sessions.json` in `dossier/` below the user's directory of configurations
//! (`$XDG_CONFIG_HOME`, else `~/.config`).

use std::{
    collections::BTreeMap,
    env, fmt, fs,
    io::{ErrorKind, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use dossier_proto::Micros;
use serde::{Deserialize, Serialize};

use crate::{Exit, Failure};

/// Servers of one user; a file of them is a few KiB.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// What is kept of one session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// What to call with.
    pub token: String,
    /// Until when, as the server wrote it.
    pub expires_at: String,
}

/// Whoever has the token is taken for its owner: it is for no log.
impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session(…, until {})", self.expires_at)
    }
}

/// Where sessions are kept.
#[derive(Debug, Clone)]
pub struct Sessions {
    file: PathBuf,
}

impl Sessions {
    /// Those of this user.
    ///
    /// # Errors
    /// Nobody knows where this user keeps configurations.
    pub fn of_user() -> Result<Self, Failure> {
        let named = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let directory = named("XDG_CONFIG_HOME").or_else(|| named("HOME").map(|home| home.join(".config")));
        let directory = directory.ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                "neither XDG_CONFIG_HOME nor HOME says where this user's configuration is; give the token in DOSSIER_TOKEN",
            )
        })?;
        Ok(Self::at(&directory.join("dossier")))
    }

    /// Those in a directory.
    pub fn at(directory: &Path) -> Self {
        Self { file: directory.join("sessions.json") }
    }

    /// The session at a server, if there is one that is not over.
    pub fn find(&self, server: &str, now: Micros) -> Option<Session> {
        let found = self.read().ok()?.remove(key(server))?;
        let is_over = dossier_web::moment::read(&found.expires_at).is_some_and(|expires| expires <= now);
        (!is_over).then_some(found)
    }

    /// Keeps a session, in the place of a former one at that server.
    ///
    /// # Errors
    /// The disk fails, or the file is not what it should be.
    pub fn keep(&self, server: &str, session: Session) -> Result<(), Failure> {
        let mut all = self.read()?;
        all.insert(key(server).to_owned(), session);
        self.write(&all)
    }

    /// Forgets the session at a server.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub fn forget(&self, server: &str) -> Result<(), Failure> {
        let mut all = self.read()?;
        match all.remove(key(server)) {
            Some(_) => self.write(&all),
            None => Ok(()),
        }
    }

    fn read(&self) -> Result<BTreeMap<String, Session>, Failure> {
        let text = match fs::metadata(&self.file) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(BTreeMap::new()),
            Ok(about) if about.len() > FILE_BYTES_MAX => return Err(self.strange()),
            _ => fs::read(&self.file).map_err(|error| Failure::disk(&self.file, &error))?,
        };
        serde_json::from_slice(&text).map_err(|_| self.strange())
    }

    fn strange(&self) -> Failure {
        Failure::new(
            Exit::Damaged,
            format!("{} is no list of sessions; remove it and sign in again: dossier sign-in", self.file.display()),
        )
    }

    /// Beside it first, so that it is whole or as it was.
    fn write(&self, all: &BTreeMap<String, Session>) -> Result<(), Failure> {
        let directory = self.file.parent().unwrap_or(Path::new("."));
        let draft = self.file.with_extension("new");
        let written = || -> std::io::Result<()> {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
            match fs::remove_file(&draft) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
            file.write_all(&serde_json::to_vec_pretty(all)?)?;
            file.sync_all()?;
            fs::rename(&draft, &self.file)
        };
        written().map_err(|error| Failure::disk(&self.file, &error))
    }
}

/// One server has one session, however its address ends.
fn key(server: &str) -> &str {
    server.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const NOW: Micros = Micros(1_772_323_200_000_000);

    fn session(token: &str, expires_at: &str) -> Session {
        Session { token: token.to_owned(), expires_at: expires_at.to_owned() }
    }

    #[test]
    fn sessions_are_kept_apart_by_server_and_for_their_owner_alone() {
        let home = tempfile::tempdir().unwrap();
        let sessions = Sessions::at(&home.path().join("dossier"));
        assert!(sessions.find("http://a", NOW).is_none());
        sessions.keep("http://a/", session("dsr_a", "2026-03-01T00:00:01Z")).unwrap();
        sessions.keep("http://b", session("dsr_b", "2026-03-01T00:00:01Z")).unwrap();
        assert_eq!(sessions.find("http://a", NOW).unwrap().token, "dsr_a");
        assert_eq!(sessions.find("http://b/", NOW).unwrap().token, "dsr_b");
        let later = Micros(NOW.0 + Micros::SECOND);
        assert!(sessions.find("http://a", later).is_none(), "it is over");
        sessions.forget("http://a").unwrap();
        sessions.forget("http://a").unwrap();
        assert!(sessions.find("http://a", NOW).is_none() && sessions.find("http://b", NOW).is_some());
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&home.path().join("dossier/sessions.json")), 0o600);
        assert_eq!(mode(&home.path().join("dossier")), 0o700);
    }

    #[test]
    fn a_session_is_written_without_its_token() {
        let written = format!("{:?}", session("dsr_a", "2026-03-01T00:00:01Z"));
        assert!(!written.contains("dsr_a") && written.contains("2026-03-01"), "{written}");
    }

    #[test]
    fn what_is_no_list_is_told_and_not_written_over() {
        let home = tempfile::tempdir().unwrap();
        let sessions = Sessions::at(home.path());
        fs::write(home.path().join("sessions.json"), "{").unwrap();
        assert!(sessions.find("http://a", NOW).is_none());
        let failure = sessions.keep("http://a", session("dsr_a", "")).unwrap_err();
        assert!(failure.to_string().contains("sign in again"), "{failure}");
        assert_eq!(fs::read_to_string(home.path().join("sessions.json")).unwrap(), "{");
    }
}
