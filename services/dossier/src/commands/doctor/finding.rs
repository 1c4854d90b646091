//! What a look found.

use std::{fmt, path::Path};

use dossier_journal::OpenErrorKind;
use serde_json::{Value, json};

use crate::{Failure, paste::typed};

/// How grave something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gravity {
    /// Nothing will work, or nothing can be believed, until it is mended.
    Fault,
    /// It works, and should not stay so.
    Warning,
    /// To be known.
    Note,
}

impl Gravity {
    const fn name(self) -> &'static str {
        match self {
            Self::Fault => "fault",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something that was found.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) gravity: Gravity,
    /// The exit code of a fault; 0 of the others.
    code: u8,
    /// What it is about.
    about: &'static str,
    /// Where: a path or a journal.
    place: String,
    /// What was found, and what to do.
    found: String,
}

impl Finding {
    pub(super) fn fault(code: u8, about: &'static str, place: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { gravity: Gravity::Fault, code, about, place: place.to_string(), found: found.to_string() }
    }

    pub(super) fn warning(about: &'static str, place: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { gravity: Gravity::Warning, ..Self::fault(0, about, place, found) }
    }

    pub(super) fn note(about: &'static str, place: impl fmt::Display, found: impl fmt::Display) -> Self {
        Self { gravity: Gravity::Note, ..Self::fault(0, about, place, found) }
    }

    pub(super) fn document(&self) -> Value {
        json!({
            "gravity": self.gravity.name(), "code": self.code, "about": self.about, "place": self.place, "found": self.found,
        })
    }

    pub(super) fn words(&self) -> String {
        format!("{:<8}{:<9}{}\n        {}", self.gravity.name(), self.about, self.place, self.found)
    }

    pub(super) fn failure(&self) -> Failure {
        Failure::with_code(self.code, format!("the gravest fault is in {}: see above", self.place))
    }
}

/// The exit codes of faults, the gravest first: what puts the history in doubt, then what keeps it from being read, then what
/// keeps a service from starting.
const GRAVEST_FIRST: [u8; 14] = [83, 81, 80, 82, 88, 85, 84, 7, 89, 6, 86, 90, 10, 87];

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    pub(super) fn add(&mut self, finding: Finding) {
        self.0.push(finding);
    }

    pub(super) fn all(&self) -> &[Finding] {
        &self.0
    }

    /// The gravest kind first; within a kind as they were found.
    pub(super) fn sort(&mut self) {
        self.0.sort_by_key(|finding| finding.gravity);
    }

    /// A directory that a process has open is not a faulty one: that is said once, not of every file.
    pub(super) fn fold_busy(&mut self, root: &Path) {
        let busy = OpenErrorKind::Busy.exit_code();
        let is_busy = |finding: &Finding| finding.gravity == Gravity::Fault && finding.code == busy;
        let before = self.0.len();
        self.0.retain(|finding| !is_busy(finding));
        if self.0.len() < before {
            let found = "a process has it open, so not everything was looked at. Stop that one and look again; while it runs, its /readyz says how it is";
            self.add(Finding::fault(busy, "in use", root.display(), found));
        }
    }

    pub(super) fn count(&self, gravity: Gravity) -> usize {
        self.0.iter().filter(|finding| finding.gravity == gravity).count()
    }

    pub(super) fn gravest(&self) -> Option<&Finding> {
        let rank = |finding: &&Finding| {
            GRAVEST_FIRST.iter().position(|code| *code == finding.code).unwrap_or(GRAVEST_FIRST.len())
        };
        self.0.iter().filter(|finding| finding.gravity == Gravity::Fault).min_by_key(rank)
    }

    pub(super) fn summary(&self, root: &Path) -> String {
        let [faults, warnings, notes] =
            [Gravity::Fault, Gravity::Warning, Gravity::Note].map(|gravity| self.count(gravity));
        let busy = self.0.iter().all(|finding| finding.gravity != Gravity::Fault || finding.about == "in use");
        let verdict = match faults {
            0 => "sound",
            _ if busy => "in use",
            _ => "not sound",
        };
        let (root, typed) = (root.display(), typed(root));
        format!(
            "\n{root} is {verdict}: {faults} faults, {warnings} warnings, {notes} notes. `dossier verify --data {typed}` decides every command again and compares the journals with each other. Whether it is the newest no directory can say: a service asks the others when it starts."
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_fault_gives_the_exit_code() {
        let mut findings = Findings::default();
        assert!(findings.gravest().is_none());
        findings.add(Finding::warning("disk", "/data", "little room"));
        assert!(findings.gravest().is_none(), "a warning is no fault");
        for code in [87, 6, 81, 7] {
            findings.add(Finding::fault(code, "journal", "here", "something"));
        }
        assert_eq!(findings.gravest().unwrap().failure().exit_code(), 81);
        findings.add(Finding::fault(83, "journal", "there", "forked"));
        assert_eq!(findings.gravest().unwrap().failure().exit_code(), 83);
    }

    #[test]
    fn a_directory_in_use_is_not_called_faulty() {
        let mut findings = Findings::default();
        for place in ["vault", "journal"] {
            findings.add(Finding::fault(87, place, place, "is open in another process"));
        }
        findings.fold_busy(Path::new("/a b"));
        assert_eq!(findings.all().len(), 1);
        assert_eq!(findings.gravest().unwrap().failure().exit_code(), 87);
        let said = findings.summary(Path::new("/a b"));
        assert!(said.contains("/a b is in use: 1 faults") && said.contains("--data '/a b'"), "{said}");
        findings.add(Finding::fault(7, "keys", "keys", "lost"));
        assert!(findings.summary(Path::new("/a b")).contains("is not sound"), "another fault is one");
    }

    #[test]
    fn faults_come_first() {
        let mut findings = Findings::default();
        findings.add(Finding::note("a", "a", "a"));
        findings.add(Finding::fault(7, "b", "b", "b"));
        findings.add(Finding::warning("c", "c", "c"));
        findings.sort();
        let order: Vec<_> = findings.all().iter().map(|finding| finding.about).collect();
        assert_eq!(order, ["b", "c", "a"]);
    }
}
