//! How a server is to be started.

use std::{ffi::OsString, path::PathBuf};

/// How a server is to be started. The default is JetStream without any authentication.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// A configuration file, used as it is. Without one a plain server with JetStream is started.
    pub config: Option<PathBuf>,
    /// More lines of configuration, when there is no file: `jetstream { sync_interval: always }`, say.
    pub lines: String,
    /// Environment variables that the file names (`$SUBMISSION_NKEY`, say).
    pub environment: Vec<(String, OsString)>,
    /// More flags.
    pub flags: Vec<OsString>,
    /// The directory it is started in, whose files name each other and the store by relative paths, as those of `deploy/` do.
    pub place: Option<Place>,
}

/// A directory with everything that a server of a deployment needs.
#[derive(Debug, Clone)]
pub struct Place {
    /// The directory.
    pub directory: PathBuf,
    /// The store's place in it, as the configuration says.
    pub store: PathBuf,
}

impl Settings {
    /// With a file of `deploy/`, say.
    pub fn with_config(config: impl Into<PathBuf>) -> Self {
        Self { config: Some(config.into()), ..Self::default() }
    }

    /// Started in a directory of a deployment, with a configuration file in it, and with `jetstream` in it as the store.
    pub fn in_deployment(directory: impl Into<PathBuf>, config: impl Into<PathBuf>) -> Self {
        let place = Place { directory: directory.into(), store: PathBuf::from("jetstream") };
        Self { config: Some(config.into()), place: Some(place), ..Self::default() }
    }

    /// With these lines of configuration.
    pub fn with_lines(lines: impl Into<String>) -> Self {
        Self { lines: lines.into(), ..Self::default() }
    }

    /// With one more variable in the environment.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// With one more flag.
    #[must_use]
    pub fn flag(mut self, flag: impl Into<OsString>) -> Self {
        self.flags.push(flag.into());
        self
    }
}
