//! The steps of a trail as rows of a table, day by day.

use dossier_proto::Origin;
use dossier_registry::Registry;
use dossier_web::{Language, page::Words};

use crate::{
    pages::said,
    trail::{Against, Changed, FieldChanged, Mark, PieceMark, Said, Step},
};

/// So much of what was said on one page, in bytes: a third of what a page may have. Beyond it everything is shortened.
const WORDS_BYTES: usize = 32 * 1024;
/// The most of one text while there is room, in characters: two pages.
const TEXT_MAX: usize = 4_000;
/// The most of one text when there is none.
const TEXT_SHORT: usize = 120;
/// What a step led to, on the page: the trail names the first hundred.
const EFFECTS_MAX: usize = 8;

/// A day with its steps.
pub(super) struct Day {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// A step.
pub(super) struct Row {
    pub(super) number: usize,
    pub(super) machine: String,
    pub(super) clock: String,
    pub(super) what: String,
    /// The same with all that is known of it, which is said in English.
    pub(super) sentence: Option<String>,
    pub(super) is_refused: bool,
    pub(super) who: String,
    /// As what, for whom, under which designation.
    pub(super) how: Vec<String>,
    /// The step that led to it: its number, and whether it is on this page.
    pub(super) because: Option<(usize, bool)>,
    pub(super) effects: Vec<(usize, bool)>,
    /// Which content, round, stage and edition.
    pub(super) about: Vec<String>,
    pub(super) waited: Option<String>,
    pub(super) said: Vec<SaidRow>,
    pub(super) changed: Option<ChangedRow>,
    pub(super) service: String,
    pub(super) place: String,
    pub(super) hash: String,
}

/// Something that was said.
pub(super) struct SaidRow {
    pub(super) what: String,
    pub(super) about: String,
    pub(super) text: String,
    /// Why there is no text.
    pub(super) mark: Option<String>,
    pub(super) tags: String,
}

/// What changed.
pub(super) struct ChangedRow {
    pub(super) title: String,
    pub(super) fields: Vec<FieldRow>,
    pub(super) left_out: Option<String>,
}

/// What changed in a field.
pub(in crate::pages) struct FieldRow {
    pub(in crate::pages) label: said::Said,
    pub(in crate::pages) language: String,
    pub(in crate::pages) tags: String,
    pub(in crate::pages) pieces: Vec<PieceRow>,
}

/// A piece of a text.
pub(in crate::pages) struct PieceRow {
    pub(in crate::pages) mark: PieceMark,
    pub(in crate::pages) text: String,
}

/// Writes the rows of a page.
pub(in crate::pages) struct RowWriter<'a> {
    pub(in crate::pages) words: &'static Words,
    pub(in crate::pages) language: Language,
    pub(in crate::pages) registry: &'a Registry,
    pub(in crate::pages) record_type: &'a str,
}

