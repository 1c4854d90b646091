//! axe-core looks at a page (<https://github.com/dequelabs/axe-core>): WCAG 2.0 to 2.2, levels A and AA, and its best practices.

use std::{env, fs};

use serde_json::Value;

use crate::{Browser, Look};

/// What it is asked.
const ASKED: &str = "const done = arguments[arguments.length - 1]; axe.run(document, {resultTypes: ['violations'], \
                     runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}) \
                     .then(found => done(found.violations.map(one => one.id + ': ' + one.help + '\\n' + \
                     one.nodes.slice(0, 5).map(node => '    ' + node.target.join(' ') + '  ' + node.html.slice(0, 160) + \
                     '\\n      ' + (node.failureSummary || '').replace(/\\s+/g, ' ')).join('\\n'))), error => done(['axe failed: ' + error]));";

/// The rules, read once.
#[derive(Debug)]
pub struct Rules {
    source: String,
}

impl Rules {
    /// The axe-core that `DOSSIER_AXE` names.
    ///
    /// # Panics
    /// When there is none, with what to do.
    pub fn read() -> Self {
        let path = env::var_os("DOSSIER_AXE");
        let path = path.expect("DOSSIER_AXE names axe.min.js; `tests/run services` installs it and sets this");
        let source = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { source }
    }

    /// Every rule that the page breaks in any of the four looks.
    pub fn broken_on(&self, browser: &Browser, address: &str) -> Vec<String> {
        Look::all().flat_map(|look| self.broken_in(browser, address, look)).collect()
    }

    fn broken_in(&self, browser: &Browser, address: &str, look: Look) -> Vec<String> {
        browser.look(look);
        browser.go(address);
        browser.as_tall_as_the_page(look.width);
        browser.run(&self.source, &[]);
        let found = browser.run_to_end(ASKED);
        let found = found.as_array().expect("axe answers with a list");
        let broken = found.iter().filter_map(Value::as_str);
        broken.map(|one| format!("{address} ({look}): {one}")).collect()
    }
}
