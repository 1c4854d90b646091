//! Puts a page of a trail together: the steps that are wanted, with names, designations, words and what changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_identity::Held;
use dossier_proto::{DesignationId, EntryId, Event, Micros, Payload, Place};
use dossier_registry::RecordType;
use serde_json::Value;

use crate::{
    copies::{CopyReadError, EntryFacts},
    office::Office,
    outlines::{event_at, events_at},
    sealed_parts,
    trail::{
        Counts, Designated, Filed, Filter, Heads, Mark, Only, Outline, Pending, Sight, Step, as_the_public_sees,
        carried, changes, steps,
    },
    words::{Depth, committed, spoken},
};

/// A page ends after the step with which its words have so many bytes: nine of the largest contents.
const WORDS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// A page ends after the step with which comparing has taken so long: three of the dearest differences.
const COMPARING_MAX: Duration = Duration::from_millis(300);

/// What is wanted of a trail.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Which steps.
    pub(crate) filter: Filter,
    /// As of when.
    pub(crate) until: Option<Micros>,
    /// Whether the contents are shown.
    pub(crate) depth: Depth,
    /// Whether it is shown what changed.
    pub(crate) changes: Changes,
}

/// Whether it is shown, word by word, what changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Changes {
    /// Whether something did, by the digests.
    Digests,
    /// What did.
    Words,
}

/// A trail that somebody looks at, page by page: all its pages are of one moment.
pub(crate) struct Look {
    pub(crate) entry: EntryId,
    pub(crate) facts: EntryFacts,
    pub(crate) outline: Arc<Outline>,
    pub(crate) heads: Heads,
    pub(crate) wanted: Wanted,
}

/// A page of a trail.
pub(crate) struct Part {
    pub(crate) steps: Vec<Step>,
    /// Whether it had a public number.
    pub(crate) is_numbered: bool,
    pub(crate) total: usize,
    pub(crate) matching: usize,
    pub(crate) counts: Counts,
    pub(crate) waiting: Vec<Pending>,
    /// After which event the next page begins.
    pub(crate) next: Option<Place>,
}

/// The place a page was to go on after is not in the trail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LookError {
    #[error("the list does not have that place")]
    NoSuchPlace,
    #[error(transparent)]
    Copy(#[from] CopyReadError),
}

impl Look {
    /// The next steps that are wanted, `limit` at most, after this one.
    ///
    /// # Errors
    /// [`LookError`].
    pub(crate) fn page(&self, office: &Office, after: Option<Place>, limit: usize) -> Result<Part, LookError> {
        let sight = Sight::new(&self.outline, self.heads, self.wanted.until);
        let begin = match after {
            Some(place) => sight.number(place).ok_or(LookError::NoSuchPlace)?,
            None => 0,
        };
        let wanted = |row: &crate::trail::Row| self.wanted.filter.wants(&self.outline, row);
        let matching: Vec<_> = sight.rows().filter(|(_, row)| wanted(row)).collect();
        let from = matching.partition_point(|(number, _)| *number <= begin);
        let window = matching.get(from..matching.len().min(from + limit)).unwrap_or_default();
        let (numbers, places): (Vec<usize>, Vec<Place>) =
            window.iter().map(|(number, row)| (*number, row.place)).unzip();
        let events = events_at(office, &places)?;
        let mut page = Page::new(office, self, &events);
        let held = page.held.clone();
        let role = |id: DesignationId| held.get(&id).map(|(held, _)| held.designation.role);
        let mut shown = steps(&sight, &numbers, &events, &role);
        let mut until = shown.len();
        for (k, (step, filed)) in shown.iter_mut().zip(&events).enumerate() {
            if page.is_full() {
                until = k;
                break;
            }
            page.fill(step, filed)?;
        }
        shown.truncate(until);
        if self.wanted.filter.only == Only::Public {
            shown = shown.into_iter().map(as_the_public_sees).collect();
        }
        let is_over = from + shown.len() >= matching.len();
        let next = shown.last().filter(|_| !is_over).map(|step| step.place);
        let (_, waiting) = sight.follow(&[]);
        Ok(Part {
            next,
            is_numbered: sight.rows().any(|(_, row)| row.kind == "edition-published"),
            total: sight.len(),
            matching: matching.len(),
            counts: Counts::of(matching.iter().map(|(_, row)| *row)),
            waiting,
            steps: shown,
        })
    }

    /// The public number of the entry, if it has one.
    pub(crate) fn number(&self, office: &Office) -> Option<String> {
        office.copies().number_of(self.entry)
    }
}