impl RowWriter<'_> {
    /// All rows, in the order of the trail.
    pub(super) fn days(&self, steps: &[Step]) -> Vec<Day> {
        let mut days: Vec<Day> = Vec::new();
        let mut room = WORDS_BYTES;
        let on_page = |number: usize| {
            let first = steps.first().map_or(0, |step| step.number);
            steps.iter().any(|step| step.number == number) && number >= first
        };
        for step in steps {
            let title = said::day(self.words, step.recorded_at);
            let row = self.row(step, &on_page, &mut room);
            match days.last_mut().filter(|day| day.title == title) {
                Some(day) => day.rows.push(row),
                None => days.push(Day { title, rows: vec![row] }),
            }
        }
        days
    }

    fn row(&self, step: &Step, on_page: &dyn Fn(usize) -> bool, room: &mut usize) -> Row {
        let words = self.words;
        let label = words.text(&format!("auditor.kind.{}", step.kind)).to_owned();
        let is_english = self.language == Language::En;
        let named = |number: usize| (number, on_page(number));
        Row {
            number: step.number,
            machine: step.recorded.clone(),
            clock: said::clock(step.recorded_at),
            what: if is_english { step.sentence.clone() } else { label },
            sentence: (!is_english).then(|| step.sentence.clone()),
            is_refused: step.kind.ends_with("-refused") && step.kind != "entry-refused",
            who: said::who(words, &step.by),
            how: self.how(step),
            because: step.because_of.map(named),
            effects: step.effects.iter().take(EFFECTS_MAX).map(|effect| named(effect.number)).collect(),
            about: self.about(step),
            waited: step.waited.as_ref().map(|waited| {
                let (long, step) = (said::duration(words, waited.micros), waited.step.to_string());
                let values = [("duration", long.as_str()), ("whom", said::turn(words, waited.whom)), ("step", &step)];
                let told = words.fill("auditor.trail.waited", &values);
                if waited.held == 0 {
                    return told;
                }
                format!("{told} {}", words.with("auditor.trail.held", "duration", said::duration(words, waited.held)))
            }),
            said: step.said.iter().map(|said| self.said(said, room)).collect(),
            changed: step.changed.as_ref().map(|changed| self.changed(changed, room)),
            service: said::origin(words, step.place.origin),
            place: said::address_of(step.place),
            hash: said::beginning_of_digest(&step.hash.to_string()),
        }
    }

    fn how(&self, step: &Step) -> Vec<String> {
        let words = self.words;
        let mut how = Vec::new();
        how.extend(said::role(words, step.by.role));
        if step.by.subject.is_none() && step.place.origin != Origin::Audit {
            how.push(said::origin(words, step.by.service.unwrap_or(step.place.origin)));
        }
        how.extend(step.on_behalf_of.as_ref().map(|body| words.with("auditor.trail.on_behalf", "body", body)));
        let Some(designation) = &step.designation else {
            let place = step.authority.map(|authority| said::address_of(authority.granted));
            how.extend(place.map(|place| words.with("auditor.trail.designated", "place", place)));
            return how;
        };
        let body = designation.body.clone().unwrap_or_else(|| words.text("auditor.trail.every_body").to_owned());
        how.push(words.fill(
            "auditor.trail.designated_for",
            &[("place", &said::address_of(designation.granted)), ("body", &body)],
        ));
        let day = |moment: &str| moment.get(..10).unwrap_or(moment).to_owned();
        how.extend(designation.until.as_deref().map(|until| words.with("auditor.trail.until", "date", day(until))));
        how.extend(
            designation.note_number.as_ref().map(|note| words.with("auditor.trail.note_number", "number", note)),
        );
        how.extend(designation.revoked.as_deref().map(|at| words.with("auditor.trail.revoked", "date", day(at))));
        how
    }

    fn about(&self, step: &Step) -> Vec<String> {
        let words = self.words;
        let mut about = Vec::new();
        about.extend(step.revision.map(|number| words.with("auditor.trail.revision", "number", number)));
        about.extend(step.round.map(|number| words.with("auditor.trail.round", "number", number)));
        about.extend(step.stage.as_ref().map(|stage| words.with("auditor.trail.stage", "stage", stage)));
        about.extend(step.edition.map(|number| words.with("record.edition", "number", number)));
        let digest = step.digest.map(|digest| said::beginning_of_digest(&digest.to_string()));
        about.extend(digest.map(|digest| words.with("auditor.trail.content", "digest", digest)));
        about
    }

    fn said(&self, said: &Said, room: &mut usize) -> SaidRow {
        let words = self.words;
        let what = words.text(&format!("auditor.said.{}", said.what)).to_owned();
        let item = said.item.map(|item| format!("{item}")).unwrap_or_default();
        let field = said.field.as_deref().map(|field| self.label(field).text).unwrap_or_default();
        let about = [item, field].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        let text = said.text.clone().or_else(|| said.content.as_ref().map(ToString::to_string)).unwrap_or_default();
        SaidRow {
            what,
            about,
            text: fitted(&text, room),
            mark: mark(words, said.mark),
            tags: tags(said.language.as_deref()),
        }
    }

    fn changed(&self, changed: &Changed, room: &mut usize) -> ChangedRow {
        let words = self.words;
        let against = words.text(against(changed.against));
        let values = [("against", against), ("step", &changed.step.to_string())];
        let key = match (changed.same, changed.mark) {
            (true, _) => "auditor.trail.same_as",
            (false, Some(Mark::Said)) => "auditor.trail.changed_against",
            (false, _) => "auditor.trail.another_than",
        };
        let mut title = words.fill(key, &values);
        if let Some(mark) = changed.mark.and_then(|mark_of| mark(words, mark_of)) {
            title = format!("{title} ({mark})");
        }
        let left_out =
            (changed.left_out > 0).then(|| words.count("auditor.trail.fields_left_out", changed.left_out as u64));
        ChangedRow { title, fields: changed.fields.iter().map(|field| self.field(field, room)).collect(), left_out }
    }

    pub(in crate::pages) fn field(&self, field: &FieldChanged, room: &mut usize) -> FieldRow {
        let mut piece = |mark, text: &str| PieceRow { mark, text: fitted(text, room) };
        let mut pieces: Vec<PieceRow> = field.words.iter().map(|one| piece(one.mark, &one.text)).collect();
        pieces.extend(field.before.iter().map(|value| piece(PieceMark::Removed, value)));
        pieces.extend(field.after.iter().map(|value| piece(PieceMark::Added, value)));
        FieldRow {
            label: self.label(&field.field),
            language: field.language.clone().unwrap_or_default(),
            tags: tags(field.language.as_deref()),
            pieces,
        }
    }

    /// The name of a field; its key where the registry has none.
    fn label(&self, key: &str) -> said::Said {
        let tongue = said::tongue(self.language);
        let top = key.split(['/', '.']).find(|part| !part.is_empty()).unwrap_or(key);
        let field = self.registry.record_type(self.record_type).and_then(|kind| kind.field(top));
        let shown = match field {
            Some(field) => self.registry.label(&field.labels, key, tongue),
            None => dossier_registry::Shown::plain(key),
        };
        said::Said::new(shown, self.language)
    }
}

/// What there is room for of a text.
fn fitted(text: &str, room: &mut usize) -> String {
    let most = if *room >= text.len().min(TEXT_MAX) { TEXT_MAX } else { TEXT_SHORT };
    let shown = said::shortened(text, most);
    *room = room.saturating_sub(shown.len());
    shown
}

/// The attributes of words in a language; by their letters where nobody said which.
fn tags(language: Option<&str>) -> String {
    match language.and_then(|code| code.parse::<dossier_registry::Language>().ok()) {
        Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
        None => " dir=\"auto\"".to_owned(),
    }
}

fn mark(words: &Words, mark: Mark) -> Option<String> {
    let key = match mark {
        Mark::Said => return None,
        Mark::Erased => "auditor.words.erased",
        Mark::NotHeld => "auditor.words.not_held",
        Mark::Altered => "auditor.words.altered",
    };
    Some(words.text(key).to_owned())
}

const fn against(against: Against) -> &'static str {
    match against {
        Against::PreviousRevision => "auditor.against.previous_revision",
        Against::PreviousSubmission => "auditor.against.previous_submission",
        Against::AskedForClearance => "auditor.against.clearance",
        Against::Submission => "auditor.against.submission",
        Against::Edition => "auditor.against.edition",
        Against::Proposal => "auditor.against.proposal",
    }
}
