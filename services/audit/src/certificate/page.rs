//! A certificate as a page.

use askama::Template;
use dossier_proto::{Micros, Place};
use dossier_receipt::What;
use dossier_registry::{Language as Tongue, Shown};
use dossier_web::{
    Language, Problem,
    page::{Html, Paper, Room, Words, date_in_utc},
};
use v1::public_step::Kind;

use super::{
    Site,
    facts::{Acted, Facts, Root, Standing, Text},
    texts::{Texts, fill},
};
use dossier_proto::v1;

/// A text, and the attributes that say its language where it is not the page's.
type Said = (String, String);

#[derive(Template)]
#[template(path = "certificate.html")]
struct Certificate<'a> {
    w: &'static Words,
    t: &'static Texts,
    number: &'a str,
    edition: String,
    title: Option<Said>,
    body: Said,
    kind: Said,
    /// In large letters.
    banners: Vec<String>,
    notes: Vec<String>,
    steps: Vec<(String, String, String)>,
    acted: Vec<(String, String, String)>,
    digest_of: String,
    digest: Vec<String>,
    places: Vec<(String, String)>,
    roots: Vec<ShownRoot>,
    record: String,
    receipt: String,
    keys: String,
    verify_keys: (String, String),
    file: String,
}

struct ShownRoot {
    said: String,
    root: String,
    signers: Vec<(String, String)>,
}

/// The page.
pub(crate) fn draw(facts: &Facts, site: &Site, paper: &Paper) -> Result<Html, Problem> {
    let language = paper.language;
    let (w, t) = (Words::of(language), Texts::of(language));
    let number = facts.number.as_str();
    let edition = facts.edition.to_string();
    let body = shown_body(facts, language);
    let receipt = format!("{}/audit/api/v1/receipts/{number}/{edition}", site.base_url);
    // The address stands between, in an element of its own: it runs from the left on every page.
    let (before, after) = t.verify_keys.split_once("{address}").unwrap_or((&t.verify_keys, ""));
    let certificate = Certificate {
        w,
        t,
        number,
        edition: w.with("record.edition", "number", &edition),
        title: title(facts, language),
        kind: said(kind(facts, language), language),
        banners: banners(facts, w, t),
        notes: notes(facts, t),
        steps: steps(facts, &body.0, w, t),
        acted: facts.acted.iter().map(|acted| shown_acted(acted, w, t)).collect(),
        digest_of: w.with("record.digest_of", "number", &edition),
        digest: grouped(facts),
        places: facts
            .places
            .iter()
            .map(|(what, place)| (name_of(*what, t).to_owned(), shown_place(*place, t)))
            .collect(),
        roots: facts.roots.iter().map(|root| shown_root(root, t)).collect(),
        record: format!("{}/entries/{number}/editions/{edition}", site.base_url),
        file: format!("{number}-{edition}.receipt.json"),
        keys: format!("{}/audit/api/v1/verifier-keys.txt", site.base_url),
        verify_keys: (before.to_owned(), after.to_owned()),
        receipt,
        body,
    };
    let tab = fill(&t.tab, &[("number", number), ("edition", &edition)]);
    paper.page(Room::Entries, &tab, &certificate)
}

/// The registry's name for a language of the interface.
fn tongue(language: Language) -> Tongue {
    language.code().parse().expect("both name the same six languages; a test goes through all")
}

fn said(shown: Shown, page: Language) -> Said {
    let tags = match shown.language {
        Some(language) if language == tongue(page) => String::new(),
        Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
        None => " dir=\"auto\"".to_owned(),
    };
    (shown.text, tags)
}

fn title(facts: &Facts, page: Language) -> Option<Said> {
    let Text::Read(content) = &facts.text else { return None };
    let record_type = facts.registry.record_type(&facts.record_type)?;
    dossier_registry::title(record_type, content, tongue(page)).map(|title| said(title, page))
}

fn shown_body(facts: &Facts, page: Language) -> Said {
    said(facts.registry.body_label(&facts.body, tongue(page), facts.published), page)
}

fn kind(facts: &Facts, page: Language) -> Shown {
    let key = &facts.record_type;
    match facts.registry.record_type(key) {
        Some(record_type) => facts.registry.label(&record_type.labels, key, tongue(page)),
        None => Shown::plain(key),
    }
}