/// A page that is being filled.
struct Page<'a> {
    office: &'a Office,
    look: &'a Look,
    held: BTreeMap<DesignationId, (Held, Option<Micros>)>,
    words: usize,
    comparing: Duration,
    /// The content that was opened last: the next step is often compared with it.
    opened: Option<(Place, Arc<Value>)>,
}

impl<'a> Page<'a> {
    fn new(office: &'a Office, look: &'a Look, events: &[Filed]) -> Self {
        let held = held(office, events.iter().map(|filed| &filed.event));
        Self { office, look, held, words: 0, comparing: Duration::ZERO, opened: None }
    }

    fn is_full(&self) -> bool {
        self.words >= WORDS_BYTES_MAX || self.comparing >= COMPARING_MAX
    }

    fn fill(&mut self, step: &mut Step, filed: &Filed) -> Result<(), CopyReadError> {
        let id = filed.event.head.authority.map(|authority| authority.designation);
        step.designation =
            id.and_then(|id| self.held.get(&id)).map(|(held, granted_at)| Designated::of(held, *granted_at));
        self.office.name(step);
        step.said = spoken(self.office.vault(), self.look.entry, &filed.event, self.look.wanted.depth);
        self.words += sealed_bytes(&filed.event);
        if self.look.wanted.changes == Changes::Words {
            let begun = Instant::now();
            self.compare(step, filed)?;
            self.comparing += begun.elapsed();
        }
        Ok(())
    }

    /// Fills in what changed, as far as both contents can be read.
    fn compare(&mut self, step: &mut Step, filed: &Filed) -> Result<(), CopyReadError> {
        let Some(changed) = step.changed.as_mut().filter(|changed| !changed.same) else { return Ok(()) };
        let before = match self.opened.take().filter(|(place, _)| *place == changed.with) {
            Some((_, opened)) => Ok(opened),
            None => {
                let event = event_at(self.office, changed.with)?;
                event.as_ref().map_or(Err(Mark::NotHeld), |event| self.content(event))
            }
        };
        let after = self.content(&filed.event);
        changed.mark = Some(match (&before, &after) {
            (Ok(_), Ok(_)) => Mark::Said,
            (Err(mark), _) | (_, Err(mark)) => *mark,
        });
        if let (Ok(before), Ok(after)) = (&before, &after)
            && let Some(record_type) = self.record_type(&filed.event)
        {
            (changed.fields, changed.left_out) = changes(&record_type, before, after);
            let bytes = serde_json::to_vec(&changed.fields).map_or(0, |bytes| bytes.len());
            self.words += bytes;
        }
        self.opened = after.ok().map(|after| (filed.event.head.place, after));
        Ok(())
    }

    fn content(&self, event: &Event) -> Result<Arc<Value>, Mark> {
        let content = event.payload.as_ref().and_then(carried).ok_or(Mark::NotHeld)?;
        committed(self.office.vault(), self.look.entry, content).map(Arc::new)
    }

    fn record_type(&self, event: &Event) -> Option<RecordType> {
        let registry = self.office.registries().get(self.office, event.head.registry);
        registry.record_type(&self.look.facts.record_type).cloned()
    }
}

/// The designations under which these events were done, and when each was granted. Looked up at once, so that the view is held no
/// longer than that.
pub(crate) fn held<'a>(
    office: &Office,
    events: impl Iterator<Item = &'a Event>,
) -> BTreeMap<DesignationId, (Held, Option<Micros>)> {
    let used: BTreeSet<_> =
        events.filter_map(|event| event.head.authority).map(|authority| authority.designation).collect();
    let found: Vec<Held> = {
        let view = office.engine().view();
        used.into_iter().filter_map(|id| view.state.designations.get(id).cloned()).collect()
    };
    let with_moment = |held: Held| {
        // What cannot be read back is told by what reads the copies; here it is a date that is missing.
        let granted = event_at(office, held.designation.place).ok().flatten();
        (held.designation.id, (held, granted.map(|event| event.head.recorded_at)))
    };
    found.into_iter().map(with_moment).collect()
}

/// How much the words of an event may take in the answer: what is sealed is never shorter than what was said.
fn sealed_bytes(event: &Event) -> usize {
    let Some(payload) = &event.payload else { return 0 };
    let said = sealed_parts::said(payload).iter().map(|part| part.sealed.ciphertext.len()).sum::<usize>();
    match (payload, sealed_parts::contents(payload)) {
        (Payload::Submitted(_), Some(sealed_parts::Contents::Submitted(content))) => {
            said + content.sealed.as_ref().map_or(0, |sealed| sealed.ciphertext.len())
        }
        _ => said,
    }
}
