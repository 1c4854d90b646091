//! Pictures of the main pages, for whoever builds them to look at: `cargo run -p dossier-browser --example screenshots`.
//!
//! They lie in `target/screenshots`, each page in English and Arabic, light and dark, on a telephone and on a desk. `DOSSIER_BIN` names the
//! binary, as in the tests. The story of `dossier demo practice` is what they show.

use std::{error::Error, fs, path::Path};

use dossier_browser::{Browser, Driver, Look, Scripts};
use dossier_endtoend::{
    House,
    people::{AUDITOR, CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person},
    records,
};

/// A page by its name, for somebody.
struct Shown {
    name: &'static str,
    who: Option<Person>,
    address: String,
}

fn pages(house: &House) -> Vec<Shown> {
    let (public, number) = house.published("Round table of consuls on pathways");
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let draft = contributor.begin(&records::event("Forum on skills and fair recruitment"));
    let filed = contributor.file(&records::event("Training of labour inspectors"));
    house.caller(MODERATOR_A).review(&filed);
    let shown = |name, who, address: String| Shown { name, who, address };
    vec![
        shown("reader-list", None, "/".to_owned()),
        shown("reader-record", None, format!("/entries/{number}")),
        shown("reader-editions", None, format!("/entries/{number}/editions")),
        shown("contributor-home", Some(CONTRIBUTOR_KZ), "/contribute".to_owned()),
        shown("contributor-form", Some(CONTRIBUTOR_KZ), format!("/contribute/entries/{draft}")),
        shown("contributor-submit", Some(CONTRIBUTOR_KZ), format!("/contribute/entries/{draft}/submit")),
        shown("contributor-other", Some(CONTRIBUTOR_KE), "/contribute".to_owned()),
        shown("queue", Some(MODERATOR_A), "/review/queue".to_owned()),
        shown("review", Some(MODERATOR_A), format!("/review/entries/{filed}")),
        shown("publishing", Some(PUBLISHER), "/publish".to_owned()),
        shown("tombstone-foreseen", Some(PUBLISHER), format!("/publish/entries/{number}/retract")),
        shown("auditor-home", Some(AUDITOR), "/audit".to_owned()),
        shown("trail", Some(AUDITOR), format!("/audit/entries/{public}")),
        shown("figures", Some(AUDITOR), "/audit/figures".to_owned()),
    ]
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("target/screenshots");
    fs::create_dir_all(folder)?;
    let house = House::new();
    let driver = Driver::start();
    for page in pages(&house) {
        let browser = Browser::open(&driver, &house, Scripts::On);
        if let Some(who) = page.who {
            browser.becomes(who);
        }
        for look in Look::all() {
            for language in ["en", "ar"] {
                browser.look(look);
                browser.go(&format!("{}?lang={language}", page.address));
                browser.as_tall_as_the_page(look.width);
                let name = format!("{}-{language}-{:?}-{:?}.png", page.name, look.shade, look.width).to_lowercase();
                fs::write(folder.join(name), browser.picture())?;
            }
        }
    }
    house.stop();
    Ok(())
}
