//! How a house, or one of its services, is started.

use std::{path::PathBuf, sync::Arc};

use dossier_audit::Patience;
use dossier_audit::Witnesses;
use dossier_engine::{Clock, Faults, MachineClock, NoFaults};
use dossier_post::MailServer;
use dossier_web::{
    page::Demonstration,
    proxies::TrustedProxies,
    visit::{Line, Surroundings},
};

/// How a house is started.
#[derive(Clone)]
pub struct HouseSettings {
    /// The data directory.
    pub data: PathBuf,
    /// Whether the invented people live here.
    pub demonstration: Demonstration,
    /// Where the public reaches the site, without a slash at the end.
    pub base_url: String,
    /// Proxies of whom it is believed whose request they pass on.
    pub proxies: TrustedProxies,
    /// The mail server; without one whatever is to be told waits in people's inboxes.
    pub mail: Option<MailServer>,
    /// Foreign witnesses, whose cosignatures are taken.
    pub witnesses: Witnesses,
    /// The time of day.
    pub clock: Arc<dyn Clock>,
    /// Where crash tests look in.
    pub faults: Arc<dyn Faults>,
    /// How long the audit service's conscience waits for what.
    pub patience: Patience,
}

impl HouseSettings {
    /// A house in a directory, with the usual rest.
    pub fn new(data: impl Into<PathBuf>, demonstration: Demonstration, base_url: impl Into<String>) -> Self {
        Self {
            data: data.into(),
            demonstration,
            base_url: base_url.into(),
            proxies: TrustedProxies::default(),
            mail: None,
            witnesses: Witnesses::default(),
            clock: Arc::new(MachineClock),
            faults: Arc::new(NoFaults),
            patience: Patience::default(),
        }
    }

    /// What pages have to know.
    pub(super) fn surroundings(&self) -> Surroundings {
        Surroundings { demonstration: self.demonstration.clone(), line: Line::of(&self.base_url) }
    }

    /// Whether this is a demonstration.
    pub(super) fn is_demonstration(&self) -> bool {
        self.demonstration != Demonstration::No
    }
}
