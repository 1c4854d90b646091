//! What was measured, in a form that prints and travels.

use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Everything.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// Where it was measured.
    pub(crate) machine: Machine,
    /// What was measured.
    pub(crate) sections: Vec<Section>,
}

/// One measurement.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Section {
    /// Its subject: `append`, `command`, …
    pub(crate) subject: String,
    /// With which events.
    pub(crate) events: String,
    /// How it was measured, in a sentence.
    pub(crate) how: String,
    /// What came out.
    pub(crate) figures: Vec<Figure>,
}

/// One number.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Figure {
    /// What it is of.
    pub(crate) name: String,
    /// The number.
    pub(crate) value: f64,
    /// In what.
    pub(crate) unit: String,
    /// What it should be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<Target>,
    /// Whether it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) met: Option<bool>,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Target {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Target {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => value >= bound,
            Self::AtMost(bound) => value <= bound,
        }
    }
}

impl Figure {
    /// A number to know.
    pub(crate) fn new(name: impl Into<String>, value: f64, unit: &str) -> Self {
        Self { name: name.into(), value, unit: unit.to_owned(), target: None, met: None }
    }

    /// A number to reach.
    pub(crate) fn due(name: impl Into<String>, value: f64, unit: &str, target: Target) -> Self {
        let met = Some(target.is_met(value));
        Self { target: Some(target), met, ..Self::new(name, value, unit) }
    }
}

/// The peak memory of this process as a figure; none where the system does not say.
pub(crate) fn peak_memory() -> Option<Figure> {
    crate::memory::peak().map(|bytes| Figure::new("peak memory", bytes as f64 / (1024.0 * 1024.0), "MiB"))
}
