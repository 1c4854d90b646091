//! Who sits in front of the browser.

use dossier_endtoend::people::Person;

use crate::Browser;

impl Browser {
    /// Steps into the shoes of somebody of the demonstration, as its page offers it.
    #[track_caller]
    pub fn becomes(&self, person: Person) {
        self.go("/demo");
        self.click(&format!("button[name=person][value=\"{}\"]", person.key));
        self.reads("header .who", person.name);
    }
}