/// What has to be seen before anything else.
fn banners(facts: &Facts, w: &Words, t: &Texts) -> Vec<String> {
    let day = |moment: Micros| w.date(date_in_utc(moment));
    let mut banners = Vec::new();
    match &facts.standing {
        Standing::Public => {}
        Standing::Suspended(at) => banners.push(w.with("tombstone.suspended_on", "date", day(*at))),
        Standing::Retracted(at) => banners.push(w.with("tombstone.retracted_on", "date", day(*at))),
        Standing::Superseded(at, number) => {
            banners.push(fill(&t.superseded, &[("date", &day(*at)), ("number", number)]));
        }
    }
    if facts.text == Text::Erased {
        banners.push(t.erased.clone());
    }
    banners
}

fn notes(facts: &Facts, t: &Texts) -> Vec<String> {
    let mut notes = Vec::new();
    if facts.edition < facts.newest && facts.standing.is_read() {
        let (newest, edition) = (facts.newest.to_string(), facts.edition.to_string());
        notes.push(fill(&t.newer, &[("newest", &newest), ("edition", &edition)]));
    }
    if facts.text == Text::Withheld {
        notes.push(t.withheld.clone());
    }
    notes
}

fn steps(facts: &Facts, body: &str, w: &Words, t: &Texts) -> Vec<(String, String, String)> {
    let moment = |at: Micros| (dossier_web::moment::written(at), w.moment(at));
    let step = |(kind, count, at): &(Kind, u32, Micros)| {
        let said = match kind {
            Kind::Submitted => w.with("record.step_submitted", "body", body),
            Kind::Resubmitted => w.with("record.step_resubmitted", "body", body),
            // Asked for in a message, without items: there is no number to tell.
            Kind::ChangesRequested if *count == 0 => w.text("record.step_changes_asked").to_owned(),
            Kind::ChangesRequested => w.count("record.step_changes_requested", u64::from(*count)),
            Kind::Cleared => fill(&t.cleared, &[("body", body)]),
            Kind::StagePassed => t.stage_passed.clone(),
            Kind::Approved => w.text("record.step_approved").to_owned(),
            Kind::Corrected => t.corrected.clone(),
            Kind::Unspecified => return None,
        };
        let (machine, people) = moment(*at);
        Some((said, machine, people))
    };
    let mut steps: Vec<_> = facts.steps.iter().filter_map(step).collect();
    let (machine, people) = moment(facts.published);
    steps.push((w.with("record.step_published", "number", facts.edition), machine, people));
    steps
}

const fn name_of(what: What, t: &Texts) -> &String {
    match what {
        What::Submitted => &t.submitted,
        What::Approved => &t.approved,
        What::CorrectionProposed => &t.proposed,
        What::CorrectionConfirmed => &t.confirmed,
        What::Published => &t.published,
        What::Designated => &t.designated,
    }
}

/// People count from one.
fn shown_place(place: Place, t: &Texts) -> String {
    let at = place.sequence.saturating_add(1).to_string();
    let epoch = if place.epoch == 0 { String::new() } else { format!("/{}", place.epoch) };
    fill(&t.event_of, &[("origin", &format!("{}{epoch}", place.origin)), ("at", &at)])
}

fn shown_root(root: &Root, t: &Texts) -> ShownRoot {
    let epoch = if root.epoch == 0 { String::new() } else { format!("/{}", root.epoch) };
    let values = [("origin", format!("{}{epoch}", root.origin)), ("size", root.size.to_string())];
    let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
    ShownRoot { said: fill(&t.root_of, &values), root: root.root.clone(), signers: root.signers.clone() }
}

fn shown_acted(acted: &Acted, w: &Words, t: &Texts) -> (String, String, String) {
    let role = acted.role.map(|role| w.text(&format!("role.{}", role.key())).to_owned());
    let who: Vec<String> = acted.name.iter().cloned().chain(role).collect();
    let day = |moment: Micros| w.date(date_in_utc(moment));
    let mut how = Vec::new();
    if let Some(granted) = acted.granted {
        let (place, date) = (granted.to_string(), acted.granted_at.map(day).unwrap_or_default());
        how.push(match acted.until {
            Some(until) => fill(&t.designation_until, &[("place", &place), ("date", &date), ("until", &day(until))]),
            None => fill(&t.designation, &[("place", &place), ("date", &date)]),
        });
    }
    if !acted.note.is_empty() {
        how.push(fill(&t.note, &[("number", &acted.note)]));
    }
    (name_of(acted.what, t).clone(), who.join(", "), how.join(" · "))
}

/// Eight digits at a time, as people compare them.
fn grouped(facts: &Facts) -> Vec<String> {
    facts.digest.0.chunks(4).map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect()).collect()
}
